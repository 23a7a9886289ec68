"""The whole system, running: one real stack of all four services, for every journey and fault of a test session.

    async def test_a_sheet_reaches_the_timeline(running: Running) -> None:
        async with running.client() as client:
            ...
            await eventually(lambda: on_the_timeline(person), within=20)

It starts when a test first asks for it, keeps the time of the wall (drills have a stack of their own), and is stopped
at the end. What the clients are answered goes into one file, which `verify` holds against the stores at any time.
"""

import asyncio
import inspect
import time
from collections.abc import Callable, Coroutine, Iterator
from pathlib import Path
from typing import Any, TypeVar, overload

import pytest

from tsunagi.client import Client, Failed
from tsunagi.stack.services import last_lines
from tsunagi.stack.stack import Stack
from tsunagi.verifying import Report, verify

T = TypeVar("T")


class Running:
    """The running stack, and the file of what was acknowledged to clients of it."""

    def __init__(self, stack: Stack, acknowledged: Path) -> None:
        self.stack = stack
        self.acknowledged = acknowledged

    def client(self, **settings: Any) -> Client:
        """Return a client that writes down what it is answered (`async with` it, or close it)."""
        return Client.of(self.stack, acknowledged=self.acknowledged, **settings)

    async def verify(self, within: float = 90.0) -> Report:
        """Wait until nothing is on its way, and check every promise for all that was ever acknowledged here."""
        return await verify(self.stack, self.acknowledged if self.acknowledged.exists() else None, within=within)

    def last_words(self) -> str:
        """Return the end of every log, for a test that failed."""
        logs = sorted(log for log in self.stack.layout.logs.glob("*.log") if "migrate" not in log.name)
        return "\n".join(f"--- {log.name}{last_lines(log)}" for log in logs)


@pytest.fixture(scope="session")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """The whole system, shared: leave it running, and whatever you stop, start again."""
    with Stack.open(ephemeral=True) as stack:
        stack.start()
        yield Running(stack, tmp_path_factory.mktemp("clients") / "acknowledged.ndjson")


@overload
async def eventually(
    condition: Callable[[], Coroutine[Any, Any, T]], within: float = 90.0, pause: float = 0.05
) -> T: ...


@overload
async def eventually(condition: Callable[[], T], within: float = 90.0, pause: float = 0.05) -> T: ...


async def eventually(condition: Callable[[], Any], within: float = 90.0, pause: float = 0.05) -> Any:
    """Return what `condition` answers as soon as that is something (true); fail where it stays nothing for `within` s.

    A condition that fails an assertion, or is answered with a problem by a service, has not come yet.
    """
    until = time.monotonic() + within
    why: BaseException | None = None
    while True:
        found: Any = None
        try:
            found = condition()
            if inspect.isawaitable(found):
                found = await found
            why = None
        except (AssertionError, Failed) as error:
            found, why = None, error
        if found:
            return found
        if time.monotonic() > until:
            raise AssertionError(f"it did not come within {within:g} s: {why or found!r}") from why
        await asyncio.sleep(pause)


def add_last_words(item: pytest.Item, report: pytest.TestReport) -> None:
    """Show the logs of the running stack under a test that failed on it."""
    running = getattr(item, "funcargs", {}).get("running")
    if report.failed and isinstance(running, Running):
        report.sections.append(("the logs of the running stack", running.last_words()))
