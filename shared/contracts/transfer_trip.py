"""Topic `transfer.trip`: the drive of one person to where they were accepted. Keyed by person. No diagnosis here."""

from uuid import UUID

from shared.contracts.event import Event, Instant, Words, event

TOPIC = "transfer.trip"


class TripWords(Words, frozen=True, kw_only=True, omit_defaults=True):
    """For the driver, after acceptance: who, and where exactly."""

    driver: str | None = None
    name: str | None = None
    pick_up: str | None = None
    phone: str | None = None
    note: str | None = None


@event("tsunagi.transfer.trip.planned.v1", TOPIC)
class TripPlanned(Event, frozen=True, kw_only=True, omit_defaults=True):
    """A drive is planned, by the family (自助, first choice) or by a partner still to be found."""

    placement: UUID
    person: UUID
    by: str
    """A code of `codes.TRIP_BY`."""
    vehicle: str
    """A code of `codes.VEHICLE`."""
    planned_at: Instant
    from_place: UUID | None = None
    """The facility of the master where the person is; None: the pick-up stands in the words."""
    to_facility: UUID
    passengers: int = 1
    aids: tuple[str, ...] = ()
    companion: bool = False
    words: TripWords | None = None


@event("tsunagi.transfer.trip.offered.v1", TOPIC)
class TripOffered(Event, frozen=True, kw_only=True, omit_defaults=True):
    """The trip is offered to a partner until a time."""

    partner: str
    until: Instant
    vehicle: str | None = None
    """With what, where that is another vehicle than was planned."""


@event("tsunagi.transfer.trip.accepted.v1", TOPIC)
class TripAccepted(Event, frozen=True, kw_only=True, omit_defaults=True):
    """The partner drives (or the family confirmed that it does: partner `family`)."""

    partner: str
    pick_up_at: Instant | None = None


@event("tsunagi.transfer.trip.declined.v1", TOPIC)
class TripDeclined(Event, frozen=True, kw_only=True, omit_defaults=True):
    """The partner cannot drive, or did not answer in time (a code of `codes.TRIP_DECLINE`)."""

    partner: str
    reason: str


@event("tsunagi.transfer.trip.started.v1", TOPIC)
class TripStarted(Event, frozen=True, kw_only=True, omit_defaults=True):
    """The vehicle is on its way to the person."""


@event("tsunagi.transfer.trip.picked-up.v1", TOPIC)
class PickedUp(Event, frozen=True, kw_only=True, omit_defaults=True):
    """The person is in the vehicle."""


@event("tsunagi.transfer.trip.dropped-off.v1", TOPIC)
class DroppedOff(Event, frozen=True, kw_only=True, omit_defaults=True):
    """The person was set down at the facility, says the driver; the facility's own report is another event."""


@event("tsunagi.transfer.trip.failed.v1", TOPIC)
class TripFailed(Event, frozen=True, kw_only=True, omit_defaults=True):
    """The drive broke off (a code of `codes.TRIP_FAILURE`); the person still needs one."""

    reason: str


@event("tsunagi.transfer.trip.cancelled.v1", TOPIC)
class TripCancelled(Event, frozen=True, kw_only=True, omit_defaults=True):
    """The drive is not needed any more (a code of `codes.END`)."""

    reason: str
