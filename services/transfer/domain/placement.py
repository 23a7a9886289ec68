"""A placement: one person, one facility asked to receive them (004 受入手順 ②–⑤).

asked → accepted | declined | expired | withdrawn; accepted → arrived → ended. A facility may take a promise back
(declined) as long as the person is not there. An answer after the time ran out counts only where the handler found
the need without another request and a place still free (`late`): then nobody is worse off, and the person has a
place; else the facility is told to ring up HQ.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from shared.contracts.event import Event
from shared.contracts.transfer_placement import (
    ArrivalReported,
    PlacementAccepted,
    PlacementDeclined,
    PlacementEnded,
    PlacementExpired,
    PlacementRequested,
    PlacementWithdrawn,
    ReplyWords,
)
from shared.kernel.errors import Conflict, NotFound, Refused

_NOBODY = UUID(int=0)
Stage = Literal["none", "asked", "accepted", "arrived", "declined", "expired", "withdrawn", "ended"]


@dataclass(frozen=True)
class State:
    """How it stands: who was asked for which need, until when."""

    stage: Stage = "none"
    facility: UUID = _NOBODY
    need: UUID = _NOBODY
    until: datetime | None = None


INITIAL = State()


@dataclass(frozen=True)
class Ask:
    event: PlacementRequested


@dataclass(frozen=True)
class Accept:
    """可, with conditions. `late`: should the time have run out, it still counts."""

    conditions: tuple[str, ...] = ()
    from_time: datetime | None = None
    lacks: tuple[str, ...] = ()
    words: ReplyWords | None = None
    late: bool = False


@dataclass(frozen=True)
class Decline:
    """否, or a promise taken back."""

    reason: str
    lacks: tuple[str, ...] = ()
    words: ReplyWords | None = None


@dataclass(frozen=True)
class Expire:
    now: datetime


@dataclass(frozen=True)
class Withdraw:
    """HQ no longer asks, the person cannot come, or somebody else accepted."""

    reason: str


@dataclass(frozen=True)
class ReportArrival:
    """受入報告. Who arrives before the facility has answered was accepted by it thereby. `late` as for `Accept`."""

    late: bool = False


@dataclass(frozen=True)
class End:
    """The person left the facility again."""

    reason: str


Command = Ask | Accept | Decline | Expire | Withdraw | ReportArrival | End


def decide(command: Command, state: State) -> list[Event]:
    """Decide a command.

    Raises `NotFound("placement.unknown")`, `Conflict("placement.differs")`, `Refused("placement.expired" |
    "placement.withdrawn" | "placement.declined" | "placement.ended" | "placement.arrived" | "placement.not-arrived")`.
    """
    whose = {"facility": state.facility, "need": state.need}
    match command, state.stage:
        case Ask(event=event), "none":
            return [event]
        case Expire(), "none":
            return []
        case _, "none":
            raise NotFound("placement.unknown")
        case Ask(event=event), _:
            if (event.facility, event.need) != (state.facility, state.need):
                raise Conflict("placement.differs", fields=["facility", "need"])
            return []  # asked already: the same command twice is one request
        case Expire(now=now), "asked" if state.until is not None and now >= state.until:
            return [PlacementExpired(**whose)]
        case Expire(), _:
            return []
        case Accept(), "asked":
            return [_accepted(command, state)]
        case Accept(late=True), "expired":
            return [_accepted(command, state)]
        case Accept(), "accepted" | "arrived":
            return []
        case Decline(reason=reason, lacks=lacks, words=words), "asked" | "accepted":
            return [PlacementDeclined(**whose, reason=reason, lacks=lacks, words=words)]
        case Decline(), "declined" | "expired" | "withdrawn":
            return []
        case Withdraw(reason=reason), "asked" | "accepted":
            return [PlacementWithdrawn(**whose, reason=reason)]
        case Withdraw(), "declined" | "expired" | "withdrawn" | "ended":
            return []
        case ReportArrival(), "accepted":
            return [ArrivalReported(**whose)]
        case ReportArrival(), "asked":
            return [_accepted(Accept(), state), ArrivalReported(**whose)]
        case ReportArrival(late=True), "expired":
            return [_accepted(Accept(), state), ArrivalReported(**whose)]
        case ReportArrival(), "arrived":
            return []
        case End(reason=reason), "arrived":
            return [PlacementEnded(**whose, reason=reason)]
        case End(), "ended":
            return []
        case End(), _:
            raise Refused("placement.not-arrived", state=state.stage)
        case _, "arrived":
            raise Refused("placement.arrived")
    raise Refused(f"placement.{state.stage}")


def _accepted(command: Accept, state: State) -> PlacementAccepted:
    return PlacementAccepted(
        facility=state.facility,
        need=state.need,
        conditions=command.conditions,
        from_time=command.from_time,
        lacks=command.lacks,
        words=command.words,
    )


_STAGES: dict[type[Event], Stage] = {
    PlacementAccepted: "accepted",
    PlacementDeclined: "declined",
    PlacementExpired: "expired",
    PlacementWithdrawn: "withdrawn",
    ArrivalReported: "arrived",
    PlacementEnded: "ended",
}


def evolve(state: State, event: Event) -> State:
    """Fold one event."""
    if isinstance(event, PlacementRequested):
        return State("asked", event.facility, event.need, event.until)
    stage = _STAGES.get(type(event))
    return state if stage is None else State(stage, state.facility, state.need, state.until)
