"""Topic `transfer.placement`: one person, one facility asked to receive them (004 受入手順 ①–⑤). Keyed by person."""

from uuid import UUID

from shared.contracts.event import Event, Instant, Words, event

TOPIC = "transfer.placement"


class RequestWords(Words, frozen=True, kw_only=True, omit_defaults=True):
    condition: str | None = None
    note: str | None = None


@event("tsunagi.transfer.placement.requested.v1", TOPIC)
class PlacementRequested(Event, frozen=True, kw_only=True, omit_defaults=True):
    """A facility is asked, until `until`; `held` says whether a place is held for it (capacity unknown: no hold)."""

    need: UUID
    person: UUID
    facility: UUID
    group: str | None = None
    held: bool = True
    until: Instant
    rank: int | None = None
    chosen: str = "first"
    """first: the best candidate; other: HQ chose otherwise; next: the one after a silence or a refusal."""
    reason: str | None = None
    """Why HQ chose otherwise: a code of `codes.CHOICE_REASON`."""
    asked_by: str | None = None
    """By which way the facility is asked, where not by its page: phone, fax (`codes.CHANNEL`, K4-115)."""
    policy: str = ""
    """The ranking and holding policy, with its version, that was applied."""
    words: RequestWords | None = None


class ReplyWords(Words, frozen=True, kw_only=True, omit_defaults=True):
    text: str | None = None


@event("tsunagi.transfer.placement.accepted.v1", TOPIC)
class PlacementAccepted(Event, frozen=True, kw_only=True, omit_defaults=True):
    """可: the facility receives the person; with conditions (`codes.CONDITION`) where it says so."""

    facility: UUID
    need: UUID
    conditions: tuple[str, ...] = ()
    from_time: Instant | None = None
    lacks: tuple[str, ...] = ()
    """What the facility lacks for it (codes of `codes.LACK`, K1-029)."""
    words: ReplyWords | None = None


@event("tsunagi.transfer.placement.declined.v1", TOPIC)
class PlacementDeclined(Event, frozen=True, kw_only=True, omit_defaults=True):
    """否, with a reason (a code of `codes.DECLINE`): to the request, or a promise taken back before the arrival."""

    facility: UUID
    need: UUID
    reason: str
    lacks: tuple[str, ...] = ()
    """What it would have needed: codes of `codes.LACK` (K1-029)."""
    words: ReplyWords | None = None


@event("tsunagi.transfer.placement.expired.v1", TOPIC)
class PlacementExpired(Event, frozen=True, kw_only=True, omit_defaults=True):
    """No answer in time: the place is free again, the next candidate is asked."""

    facility: UUID
    need: UUID


@event("tsunagi.transfer.placement.withdrawn.v1", TOPIC)
class PlacementWithdrawn(Event, frozen=True, kw_only=True, omit_defaults=True):
    """HQ no longer asks, or the person cannot come: the place is free again (a code of `codes.END`)."""

    facility: UUID
    need: UUID
    reason: str


@event("tsunagi.transfer.placement.arrival-reported.v1", TOPIC)
class ArrivalReported(Event, frozen=True, kw_only=True, omit_defaults=True):
    """受入報告: the facility reports that the person is there; the place is taken for good."""

    facility: UUID
    need: UUID


@event("tsunagi.transfer.placement.ended.v1", TOPIC)
class PlacementEnded(Event, frozen=True, kw_only=True, omit_defaults=True):
    """The person left the facility again (`codes.END`: home, hospital, died, moved-on): the place is free."""

    facility: UUID
    need: UUID
    reason: str
