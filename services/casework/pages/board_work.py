"""What waits as the board lists it: hand-offs by kind, hand-offs past their time, drives. Pure."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from services.casework.domain.situation import Drive, Overdue, Situation
from services.casework.pages.wording import hand_off
from shared.contracts.codes import HANDOFF, PLACE, VEHICLE
from shared.platform.personal import PersonName

AT_HAND = 12
"""So many hand-offs past their time stand on the board itself; the rest is in the list of hand-offs."""
MAIN_WAY = (
    "registration-to-screening",
    "screening-to-acceptance",
    "acceptance-to-transport",
    "transport-to-arrival",
    "arrival-to-casework",
)
"""The hand-offs of the main way up to casework: always shown; the others only where somebody waits in one."""
DRIVE_STATES: Mapping[str, tuple[str, str]] = {
    "planned": ("○", "車を手配中"),
    "offered": ("○", "返事待ち"),
    "accepted": ("○", "迎え待ち"),
    "started": ("◐", "迎えに走行中"),
    "picked-up": ("◐", "乗車中"),
}


class LaneRow(NamedTuple):
    kind: str
    label: str
    waiting: int
    overdue: int
    in_hand: int


class WorkRow(NamedTuple):
    """A hand-off past its time. `name` None: not for this reader, or not known yet (`described` may tell then)."""

    row: Overdue
    label: str
    name: str | None
    age: str | None
    place: str
    late: timedelta


class DriveRow(NamedTuple):
    drive: Drive
    mark: str
    state: str
    to: str
    begins: str
    late: timedelta | None


def lane_rows(now: Situation) -> list[LaneRow]:
    """Return the hand-offs by kind: the main way first, then others in which somebody waits."""
    counted: dict[str, list[int]] = {kind: [0, 0, 0] for kind in MAIN_WAY}
    for one in now.lanes:
        sums = counted.setdefault(one.kind, [0, 0, 0])
        counted[one.kind] = [sums[0] + one.waiting, sums[1] + one.overdue, sums[2] + one.in_hand]
    order = [*MAIN_WAY, *(kind for kind in HANDOFF if kind not in MAIN_WAY)]
    order += sorted(counted.keys() - set(order))
    return [
        LaneRow(kind, hand_off(kind).say, *counted[kind])
        for kind in order
        if kind in counted and (kind in MAIN_WAY or counted[kind][0])
    ]


def work_rows(
    now: Situation, names: Mapping[UUID, PersonName], ages: Mapping[UUID, str], *, named: bool
) -> list[WorkRow]:
    """Return the hand-offs past their time: those that nobody has first, the longest overdue on top."""
    rows = sorted(now.overdue, key=lambda row: (row.state != "open", row.due, row.handoff))[:AT_HAND]
    return [
        WorkRow(
            row=row,
            label=hand_off(row.kind).say,
            name=_name(names.get(row.person)) if named else None,
            age=ages.get(row.person) if named else None,
            place=_place(row, now.places),
            late=now.at - row.due,
        )
        for row in rows
    ]


def _name(known: PersonName | None) -> str:
    if known is None:
        return "氏名はまだ届いていません"
    return known.name or (f"氏名不詳({known.description})" if known.description else "氏名不詳")


def _place(row: Overdue, places: Mapping[UUID, str]) -> str:
    to = places.get(row.facility) if row.facility else None
    here = places.get(row.shelter) if row.shelter else None
    if to is not None and row.kind in ("acceptance-to-transport", "transport-to-arrival"):
        return f"{to}へ"
    return here or PLACE.label(row.place_kind)


def drive_rows(now: Situation) -> list[DriveRow]:
    """Return the drives, late ones first (the latest on top), then by their time."""
    rows = []
    for one in now.drives:
        mark, state = DRIVE_STATES.get(one.state, ("○", one.state))
        late = one.late(now.at)
        to = now.places.get(one.facility) if one.facility else None
        begins = now.places.get(one.shelter) if one.shelter else None
        vehicle = VEHICLE.label(one.vehicle) if one.vehicle else None
        words = " ".join(word for word in (begins, vehicle) if word)
        rows.append(DriveRow(one, "▲" if late else mark, state, to or "行き先不明", words, late))
    end = datetime.max.replace(tzinfo=now.at.tzinfo)
    return sorted(rows, key=lambda row: (row.late is None, -(row.late or timedelta()), row.drive.at or end))
