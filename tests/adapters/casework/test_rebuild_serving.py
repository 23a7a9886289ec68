"""While the tables are being made anew, casework goes on answering from the old ones, and the worker goes on."""

import asyncio
from collections import Counter

import pytest

from services.casework.rebuild import rebuild
from services.casework.rebuilding.progress import SHARES, Progress
from shared.platform.parts import Parts
from tests.adapters.casework.conftest import Send
from tests.adapters.casework.logged import Live, digests, put, some_lives
from tests.adapters.platform.made import wait_for

pytestmark = pytest.mark.stack


async def test_whoever_asks_meanwhile_is_answered_and_never_with_less(
    live: Live, owner: Parts, worker: Parts, send: Send
) -> None:
    await put(live.kafka, some_lives("asked meanwhile", 30))
    await live.read_on()
    async with worker.database.session() as session:
        person = await session.fetchval("SELECT person FROM handoffs GROUP BY 1 ORDER BY count(*) DESC, 1 LIMIT 1")
        heard = await session.fetchval("SELECT count(*) FROM timeline WHERE key = $1", person)
    paths = ("/board", "/handoffs", f"/persons/{person}/timeline", f"/persons/{person}/handoffs", "/lost")
    answered: Counter[str] = Counter()
    over = asyncio.Event()

    async def asks(path: str) -> None:
        first = (await send("GET", path, role="ward-hq")).json()
        while not over.is_set():
            answer = await send("GET", path, role="ward-hq")
            assert answer.status_code == 200, answer.text
            if path.endswith("/timeline"):
                assert len(answer.json()["items"]) == min(heard, len(first["items"]))
            if "items" in first:
                assert len(answer.json()["items"]) >= len(first["items"])
            answered[path] += 1

    async def goes_on() -> None:
        n = 0
        while not over.is_set():
            await put(live.kafka, some_lives(f"heard meanwhile {n}", 1))
            await live.read_on()
            n += 1

    settled = live.settled
    asking = [asyncio.create_task(asks(path)) for path in paths]
    working = asyncio.create_task(goes_on())
    await wait_for(lambda: _soon(len(answered) == len(paths)))
    done = await rebuild(owner)
    at_the_end = +answered
    await wait_for(lambda: _soon(all(answered[path] > at_the_end[path] for path in paths)))
    over.set()
    await asyncio.gather(*asking, working)
    assert done.events > 0
    assert live.settled > settled
    at_rest = await digests(worker)
    await rebuild(owner)
    assert await digests(worker) == at_rest, "and nothing that came meanwhile is missing"


async def _soon(true: bool) -> bool:
    return true


async def test_a_reader_that_holds_one_table_and_wants_another_gets_it(live: Live, owner: Parts, worker: Parts) -> None:
    await put(live.kafka, some_lives("held by a reader", 2))
    await live.read_on()
    before = await digests(worker)
    swapping = asyncio.Event()
    async with worker.database.transaction() as reader:
        await reader.fetchval("SELECT count(*) FROM trips")
        task = asyncio.create_task(
            rebuild(owner, lambda progress: swapping.set() if progress.phase == "swapping" else None)
        )
        await swapping.wait()
        await wait_for(lambda: _wants_the_tables(owner))
        # Were the other tables held by who waits for this one, PostgreSQL would end one of the two.
        assert await reader.fetchval("SELECT count(*) FROM timeline") > 0
    await task
    assert await digests(worker) == before


async def _wants_the_tables(owner: Parts) -> bool:
    async with owner.database.session() as session:
        return bool(
            await session.fetchval(
                "SELECT true FROM pg_locks WHERE mode = 'AccessExclusiveLock' AND NOT granted"
                " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
            )
        )


async def test_it_tells_how_far_it_is_and_how_long_it_still_takes(live: Live, owner: Parts) -> None:
    await put(live.kafka, some_lives("told of", 5))
    told: list[Progress] = []

    done = await rebuild(owner, told.append)

    assert list(dict.fromkeys(one.phase for one in told)) == list(SHARES)
    assert [one.percent for one in told] == sorted(one.percent for one in told)
    assert told[-1].percent >= 95
    assert any(one.seconds_left is not None for one in told)
    assert max(one.total for one in told) == done.events + done.repeated + done.broken + done.refused
