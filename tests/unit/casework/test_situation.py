"""The situation and its parts: a scope's numbers add up to the city's; unknown, none and nothing heard differ."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from services.casework.domain.situation import Drive, Lane, Shelter, Situation, Trend, by_crowding
from tests.unit.casework.told import at, named

NOW = at("14:05")


def shelter(name: str, ward: str | None = "28106", **more: Any) -> Shelter:
    values: dict[str, Any] = {"size": 100, "persons": 10, "heard_at": NOW, **more}
    return Shelter(
        facility=named(name),
        name=name,
        ward=ward,
        latitude=values.get("latitude", 34.66),
        longitude=values.get("longitude", 135.15),
        size=values["size"],
        size_invented=False,
        persons=values["persons"],
        needing_care=0,
        out=0,
        heard_at=values["heard_at"],
    )


def situation(**more: Any) -> Situation:
    values: dict[str, Any] = {
        "at": NOW,
        "heard": {},
        "shelters": (),
        "elsewhere": {},
        "lanes": (),
        "overdue": (),
        "welfare": (),
        "drives": (),
        "disasters": (),
        "trend": None,
        "figures": {},
        "places": {},
        **more,
    }
    return Situation(**values)


def drive(planned: datetime | None, state: str = "accepted", trip: UUID | None = None) -> Drive:
    return Drive(trip or named("trip"), "28106", state, "ordinary", planned, at("12:00"), None, None)


def test_a_scope_is_a_part_and_the_parts_are_the_whole() -> None:
    city = situation(
        shelters=(shelter("a"), shelter("b", ward="28107", persons=7), shelter("c", ward=None, persons=3)),
        lanes=(Lane("sheet-to-hq", "28106", 3, 1, 0), Lane("sheet-to-hq", None, 2, 0, 0)),
        elsewhere={("28106", "home"): 4, ("28107", "car"): 1},
        trend=Trend(NOW, at("05:46"), timedelta(minutes=5), (), {"28106": 9, "28107": 7}),
    )
    ward = city.of({"28106"})
    assert (city.population, ward.population, city.of({"28107"}).population) == (20, 10, 7)
    assert ward.elsewhere == {("28106", "home"): 4}
    assert [one.waiting for one in ward.lanes] == [3]
    assert ward.trend is not None
    assert ward.trend.hour_ago == {"28106": 9}
    assert city.of(None) is city


def test_the_fullest_come_first_then_unknown_sizes_then_what_nobody_has_heard_of() -> None:
    rows = [
        shelter("silent", persons=None, heard_at=None),
        shelter("no size", size=None, persons=900),
        shelter("half", persons=50),
        shelter("over", persons=140),
        shelter("empty", persons=0),
    ]
    assert [one.name for one in by_crowding(rows)] == ["over", "half", "empty", "no size", "silent"]


def test_crowding_needs_both_figures() -> None:
    assert shelter("a", persons=140).crowding == 1.4
    assert shelter("a", persons=0).crowding == 0
    assert shelter("a", size=None).crowding is None
    assert shelter("a", persons=None).crowding is None


def test_a_figure_is_old_after_its_time_and_never_when_nothing_was_heard() -> None:
    after = timedelta(hours=2)
    assert shelter("a", heard_at=at("11:00")).old(NOW, after)
    assert not shelter("a", heard_at=at("12:30")).old(NOW, after)
    assert not shelter("a", heard_at=None, persons=None).old(NOW, after)


def test_a_drive_is_late_when_nobody_was_picked_up_in_time_or_has_not_come_half_an_hour_after() -> None:
    assert drive(at("13:40")).late(NOW) == timedelta(minutes=25)
    assert drive(at("14:20")).late(NOW) is None
    assert drive(at("13:40"), "picked-up").late(NOW) is None
    assert drive(at("13:00"), "picked-up").late(NOW) == timedelta(minutes=35)
    assert drive(None).late(NOW) is None
    assert drive(None).at == at("12:00")
