"""Topic `transfer.dispatch`: what a transport partner may know. Keyed by trip; no person, no name, no diagnosis."""

from uuid import UUID

from shared.contracts.event import Event, Instant, event

TOPIC = "transfer.dispatch"


@event("tsunagi.transfer.dispatch.offered.v1", TOPIC)
class DispatchOffered(Event, frozen=True, kw_only=True, omit_defaults=True):
    """A drive is offered: where from and to as places, when, how many, with which aids. Answer by API or page."""

    trip: UUID
    partner: str
    planned_at: Instant
    until: Instant
    from_place: UUID | None = None
    from_ward: str | None = None
    to_facility: UUID
    passengers: int = 1
    aids: tuple[str, ...] = ()
    companion: bool = False
    vehicle: str = "ordinary"


@event("tsunagi.transfer.dispatch.withdrawn.v1", TOPIC)
class DispatchWithdrawn(Event, frozen=True, kw_only=True, omit_defaults=True):
    """The offer, or the drive, is off."""

    trip: UUID
    partner: str
    reason: str
