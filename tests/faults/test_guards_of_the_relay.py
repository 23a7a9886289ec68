"""The relay's guards, each kept and each taken away: what it prevents is seen to happen without it.

A test runs twice: with the guard nothing may be broken, without it the promise must be.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Sequence
from typing import Any
from uuid import UUID

import pytest
from aiokafka import AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType

from shared.contracts.envelope import Recorded
from shared.platform import relay, store
from shared.platform.leadership import Leadership
from shared.platform.logread import read_messages
from shared.platform.parts import Parts
from shared.platform.relay import Load, Relay
from tests.adapters.platform.made import an_id, column, wait_for, went_out
from tests.faults.witness import ON_THE_LOG, broken_promises
from tests.fresh import FreshDatabase

pytestmark = pytest.mark.stack
kept_and_removed = pytest.mark.parametrize("kept", [True, False], ids=["kept", "removed"])


@contextlib.asynccontextmanager
async def running(*relays: Relay) -> AsyncIterator[None]:
    tasks = [asyncio.create_task(one.run()) for one in relays]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def queue(parts: Parts, *events: Recorded) -> None:
    async with parts.database.transaction() as session:
        await store.append(session, events)


async def is_empty(parts: Parts) -> bool:
    return await column(parts.database, "SELECT count(*) FROM outbox") == [0]


class DeletesWhatItReads(Relay):
    """Deletes rows before they are acknowledged: as they are read."""

    async def _load(self, producer: AIOKafkaProducer, sent: list[int], flying: list[int]) -> Load:
        load = await super()._load(producer, sent, flying)
        async with self._database.session() as session:
            await session.execute("DELETE FROM outbox WHERE id = ANY($1::bigint[])", load.ids)
        return load


@kept_and_removed
async def test_a_row_is_deleted_after_it_was_sent(
    kept: bool, relay_parts: Parts, sample_database: FreshDatabase, topic: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first send fails, as it does when the broker goes."""
    failed, really = asyncio.Event(), relay.send

    async def send(producer: AIOKafkaProducer, batches: Sequence[Any]) -> None:
        if failed.is_set():
            return await really(producer, batches)
        failed.set()
        raise TimeoutError

    monkeypatch.setattr(relay, "send", send)
    await queue(relay_parts, *(went_out(an_id(), topic=topic) for _ in range(20)))
    async with running(Relay(relay_parts) if kept else DeletesWhatItReads(relay_parts)):
        await failed.wait()
        await wait_for(lambda: is_empty(relay_parts))

    assert (ON_THE_LOG not in await broken_promises(sample_database, topic)) is kept


async def sends_and_awaits_nothing(producer: AIOKafkaProducer, batches: Sequence[Any]) -> None:
    for batch, topic, partition in batches:
        (await producer.send_batch(batch, topic, partition=partition)).add_done_callback(relay._seen)


async def limit(parts: Parts, topic: str, size: int) -> None:
    """Have Kafka refuse larger messages on this topic."""
    client = AIOKafkaAdminClient(bootstrap_servers=parts.settings.kafka)
    await client.start()
    try:
        wanted = {"max.message.bytes": str(size)}
        await client.alter_configs([ConfigResource(ConfigResourceType.TOPIC, topic, configs=wanted)])
    finally:
        await client.close()


@kept_and_removed
async def test_a_row_is_deleted_after_its_acknowledgement(
    kept: bool, relay_parts: Parts, sample_database: FreshDatabase, topic: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Kafka says no for a while (here because it has been set to take small messages only)."""
    refused, really = asyncio.Event(), relay.send

    async def send(producer: AIOKafkaProducer, batches: Sequence[Any]) -> None:
        try:
            await (really if kept else sends_and_awaits_nothing)(producer, batches)
        except Exception:
            refused.set()
            raise

    monkeypatch.setattr(relay, "send", send)
    await limit(relay_parts, topic, 200)
    await queue(relay_parts, *(went_out(an_id(), topic=topic) for _ in range(5)))
    async with running(Relay(relay_parts)):
        if kept:
            await asyncio.wait_for(refused.wait(), 20)
            assert not await is_empty(relay_parts)
            await limit(relay_parts, topic, 1_000_000)
        await wait_for(lambda: is_empty(relay_parts))

    assert (ON_THE_LOG not in await broken_promises(sample_database, topic)) is kept


class NoLock:
    """A leadership that asks nobody."""

    def check(self) -> None:
        pass

    async def listen(self, channel: str, told: Callable[[], None]) -> None:
        """Nobody tells it anything; it looks by itself."""


@contextlib.asynccontextmanager
async def everybody_leads(*_: object) -> AsyncIterator[NoLock]:
    yield NoLock()


class Halting(Relay):
    """One that stands still with its first load in its hands until it may go on: frozen, or on a slow network."""

    def __init__(self, parts: Parts) -> None:
        super().__init__(parts)
        self.halted, self.go_on = asyncio.Event(), asyncio.Event()

    async def _load(self, producer: AIOKafkaProducer, sent: list[int], flying: list[int]) -> Load:
        load = await super()._load(producer, sent, flying)
        if load.ids and not self.go_on.is_set():
            self.halted.set()
            await self.go_on.wait()
        return load


async def last_of(parts: Parts, owner: UUID) -> object:
    """Return what the topic `keys` says of an owner once it is compacted: the last."""
    pages = read_messages(parts.settings.kafka, ["keys"])
    return [one.value for page in [page async for page in pages] for one in page if one.key == str(owner).encode()][-1]


@kept_and_removed
async def test_one_relay_at_a_time(kept: bool, relay_parts: Parts, monkeypatch: pytest.MonkeyPatch) -> None:
    """With two at once, a key that one of them holds comes after the word to forget it: the log never forgets."""
    if not kept:
        monkeypatch.setattr(relay, "leading", everybody_leads)
    owner, slow = an_id(), Halting(relay_parts)
    async with relay_parts.database.transaction() as session:
        await store.store_key(session, owner, b"wrapped")
    async with running(slow):
        await asyncio.wait_for(slow.halted.wait(), 20)
        async with relay_parts.database.transaction() as session:
            await session.execute("INSERT INTO outbox (topic, key, headers) VALUES ('keys', $1, '{}')", owner)
        async with running(Relay(relay_parts)):
            if not kept:
                await wait_for(lambda: is_empty(relay_parts))
            slow.go_on.set()
            await wait_for(lambda: is_empty(relay_parts))
            await wait_for(_sent_by(slow, relay_parts, owner))

    assert (await last_of(relay_parts, owner) is None) is kept


def _sent_by(slow: Halting, parts: Parts, owner: UUID) -> Callable[[], Any]:
    """Return a condition: the slow one has sent what it held (with the lock, it or its successor has sent all)."""

    async def sent() -> bool:
        values = [
            one.value
            async for page in read_messages(parts.settings.kafka, ["keys"])
            for one in page
            if one.key == str(owner).encode()
        ]
        return len(values) >= 2 and (values[-1] is None or len(values) >= 3)

    return sent


@kept_and_removed
async def test_a_relay_that_lost_its_lock_sends_nothing_more(
    kept: bool, relay_parts: Parts, topic: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody else leads by now, and will send the same."""
    if not kept:
        monkeypatch.setattr(Leadership, "check", lambda self: None)
    async with running(Relay(relay_parts)):
        await queue(relay_parts, went_out(an_id(), topic=topic))
        await wait_for(lambda: is_empty(relay_parts))
        async with relay_parts.database.pool.acquire() as other:
            await other.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND objsubid = 2"
                " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
            )
            await other.execute("SELECT pg_advisory_lock($1, 1)", 0x7453_554E)
            await queue(relay_parts, went_out(an_id(), topic=topic))

            async def found_out() -> bool:
                waits = await column(
                    relay_parts.database,
                    "SELECT count(*) FROM pg_stat_activity WHERE "
                    "application_name LIKE '%relay-lock' AND datname = current_database()",
                )
                return waits != [0] or await is_empty(relay_parts)

            await wait_for(found_out)
            assert (not await is_empty(relay_parts)) is kept
            await other.execute("SELECT pg_advisory_unlock_all()")
