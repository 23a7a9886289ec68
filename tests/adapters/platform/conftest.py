"""The sample service on a database of its own, its topic, its processes."""

import asyncio
import os
import signal
import subprocess
import sys
import uuid
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import asyncpg
import pytest

from shared.contracts.topics import Topic
from shared.platform.migrate import migrate
from shared.platform.parts import Parts, open_parts
from shared.platform.settings import PlatformSettings
from shared.platform.topics import create_topics
from tests.adapters.platform.sample import ledger, project
from tests.fresh import FreshDatabase
from tsunagi.stack import asynchronous, databases
from tsunagi.stack.layout import PROJECT
from tsunagi.stack.stack import Stack


def _administer(stack: Stack, work: Callable[["asyncpg.Connection[asyncpg.Record]"], object]) -> None:
    async def with_connection() -> None:
        connection = await asyncpg.connect(stack.superuser_dsn)
        try:
            await work(connection)  # type: ignore[misc]  # a coroutine of asyncpg's
        finally:
            await connection.close()

    asynchronous.run(with_connection())


@pytest.fixture(scope="session")
def sample_template(stack_parts: Stack) -> str:
    """A template database with the sample's tables, under the roles of intake."""
    fresh = FreshDatabase(stack_parts, "intake", "sample_template")
    _administer(stack_parts, lambda connection: databases.create(connection, fresh.name, "intake"))
    asynchronous.run(migrate("intake", "tests.adapters.platform.sample_migrations", fresh.dsn()))
    return fresh.name


@pytest.fixture
def sample_database(stack_parts: Stack, sample_template: str) -> Iterator[FreshDatabase]:
    """A database with the sample's tables."""
    fresh = FreshDatabase(stack_parts, "intake", f"sample_{uuid.uuid4().hex[:12]}")
    _administer(stack_parts, lambda connection: databases.create(connection, fresh.name, "intake", sample_template))
    yield fresh
    _administer(stack_parts, lambda connection: connection.execute(f'DROP DATABASE "{fresh.name}" WITH (FORCE)'))


@pytest.fixture
def settings(sample_database: FreshDatabase, monkeypatch: pytest.MonkeyPatch) -> PlatformSettings:
    """The settings of a process of the sample, as the role worker."""
    return settings_of(sample_database, "worker", monkeypatch)


def settings_of(database: FreshDatabase, role: str, monkeypatch: pytest.MonkeyPatch) -> PlatformSettings:
    for name, value in database.environment(role).items():
        if name.startswith("TSUNAGI_"):
            monkeypatch.setenv(name, value)
    return PlatformSettings()


@pytest.fixture
async def parts(settings: PlatformSettings) -> AsyncIterator[Parts]:
    """The parts of a worker of the sample."""
    async with open_parts("intake", settings, ledger, project) as opened:
        yield opened


@pytest.fixture
async def relay_parts(sample_database: FreshDatabase, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Parts]:
    """The parts of a relay of the sample."""
    settings = settings_of(sample_database, "relay", monkeypatch)
    async with open_parts("intake", settings, ledger, project) as opened:
        yield opened


@pytest.fixture
def topic(stack_parts: Stack) -> str:
    """A topic of this test's own, with twelve partitions."""
    name = f"sample.{uuid.uuid4().hex[:12]}"
    asynchronous.run(create_topics(stack_parts.bootstrap, topics=[Topic(name, "sample", "person", {})]))
    return name


@dataclass
class Processes:
    """Starts processes of the sample, and ends those that a test leaves behind."""

    database: FreshDatabase
    topic: str
    name: str
    folder: Path
    started: "list[subprocess.Popen[bytes]]"
    module: str = "tests.adapters.platform.sample"

    def start(self, role: str, environment: Mapping[str, str] | None = None) -> "subprocess.Popen[bytes]":
        """Start `python -m <module> <role>`; what it writes goes to this test's folder."""
        given = {
            **self.database.environment(role),
            "SAMPLE_NAME": self.name,
            "SAMPLE_TOPIC": self.topic,
            "TSUNAGI_DATADIR": str(self.folder / "faust"),
            "TSUNAGI_METRICS_PORT": "0",
            **(environment or {}),
        }
        with (self.folder / f"{role}.log").open("ab") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", self.module, role],
                env=given,
                cwd=PROJECT,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        self.started.append(process)
        return process

    async def ended(self, process: "subprocess.Popen[bytes]", seconds: float = 30) -> int:
        """Wait for its end and return its exit code (negative: the signal)."""
        return await asyncio.to_thread(process.wait, seconds)

    def log(self, role: str) -> str:
        return (self.folder / f"{role}.log").read_text()


@pytest.fixture
def processes(sample_database: FreshDatabase, topic: str, tmp_path: Path) -> Iterator[Processes]:
    """The sample's processes, under a consumer group of this test's own."""
    running = Processes(sample_database, topic, f"sample-{uuid.uuid4().hex[:12]}", tmp_path, [])
    yield running
    for process in running.started:
        if process.poll() is None:
            os.kill(process.pid, signal.SIGKILL)
            process.wait()
