"""`tsunagi rebuild casework` as an operator runs it: interrupted, killed, or without its database, nothing has changed.

It stands in the middle of the swap then, which a reader of the tables keeps it from ending. On a stack of its own.
"""

import asyncio
import json
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from typing import Any, TypeAlias

import asyncpg
import pytest

from services.casework.rebuild import fingerprints
from shared.platform.postgres import Session
from tests.adapters.casework.logged import put, some_lives
from tests.adapters.platform.made import wait_for
from tsunagi.stack.layout import PROJECT
from tsunagi.stack.stack import Stack

pytestmark = pytest.mark.stack
Reader: TypeAlias = "asyncpg.Connection[asyncpg.Record]"


@pytest.fixture(scope="module")
def own() -> Iterator[Stack]:
    """PostgreSQL and Kafka, with casework's tables."""
    with Stack.open(ephemeral=True) as stack:
        stack.start(["postgres", "kafka"])
        subprocess.run(
            [sys.executable, "-m", "services.casework", "migrate"],
            env=stack.environment("casework", "owner"),
            cwd=PROJECT,
            check=True,
        )
        yield stack


@pytest.fixture
async def before(own: Stack, request: pytest.FixtureRequest) -> dict[str, str]:
    """What is there: rows that the log would not give, so that it shows whether they were replaced."""
    await put(own.bootstrap, some_lives(request.node.name, 3))
    code, done, _ = await ended(await begun(own))
    assert (code, done["events"] > 0) == (0, True)
    connection = await asyncpg.connect(own.dsn("casework"))
    await connection.execute("UPDATE people SET standing = 'lost'")
    await connection.close()
    return await digests(own)


async def begun(stack: Stack) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tsunagi", "rebuild", "casework", "--json", "--stack", str(stack.folder)),
        cwd=PROJECT,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )


async def ended(process: asyncio.subprocess.Process) -> tuple[int, Any, str]:
    """Return its exit code, what it printed, and the last line that it said."""
    printed, said = await process.communicate()
    lines = said.decode().splitlines()
    return process.returncode or 0, json.loads(printed) if printed else None, lines[-1] if lines else ""


async def digests(stack: Stack) -> dict[str, str]:
    connection = await asyncpg.connect(stack.dsn("casework"))
    try:
        return await fingerprints(Session(connection))
    finally:
        await connection.close()


@pytest.fixture
async def reader(own: Stack) -> AsyncIterator[Reader]:
    """Somebody who reads the tables."""
    connection = await asyncpg.connect(own.dsn("casework", "api"))
    yield connection
    connection.terminate()


@pytest.fixture
async def swapping(own: Stack, before: dict[str, str], reader: Reader) -> asyncio.subprocess.Process:
    """A rebuild that wants to swap, and cannot as long as the reader holds a table."""
    await reader.execute("BEGIN; SELECT FROM people LIMIT 1")
    process = await begun(own)
    assert process.stderr is not None
    async for line in process.stderr:
        told = json.loads(line)
        assert {"phase", "percent", "per_second", "seconds_left"} <= told.keys()
        if told["phase"] == "swapping":
            break
    return process


async def nothing_has_changed(stack: Stack, before: dict[str, str], reader: Reader) -> None:
    assert await digests(stack) == before
    reader.terminate()
    code, done, _ = await ended(await begun(stack))
    assert (code, done["broken"], done["refused"]) == (0, 0, 0)
    assert await digests(stack) != before, "the next one has put right what was wrong"


async def test_interrupted(
    own: Stack, before: dict[str, str], swapping: asyncio.subprocess.Process, reader: Reader
) -> None:
    swapping.send_signal(signal.SIGINT)
    code, printed, said = await ended(swapping)
    assert (code, printed, said) == (130, None, "Interrupted: the tables are as they were.")
    connection = await asyncpg.connect(own.dsn("casework"))
    assert await connection.fetchval("SELECT to_regnamespace('rebuilding')") is None, "gone at once"
    await connection.close()
    await nothing_has_changed(own, before, reader)


async def test_killed(own: Stack, before: dict[str, str], swapping: asyncio.subprocess.Process, reader: Reader) -> None:
    swapping.kill()
    assert (await ended(swapping))[0] == -signal.SIGKILL

    async def let_go() -> bool:
        connection = await asyncpg.connect(own.dsn("casework"))
        try:
            return not await connection.fetchval(
                "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'tsunagi.rebuild'"
            )
        finally:
            await connection.close()

    await wait_for(let_go)
    await nothing_has_changed(own, before, reader)


async def test_without_its_database(
    own: Stack, before: dict[str, str], swapping: asyncio.subprocess.Process, reader: Reader
) -> None:
    await asyncio.to_thread(own.postgres.crash)
    code, printed, said = await ended(swapping)
    assert (code, printed) == (1, None)
    assert "the tables are as they were" in said
    await nothing_has_changed(own, before, reader)
