"""What all tests share: one real PostgreSQL and one real Kafka a session, started when a test first asks for them."""

import signal
import subprocess
import sys
import uuid
from collections.abc import Awaitable, Callable, Generator, Iterator
from typing import Any

import asyncpg
import pytest

from tests.fresh import FreshDatabase, MakeDatabase
from tests.running import add_last_words, running
from tests.side_by_side import ByGroup, sort
from tsunagi.stack import asynchronous, databases
from tsunagi.stack.layout import PROJECT
from tsunagi.stack.stack import Stack

__all__ = ["running"]

# They assert as tests do; told before anybody imports them.
pytest.register_assert_rewrite("tests.journeys.reading", "tests.journeys.headquarters", "tests.journeys.health_team")

# A script starts what is in the background with SIGINT ignored, and so would be every process that a test starts.
if signal.getsignal(signal.SIGINT) == signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

Administration = Callable[["asyncpg.Connection[asyncpg.Record]"], Awaitable[object]]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Sort the tests for running side by side."""
    sort(items)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> ByGroup:
    """Share the tests out by groups."""
    return ByGroup(config, log)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: "pytest.CallInfo[None]"
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Show with a failure what the processes said, where a whole system ran."""
    report = yield
    add_last_words(item, report)
    return report


@pytest.fixture(scope="session")
def stack_parts() -> Iterator[Stack]:
    """PostgreSQL and Kafka without services, in a temporary folder: `.superuser_dsn`, `.bootstrap`, `.dsn(…)`.

    They are shared: a test that stops or kills one opens a stack of its own.
    """
    with Stack.open(ephemeral=True) as stack:
        stack.start(["postgres", "kafka"])
        yield stack


@pytest.fixture(scope="session")
def migrated(stack_parts: Stack) -> Callable[[str], str]:
    """Return a function that gives the name of a template database with a service's migrations applied."""
    made: dict[str, str] = {}

    def template(service: str) -> str:
        if service not in made:
            fresh = FreshDatabase(stack_parts, service, f"{service}_template")
            _administer(stack_parts, lambda connection: databases.create(connection, fresh.name, service))
            subprocess.run(
                [sys.executable, "-m", f"services.{service}", "migrate"],
                env=fresh.environment("owner"),
                cwd=PROJECT,
                check=True,
            )
            made[service] = fresh.name
        return made[service]

    return template


@pytest.fixture
def database(stack_parts: Stack, migrated: Callable[[str], str]) -> Iterator[MakeDatabase]:
    """Return a function `database(service, migrate=False)` that makes a fresh database (in a tenth of a second)."""
    made: list[FreshDatabase] = []

    def make(service: str, *, migrate: bool = False) -> FreshDatabase:
        template = migrated(service) if migrate else "template0"
        fresh = FreshDatabase(stack_parts, service, f"{service}_{uuid.uuid4().hex[:12]}")
        _administer(stack_parts, lambda connection: databases.create(connection, fresh.name, service, template))
        made.append(fresh)
        return fresh

    yield make
    for fresh in made:
        _administer(stack_parts, _dropping(fresh.name))


def _dropping(name: str) -> Administration:
    return lambda connection: connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


def _administer(stack: Stack, work: Administration) -> None:
    async def with_connection() -> None:
        connection = await asyncpg.connect(stack.superuser_dsn)
        try:
            await work(connection)
        finally:
            await connection.close()

    asynchronous.run(with_connection())
