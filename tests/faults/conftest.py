"""What the fault tests share: the platform's sample service for the guards, the running system for the faults."""

import asyncio
from collections.abc import AsyncIterator, Callable

import pytest

from shared.platform.migrate import migrate
from tests.adapters.platform.conftest import (
    _administer,
    parts,
    processes,
    relay_parts,
    sample_database,
    settings,
    topic,
)
from tests.faults.faulty import Faulty, Figure
from tests.faults.load import Load
from tests.fresh import FreshDatabase
from tests.running import Running
from tsunagi.stack import asynchronous, databases
from tsunagi.stack.stack import Stack

FIGURE = "figure of a fault"
__all__ = ["parts", "processes", "relay_parts", "sample_database", "settings", "topic"]


@pytest.fixture(scope="session")
def sample_template(stack_parts: Stack) -> str:
    """A template database with the sample's tables; a name of its own, because the platform's tests have theirs."""
    fresh = FreshDatabase(stack_parts, "intake", "sample_template_faults")
    _administer(stack_parts, lambda connection: databases.create(connection, fresh.name, "intake"))
    asynchronous.run(migrate("intake", "tests.adapters.platform.sample_migrations", fresh.dsn()))
    return fresh.name


@pytest.fixture
async def faulty(running: Running, record_property: Callable[[str, object], None]) -> AsyncIterator[Faulty]:
    """The running system under a load that has begun to reach every service."""
    figures: list[Figure] = []
    async with Load(running) as load:
        faulty = Faulty(running, load, figures)
        try:
            await load.goes_on("registered", "decided", "arrived", times=2, within=90)
            yield faulty
        finally:
            await asyncio.to_thread(faulty.heal)
            for one in figures:
                record_property(FIGURE, str(one))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Show what each fault cost, wherever it was tried."""
    reports = [one for several in terminalreporter.stats.values() for one in several]
    noted = [pair for one in reports for pair in getattr(one, "user_properties", ())]
    if figures := dict.fromkeys(text for name, text in noted if name == FIGURE):
        terminalreporter.section("faults: seconds until the flow was back")
        for figure in figures:
            terminalreporter.write_line(figure)
