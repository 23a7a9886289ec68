"""A disaster (or a drill): its kind, its wards, its stage. Records belong to one; two can overlap (K4-158)."""

from dataclasses import dataclass

from shared.contracts.event import Event
from shared.contracts.intake_disaster import DisasterDeclared, StageChanged
from shared.kernel.errors import Conflict, NotFound


@dataclass(frozen=True)
class State:
    declared: DisasterDeclared | None = None
    stage: str = ""


INITIAL = State()


@dataclass(frozen=True)
class Declare:
    event: DisasterDeclared


@dataclass(frozen=True)
class ChangeStage:
    stage: str


Command = Declare | ChangeStage


def decide(command: Command, state: State) -> list[Event]:
    """Decide a command. Raises `Conflict("disaster.differs")`, `NotFound("disaster.unknown")`."""
    match command:
        case Declare(event=event):
            if state.declared is None:
                return [event]
            if state.declared != event:
                raise Conflict("disaster.differs")
            return []
        case ChangeStage(stage=stage):
            if state.declared is None:
                raise NotFound("disaster.unknown")
            return [] if state.stage == stage else [StageChanged(stage=stage)]


def evolve(state: State, event: Event) -> State:
    """Fold one event of a disaster."""
    match event:
        case DisasterDeclared():
            return State(event, event.stage)
        case StageChanged(stage=stage):
            return State(state.declared, stage)
        case _:
            return state
