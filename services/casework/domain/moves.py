"""How asking for a place and driving there fold into a person's way (004 受入手順 ①–⑤, (3)①)."""

from datetime import datetime
from typing import Any

from services.casework.domain.journey import DRIVES, Journey, Placement, Step, Trip
from shared.contracts import transfer_placement as placement
from shared.contracts import transfer_trip as trip
from shared.contracts.envelope import Envelope
from shared.contracts.event import Event
from shared.contracts.places import Place


def _answered(state: Journey, event: Any, envelope: Envelope, at: datetime) -> None:
    one = _placement(state, event, envelope)
    if one.state in ("asked", "accepted"):
        one.state = _ANSWERS[type(event)]
        one.reason = getattr(event, "reason", None)
    one.answered_at = at
    if isinstance(event, placement.PlacementAccepted):
        state.accepted_at = at


_ANSWERS: dict[type[Event], str] = {
    placement.PlacementAccepted: "accepted",
    placement.PlacementDeclined: "declined",
    placement.PlacementExpired: "expired",
    placement.PlacementWithdrawn: "withdrawn",
}


def _placement(state: Journey, event: Any, envelope: Envelope) -> Placement:
    """Return the placement that an event is about, begun here where its request has not been heard yet."""
    found = state.placements.get(envelope.subject)
    if found is None:
        found = Placement(placement=envelope.subject, facility=event.facility, need=event.need, state="asked")
        state.placements = {**state.placements, envelope.subject: found}
    return found


def _asked(state: Journey, event: placement.PlacementRequested, envelope: Envelope, at: datetime) -> None:
    one = _placement(state, event, envelope)
    one.group, one.until, one.asked_at, one.held = event.group, event.until, at, event.held
    state.asked_at = at


def _arrived(state: Journey, event: placement.ArrivalReported, envelope: Envelope, at: datetime) -> None:
    one = _placement(state, event, envelope)
    one.state, one.arrived_at = "arrived", at
    state.arrived_at = at
    state.set_out(at)
    state.facility = event.facility
    state.stand(_IN_A_FACILITY, "moved")


_IN_A_FACILITY = Place(kind="facility")
_NOWHERE = Place()
_AFTER_A_STAY = {"hospital": "ambulance", "died": "dead"}


def _stay_ended(state: Journey, event: placement.PlacementEnded, envelope: Envelope, at: datetime) -> None:
    one = _placement(state, event, envelope)
    was_there = one.state == "arrived"
    one.state, one.ended_at, one.reason = "ended", at, event.reason
    if was_there and state.facility == event.facility:
        state.facility = None
        if state.presence == "moved":
            state.stand(_NOWHERE, _AFTER_A_STAY.get(event.reason, "left"))
            state.left_for = event.reason


def _trip(state: Journey, envelope: Envelope) -> Trip:
    found = state.trips.get(envelope.subject)
    if found is None:
        found = Trip(trip=envelope.subject)
        state.trips = {**state.trips, envelope.subject: found}
    return found


def _trip_planned(state: Journey, event: trip.TripPlanned, envelope: Envelope, _at: datetime) -> None:
    one = _trip(state, envelope)
    one.placement, one.facility = event.placement, event.to_facility
    one.by, one.vehicle, one.planned_at = event.by, event.vehicle, event.planned_at
    one.wanted_at = envelope.recorded_at


_DRIVES: dict[type[Event], str] = {
    trip.TripOffered: "offered",
    trip.TripAccepted: "accepted",
    trip.TripDeclined: "planned",
    trip.TripStarted: "started",
    trip.PickedUp: "picked-up",
    trip.DroppedOff: "dropped-off",
    trip.TripFailed: "failed",
    trip.TripCancelled: "cancelled",
}


def _drove(state: Journey, event: Any, envelope: Envelope, at: datetime) -> None:
    one = _trip(state, envelope)
    after = _DRIVES[type(event)]
    told_late = after in DRIVES and one.state in DRIVES[2:] and DRIVES.index(after) < DRIVES.index(one.state)
    if not told_late or isinstance(event, trip.TripDeclined):
        one.state = after
    if isinstance(event, trip.TripOffered | trip.TripAccepted):
        one.partner = event.partner
    if isinstance(event, trip.TripAccepted):
        one.pick_up_at = event.pick_up_at
    if isinstance(event, trip.TripDeclined):
        one.partner = None
    if isinstance(event, trip.PickedUp):
        state.set_out(at)


MOVES: dict[type[Event], Step] = {
    placement.PlacementRequested: _asked,
    placement.PlacementAccepted: _answered,
    placement.PlacementDeclined: _answered,
    placement.PlacementExpired: _answered,
    placement.PlacementWithdrawn: _answered,
    placement.ArrivalReported: _arrived,
    placement.PlacementEnded: _stay_ended,
    trip.TripPlanned: _trip_planned,
    **dict.fromkeys(_DRIVES, _drove),
}
"""What each event of a placement or a drive does to a way."""
