"""A need: somebody is to be moved, because a nurse decided so or HQ did with a reason (004 受入手順 ①; K4-114).

It stays open, or on the waiting list in sight, until the person has arrived or it ends with a reason. Its placements
are streams of their own (`placement`); what they come to is told here by `Meet` and `Waitlist`.
"""

from dataclasses import dataclass, replace
from typing import Literal
from uuid import UUID

from shared.contracts.event import Event
from shared.contracts.transfer_need import NeedChanged, NeedEnded, NeedMet, NeedOpened, NeedWaitlisted
from shared.kernel.errors import NotFound, Refused

Status = Literal["none", "open", "waitlisted", "met", "ended"]


@dataclass(frozen=True)
class State:
    """How it stands. `asked`: how many facilities had been asked when it was last put on the waiting list."""

    status: Status = "none"
    screening: UUID | None = None
    asked: int = 0


INITIAL = State()


@dataclass(frozen=True)
class Open:
    event: NeedOpened


@dataclass(frozen=True)
class Change:
    """A later decision counts from now on."""

    event: NeedChanged


@dataclass(frozen=True)
class Waitlist:
    """Nobody is left to ask, after so many were asked; also by hand."""

    reason: str
    asked: int


@dataclass(frozen=True)
class Meet:
    """The person arrived by this placement."""

    placement: UUID


@dataclass(frozen=True)
class End:
    reason: str


Command = Open | Change | Waitlist | Meet | End


def decide(command: Command, state: State) -> list[Event]:
    """Decide a command. Raises `NotFound("need.unknown")`, `Refused("need.closed")`."""
    match command:
        case Open(event=event):
            return [event] if state.status == "none" else []
        case _ if state.status == "none":
            raise NotFound("need.unknown")
        case Meet() if state.status == "met":
            return []
        case End() if state.status == "ended":
            return []
        case _ if state.status in ("met", "ended"):
            raise Refused("need.closed", state=state.status)
        case Change(event=event):
            return [] if event.screening is not None and event.screening == state.screening else [event]
        case Waitlist(reason=reason, asked=asked):
            if state.status == "waitlisted" and asked <= state.asked:
                return []  # on the list already, and nobody was asked since
            return [NeedWaitlisted(reason=reason, asked=asked)]
        case Meet(placement=placement):
            return [NeedMet(placement=placement)]
        case End(reason=reason):
            return [NeedEnded(reason=reason)]


def evolve(state: State, event: Event) -> State:
    """Fold one event."""
    match event:
        case NeedOpened(screening=screening):
            return State("open", screening)
        case NeedChanged(screening=screening):
            return replace(state, status="open", screening=screening)
        case NeedWaitlisted(asked=asked):
            return replace(state, status="waitlisted", asked=asked)
        case NeedMet():
            return replace(state, status="met")
        case NeedEnded():
            return replace(state, status="ended")
    return state
