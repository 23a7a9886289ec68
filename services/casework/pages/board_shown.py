"""What each part of the board says, made of the situation of its scope: figures, ages, bars, words. Pure."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any, NamedTuple
from uuid import UUID

from services.casework.domain.board import FIGURES
from services.casework.domain.situation import CROWDED, WELFARE_KINDS, Situation
from services.casework.pages import board_map, board_trend
from services.casework.pages.board_places import shelter_rows, welfare_rows, welfare_totals
from services.casework.pages.board_work import drive_rows, lane_rows, work_rows
from shared.contracts.codes import PLACE
from shared.contracts.wards import ward_name
from shared.platform.personal import PersonName

LISTED, HOMES = 30, 14
"""So many shelters stand on the board itself, and so many welfare shelters before the rest is folded."""


WAY = (
    "sheets",
    "needing_care",
    "phoned",
    "visit_pending",
    "decided",
    "asked",
    "accepted",
    "moved",
    "arrived",
)
"""The figures from the sheet to the arrival (K4-153), in their order."""


class WardRow(NamedTuple):
    """A ward in the city's list."""

    ward: str
    name: str
    people: int
    old: int
    over: int
    shelters: int
    waiting: int
    overdue: int
    free: int
    unknown: int


def ward_rows(city: Situation, wards: Sequence[str], old_after: timedelta) -> list[WardRow]:
    """Return the wards of a scope, in the order of their codes."""
    rows = []
    for ward in wards:
        now = city.of({ward})
        totals = welfare_totals(welfare_rows([one for one in now.welfare if one.kind in WELFARE_KINDS]))
        rows.append(
            WardRow(
                ward=ward,
                name=ward_name(ward),
                people=now.population,
                old=sum(one.persons or 0 for one in now.shelters if one.old(now.at, old_after)),
                over=sum(one.crowding is not None and one.crowding > CROWDED for one in now.shelters),
                shelters=sum(one.persons is not None for one in now.shelters),
                waiting=sum(one.waiting for one in now.lanes),
                overdue=sum(one.overdue for one in now.lanes),
                free=totals.free,
                unknown=totals.unknown,
            )
        )
    return rows


def people(now: Situation, old_after: timedelta) -> dict[str, Any]:
    """Return the count of people with its age, its change within an hour, and its trend."""
    old = [one for one in now.shelters if one.persons and one.old(now.at, old_after)]
    elsewhere: dict[str, int] = {}
    for (_, kind), count in now.elsewhere.items():
        elsewhere[kind] = elsewhere.get(kind, 0) + count
    trend = now.trend
    return {
        "people": now.population,
        "out": sum(one.out for one in now.shelters),
        "needing_care": sum(one.needing_care for one in now.shelters),
        "old_people": sum(one.persons or 0 for one in old),
        "oldest": min((one.heard_at for one in old if one.heard_at), default=None),
        "elsewhere": [(PLACE.label(kind), elsewhere[kind]) for kind in PLACE if elsewhere.get(kind)],
        "change": now.population - sum(trend.hour_ago.values()) if trend is not None else None,
        "trend": board_trend.drawn(trend, now.population, old_after) if trend is not None else None,
    }


def context(
    now: Situation,
    wards: Sequence[str],
    old_after: timedelta,
    names: Mapping[UUID, PersonName],
    ages: Mapping[UUID, str],
    *,
    named: bool,
) -> dict[str, Any]:
    """Return everything that the parts of the board of one scope name. `wards`: listed, where there are several."""
    shelters = shelter_rows(now.shelters, now.at, old_after)
    reported = [row for row in shelters if row.shelter.persons is not None]
    places = welfare_rows([one for one in now.welfare if one.kind in WELFARE_KINDS])
    apart = welfare_rows([one for one in now.welfare if one.kind not in WELFARE_KINDS])
    lanes = lane_rows(now)
    ranks = {row.shelter.facility: row.rank for row in shelters if row.rank}
    drives = drive_rows(now)
    return {
        **people(now, old_after),
        "at": now.at,
        "disaster": next((one for one in reversed(now.disasters) if one["began"] is not None), None),
        "heard_at": max(now.heard.values(), default=None),
        "old_seconds": int(old_after.total_seconds()),
        "lanes": lanes,
        "way": [(one.ja, now.figure(one.code)) for one in FIGURES if one.code in WAY],
        "lost": now.figure("lost"),
        "overdue": sum(one.overdue for one in now.lanes),
        "work": work_rows(now, names, ages, named=named),
        "shelters": shelters,
        "reported": reported,
        "silent_shelters": len(shelters) - len(reported),
        "over_size": sum(row.over for row in shelters),
        "invented_sizes": any(row.shelter.size_invented for row in shelters),
        "listed": LISTED,
        "homes": HOMES,
        "welfare": places,
        "welfare_totals": welfare_totals(places),
        "apart": apart,
        "apart_totals": welfare_totals(apart),
        "drives": drives,
        "late_drives": sum(row.late is not None for row in drives),
        "chart": board_map.chart(
            now.shelters,
            [row.one for row in places if row.one.open or row.one.places.used],
            ranks,
            {ward: ward_name(ward) for ward in wards} if len(wards) > 1 else {},
        ),
        "wards": ward_rows(now, wards, old_after) if len(wards) > 1 else [],
    }
