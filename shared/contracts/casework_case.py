"""Topic `casework.case`: a person's disaster case management (災害ケースマネジメント, 000). Keyed by person."""

from uuid import UUID

from shared.contracts.event import Event, Words, event

TOPIC = "casework.case"


@event("tsunagi.casework.case.opened.v1", TOPIC)
class CaseOpened(Event, frozen=True, kw_only=True, omit_defaults=True):
    """Somebody takes care of this person from here on."""

    person: UUID
    reason: str
    worker: str | None = None
    base: str | None = None


@event("tsunagi.casework.case.assigned.v1", TOPIC)
class CaseAssigned(Event, frozen=True, kw_only=True, omit_defaults=True):
    """Another caseworker (or base) is responsible; a change is a hand-off until the new one has taken over."""

    worker: str
    base: str | None = None
    before: str | None = None


@event("tsunagi.casework.case.taken-over.v1", TOPIC)
class CaseTakenOver(Event, frozen=True, kw_only=True, omit_defaults=True):
    """The new caseworker has taken over."""

    worker: str


class VisitWords(Words, frozen=True, kw_only=True, omit_defaults=True):
    found: str | None = None


@event("tsunagi.casework.case.visited.v1", TOPIC)
class CaseVisited(Event, frozen=True, kw_only=True, omit_defaults=True):
    """An outreach or watching-over visit: met, absent, refused; `urgent`: medicine or welfare must come at once."""

    kind: str
    outcome: str
    urgent: bool = False
    words: VisitWords | None = None


class AssessmentWords(Words, frozen=True, kw_only=True, omit_defaults=True):
    housing: str | None = None
    living: str | None = None
    wishes: str | None = None
    """意向, in the person's own words."""


@event("tsunagi.casework.case.assessed.v1", TOPIC)
class CaseAssessed(Event, frozen=True, kw_only=True, omit_defaults=True):
    """Assessed on two axes (000): support needed for 住まいの再建 × 日常生活の自立; the scheme gives the class."""

    scheme: str
    housing: str
    living: str
    result: str
    continues: bool
    visit_every_days: int | None = None
    words: AssessmentWords | None = None


class ReferralWords(Words, frozen=True, kw_only=True, omit_defaults=True):
    request: str | None = None


@event("tsunagi.casework.case.referred.v1", TOPIC)
class CaseReferred(Event, frozen=True, kw_only=True, omit_defaults=True):
    """つなぎ to a provider of support; with the person's consent, or overridden with a reason."""

    referral: UUID
    provider: str
    consent: str
    reason: str | None = None
    words: ReferralWords | None = None


@event("tsunagi.casework.case.referral-answered.v1", TOPIC)
class ReferralAnswered(Event, frozen=True, kw_only=True, omit_defaults=True):
    """The provider accepted, rejected, has done it, or it was withdrawn."""

    referral: UUID
    answer: str


@event("tsunagi.casework.case.closed.v1", TOPIC)
class CaseClosed(Event, frozen=True, kw_only=True, omit_defaults=True):
    """Support ends: self-reliant, moved-away, died, declined, merged."""

    reason: str


@event("tsunagi.casework.case.reopened.v1", TOPIC)
class CaseReopened(Event, frozen=True, kw_only=True, omit_defaults=True):
    """Support goes on after all."""

    reason: str
