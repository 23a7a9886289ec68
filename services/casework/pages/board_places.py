"""Shelters and welfare shelters as the board lists them: how full, how old, which places are left. Pure."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from services.casework.domain.situation import CROWDED, Shelter, Welfare, by_crowding

WORST = 6
"""So many shelters have a number in list and map."""
BAR_ENDS = 1.5
"""Bars of shelters end at this share of the size; the line at 100 % stands at two thirds."""
UNKNOWN_TAIL = 12.0
"""How wide the dotted end of the bar is where some places are not known (percent): not to scale."""


_SHORT = {
    "小学校": "小",
    "中学校": "中",
    "高等学校": "高",
    "高校": "高",
    "コミュニティ・センター": "コミセン",
    "コミュニティセンター": "コミセン",
    "地域福祉センター": "福祉C",
}


class ShelterRow(NamedTuple):
    """A row of the list of shelters. `bar`, `beyond`: widths in percent up to and beyond the line at 100 %."""

    shelter: Shelter
    rank: int | None
    percent: int | None
    bar: float
    beyond: float
    old: bool
    over: bool
    short: str
    """Its name where room is short: 小学校 is 小."""


class WelfareRow(NamedTuple):
    """A row of the list of welfare shelters; widths in percent of the widest bar."""

    one: Welfare
    arrived: float
    promised: float
    free: float
    unknown: float
    state: str
    """free, full, over, unknown, opening, stuck, closed, listed."""


class WelfareTotals(NamedTuple):
    """All places of those that are open. `unknown`: how many did not say; `usual`: their places in ordinary times."""

    opened: int = 0
    arrived: int = 0
    promised: int = 0
    held: int = 0
    free: int = 0
    over: int = 0
    unknown: int = 0
    usual: int = 0
    asked: int = 0

    def widths(self) -> tuple[float, float, float, float]:
        """Return the widths (percent) of taken, promised, free and not known."""
        tail = UNKNOWN_TAIL if self.unknown else 0.0
        whole = self.arrived + self.promised + self.held + self.free
        if not whole:
            return 0.0, 0.0, 0.0, 100.0 if self.unknown else 0.0
        unit = (100.0 - tail) / whole
        return self.arrived * unit, (self.promised + self.held) * unit, self.free * unit, tail


def shelter_rows(shelters: Sequence[Shelter], now: datetime, old_after: timedelta) -> list[ShelterRow]:
    """Return the rows, the fullest for its size first; the worst have a rank."""
    rows = []
    for turn, one in enumerate(by_crowding(shelters)):
        share = one.crowding
        rows.append(
            ShelterRow(
                shelter=one,
                rank=turn + 1 if turn < WORST and share else None,
                percent=None if share is None else round(share * 100),
                bar=min(share or 0, CROWDED) * 100 / BAR_ENDS,
                beyond=max(0.0, min(share or 0, BAR_ENDS) - CROWDED) * 100 / BAR_ENDS,
                old=one.old(now, old_after),
                over=share is not None and share > CROWDED,
                short=short_name(one.name or "名前不明"),
            )
        )
    return rows


def short_name(name: str) -> str:
    """Return a name as people say it of schools: 蓮池小, 長田中, 夢野台高; 丸山コミセン."""
    for ending, short in _SHORT.items():
        if name.endswith(ending) and len(name) > len(ending):
            return name.removesuffix(ending) + short
    return name


def welfare_state(one: Welfare) -> str:
    """Say in one word how a welfare shelter stands."""
    if one.places.over:
        return "over"
    if not one.open:
        return "closed" if one.closed else "stuck" if one.failed else "opening" if one.step else "listed"
    if one.places.free is None:
        return "unknown"
    return "free" if one.places.free else "full"


def welfare_rows(all_of_them: Sequence[Welfare]) -> list[WelfareRow]:
    """Return rows by what HQ asks for: with places first, 基幹 before the others, then those nobody can ask."""
    order = ("over", "free", "full", "unknown", "opening", "stuck", "listed", "closed")
    widest = max(
        (max(one.places.used + (one.places.free or 0), one.baseline or 0, 1) for one in all_of_them), default=1
    )
    rows = []
    for one in all_of_them:
        state, unit = welfare_state(one), 100.0 / widest
        unknown = (one.baseline or 3) * unit if state == "unknown" else 0.0
        rows.append(
            WelfareRow(
                one=one,
                arrived=one.places.arrived * unit,
                promised=(one.places.promised + one.places.held) * unit,
                free=(one.places.free or 0) * unit if one.open else 0.0,
                unknown=min(unknown, 100.0 - one.places.used * unit),
                state=state,
            )
        )
    return sorted(
        rows,
        key=lambda row: (
            order.index(row.state),
            row.one.kind != "core-welfare",
            -(row.one.places.free or 0),
            row.one.name or "",
            str(row.one.facility),
        ),
    )


def welfare_totals(rows: Sequence[WelfareRow]) -> WelfareTotals:
    """Add up those that are open, and whoever is at, or promised to, one that is not."""
    totals = WelfareTotals(opened=sum(row.one.open for row in rows))
    for row in rows:
        places, is_open = row.one.places, row.one.open
        silent = is_open and not row.one.known
        totals = WelfareTotals(
            totals.opened,
            totals.arrived + places.arrived,
            totals.promised + places.promised,
            totals.held + places.held,
            totals.free + ((places.free or 0) if is_open else 0),
            totals.over + places.over,
            totals.unknown + int(silent),
            totals.usual + ((row.one.baseline or 0) if silent else 0),
            totals.asked + places.asked,
        )
    return totals
