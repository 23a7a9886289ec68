"""Places: so many as a facility reported, each a row that one person can hold (design, decision 7).

`fit` lays the rows out anew after a report or a release. Nothing that was promised is dropped: what goes beyond the
report is marked over, the newest first, and what is only asked before what is promised, and that before who is there.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Literal, NamedTuple

import msgspec

from shared.contracts.transfer_facility import CapacityReported

PlaceState = Literal["free", "held", "promised", "taken"]
_FIRST: Mapping[PlaceState, int] = {"taken": 0, "promised": 1, "held": 2, "free": 3}


class Spot(msgspec.Struct, frozen=True, kw_only=True):
    """One place. `group`: as which group the person counts; `since` sorts those of one state."""

    id: int
    state: PlaceState = "free"
    group: str | None = None
    kept_for: str | None = None
    """Where only places by group were reported: for which group the place is."""
    unscreened: bool = False
    """An emergency admission, or somebody whom no nurse has screened: never in a reserved place (K4-107)."""
    reserved: bool = False
    """枠: for persons who were screened."""
    over: bool = False
    since: float = 0.0


class Fitting(NamedTuple):
    """What is to be done to the rows. `add`: new free places as (kept for, reserved)."""

    add: tuple[tuple[str | None, bool], ...]
    remove: tuple[int, ...]
    change: tuple[Spot, ...]


def limits(report: CapacityReported | None) -> dict[str | None, int]:
    """Return how many places a report states: in all (key None), or by group where the total is not known.

    Empty: nothing is known, and the facility is asked without a hold.
    """
    if report is None:
        return {}
    if report.total is not None:
        return {None: report.total}
    return dict(maxima(report).items())


def maxima(report: CapacityReported) -> dict[str, int]:
    """Return the greatest number by group, of the groups that have one; unspecified is not zero."""
    return {one.group: one.places for one in report.by_group if one.group is not None and one.places is not None}


def fit(spots: Iterable[Spot], report: CapacityReported | None) -> Fitting:
    """Lay a facility's places out as it reported them."""
    known = limits(report)
    lanes: dict[str | None, list[Spot]] = {lane: [] for lane in known}
    lanes.setdefault(None, [])
    laid: list[Spot] = []
    remove: list[int] = []
    before = sorted(spots, key=lambda spot: (_FIRST[spot.state], spot.since, spot.id))
    for spot in before:
        lane = None if None in known else spot.group if spot.state != "free" else spot.kept_for
        if spot.state == "free" and (lane not in known or spot.kept_for != lane):
            remove.append(spot.id)
        else:
            lanes[lane if lane in lanes else None].append(spot)
    add: list[tuple[str | None, bool]] = []
    for lane, here in lanes.items():
        limit = known.get(lane)
        occupied = [spot for spot in here if spot.state != "free"]
        for turn, spot in enumerate(occupied):
            over = limit is not None and turn >= limit
            laid.append(msgspec.structs.replace(spot, kept_for=lane, over=over))
        room = 0 if limit is None else max(0, limit - len(occupied))
        free = [spot for spot in here if spot.state == "free"]
        laid += [msgspec.structs.replace(spot, group=None, unscreened=False, over=False) for spot in free[:room]]
        remove += [spot.id for spot in free[room:]]
        add += [(lane, False)] * (room - len(free))
    laid, add = _reserve(laid, add, report.reserved if report and report.total is not None else 0)
    as_it_was = {spot.id: spot for spot in before}
    return Fitting(tuple(add), tuple(remove), tuple(spot for spot in laid if spot != as_it_was[spot.id]))


def _reserve(
    laid: Sequence[Spot], add: Sequence[tuple[str | None, bool]], reserved: int
) -> tuple[list[Spot], list[tuple[str | None, bool]]]:
    """Say which places are 枠: those of screened persons first, then free ones. Over places are none."""
    order = sorted(laid, key=lambda spot: (spot.state == "free", not spot.reserved, spot.since, spot.id))
    chosen = [spot.id for spot in order if not spot.over and not spot.unscreened][: max(0, reserved)]
    left = max(0, reserved) - len(chosen)
    again = [msgspec.structs.replace(spot, reserved=spot.id in chosen) for spot in laid]
    return again, [(lane, turn < left) for turn, (lane, _) in enumerate(add)]


class Room(NamedTuple):
    """How much room a facility has now. None is not known."""

    free: int | None = None
    """Free places; None where no total was reported."""
    unreserved: int | None = None
    """Those of them that are no 枠."""
    groups: Mapping[str, int] = {}
    """What is left of each group's greatest number (with a total), or its free places (without)."""


class Share(NamedTuple):
    """What of a facility's room is open to one person: how many places (None: not known), counted as which group."""

    free: int | None
    group: str | None


def share(room: Room, counts_as: Sequence[str], *, unscreened: bool) -> Share:
    """Return the room for a person who may count as any of these of the facility's groups.

    A greatest number of a group binds those of that group; where a person could count as several, the one with the
    most room is taken.
    """
    free = room.unreserved if unscreened else room.free
    bound = [group for group in counts_as if group in room.groups]
    if not bound:
        return Share(free, None)
    best = max(bound, key=lambda group: room.groups[group])
    left = max(0, room.groups[best])
    return Share(left if free is None else min(free, left), best)
