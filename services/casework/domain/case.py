"""A person's case in disaster case management (災害ケースマネジメント, 000): from opening to closing, for years.

One case a person: its stream is `case_of(person)`, so that two caseworkers who open it at once open one.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from types import MappingProxyType
from typing import Literal
from uuid import UUID

from services.casework.domain.assessment import Scheme
from shared.contracts.casework_case import (
    AnswerWords,
    AssessmentWords,
    CaseAssessed,
    CaseAssigned,
    CaseClosed,
    CaseOpened,
    CaseReferred,
    CaseReopened,
    CaseTakenOver,
    CaseVisited,
    ReferralAnswered,
    ReferralWords,
    VisitWords,
)
from shared.contracts.event import Event
from shared.contracts.places import Place
from shared.kernel.errors import Invalid, NotFound, Refused
from shared.kernel.ids import derived_id

NOT_MET = ("absent", "not-found")
"""Outcomes of a visit after which it is still to be made."""


def case_of(person: UUID) -> UUID:
    """Return the id of a person's case."""
    return derived_id("case", person)


@dataclass(frozen=True)
class State:
    """A case. `handed_to`: who is to take over, and has not yet; `referrals`: how each stands."""

    status: Literal["none", "open", "closed"] = "none"
    worker: str | None = None
    handed_to: str | None = None
    visit_every_days: int | None = None
    isolated: bool = False
    referrals: Mapping[UUID, str] = field(default_factory=lambda: MappingProxyType({}))


INITIAL = State()


@dataclass(frozen=True)
class Open:
    person: UUID
    reason: str
    household: UUID | None = None
    worker: str | None = None
    base: str | None = None


@dataclass(frozen=True)
class Assign:
    worker: str
    base: str | None = None


@dataclass(frozen=True)
class TakeOver:
    worker: str


@dataclass(frozen=True)
class Visit:
    """`on`: the day of the visit in Japan; `scheme` says how often who is isolated is visited."""

    kind: str
    outcome: str
    on: date
    scheme: Scheme
    urgent: bool = False
    urgent_to: str | None = None
    worker: str | None = None
    place: Place | None = None
    findings: tuple[str, ...] = ()
    next_on: date | None = None
    words: VisitWords | None = None


@dataclass(frozen=True)
class Assess:
    scheme: Scheme
    housing: str
    living: str
    words: AssessmentWords | None = None


@dataclass(frozen=True)
class Refer:
    referral: UUID
    provider: str
    consent: str
    reason: str | None = None
    conference: UUID | None = None
    task: UUID | None = None
    words: ReferralWords | None = None


@dataclass(frozen=True)
class AnswerReferral:
    referral: UUID
    answer: str
    words: AnswerWords | None = None


@dataclass(frozen=True)
class Close:
    reason: str


@dataclass(frozen=True)
class Reopen:
    reason: str


Command = Open | Assign | TakeOver | Visit | Assess | Refer | AnswerReferral | Close | Reopen

ANSWERS: Mapping[str, frozenset[str]] = {
    "asked": frozenset({"accepted", "rejected", "done", "withdrawn"}),
    "accepted": frozenset({"done", "withdrawn"}),
    "rejected": frozenset({"withdrawn"}),
}
"""How a referral may go on from where it stands (000 つなぎ); done and withdrawn are its end."""


def decide(command: Command, state: State) -> list[Event]:
    """Decide a command on a case.

    Raises `NotFound("case.unknown" | "referral.unknown")`, `Refused("case.open-already" | "case.closed" |
    "case.not-yours" | "referral.finished")`, `Invalid("referral.reason-missing")`.
    """
    match command, state.status:
        case Open(), "none":
            return [
                CaseOpened(
                    person=command.person,
                    household=command.household,
                    reason=command.reason,
                    worker=command.worker,
                    base=command.base,
                )
            ]
        case Open(), "open":
            raise Refused("case.open-already", worker=state.worker)
        case _, "none":
            raise NotFound("case.unknown")
        case Reopen(reason=reason), "closed":
            return [CaseReopened(reason=reason)]
        case Reopen(), _:
            return []
        case Close(), "closed":
            return []
        case _, "closed":
            raise Refused("case.closed")
        case Close(reason=reason), _:
            return [CaseClosed(reason=reason)]
        case _:
            return _at_work(command, state)


def _at_work(command: Command, state: State) -> list[Event]:
    """Decide what is done in an open case."""
    match command:
        case Assign(worker=worker, base=base):
            if worker == state.worker and state.handed_to is None:
                return []
            return [CaseAssigned(worker=worker, base=base, before=state.worker)] if worker != state.handed_to else []
        case TakeOver(worker=worker):
            if state.handed_to is None and worker == state.worker:
                return []
            if worker != state.handed_to:
                raise Refused("case.not-yours", handed_to=state.handed_to)
            return [CaseTakenOver(worker=worker)]
        case Visit():
            return [_visited(command, state)]
        case Assess(scheme=scheme, housing=housing, living=living, words=words):
            result = scheme.classify(housing, living)
            return [
                CaseAssessed(
                    scheme=scheme.version,
                    housing=housing,
                    living=living,
                    result=result.code,
                    continues=result.continues,
                    visit_every_days=scheme.rhythm(result, isolated=state.isolated),
                    words=words,
                )
            ]
        case Refer():
            return _referred(command, state)
        case AnswerReferral(referral=referral, answer=answer, words=words):
            stands = state.referrals.get(referral)
            if stands is None:
                raise NotFound("referral.unknown")
            if stands == answer:
                return []
            if answer not in ANSWERS.get(stands, frozenset()):
                raise Refused("referral.finished", stands=stands)
            return [ReferralAnswered(referral=referral, answer=answer, words=words)]
        case _:
            raise TypeError(command)


def _visited(command: Visit, state: State) -> CaseVisited:
    """A visit, and when the next is due: as was agreed, else by the rhythm (none: this one is still to be made)."""
    next_on = command.next_on
    if next_on is None and command.outcome not in NOT_MET:
        days = state.visit_every_days
        if "isolation" in command.findings and command.scheme.isolated_visit_every_days is not None:
            days = min(days or command.scheme.isolated_visit_every_days, command.scheme.isolated_visit_every_days)
        next_on = command.on + timedelta(days=days) if days is not None else None
    return CaseVisited(
        kind=command.kind,
        outcome=command.outcome,
        urgent=command.urgent,
        urgent_to=command.urgent_to,
        worker=command.worker,
        place=command.place,
        findings=command.findings,
        next_on=next_on,
        words=command.words,
    )


def _referred(command: Refer, state: State) -> list[Event]:
    if command.referral in state.referrals:
        return []
    if command.consent == "overridden" and not command.reason:
        raise Invalid("referral.reason-missing", field="reason")
    return [
        CaseReferred(
            referral=command.referral,
            provider=command.provider,
            consent=command.consent,
            reason=command.reason,
            conference=command.conference,
            task=command.task,
            words=command.words,
        )
    ]


def evolve(state: State, event: Event) -> State:
    """Fold one event of a case."""
    match event:
        case CaseOpened(worker=worker):
            return replace(state, status="open", worker=worker)
        case CaseAssigned(worker=worker, before=None):
            return replace(state, worker=worker)
        case CaseAssigned(worker=worker):
            return replace(state, handed_to=worker)
        case CaseTakenOver(worker=worker):
            return replace(state, worker=worker, handed_to=None)
        case CaseVisited(findings=findings, outcome=outcome) if outcome not in NOT_MET:
            return replace(state, isolated="isolation" in findings)
        case CaseAssessed(visit_every_days=days):
            return replace(state, visit_every_days=days)
        case CaseReferred(referral=referral):
            return replace(state, referrals=MappingProxyType({**state.referrals, referral: "asked"}))
        case ReferralAnswered(referral=referral, answer=answer):
            return replace(state, referrals=MappingProxyType({**state.referrals, referral: answer}))
        case CaseClosed():
            return replace(state, status="closed", handed_to=None)
        case CaseReopened():
            return replace(state, status="open")
        case _:
            return state
