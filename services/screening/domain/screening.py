"""One person's screening (004 マニュアル 参考①–③): waits for a nurse, is with one, decided, and again upon a change.

not-asked → waiting → taken → decided → (a new round) waiting … → ended. Only the nurse who has the person answers and
decides (K4-065, K4-067); a fact, a timer or another role lets a person wait, raises the urgency or ends, never decides.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Literal

from services.screening.domain.commands import (
    AcceptVisit,
    Answer,
    Command,
    Consult,
    Decide,
    End,
    MakeVisit,
    OrderVisit,
    RecordCall,
    Release,
    Request,
    Take,
)
from services.screening.domain.decision import decided
from services.screening.domain.questions import UNKNOWN, given_answers
from services.screening.domain.risk import NEVER
from shared.contracts import codes
from shared.contracts.event import Event
from shared.contracts.screening_screening import (
    CallAttempted,
    HealthConsulted,
    ScreeningAnswered,
    ScreeningDecided,
    ScreeningEnded,
    ScreeningReleased,
    ScreeningRequested,
    ScreeningTaken,
    VisitAccepted,
    VisitMade,
    VisitOrdered,
)
from shared.kernel.errors import Refused

Status = Literal["not-asked", "waiting", "taken", "decided", "ended"]

Gravity = tuple[int, bool, int, datetime]
"""What sorts before is graver: the class of risk, urgent or not, the place among the rules, when something runs out."""

LAST = 1_000
"""The place of somebody whom no rule is named for: after everybody else of the same class."""
_CLASSES = list(codes.RISK)
_FREE_CALLS = frozenset({"advice", "health-team"})
"""Whom shelter staff ring up when unsure (004 マニュアル3 ★, K4-041): nobody needs to have the person for it."""


@dataclass(frozen=True)
class Visit:
    """A visit that is ordered and not made: for whom, and who goes."""

    nurse: str | None = None
    accepted: str | None = None


@dataclass(frozen=True)
class State:
    """Where a person's screening is. `answers` are those that count now, `ended` the reason of the last end."""

    status: Status = "not-asked"
    round: int = 0
    gravity: Gravity | None = None
    nurse: str | None = None
    answers: Mapping[str, str] = field(default_factory=dict)
    visit: Visit | None = None
    ended: str | None = None


INITIAL = State()


def decide(command: Command, state: State) -> list[Event]:
    """Decide a command. Raises `Refused("screening.taken" | "screening.not-taken" | "screening.not-waiting" | …)`."""
    match command:
        case Request():
            return _request(command, state)
        case Take() | Release():
            return _hold(command, state)
        case RecordCall(by=by, called=called):
            if called not in _FREE_CALLS and state.status in ("waiting", "taken"):
                _must_have(state, by)
            return [CallAttempted(outcome=command.outcome, called=called, words=command.words)]
        case OrderVisit() | AcceptVisit() | MakeVisit():
            return _visit(command, state)
        case Answer():
            return _answer(command, state)
        case Decide(nurse=nurse):
            _must_have(state, nurse)
            return [
                decided(
                    nurse,
                    command.destination,
                    state.answers,
                    command.guide,
                    command.context,
                    command.details,
                    round_=state.round,
                )
            ]
        case End(reason=reason, nurse=nurse):
            if state.status in ("not-asked", "ended"):
                return []
            if nurse is not None and state.status == "taken":
                _must_have(state, nurse)
            return [ScreeningEnded(reason=reason, policy=command.policy)]
        case Consult(observations=observations, words=words):
            return [HealthConsulted(observations=observations, words=words)]


def _must_have(state: State, nurse: str) -> None:
    if state.status != "taken":
        raise Refused("screening.not-taken", state=state.status)
    if state.nurse != nurse:
        raise Refused("screening.taken", nurse=state.nurse)


def _request(command: Request, state: State) -> list[Event]:
    """Begin a round; while one is under way, only say that it has become graver (the same request again is none)."""
    risk = command.risk
    running = state.status in ("waiting", "taken")
    if state.ended == "died" and command.reason != "back":
        if command.policy:
            return []  # a fact that was told late; a death that was none is corrected by an arrival
        raise Refused("screening.died")
    gravity = _gravity(risk.risk, risk.rank, risk.runs_out_at, urgent=risk.urgent)
    if running and state.gravity is not None and gravity >= state.gravity:
        return []
    answered = () if running else tuple(one for one in command.anew if one in state.answers)
    return [
        ScreeningRequested(
            reason=command.reason,
            risk=risk.risk,
            urgent=risk.urgent,
            runs_out_at=risk.runs_out_at,
            rules=risk.rules,
            because=risk.because,
            rank=risk.rank,
            raised=running,
            observations=command.observations,
            anew=answered,
            policy=command.policy,
            household=command.household,
            place=command.place,
            round=state.round if running else state.round + 1,
        )
    ]


def _gravity(risk: str, rank: int | None, runs_out_at: datetime | None, *, urgent: bool) -> Gravity:
    place = _CLASSES.index(risk) if risk in _CLASSES else len(_CLASSES)
    return place, not urgent, LAST if rank is None else rank, runs_out_at or NEVER


def _hold(command: Take | Release, state: State) -> list[Event]:
    match command, state.status:
        case Take(nurse=nurse), "waiting":
            return [ScreeningTaken(nurse=nurse)]
        case Take(nurse=nurse, over=over), "taken":
            if state.nurse == nurse:
                return []
            if not over or state.nurse is None:
                raise Refused("screening.taken", nurse=state.nurse)
            return [ScreeningReleased(nurse=state.nurse, reason="taken-over"), ScreeningTaken(nurse=nurse)]
        case Take(), status:
            raise Refused("screening.not-waiting", state=status)
        case Release(), "waiting":
            return []
        case Release(nurse=nurse, reason=reason), _:
            _must_have(state, nurse)
            return [ScreeningReleased(nurse=nurse, reason=reason)]


def _visit(command: OrderVisit | AcceptVisit | MakeVisit, state: State) -> list[Event]:
    """Order, accept, make (K4-066). After the decision the team follows the move, so a visit is anybody's to order."""
    match command:
        case OrderVisit(by=by, nurse=nurse):
            if state.status != "decided":
                _must_have(state, by)
            if state.visit is not None and state.visit.nurse == nurse:
                return []
            return [VisitOrdered(nurse=nurse)]
        case AcceptVisit(nurse=nurse):
            if state.visit is None:
                raise Refused("screening.no-visit")
            if state.visit.accepted not in (None, nurse):
                raise Refused("screening.visit-accepted", nurse=state.visit.accepted)
            return [] if state.visit.accepted == nurse else [VisitAccepted(nurse=nurse)]
        case MakeVisit(by=by, outcome=outcome, nurse=nurse, words=words):
            if state.visit is None and state.status != "decided":
                _must_have(state, by)
            return [VisitMade(outcome=outcome, nurse=None if nurse == by else nurse, words=words)]


def _answer(command: Answer, state: State) -> list[Event]:
    _must_have(state, command.nurse)
    given_answers(command.guide.questions, command.answers)  # refuses what the guide does not have
    said = {code: answer or UNKNOWN for code, answer in command.answers.items()}
    new = {code: answer for code, answer in said.items() if answer != state.answers.get(code, UNKNOWN)}
    if not new and command.words is None:
        return []
    return [ScreeningAnswered(answers=new, guide=command.guide.key, words=command.words)]


def evolve(state: State, event: Event) -> State:
    """Fold one event of a screening."""
    match event:
        case ScreeningRequested():
            gravity = _gravity(event.risk, event.rank, event.runs_out_at, urgent=event.urgent)
            if event.raised:
                return replace(state, gravity=gravity)
            kept = {code: answer for code, answer in state.answers.items() if code not in event.anew}
            return State("waiting", event.round, gravity, answers=kept, visit=state.visit)
        case ScreeningTaken(nurse=nurse):
            return replace(state, status="taken", nurse=nurse)
        case ScreeningReleased():
            return replace(state, status="waiting", nurse=None)
        case VisitOrdered(nurse=nurse):
            return replace(state, visit=Visit(nurse))
        case VisitAccepted(nurse=nurse):
            return replace(state, visit=replace(state.visit or Visit(), accepted=nurse))
        case VisitMade(outcome=outcome):
            return state if outcome == "absent" else replace(state, visit=None)
        case ScreeningAnswered(answers=answers):
            said = {**state.answers, **answers}
            return replace(state, answers={code: answer for code, answer in said.items() if answer != UNKNOWN})
        case ScreeningDecided():
            return replace(state, status="decided", nurse=None, visit=None)
        case ScreeningEnded(reason=reason):
            return replace(state, status="ended", nurse=None, visit=None, ended=reason)
        case _:
            return state
