"""What a transport partner hears by Kafka about a trip: it is offered, it is off. No person, no name (decision 6)."""

from dataclasses import dataclass

from shared.contracts.event import Event
from shared.contracts.transfer_dispatch import DispatchOffered, DispatchWithdrawn


@dataclass(frozen=True)
class State:
    """The offer that stands now."""

    offer: DispatchOffered | None = None


INITIAL = State()


@dataclass(frozen=True)
class Offer:
    event: DispatchOffered


@dataclass(frozen=True)
class Withdraw:
    """The partner declined or was silent, or the drive is needed no more (a code of TRIP_DECLINE or END)."""

    reason: str


Command = Offer | Withdraw


def decide(command: Command, state: State) -> list[Event]:
    """Decide a command; nothing is refused, for the trip decided already."""
    match command:
        case Offer(event=event):
            return [] if state.offer == event else [event]
        case Withdraw(reason=reason):
            if state.offer is None:
                return []
            return [DispatchWithdrawn(trip=state.offer.trip, partner=state.offer.partner, reason=reason)]


def evolve(state: State, event: Event) -> State:
    """Fold one event."""
    match event:
        case DispatchOffered():
            return State(event)
        case DispatchWithdrawn():
            return INITIAL
    return state
