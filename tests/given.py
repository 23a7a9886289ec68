"""Given these events, when this command, then these events: how the rules are specified."""

from collections.abc import Iterable
from typing import Any, Generic, TypeVar

from shared.kernel.decider import Decider, fold
from shared.kernel.errors import Problem

S = TypeVar("S")
E = TypeVar("E")


class Given(Generic[S, E]):
    """For tests: `given(decider, *events).when(command).then(*events)`, or `.refused(code)`."""

    def __init__(self, decider: Decider[Any, S, E], events: Iterable[E]) -> None:
        self._decider = decider
        self._state = fold(decider, events)
        self._happened: list[E] | None = None
        self._problem: Problem | None = None

    def when(self, command: object) -> "Given[S, E]":
        try:
            self._happened = self._decider.decide(command, self._state)
        except Problem as problem:
            self._problem = problem
        return self

    def then(self, *events: E) -> None:
        if self._problem is not None:
            raise self._problem
        assert self._happened == list(events), f"{self._happened} is not {list(events)}"

    def refused(self, code: str) -> None:
        assert self._problem is not None, f"not refused, but {self._happened}"
        assert self._problem.code == code, self._problem


def given(decider: Decider[Any, S, E], *events: E) -> Given[S, E]:
    return Given(decider, events)
