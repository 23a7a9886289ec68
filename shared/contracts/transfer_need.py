"""Topic `transfer.need`: a decision to move somebody opens a need; it owns its placements. Keyed by person."""

from uuid import UUID

from shared.contracts.event import Event, event
from shared.contracts.places import Place

TOPIC = "transfer.need"


@event("tsunagi.transfer.need.opened.v1", TOPIC)
class NeedOpened(Event, frozen=True, kw_only=True, omit_defaults=True):
    """Somebody is to be moved: whereto the nurse decided, and what ranking and driving need to know."""

    person: UUID
    screening: UUID | None = None
    """The decision (its event's id) that opened it."""
    exception: str | None = None
    """Why there is a need without a screening result (`codes.EXCEPTION`, K4-114)."""
    policy: str = ""
    """The policy, with its version, by which this destination opens a need."""
    destination: str
    household: UUID | None = None
    groups: tuple[str, ...] = ()
    aids: tuple[str, ...] = ()
    high_risk: bool = False
    companion: bool = False
    urgent: bool = False
    emergency_admission: bool = False
    admission_kind: str | None = None
    interim: str | None = None
    """Where the person waits for the move (K4-103)."""
    place: Place | None = None
    straight_from_home: bool = False


@event("tsunagi.transfer.need.changed.v1", TOPIC)
class NeedChanged(Event, frozen=True, kw_only=True, omit_defaults=True):
    """A new decision replaced the one that opened the need, while nobody had accepted or the promise still fits."""

    screening: UUID | None = None
    exception: str | None = None
    policy: str = ""
    destination: str
    groups: tuple[str, ...] = ()
    aids: tuple[str, ...] = ()
    high_risk: bool = False
    companion: bool = False
    urgent: bool = False
    emergency_admission: bool = False
    admission_kind: str | None = None
    interim: str | None = None
    place: Place | None = None


@event("tsunagi.transfer.need.waitlisted.v1", TOPIC)
class NeedWaitlisted(Event, frozen=True, kw_only=True, omit_defaults=True):
    """Nobody left to ask: the person stays on the waiting list, in sight (a code of `codes.WAITLIST`)."""

    reason: str
    asked: int = 0


@event("tsunagi.transfer.need.met.v1", TOPIC)
class NeedMet(Event, frozen=True, kw_only=True, omit_defaults=True):
    """The person arrived where a placement promised a place."""

    placement: UUID


@event("tsunagi.transfer.need.ended.v1", TOPIC)
class NeedEnded(Event, frozen=True, kw_only=True, omit_defaults=True):
    """The need ended unmet: left, hospital, died, replaced, withdrawn (a code of `codes.END`)."""

    reason: str
