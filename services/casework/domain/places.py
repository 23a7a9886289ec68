"""The places of a welfare shelter as the board shows them: taken, promised, asked for, free, not known (K4-155).

Reckoned from the facility's own last report and from who was asked for, promised or received there since, by the
rules by which transfer lays out its places (design, decision 7): what was promised beyond a report is shown as over.
"""

from collections.abc import Iterable, Mapping
from typing import NamedTuple


class Taken(NamedTuple):
    """So many persons of one group in one state of a placement. `held`: a place is kept for them while it is asked."""

    state: str
    group: str | None
    held: bool
    persons: int


class Places(NamedTuple):
    """What becomes of the places. `free` None: not reported, which is not none."""

    arrived: int = 0
    promised: int = 0
    held: int = 0
    asked: int = 0
    """Requests that wait for an answer, with a place held for them or without."""
    free: int | None = None
    over: int = 0
    """Promised or taken beyond what the facility reported since."""

    @property
    def used(self) -> int:
        return self.arrived + self.promised + self.held


def lanes(total: int | None, by_group: Mapping[str, int]) -> dict[str | None, int]:
    """Return how many places were reported: in all (key None), or by group where no total was. Empty: not known."""
    return {None: total} if total is not None else dict(by_group.items())


def places(total: int | None, by_group: Mapping[str, int], taken: Iterable[Taken]) -> Places:
    """Reckon the places of one facility."""
    known = lanes(total, by_group)
    count = {"arrived": 0, "accepted": 0, "held": 0, "asked": 0}
    used: dict[str | None, int] = dict.fromkeys(known, 0)
    for one in taken:
        count[one.state] += one.persons
        if one.state == "asked" and not one.held:
            continue
        if one.state == "asked":
            count["held"] += one.persons
        lane = None if None in known else one.group
        if lane in used:
            used[lane] += one.persons
    return Places(
        arrived=count["arrived"],
        promised=count["accepted"],
        held=count["held"],
        asked=count["asked"],
        free=sum(max(0, known[lane] - used[lane]) for lane in known) if known else None,
        over=sum(max(0, used[lane] - known[lane]) for lane in known),
    )
