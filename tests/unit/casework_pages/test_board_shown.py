"""What the board says: bars, words, order; 0, 不明 and 報告なし differ; nothing is promised that is not there."""

from datetime import timedelta
from typing import Any

import pytest

from services.casework.domain.places import Places
from services.casework.domain.situation import Change, Lane, Overdue, Trend, Welfare
from services.casework.pages.board_map import chart
from services.casework.pages.board_places import shelter_rows, welfare_rows, welfare_totals
from services.casework.pages.board_shown import context, ward_rows
from services.casework.pages.board_trend import HEIGHT, WIDTH, drawn
from services.casework.pages.board_work import MAIN_WAY, drive_rows, lane_rows, work_rows
from services.casework.queries_situation import age_in_words
from shared.platform.personal import PersonName
from tests.unit.casework.test_situation import NOW, drive, shelter, situation
from tests.unit.casework.told import at, named

OLD = timedelta(hours=2)
ONSET = at("05:46")


def home(name: str, places: Places, **more: Any) -> Welfare:
    values: dict[str, Any] = {"kind": "welfare", "open": True, "step": "receiving", "failed": None, **more}
    return Welfare(
        facility=named(name),
        name=name,
        kind=values["kind"],
        ward="28106",
        latitude=34.67,
        longitude=135.16,
        open=values["open"],
        step=values["step"],
        failed=values["failed"],
        closed=values.get("closed", False),
        total=values.get("total"),
        baseline=values.get("baseline"),
        reported_at=NOW,
        places=places,
    )


def overdue(name: str, when: str, **more: Any) -> Overdue:
    values: dict[str, Any] = {"state": "open", "owner": None, "kind": "screening-to-acceptance", **more}
    return Overdue(
        handoff=named("handoff", name),
        kind=values["kind"],
        person=named("person", name),
        ward="28106",
        state=values["state"],
        owner=values["owner"],
        urgent=False,
        due=at(when),
        age_band="85-plus",
        place_kind="shelter",
        shelter=named("a"),
        facility=values.get("facility"),
    )


def test_a_bar_goes_black_beyond_the_line_and_the_worst_six_have_a_number() -> None:
    rows = shelter_rows([shelter(f"s{n}", persons=20 * n) for n in range(9)], NOW, OLD)
    fullest = rows[0]
    assert (fullest.percent, fullest.over, fullest.rank) == (160, True, 1)
    assert fullest.bar + fullest.beyond == pytest.approx(100)
    assert fullest.bar == pytest.approx(66.667, abs=0.01)
    assert [row.rank for row in rows] == [1, 2, 3, 4, 5, 6, None, None, None]
    at_the_line = next(row for row in rows if row.percent == 100)
    assert (at_the_line.over, at_the_line.beyond) == (False, 0)
    assert (rows[-1].percent, rows[-1].bar, rows[-1].rank) == (0, 0, None)


def test_without_a_size_there_is_no_percent_and_no_number() -> None:
    [row] = shelter_rows([shelter("a", size=None, persons=500)], NOW, OLD)
    assert (row.percent, row.rank, row.over) == (None, None, False)


def test_places_are_told_by_word_and_unknown_is_not_none() -> None:
    rows = welfare_rows(
        [
            home("silent", Places(arrived=1, free=None), baseline=5),
            home("full", Places(arrived=3, free=0)),
            home("over", Places(arrived=3, promised=1, free=0, over=2)),
            home("free", Places(free=2)),
            home("core", Places(free=1), kind="core-welfare"),
            home("opening", Places(free=4), open=False, step="people-safe"),
            home("stuck", Places(free=4), open=False, failed="space-made"),
            home("shut", Places(), open=False, step=None, closed=True),
        ]
    )
    assert [(row.one.name, row.state) for row in rows] == [
        ("over", "over"),
        ("core", "free"),
        ("free", "free"),
        ("full", "full"),
        ("silent", "unknown"),
        ("opening", "opening"),
        ("stuck", "stuck"),
        ("shut", "closed"),
    ]
    totals = welfare_totals(rows)
    assert (totals.opened, totals.arrived, totals.free, totals.over) == (5, 7, 3, 2)
    assert (totals.unknown, totals.usual) == (1, 5)
    assert sum(totals.widths()) == pytest.approx(100)
    assert rows[4].unknown > 0


def test_no_place_at_all_is_no_bar() -> None:
    assert welfare_totals([]).widths() == (0, 0, 0, 0)
    assert welfare_totals(welfare_rows([home("a", Places(free=None))])).widths() == (0, 0, 0, 100)


def test_the_main_way_always_stands_there_and_others_where_somebody_waits() -> None:
    now = situation(
        lanes=(
            Lane("screening-to-acceptance", "28106", 3, 1, 0),
            Lane("screening-to-acceptance", "28107", 2, 0, 1),
            Lane("ambulance-to-hospital", "28106", 1, 0, 0),
            Lane("hospital-to-back", "28106", 0, 0, 4),
            Lane("a-kind-of-the-city", "28106", 1, 1, 0),
        )
    )
    rows = lane_rows(now)
    assert [row.kind for row in rows] == [*MAIN_WAY, "ambulance-to-hospital", "a-kind-of-the-city"]
    assert (rows[1].waiting, rows[1].overdue, rows[1].label) == (5, 1, "審査→受入")


def test_who_waits_for_longest_is_on_top_and_what_somebody_has_comes_after() -> None:
    rows = [overdue("late", "13:00"), overdue("later", "11:00"), overdue("held", "09:00", state="taken", owner="hq-1")]
    names = {named("person", "late"): PersonName("岡本 フミ", None, None)}
    now = situation(overdue=tuple(rows), places={named("a"): "長田中学校"})
    shown = work_rows(now, names, {named("person", "late"): "88歳"}, named=True)
    assert [one.row.due for one in shown] == [at("11:00"), at("13:00"), at("09:00")]
    assert (shown[1].name, shown[1].age, shown[1].place) == ("岡本 フミ", "88歳", "長田中学校")
    assert shown[0].name == "氏名はまだ届いていません"
    assert shown[0].late == timedelta(hours=3, minutes=5)


def test_no_name_is_handed_on_to_who_may_not_see_names() -> None:
    names = {named("person", "a"): PersonName("岡本 フミ", None, None)}
    now = situation(overdue=(overdue("a", "13:00"),))
    [row] = work_rows(now, names, {named("person", "a"): "88歳"}, named=False)
    assert (row.name, row.age) == (None, None)


def test_somebody_on_the_way_is_shown_by_where_they_go() -> None:
    row = overdue("a", "13:00", kind="transport-to-arrival", facility=named("home"))
    now = situation(overdue=(row,), places={named("a"): "長田中学校", named("home"): "鹿松ホーム"})
    assert work_rows(now, {}, {}, named=False)[0].place == "鹿松ホームへ"


@pytest.mark.req("K4-160")
def test_late_drives_come_first_the_latest_on_top() -> None:
    times = ("14:20", "13:40", "13:00", "14:10")
    now = situation(drives=tuple(drive(at(when), trip=named(when)) for when in times))
    assert [row.drive.planned_at for row in drive_rows(now)] == [
        at(one) for one in ("13:00", "13:40", "14:10", "14:20")
    ]
    assert [row.mark for row in drive_rows(now)] == ["▲", "▲", "○", "○"]


def trend(*changes: tuple[str, int, int]) -> Trend:
    told = tuple(Change("28106", at(when), came, went) for when, came, went in changes)
    return Trend(NOW, at("06:00"), timedelta(minutes=5), told, {"28106": 3})


def test_a_time_without_reports_is_drawn_as_such_and_the_line_ends_at_the_count() -> None:
    line = drawn(trend(("06:30", 10, 0), ("07:00", 5, 1), ("11:00", 4, 0)), 18, OLD)
    assert line is not None
    assert (line.peak, line.last) == (18, 18)
    [silence, to_now] = line.silences
    assert (silence.begins, silence.ends, silence.named) == (at("07:05"), at("11:00"), True)
    assert (to_now.begins, to_now.ends) == (at("11:05"), NOW)
    xs = [float(point.split(",")[0]) for part in line.lines for point in part.split()]
    ys = [float(point.split(",")[1]) for part in line.lines for point in part.split()]
    assert xs == sorted(xs)
    assert 0 <= min(xs) <= max(xs) <= WIDTH
    assert 0 <= min(ys) <= max(ys) <= HEIGHT


def test_nothing_heard_is_no_line() -> None:
    assert drawn(trend(), 0, OLD) is None


def test_the_map_shortens_longitudes_and_numbers_the_same_as_the_list() -> None:
    far = [
        shelter("south west", latitude=34.0, longitude=135.0, persons=100),
        shelter("north", latitude=34.1, longitude=135.0, persons=25),
        shelter("east", latitude=34.0, longitude=135.1, persons=None),
        shelter("nowhere", latitude=None),
    ]
    drawn_map = chart(far, [], {named("north"): 1}, {})
    assert drawn_map is not None
    assert drawn_map.unplaced == 1
    north = next(dot for dot in drawn_map.dots if dot.rank)
    origin = next(dot for dot in drawn_map.dots if dot.title.startswith("south west"))
    east = next(dot for dot in drawn_map.dots if dot.title == "east 報告なし")
    assert (east.x - origin.x) / (origin.y - north.y) == pytest.approx(0.829, abs=0.002)
    assert drawn_map.dots[-1].rank == 1, "numbers lie on top"
    assert chart([], [], {}, {}) is None


@pytest.mark.req("K4-153")
def test_the_way_from_the_sheet_to_the_arrival_is_told_in_its_order() -> None:
    now = situation(figures={("28106", "sheets"): 3, ("28107", "sheets"): 2, ("28106", "asked"): 1, (None, "lost"): 1})
    shown = context(now, ["28106"], OLD, {}, {}, named=True)
    assert [count for _, count in shown["way"]] == [5, 0, 0, 0, 0, 1, 0, 0, 0]
    assert [label for label, _ in shown["way"]][::8] == ["受け付けた調査票", "受入報告のあった人"]
    assert shown["lost"] == 1


def test_everything_of_nothing_can_be_shown() -> None:
    empty = context(situation(), ["28106"], OLD, {}, {}, named=True)
    assert (empty["people"], empty["overdue"], empty["chart"], empty["change"]) == (0, 0, None, None)


def test_a_city_is_its_wards() -> None:
    now = situation(
        shelters=(shelter("a", persons=120), shelter("b", ward="28107", heard_at=at("09:00"))),
        lanes=(Lane("sheet-to-hq", "28107", 4, 2, 0),),
        welfare=(home("h", Places(free=2)), home("u", Places(free=None))),
    )
    nagata, suma = ward_rows(now, ["28106", "28107"], OLD)
    assert (nagata.name, nagata.people, nagata.over, nagata.free, nagata.unknown) == ("長田区", 120, 1, 2, 1)
    assert (suma.people, suma.old, suma.waiting, suma.overdue, suma.free) == (10, 10, 4, 2, 0)


@pytest.mark.parametrize(
    ("birth", "age", "words"),
    [
        ("1945-03-05", None, "79歳"),
        ("1945-12-05", "90", "78歳"),
        ("1945-03", None, "79歳くらい"),
        ("1945", "80", "80歳"),
        (None, "80", "80歳"),
        (None, None, None),
        ("odd", "about", None),
    ],
)
def test_an_age_is_told_as_far_as_it_is_known(birth: str | None, age: str | None, words: str | None) -> None:
    assert age_in_words(birth, age, at("10:00").date()) == words
