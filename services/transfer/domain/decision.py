"""What a nurse's decision does to what is under way for a person (004 マニュアル 参考③; K4-104)."""

from collections.abc import Sequence
from typing import NamedTuple

import msgspec

from services.transfer.domain.policy import Policy
from shared.contracts.screening_screening import ScreeningDecided
from shared.contracts.transfer_facility import Received
from shared.contracts.transfer_need import NeedChanged, NeedOpened


class Demand(msgspec.Struct, frozen=True):
    """What ranking and driving go by: where all of it is as before, whoever was asked may go on thinking."""

    destination: str
    groups: tuple[str, ...] = ()
    aids: tuple[str, ...] = ()
    high_risk: bool = False
    companion: bool = False
    emergency_admission: bool = False


def demand(event: ScreeningDecided | NeedOpened | NeedChanged) -> Demand:
    """Return the demand that an event states."""
    return Demand(
        event.destination, event.groups, event.aids, event.high_risk, event.companion, event.emergency_admission
    )


class Promise(NamedTuple):
    """The facility that has accepted: of which kind, whom it receives."""

    kind: str
    receives: Received | None


class Live(NamedTuple):
    """A need under way: what it demands, and who has accepted."""

    demand: Demand
    promise: Promise | None


class Verdict(NamedTuple):
    """What is to be done: end the live need (with a reason), open another, change the live one, take requests back."""

    end: str | None = None
    opens: bool = False
    change: bool = False
    withdraw: bool = False


NOTHING = Verdict()


def settle(new: Demand, live: Live | None, policy: Policy, *, gone: bool = False) -> Verdict:
    """Decide what a new decision does. `gone`: the person has left or died since it was made.

    A decision for a place that needs no move (hospital, a space in the shelter) ends the need; one that moves the
    person changes it, or opens one. Requests go on where nothing changed that concerns them; a promise is kept
    where it still fits.
    """
    if gone:
        return NOTHING
    if not policy.opens_need(new.destination):
        if live is None:
            return NOTHING
        return Verdict(end="hospital" if new.destination == "hospital" else "replaced")
    if live is None:
        return Verdict(opens=True)
    if live.promise is None:
        return Verdict(change=True, withdraw=new != live.demand)
    if fits(live.promise, new, policy):
        return Verdict(change=True)
    return Verdict(end="replaced", opens=True)


def fits(promise: Promise, new: Demand, policy: Policy) -> bool:
    """Whether a facility that has accepted is still right."""
    if promise.kind not in policy.kinds(new.destination):
        return False
    return received(promise.receives, new.groups, policy) != "others"


def received(receives: Received | None, named: Sequence[str], policy: Policy) -> str:
    """Return how a facility receives a person of these groups: named, covered, everybody, unstated, or others.

    Unspecified is not none: a facility that names nobody, and a person whose groups nobody knows, may be asked.
    """
    groups = policy.groups(named)
    theirs = receives.groups if receives else ()
    if not theirs or not groups:
        return "unstated"
    if set(theirs) & set(groups):
        return "named"
    if any(set(policy.covers.get(group, ())) & set(groups) for group in theirs):
        return "covered"
    return "everybody" if set(theirs) & set(policy.everybody) else "others"
