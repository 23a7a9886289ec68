"""Topic `casework.case`: a person's disaster case management (災害ケースマネジメント, 000). Keyed by person."""

from datetime import date
from uuid import UUID

from shared.contracts.event import Event, Words, event
from shared.contracts.places import Place

TOPIC = "casework.case"


@event("tsunagi.casework.case.opened.v1", TOPIC)
class CaseOpened(Event, frozen=True, kw_only=True, omit_defaults=True):
    """Somebody takes care of this person from here on (why: a code of `codes.CASE_REASON`)."""

    person: UUID
    household: UUID | None = None
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
    """A visit (`codes.VISIT`), and how it went (`codes.VISIT_OUTCOME`)."""

    kind: str
    outcome: str
    urgent: bool = False
    """Medicine, health or welfare must come at once: a hand-off of its own (K0-004)."""
    urgent_to: str | None = None
    """Which provider is needed at once: a code of `codes.PROVIDER`."""
    worker: str | None = None
    """Who visited, where the actor only keyed it in."""
    place: Place | None = None
    """Where: shelter, home, car, temporary housing … (K0-008)."""
    findings: tuple[str, ...] = ()
    """Codes of `codes.FINDING`: isolation raises the rhythm of visits (K0-029)."""
    next_on: date | None = None
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
    """The assessment scheme, with its version (`codes.SCHEME`)."""
    housing: str
    living: str
    result: str
    continues: bool
    visit_every_days: int | None = None
    words: AssessmentWords | None = None


class ReferralWords(Words, frozen=True, kw_only=True, omit_defaults=True):
    provider: str | None = None
    request: str | None = None


class AnswerWords(Words, frozen=True, kw_only=True, omit_defaults=True):
    text: str | None = None


@event("tsunagi.casework.case.referred.v1", TOPIC)
class CaseReferred(Event, frozen=True, kw_only=True, omit_defaults=True):
    """つなぎ to a provider of support; with the person's consent, or overridden with a reason."""

    referral: UUID
    provider: str
    """What kind of provider (`codes.PROVIDER`); its name stands in the words."""
    consent: str
    """`codes.REFERRAL_CONSENT`."""
    reason: str | None = None
    """Why without consent: a code of `codes.OVERRIDE_REASON`."""
    conference: UUID | None = None
    task: UUID | None = None
    """The conference, and its task, that this referral carries out."""
    words: ReferralWords | None = None


@event("tsunagi.casework.case.referral-answered.v1", TOPIC)
class ReferralAnswered(Event, frozen=True, kw_only=True, omit_defaults=True):
    """The provider accepted, rejected, has done it, or it was withdrawn."""

    referral: UUID
    answer: str
    """`codes.REFERRAL_ANSWER`."""
    words: AnswerWords | None = None


@event("tsunagi.casework.case.closed.v1", TOPIC)
class CaseClosed(Event, frozen=True, kw_only=True, omit_defaults=True):
    """Support ends (a code of `codes.CASE_END`)."""

    reason: str


@event("tsunagi.casework.case.reopened.v1", TOPIC)
class CaseReopened(Event, frozen=True, kw_only=True, omit_defaults=True):
    """Support goes on after all (a code of `codes.CASE_REASON`)."""

    reason: str
