"""What people say about one hand-off (引き受ける, 担当を戻す, 終了); and that nobody took it in time (domain §4).

That it was opened, and whether a fact has done it, follows from the facts (`domain.handoffs`): commands bring along
what is known of that (`Known`).
"""

from dataclasses import dataclass, replace
from datetime import datetime

from shared.contracts.casework_handoff import HandoffEnded, HandoffEscalated, HandoffReturned, HandoffTaken
from shared.contracts.event import Event
from shared.kernel.errors import Refused


@dataclass(frozen=True)
class State:
    """What has been said so far. `owner`: who took it and has not returned it."""

    owner: str | None = None
    ended: bool = False
    escalated: bool = False


INITIAL = State()


@dataclass(frozen=True)
class Known:
    """What the facts say: its kind, whether it is finished, and who has it by them."""

    kind: str
    finished: bool
    owner: str | None = None


@dataclass(frozen=True)
class Take:
    """`over`: from whoever has it now (a shift ends); else only what nobody has."""

    known: Known
    owner: str
    over: bool = False


@dataclass(frozen=True)
class Return:
    known: Known
    reason: str | None = None


@dataclass(frozen=True)
class End:
    known: Known
    reason: str


@dataclass(frozen=True)
class Escalate:
    """Its due time has passed, and nobody has it."""

    known: Known
    level: str
    due: datetime
    definitions: str


Command = Take | Return | End | Escalate


def decide(command: Command, state: State) -> list[Event]:
    """Decide a command. Raises `Refused("handoff.finished" | "handoff.taken" | "handoff.not-taken")`."""
    known = command.known
    has_it = state.owner or known.owner
    match command:
        case Escalate():
            if state.escalated or state.ended or known.finished or has_it:
                return []  # somebody was quicker than the clock
            return [
                HandoffEscalated(
                    kind=known.kind, level=command.level, due_at=command.due, definitions=command.definitions
                )
            ]
        case End(reason=reason):
            if state.ended:
                return []
            if known.finished:
                raise Refused("handoff.finished")
            return [HandoffEnded(kind=known.kind, reason=reason)]
        case _ if state.ended or known.finished:
            raise Refused("handoff.finished")
        case Take(owner=owner, over=over):
            if has_it == owner:
                return []
            if has_it is not None and not over:
                raise Refused("handoff.taken", owner=has_it)
            return [HandoffTaken(kind=known.kind, owner=owner)]
        case Return(reason=reason):
            if has_it is None:
                raise Refused("handoff.not-taken")
            return [HandoffReturned(kind=known.kind, reason=reason)]


def evolve(state: State, event: Event) -> State:
    """Fold one event of a hand-off."""
    match event:
        case HandoffTaken(owner=owner):
            return replace(state, owner=owner)
        case HandoffReturned():
            return replace(state, owner=None)
        case HandoffEnded():
            return replace(state, ended=True)
        case HandoffEscalated():
            return replace(state, escalated=True)
        case _:
            return state
