"""The timeline can be thrown away: the log gives the same rows byte for byte, while the worker goes on."""

import asyncio
import contextlib
import random
from collections.abc import Sequence
from functools import partial
from typing import Any

import pytest

from services.casework import rebuild as rebuilding
from services.casework.rebuild import fingerprints, rebuild
from shared.contracts.envelope import Recorded
from shared.contracts.topics import EVENT_TOPICS
from shared.kernel.errors import Refused
from shared.platform.inbox import Message
from shared.platform.logread import read_messages
from shared.platform.parts import Parts
from shared.platform.postgres import Session
from shared.platform.settling import Settling
from shared.platform.topics import create_topics
from tests.adapters.platform.made import message, send, wait_for
from tests.unit.casework.lives import random_life

pytestmark = pytest.mark.stack


class Live:
    """What a live worker does: reads on from where it was, and settles."""

    def __init__(self, settling: Settling, kafka: str) -> None:
        self.settling = settling
        self.kafka = kafka
        self.after: dict[tuple[str, int], int] = {}
        self.settled = 0

    async def read_on(self) -> None:
        async for page in read_messages(self.kafka, EVENT_TOPICS, since=self.after, most=50):
            by_topic: dict[str, list[Message]] = {}
            for one in page:
                by_topic.setdefault(one.topic, []).append(one)
            for messages in by_topic.values():
                await self.settling.settle([self.settling.read(one) for one in messages])
            for one in page:
                self.after[one.topic, one.partition] = one.offset + 1
            self.settled += len(page)


@pytest.fixture
async def live(settling: Settling, worker: Parts) -> Live:
    await create_topics(worker.settings.kafka)
    return Live(settling, worker.settings.kafka)


def some_lives(name: str, many: int) -> list[Recorded]:
    dice = random.Random(name)
    events = [one for n in range(many) for one in random_life(f"{name} {n}", dice).events]
    dice.shuffle(events)
    return [*events, *dice.sample(events, len(events) // 10)]  # the relay sends some of them twice


async def put(kafka: str, events: Sequence[Recorded]) -> None:
    """Put events on the log, each in the partition of its key."""
    await send(kafka, *(message(one, partition=one.envelope.key.int % 12) for one in events))


async def digests(parts: Parts) -> dict[str, str]:
    async with parts.database.session() as session:
        return await fingerprints(session)


async def untouched(parts: Parts) -> list[object]:
    """What a rebuild must leave alone: event store, outbox, keys, timers, desk, views."""
    async with parts.database.session() as session:
        return [
            [tuple(row) for row in await session.fetch(f'SELECT * FROM "{table}" ORDER BY 1, 2')]
            for table in ("events", "outbox", "keys", "timers", "cases", "views")
        ]


async def test_the_log_gives_the_same_rows_byte_for_byte(live: Live, owner: Parts, worker: Parts) -> None:
    await put(live.kafka, some_lives("first", 40))
    await live.read_on()
    before, apart = await digests(worker), await untouched(owner)
    assert int(before["timeline"].split()[0]) > 200
    assert int(before["handoffs"].split()[0]) > 40
    async with worker.database.session() as session:
        timers = await session.fetchval("SELECT count(*) FROM timers")
    assert timers > 0

    done = await rebuild(owner)

    assert await digests(worker) == before
    assert await untouched(owner) == apart
    assert done.repeated > 0
    assert done.events == int(before["timeline"].split()[0])


async def test_what_was_damaged_is_whole_again_and_the_roles_may_do_what_they_might(
    live: Live, owner: Parts, worker: Parts, parts: Parts
) -> None:
    await put(live.kafka, some_lives("second", 10))
    await live.read_on()
    before = await digests(worker)
    async with worker.database.session() as session:
        await session.execute("DELETE FROM handoffs")
        await session.execute("UPDATE people SET standing = 'lost'")
        await session.execute("DELETE FROM timeline WHERE version = 2")
    assert await digests(worker) != before

    await rebuild(owner)

    assert await digests(parts) == before, "as the api sees it"
    await put(live.kafka, some_lives("third", 3))
    await live.read_on()
    after = await digests(worker)
    assert after["timeline"] != before["timeline"], "and the worker goes on"
    await rebuild(owner)
    assert await digests(worker) == after


async def test_what_the_worker_settles_until_it_is_held_is_in_the_new_tables(
    live: Live, owner: Parts, worker: Parts, monkeypatch: pytest.MonkeyPatch
) -> None:
    await put(live.kafka, some_lives("fourth", 5))
    swap = rebuilding._swap

    async def after_more(*given: Any) -> float:
        await put(live.kafka, some_lives("at the last moment", 5))
        await live.read_on()
        return await swap(*given)

    with monkeypatch.context() as patched:
        patched.setattr(rebuilding, "_swap", after_more)
        await rebuild(owner)
    await live.read_on()
    await nothing_is_missing(owner, worker)


async def test_what_the_worker_settles_while_it_is_held_waits_for_the_new_tables(
    live: Live, owner: Parts, worker: Parts, monkeypatch: pytest.MonkeyPatch
) -> None:
    await put(live.kafka, some_lives("sixth", 5))
    await live.read_on()
    exchange = rebuilding._exchange
    working: list[asyncio.Task[None]] = []

    async def while_the_worker_tries(work: Session) -> None:
        await put(live.kafka, some_lives("while it is held", 5))
        working.append(asyncio.create_task(live.read_on()))
        await wait_for(partial(_waits, worker))
        await exchange(work)

    with monkeypatch.context() as patched:
        patched.setattr(rebuilding, "_exchange", while_the_worker_tries)
        await rebuild(owner)
    await working[0]
    await nothing_is_missing(owner, worker)


async def _waits(worker: Parts) -> bool:
    """Whether a batch of the worker waits for the rebuild."""
    async with worker.database.session() as session:
        return bool(
            await session.fetchval(
                "SELECT true FROM pg_locks WHERE locktype = 'advisory' AND NOT granted AND mode = 'ShareLock'"
            )
        )


async def nothing_is_missing(owner: Parts, worker: Parts) -> None:
    at_rest = await digests(worker)
    await rebuild(owner)
    assert await digests(worker) == at_rest


async def test_a_rebuild_that_breaks_off_changes_nothing(
    live: Live, owner: Parts, worker: Parts, monkeypatch: pytest.MonkeyPatch
) -> None:
    await put(live.kafka, some_lives("fifth", 5))
    await live.read_on()
    before = await digests(worker)

    async def breaks(*_: object) -> None:
        raise ConnectionError("the power went")

    with monkeypatch.context() as patched, contextlib.suppress(ConnectionError):
        patched.setattr(rebuilding, "_exchange", breaks)
        await rebuild(owner)
    assert await digests(worker) == before
    await rebuild(owner)
    assert await digests(worker) == before


async def test_one_rebuild_at_a_time(live: Live, owner: Parts) -> None:
    async with owner.database.session() as session:
        await session.fetchval("SELECT pg_advisory_lock($1)", rebuilding.ONE_AT_A_TIME)
        try:
            with pytest.raises(Refused) as refused:
                await rebuild(owner)
        finally:
            await session.fetchval("SELECT pg_advisory_unlock($1)", rebuilding.ONE_AT_A_TIME)
    assert refused.value.code == "rebuild.running"
