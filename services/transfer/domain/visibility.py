"""Who sees what of a person along the way (K4-165, K4-166): what the decision or the drive needs, when it does.

Those who care for the person (HQ, nurses, shelter staff, in their scope) see all of it; the asked facility and the
transport partner see by the state of their request.
"""

from collections.abc import Mapping
from typing import NamedTuple


class Sees(NamedTuple):
    """`facts`: groups, aids, condition (a facility), or time, place, aids (a partner). `name`: who it is, where
    exactly, whom to ring up."""

    facts: bool = False
    name: bool = False


NOTHING, FACTS, ALL = Sees(), Sees(facts=True), Sees(facts=True, name=True)

FACILITY: Mapping[str, Sees] = {
    "asked": FACTS,
    "accepted": ALL,
    "arrived": ALL,
    "declined": NOTHING,
    "expired": NOTHING,
    "withdrawn": NOTHING,
    "ended": NOTHING,
}
"""By the state of the placement."""

PARTNER: Mapping[str, Sees] = {
    "planned": NOTHING,
    "offered": FACTS,
    "accepted": ALL,
    "started": ALL,
    "picked-up": ALL,
    "dropped-off": FACTS,
    "failed": NOTHING,
    "cancelled": NOTHING,
}
"""By the state of the trip; a trip that is planned was declined, or is not offered to anybody."""


def of_placement(state: str, *, cares: bool) -> Sees:
    """Return what is seen of the person of a placement: all by those who care, else what a facility sees."""
    return ALL if cares else FACILITY.get(state, NOTHING)


def of_trip(state: str) -> Sees:
    """Return what a partner sees of the person of a trip."""
    return PARTNER.get(state, NOTHING)
