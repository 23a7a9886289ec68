"""A transaction that holds advisory locks from its beginning: who waits for whom, and how it ends."""

import asyncio

import asyncpg
import pytest

from shared.platform.parts import Parts
from shared.platform.postgres import Session
from tests.running import eventually

pytestmark = pytest.mark.stack

_TELL = "INSERT INTO timers (kind, subject, due, fire_at, payload) VALUES ('x', $1::uuid, now(), now(), '{}')"
_SUBJECT = "00000000-0000-7000-8000-000000000001"


class _Wrong(Exception):
    """Something that goes wrong in the middle."""


async def waiting(parts: Parts) -> bool:
    async with parts.database.session() as session:
        return bool(await session.fetchval("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"))


async def count(parts: Parts) -> int:
    async with parts.database.session() as session:
        return int(await session.fetchval("SELECT count(*) FROM timers"))


@pytest.mark.parametrize(
    ("first", "second", "waits"),
    [
        ({"numbers": [-5, 7]}, {"numbers": [7]}, True),
        ({"numbers": [7]}, {"numbers": [8]}, False),
        ({"numbers": [], "shared": 9}, {"numbers": [], "shared": 9}, False),
        ({"numbers": [], "shared": 9}, {"numbers": [9]}, True),
        ({"numbers": []}, {"numbers": []}, False),
    ],
)
async def test_who_holds_a_lock_keeps_others_waiting(parts: Parts, first: dict, second: dict, waits: bool) -> None:  # type: ignore[type-arg]
    order: list[str] = []

    async def other() -> None:
        async with parts.database.locking(**second):
            order.append("second")

    async with parts.database.locking(**first):
        task = asyncio.create_task(other())
        if waits:
            await eventually(lambda: waiting(parts))
        else:
            await task
        order.append("first")
    await task
    assert order == (["first", "second"] if waits else ["second", "first"])


async def test_it_is_committed_at_the_end_and_rolled_back_on_an_error(parts: Parts) -> None:
    async def refuse(session: Session) -> None:
        await session.execute(_TELL, _SUBJECT)
        raise _Wrong

    with pytest.raises(_Wrong):
        async with parts.database.locking([1]) as session:
            await refuse(session)
    assert await count(parts) == 0
    async with parts.database.locking([1]) as session:
        await session.execute(_TELL, _SUBJECT)
    assert await count(parts) == 1


async def test_a_statement_that_fails_leaves_a_connection_that_can_be_used(parts: Parts) -> None:
    with pytest.raises(asyncpg.UndefinedTableError):
        async with parts.database.locking([1]) as session:
            await session.execute("SELECT 1 FROM nothing_of_that_name")
    async with parts.database.locking([1]) as session:
        assert not await session.fetchval("SELECT count(*) FROM timers")


async def test_a_cancelled_one_gives_its_locks_back(parts: Parts) -> None:
    held = asyncio.Event()

    async def holds() -> None:
        async with parts.database.locking([1]) as session:
            held.set()
            await session.execute("SELECT pg_sleep(60)")

    task = asyncio.create_task(holds())
    await held.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    async with asyncio.timeout(10), parts.database.locking([1]):
        pass


async def test_a_connection_that_was_cut_off_is_not_used_again(parts: Parts) -> None:
    with pytest.raises((asyncpg.PostgresError, asyncpg.InterfaceError, ConnectionError)):
        async with parts.database.locking([1]) as session:
            await session.execute("SELECT pg_terminate_backend(pg_backend_pid())")
    async with parts.database.locking([1]) as session:
        assert await session.fetchval("SELECT 1") == 1
