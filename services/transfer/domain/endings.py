"""Which fact of a person's life ends what: the open need, the stay at a facility (policy: `departures`, `facts`).

A fact that happened before the decision, or before the arrival, ends nothing: it was reported late, and somebody has
seen the person since.
"""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from services.transfer.domain.policy import Policy
from shared.contracts.envelope import Envelope
from shared.contracts.event import Event
from shared.contracts.intake_person import (
    AmbulanceCalled,
    CheckedIn,
    Departed,
    Died,
    HospitalConfirmed,
    ReturnedFromHospital,
)

FACTS: dict[type[Event], str] = {
    Died: "died",
    AmbulanceCalled: "ambulance-called",
    HospitalConfirmed: "hospital-confirmed",
    CheckedIn: "checked-in",
    ReturnedFromHospital: "returned-from-hospital",
}

GONE = frozenset({"left", "hospital", "ambulance", "dead"})
"""Presences in which a decision made before is of no use any more."""


def ends_need(event: Event, policy: Policy, facilities: Collection[UUID]) -> str | None:
    """Return with which reason (`codes.END`) the event ends a need, or None. `facilities`: those asked or promised.

    Who left for the facility that was asked is on the way there, and the need goes on.
    """
    if isinstance(event, Departed):
        if event.placement is not None or event.to_facility in facilities:
            return None
        return policy.departures.get(event.destination, "left")
    row = policy.facts.get(FACTS.get(type(event), ""))
    return row.need if row else None


def ends_stay(event: Event, policy: Policy, facility: UUID) -> str | None:
    """Return with which reason the event ends a stay at a facility, or None."""
    match event:
        case Departed(placement=UUID()):
            return None  # intake's own sign-out from the shelter that was left for the facility
        case Departed(shelter=shelter, to_facility=to):
            if to == facility or shelter not in (None, facility):
                return None
            reason = policy.departures.get(event.destination, "left")
            return reason or ("moved-on" if shelter == facility else None)
        case CheckedIn(place=place) | ReturnedFromHospital(place=place):
            if place.shelter == facility or place.kind == "unknown":
                return None
    row = policy.facts.get(FACTS.get(type(event), ""))
    return row.stay if row else None


def too_late(envelope: Envelope, since: datetime | None) -> bool:
    """Whether an event happened, to the minute, before what it would end had begun."""
    return since is not None and envelope.precision == "minute" and envelope.time < since
