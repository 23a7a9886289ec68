"""A trip: the drive of one person to the facility that accepted them (004 受入手順 ④, (3)①; K4-126…K4-129).

The family drives first (自助) and confirms it; else a partner or a facility with a vehicle is offered the drive, takes
it or not. Dropped off is what the driver says; that the person is there says the facility (`placement`). A drive that
broke off is over: the person still needs one, and another trip is planned.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from shared.contracts.event import Event
from shared.contracts.transfer_trip import (
    DroppedOff,
    PickedUp,
    TripAccepted,
    TripCancelled,
    TripDeclined,
    TripFailed,
    TripOffered,
    TripPlanned,
    TripStarted,
)
from shared.kernel.errors import Conflict, NotFound, Refused

Stage = Literal["none", "planned", "offered", "accepted", "started", "picked-up", "dropped-off", "failed", "cancelled"]

OWN_MEANS = frozenset({"family", "ambulance"})
"""By whom a trip is confirmed without being offered: they stand in `partner` then."""

LIVE: tuple[Stage, ...] = ("planned", "offered", "accepted", "started", "picked-up")
UNDER_WAY: tuple[Stage, ...] = ("accepted", "started", "picked-up")


@dataclass(frozen=True)
class State:
    """How it stands: `partner` is who is offered it, or drives."""

    stage: Stage = "none"
    planned: TripPlanned | None = None
    by: str = ""
    partner: str | None = None
    until: datetime | None = None


INITIAL = State()


@dataclass(frozen=True)
class Plan:
    """`promised`: the placement is accepted (movement begins only then, K4-117); `not_before`: the facility receives
    from a time on; `fits`: this vehicle can take this person (K4-128)."""

    event: TripPlanned
    promised: bool
    fits: bool
    not_before: datetime | None = None


@dataclass(frozen=True)
class Offer:
    partner: str
    until: datetime
    vehicle: str
    fits: bool


@dataclass(frozen=True)
class Accept:
    """`partner` is who was offered it, or `family` or `ambulance` where they confirm that they drive."""

    partner: str
    pick_up_at: datetime | None = None


@dataclass(frozen=True)
class Decline:
    partner: str
    reason: str


@dataclass(frozen=True)
class ExpireOffer:
    now: datetime


@dataclass(frozen=True)
class Start:
    pass


@dataclass(frozen=True)
class PickUp:
    pass


@dataclass(frozen=True)
class DropOff:
    pass


@dataclass(frozen=True)
class Fail:
    reason: str


@dataclass(frozen=True)
class Cancel:
    reason: str


@dataclass(frozen=True)
class Conclude:
    """The facility reports the person's arrival: who was driving has set them down, and nobody else need drive."""


Command = Plan | Offer | Accept | Decline | ExpireOffer | Start | PickUp | DropOff | Fail | Cancel | Conclude


def decide(command: Command, state: State) -> list[Event]:
    """Decide a command.

    Raises `NotFound("trip.unknown")`, `Conflict("trip.differs")`, `Refused("trip.not-accepted" | "trip.too-early" |
    "trip.needs-welfare-vehicle" | "trip.offered-already" | "trip.not-offered" | "trip.not-taken" | "trip.taken" |
    "trip.under-way" | "trip.over")`.
    """
    match command:
        case Plan():
            return _plan(command, state)
        case ExpireOffer() | Cancel() | Conclude() if state.stage not in LIVE:
            return []
        case ExpireOffer(now=now):
            if state.stage == "offered" and state.partner and state.until and now >= state.until:
                return [TripDeclined(partner=state.partner, reason="silent")]
            return []
        case Cancel(reason=reason):
            return [TripCancelled(reason=reason)]
        case Conclude():
            return [DroppedOff()] if state.stage in UNDER_WAY else [TripCancelled(reason="not-needed")]
        case _ if state.stage == "none":
            raise NotFound("trip.unknown")
        case Offer() | Accept() | Decline():
            return _found(command, state)
        case _:
            return _driven(command, state)


def _plan(command: Plan, state: State) -> list[Event]:
    if state.planned is not None:
        if state.planned.placement != command.event.placement:
            raise Conflict("trip.differs", fields=["placement"])
        return []
    if not command.promised:
        raise Refused("trip.not-accepted")
    if not command.fits:
        raise Refused("trip.needs-welfare-vehicle")
    if command.not_before is not None and command.event.planned_at < command.not_before:
        raise Refused("trip.too-early", from_time=command.not_before.isoformat())
    return [command.event]


def _found(command: Offer | Accept | Decline, state: State) -> list[Event]:
    """Somebody to drive is looked for."""
    match command, state.stage:
        case _, "dropped-off" | "failed" | "cancelled":
            raise Refused("trip.over", state=state.stage)
        case Offer(partner=partner), "offered" if partner == state.partner:
            return []
        case Offer(), "offered":
            raise Refused("trip.offered-already", partner=state.partner)
        case Offer(fits=False), "planned":
            raise Refused("trip.needs-welfare-vehicle")
        case Offer(partner=partner, until=until, vehicle=vehicle), "planned":
            changed = state.planned is not None and vehicle != state.planned.vehicle
            return [TripOffered(partner=partner, until=until, vehicle=vehicle if changed else None)]
        case Offer(), _:
            raise Refused("trip.taken", partner=state.partner)
        case Accept(partner=partner, pick_up_at=at), "offered" if partner == state.partner:
            return [TripAccepted(partner=partner, pick_up_at=at)]
        case Accept(partner=partner, pick_up_at=at), "planned" if partner == state.by and partner in OWN_MEANS:
            return [TripAccepted(partner=partner, pick_up_at=at)]
        case Accept(partner=partner), "accepted" | "started" | "picked-up" if partner == state.partner:
            return []
        case Decline(partner=partner, reason=reason), "offered" | "accepted" if partner == state.partner:
            return [TripDeclined(partner=partner, reason=reason)]
        case Decline(partner=partner, reason=reason), "planned" if partner == state.by and partner in OWN_MEANS:
            return [TripDeclined(partner=partner, reason=reason)]
        case Decline(), "planned":
            return []  # it lapsed, or was declined already
        case Decline(partner=partner), _ if partner == state.partner:
            raise Refused("trip.under-way")
    raise Refused("trip.not-offered")


def _driven(command: Command, state: State) -> list[Event]:
    """The drive itself. A step that nobody reported is not made up; a later one can be reported without it."""
    match command, state.stage:
        case Start(), "accepted":
            return [TripStarted()]
        case Start(), "started" | "picked-up" | "dropped-off":
            return []
        case PickUp(), "accepted" | "started":
            return [PickedUp()]
        case PickUp(), "picked-up" | "dropped-off":
            return []
        case DropOff(), "accepted" | "started" | "picked-up":
            return [DroppedOff()]
        case DropOff(), "dropped-off":
            return []
        case Fail(reason=reason), "accepted" | "started" | "picked-up":
            return [TripFailed(reason=reason)]
        case Fail(), "failed":
            return []
        case _, "dropped-off" | "failed" | "cancelled":
            raise Refused("trip.over", state=state.stage)
    raise Refused("trip.not-taken", state=state.stage)


_STAGES: dict[type[Event], Stage] = {
    TripAccepted: "accepted",
    TripStarted: "started",
    PickedUp: "picked-up",
    DroppedOff: "dropped-off",
    TripFailed: "failed",
    TripCancelled: "cancelled",
}


def evolve(state: State, event: Event) -> State:
    """Fold one event."""
    match event:
        case TripPlanned():
            return State("planned", event, event.by)
        case TripOffered(partner=partner, until=until):
            return replace(state, stage="offered", by="partner", partner=partner, until=until)
        case TripAccepted(partner=partner):
            return replace(state, stage="accepted", partner=partner, until=None)
        case TripDeclined():
            return replace(state, stage="planned", partner=None, until=None)
    stage = _STAGES.get(type(event))
    return state if stage is None else replace(state, stage=stage)
