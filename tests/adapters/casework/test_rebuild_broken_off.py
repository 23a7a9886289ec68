"""A rebuild that is broken off, at whatever moment and by whatever, has changed nothing and leaves nothing."""

import asyncio
import signal
import sys
from collections.abc import Callable, Coroutine

import asyncpg
import pytest

from services.casework import rebuild as rebuilding
from services.casework.projection import SWAP
from services.casework.rebuild import rebuild
from services.casework.rebuilding import hands, shadow
from services.casework.rebuilding.hands import Hand, HandLost
from services.casework.rebuilding.progress import SHARES, Phase, Progress
from services.casework.rebuilding.told import Setup
from shared.platform.parts import Parts
from tests.adapters.casework.logged import Live, digests, leftovers, put, some_lives
from tests.adapters.platform.made import wait_for
from tests.fresh import FreshDatabase
from tsunagi.stack import asynchronous
from tsunagi.stack.layout import PROJECT

pytestmark = pytest.mark.stack
PHASES: tuple[Phase, ...] = tuple(SHARES)

KILLS_ITSELF = """
import asyncio, os, signal, sys
from services.casework.rebuild import rebuild
from services.casework.settings import CaseworkSettings
from services.casework.wiring import SERVICE
from shared.platform.parts import open_parts

async def main():
    async with open_parts("casework", CaseworkSettings(), SERVICE.ledger, SERVICE.project) as parts:
        await rebuild(parts, hands=1, tell=lambda progress: progress.phase == sys.argv[1] and os.kill(os.getpid(), int(sys.argv[2])))

asyncio.run(main())
"""


@pytest.fixture
async def before(live: Live, worker: Parts, request: pytest.FixtureRequest) -> dict[str, str]:
    """What is there: rows that the log would not give, so that it shows whether they were replaced."""
    await put(live.kafka, some_lives(request.node.name, 3))
    await live.read_on()
    async with worker.database.session() as session:
        await session.execute("UPDATE people SET standing = 'lost'")
    return await digests(worker)


async def all_is_well(live: Live, owner: Parts, worker: Parts, before: dict[str, str]) -> None:
    """As it was; the worker goes on; nothing is left, and the next rebuild runs."""
    assert await digests(worker) == before
    await put(live.kafka, some_lives(f"afterwards {before['people']}", 1))
    await live.read_on()
    after = await digests(worker)
    assert after["timeline"] != before["timeline"]
    done = await rebuild(owner)
    assert done.events == int(after["timeline"].split()[0])
    assert await digests(worker) != after, "what was damaged is whole again"
    assert await leftovers(worker) == []


async def test_by_the_operator(live: Live, owner: Parts, worker: Parts, before: dict[str, str]) -> None:
    tasks: list[asyncio.Task[object]] = []
    for phase in PHASES:

        def at_once(progress: Progress, phase: Phase = phase) -> None:
            if progress.phase == phase:
                tasks[-1].cancel()

        tasks.append(asyncio.create_task(rebuild(owner, at_once, hands=1)))
        with pytest.raises(asyncio.CancelledError):
            await tasks[-1]
        assert await leftovers(worker) == [], f"at once, while {phase}"
        assert await digests(worker) == before, phase
    await all_is_well(live, owner, worker, before)


@pytest.mark.parametrize("sent", [signal.SIGKILL, signal.SIGINT, signal.SIGTERM])
async def test_by_a_signal(
    live: Live, owner: Parts, worker: Parts, fresh: FreshDatabase, before: dict[str, str], sent: signal.Signals
) -> None:
    for phase in PHASES if sent == signal.SIGKILL else ("folding",):
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-c", KILLS_ITSELF, phase, str(int(sent))),
            cwd=PROJECT,
            env=fresh.environment("owner"),
            stderr=asyncio.subprocess.DEVNULL,
        )
        assert await process.wait() != 0
        left = [["rebuilding"]] if sent != signal.SIGINT else []

        async def gone(left: list[list[str]] = left) -> bool:
            return await leftovers(worker) in ([], *left)

        await wait_for(gone)
        assert await digests(worker) == before, phase
    await all_is_well(live, owner, worker, before)


async def test_by_a_database_that_ends_its_connections(
    live: Live, owner: Parts, worker: Parts, fresh: FreshDatabase, before: dict[str, str]
) -> None:
    for phase in PHASES:
        await breaks_off(owner, phase, lambda: end_connections(fresh))
        assert await leftovers(worker) == [], f"at once, while {phase}"
        assert await digests(worker) == before, phase
    await all_is_well(live, owner, worker, before)


async def end_connections(fresh: FreshDatabase) -> None:
    """End every connection of the rebuild, as PostgreSQL does when it is stopped."""
    connection = await asyncpg.connect(fresh.dsn())
    try:
        await connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE application_name = 'tsunagi.rebuild' AND datname = current_database()"
        )
    finally:
        await connection.close()


async def breaks_off(owner: Parts, phase: Phase, broken_by: Callable[[], Coroutine[None, None, None]]) -> None:
    broken: list[Phase] = []

    def tell(progress: Progress) -> None:
        if progress.phase == phase and not broken:
            broken.append(phase)
            asynchronous.run(broken_by())  # it waits for this, so it cannot be done before

    lock = await asyncpg.connect(owner.settings.database_url)
    try:
        if phase == "swapping":  # the tables are in use: it is still at it when its connection ends
            await lock.execute("BEGIN; SELECT FROM people LIMIT 1")
        with pytest.raises((HandLost, asyncpg.PostgresError, asyncpg.InterfaceError, OSError)):
            await rebuild(owner, tell, hands=1)
    finally:
        await lock.close()


async def test_by_the_end_of_one_of_its_processes(
    live: Live, owner: Parts, worker: Parts, before: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    begun: list[Hand] = []

    class Noted(Hand):
        @classmethod
        async def begin(cls, setup: Setup) -> "Noted":
            begun.append(hand := await super().begin(setup))
            return hand

    monkeypatch.setattr(hands, "Hand", Noted)

    for phase in ("reading", "folding"):

        def tell(progress: Progress, phase: str = phase) -> None:
            if progress.phase == phase and begun:
                begun[-1]._process.kill()

        with pytest.raises(HandLost, match="ended"):
            await rebuild(owner, tell, hands=2)
        begun.clear()
        assert await leftovers(worker) == [], f"at once, while {phase}"
        assert await digests(worker) == before, phase
    await all_is_well(live, owner, worker, before)


async def test_a_frozen_one_holds_the_worker_for_a_bounded_time(
    live: Live, owner: Parts, worker: Parts, before: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    thawed = asyncio.Event()

    async def frozen(_: object) -> None:
        await thawed.wait()

    with monkeypatch.context() as patched:
        patched.setattr(rebuilding, "_HELD_AT_MOST", "200ms")
        patched.setattr(shadow, "exchange", frozen)
        task = asyncio.create_task(rebuild(owner))
        await wait_for(lambda: held(worker))
        await put(live.kafka, some_lives("while it is frozen", 1))
        async with asyncio.timeout(30):  # else for ever: nobody ends the session that says nothing any more
            await live.read_on()
        thawed.set()
        with pytest.raises((asyncpg.PostgresError, asyncpg.InterfaceError)):
            await task
    await all_is_well(live, owner, worker, await digests(worker))


async def held(worker: Parts) -> bool:
    """Whether the worker is held."""
    async with worker.database.session() as session:
        return bool(
            await session.fetchval(
                "SELECT true FROM pg_locks WHERE locktype = 'advisory' AND granted AND mode = 'ExclusiveLock'"
                " AND ((classid::bigint << 32) | objid::bigint) = $1",
                SWAP,
            )
        )
