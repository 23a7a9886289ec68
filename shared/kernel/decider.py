"""What a subject is: how its state folds from its events, and what a command makes of it."""

from collections.abc import Iterable
from typing import Any, Protocol, TypeVar

S = TypeVar("S")
C_contra = TypeVar("C_contra", contravariant=True)
E = TypeVar("E")


class Decider(Protocol[C_contra, S, E]):
    """One subject (a module can be one: `INITIAL`, `decide`, `evolve`).

    `decide(command, state)` answers the events that the command makes: none where it was done already; it
    raises `Refused` where the state does not allow it. It reads no clock: what time it is comes in the command.
    """

    @property
    def INITIAL(self) -> S: ...  # noqa: N802 - a constant of the module that plays the decider

    def decide(self, command: C_contra, state: S, /) -> list[E]: ...

    def evolve(self, state: S, event: E, /) -> S: ...


def fold(decider: Decider[Any, S, E], events: Iterable[E]) -> S:
    """Return the state after these events, in their order."""
    state = decider.INITIAL
    for event in events:
        state = decider.evolve(state, event)
    return state
