"""What is in the outbox gets to the log: in order, at least once, whoever dies on the way."""

import asyncio
import contextlib
import signal
from collections.abc import AsyncIterator, Sequence
from uuid import UUID

import msgspec
import pytest
from aiokafka import AIOKafkaProducer
from aiokafka.partitioner import DefaultPartitioner

from shared.contracts.envelope import Recorded, to_headers
from shared.platform import relay, store
from shared.platform.inbox import Message
from shared.platform.logread import read_messages
from shared.platform.parts import Parts
from shared.platform.relay import Load, Relay
from tests.adapters.platform.conftest import Processes
from tests.adapters.platform.made import an_id, column, wait_for, went_out

pytestmark = pytest.mark.stack
partition_of = DefaultPartitioner()


@contextlib.asynccontextmanager
async def running(*relays: Relay) -> AsyncIterator[list["asyncio.Task[None]"]]:
    tasks = [asyncio.create_task(one.run()) for one in relays]
    try:
        yield tasks
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def queue(parts: Parts, *events: Recorded) -> None:
    async with parts.database.transaction() as session:
        await store.append(session, events)


async def is_empty(parts: Parts) -> bool:
    return await column(parts.database, "SELECT count(*) FROM outbox") == [0]


async def log_of(parts: Parts, topic: str) -> list[Message]:
    return [one async for page in read_messages(parts.settings.kafka, [topic]) for one in page]


def firsts(messages: Sequence[Message]) -> dict[UUID, list[int]]:
    """Return the versions of each stream in the order in which the log first has them."""
    versions: dict[UUID, list[int]] = {}
    for one in messages:
        headers = dict(one.headers)
        version, stream = int(headers["version"]), UUID(headers["ce_subject"].decode())
        if version not in versions.setdefault(stream, []):
            versions[stream].append(version)
    return versions


async def test_every_event_gets_there_with_its_key_headers_and_bytes(relay_parts: Parts, topic: str) -> None:
    people = [an_id() for _ in range(30)]
    events = [went_out(person, n, topic=topic) for n in range(1, 5) for person in people]
    await queue(relay_parts, *events)

    async with running(Relay(relay_parts)):
        await wait_for(lambda: is_empty(relay_parts))

    found = await log_of(relay_parts, topic)
    assert len(found) == len(events)
    by_id = {dict(one.headers)["ce_id"].decode(): one for one in found}
    for event in events:
        one = by_id[str(event.envelope.id)]
        assert one.key == str(event.envelope.key).encode()
        assert one.headers == tuple(to_headers(event.envelope))
        assert one.value == event.value
        assert one.partition == partition_of(one.key, list(range(12)), list(range(12)))
    assert all(versions == [1, 2, 3, 4] for versions in firsts(found).values())


async def test_keys_and_tombstones_go_to_their_topic(relay_parts: Parts) -> None:
    owner = an_id()
    async with relay_parts.database.transaction() as session:
        await store.store_key(session, owner, b"wrapped")
        await session.execute("INSERT INTO outbox (topic, key, headers) VALUES ('keys', $1, '{}')", owner)

    async with running(Relay(relay_parts)):
        await wait_for(lambda: is_empty(relay_parts))

    found = [one for one in await log_of(relay_parts, "keys") if one.key == str(owner).encode()]
    assert [(one.headers, one.value) for one in found] == [((), b"wrapped"), ((), None)]


async def test_more_than_fits_into_one_batch_is_split_and_keeps_its_order(relay_parts: Parts, topic: str) -> None:
    person = an_id()
    events = [
        msgspec.structs.replace(went_out(person, n, topic=topic), value=b'{"x":"' + b"y" * 130_000 + b'"}')
        for n in range(1, 31)
    ]
    await queue(relay_parts, *events)

    async with running(Relay(relay_parts)):
        await wait_for(lambda: is_empty(relay_parts))

    found = await log_of(relay_parts, topic)
    assert firsts(found) == {person: list(range(1, 31))}
    assert len(found) == 30


async def test_order_holds_while_others_write(relay_parts: Parts, topic: str) -> None:
    """Writers append to twelve streams each while tiny loads are read ahead of one another."""

    async def write(streams: Sequence[UUID]) -> None:
        for version in range(1, 16):
            for stream in streams:
                await queue(relay_parts, went_out(stream, version, topic=topic))

    writers = [[an_id() for _ in range(12)] for _ in range(4)]
    async with running(Relay(relay_parts, rows=7)):
        await asyncio.gather(*map(write, writers))
        await wait_for(lambda: is_empty(relay_parts))

    found = firsts(await log_of(relay_parts, topic))
    assert found == {stream: list(range(1, 16)) for streams in writers for stream in streams}


async def test_what_commits_late_is_not_forgotten(relay_parts: Parts, topic: str) -> None:
    slow, quick = went_out(an_id(), topic=topic), [went_out(an_id(), topic=topic) for _ in range(20)]
    async with running(Relay(relay_parts, rows=5)):
        async with relay_parts.database.transaction() as session:
            await store.append(session, [slow])  # takes the lowest id
            await queue(relay_parts, *quick)
            await wait_for(lambda: is_empty(relay_parts))
        await wait_for(lambda: is_empty(relay_parts))

    assert len(firsts(await log_of(relay_parts, topic))) == 21


async def test_reading_ahead_does_not_overtake_what_commits_late(relay_parts: Parts, topic: str) -> None:
    """Between two reads a stream's first event commits, with an id below what is flying, and then its second."""
    stream = an_id()
    late = relay_parts.database.transaction()
    session = await late.__aenter__()
    await store.append(session, [went_out(stream, 1, topic=topic)])  # takes the lowest id
    await queue(relay_parts, went_out(an_id(), topic=topic))

    class ReadsAhead(Relay):
        async def _load(self, producer: AIOKafkaProducer, sent: list[int], flying: list[int]) -> Load:
            if flying and not moved:
                moved.append(True)
                await late.__aexit__(None, None, None)
                await queue(relay_parts, went_out(stream, 2, topic=topic))
            return await super()._load(producer, sent, flying)

    moved: list[bool] = []
    async with running(ReadsAhead(relay_parts, rows=1)):
        await wait_for(lambda: is_empty(relay_parts))

    assert moved, "it read ahead"
    assert firsts(await log_of(relay_parts, topic))[stream] == [1, 2]


async def test_one_that_dies_after_sending_sends_again_and_the_order_of_first_sights_holds(
    relay_parts: Parts, processes: Processes, topic: str
) -> None:
    people = [an_id() for _ in range(10)]
    await queue(relay_parts, *(went_out(person, n, topic=topic) for n in range(1, 31) for person in people))

    process = processes.start("relay", {"TSUNAGI_FAILPOINT": "relay.after-send"})
    assert await processes.ended(process) == -signal.SIGKILL
    assert not await is_empty(relay_parts)
    assert await log_of(relay_parts, topic), "it had sent before it died"
    processes.start("relay")
    await wait_for(lambda: is_empty(relay_parts))

    found = await log_of(relay_parts, topic)
    assert firsts(found) == {person: list(range(1, 31)) for person in people}
    assert len(found) > 300, "what was sent and not deleted was sent twice"


async def test_after_an_error_everything_is_read_again_with_another_producer(
    relay_parts: Parts, topic: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    producers, really = [], relay.send

    async def failing(producer: object, batches: object) -> None:
        producers.append(producer)
        await really(producer, batches)  # type: ignore[arg-type]
        if len(producers) == 1:
            raise TimeoutError

    monkeypatch.setattr(relay, "send", failing)
    person = an_id()
    await queue(relay_parts, *(went_out(person, n, topic=topic) for n in range(1, 4)))
    async with running(Relay(relay_parts)):
        await wait_for(lambda: is_empty(relay_parts))

    assert producers[0] is not producers[1]
    versions = [int(dict(one.headers)["version"]) for one in await log_of(relay_parts, topic)]
    assert versions == [1, 2, 3, 1, 2, 3]


async def leaders(parts: Parts) -> list[object]:
    return await column(
        parts.database,
        "SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND granted"
        " AND database = (SELECT oid FROM pg_database WHERE datname = current_database()) AND objsubid = 2",
    )


async def test_one_leads_and_another_takes_over_when_the_lock_is_lost(relay_parts: Parts, topic: str) -> None:
    person = an_id()
    async with running(Relay(relay_parts), Relay(relay_parts)):
        await wait_for(lambda: leaders(relay_parts))
        for n in range(1, 4):
            before = await leaders(relay_parts)
            assert len(before) == 1
            await queue(relay_parts, went_out(person, n, topic=topic))
            await wait_for(lambda: is_empty(relay_parts))
            await column(relay_parts.database, "SELECT pg_terminate_backend($1)", before[0])

            async def changed(before: object = before) -> bool:
                now = await leaders(relay_parts)
                return bool(now) and now != before

            await wait_for(changed)

    assert firsts(await log_of(relay_parts, topic)) == {person: [1, 2, 3]}


async def test_a_lock_that_is_lost_is_noticed_before_anything_more_is_sent(relay_parts: Parts, topic: str) -> None:
    sent: list[int] = []
    async with running(Relay(relay_parts)):
        await wait_for(lambda: leaders(relay_parts))
        # Somebody else leads from now on, and holds on to it.
        async with relay_parts.database.pool.acquire() as other:
            (pid,) = await leaders(relay_parts)
            await other.execute("SELECT pg_terminate_backend($1)", pid)
            await other.execute("SELECT pg_advisory_lock($1, 1)", 0x7453_554E)
            await queue(relay_parts, went_out(an_id(), topic=topic))
            await asyncio.wait([asyncio.create_task(asyncio.sleep(2))])
            sent = [one.offset for one in await log_of(relay_parts, topic)]
            assert not await is_empty(relay_parts)
            await other.execute("SELECT pg_advisory_unlock_all()")
        await wait_for(lambda: is_empty(relay_parts))
    assert sent == []


async def test_timers_fire_and_the_outbox_waits_while_kafka_is_away(
    relay_parts: Parts, processes: Processes, topic: str
) -> None:
    subject = an_id()
    await queue(relay_parts, went_out(subject, topic=topic))
    async with relay_parts.database.session() as session:
        await session.execute(
            "INSERT INTO timers (kind, subject, due, fire_at) VALUES ('fire', $1, now(), '-infinity')", subject
        )

    process = processes.start("relay", {"TSUNAGI_KAFKA": "127.0.0.1:1"})

    await wait_for(lambda: column(relay_parts.database, "SELECT subject FROM fired"))
    assert not await is_empty(relay_parts)
    process.terminate()
    assert await processes.ended(process, 10) == 0


async def test_a_relay_that_is_asked_to_stop_leaves_nothing_half_done(
    relay_parts: Parts, processes: Processes, topic: str
) -> None:
    people = [an_id() for _ in range(50)]
    process = processes.start("relay")
    for n in range(1, 11):
        await queue(relay_parts, *(went_out(person, n, topic=topic) for person in people))
    process.terminate()
    assert await processes.ended(process, 10) in (0, -signal.SIGTERM)
    processes.start("relay")
    await wait_for(lambda: is_empty(relay_parts))

    assert firsts(await log_of(relay_parts, topic)) == {person: list(range(1, 11)) for person in people}


def test_stored_headers_are_read_alike_by_the_quick_way_and_the_plain_one() -> None:
    for headers in ({"a": "1", "b": "ä"}, {"a": "x\0y", "b": ""}, {}, {"only": ""}):
        stored = msgspec.json.encode(headers)
        assert relay.header_list(stored) == store.header_pairs(stored)


async def test_it_is_woken_when_rows_are_committed(
    relay_parts: Parts, topic: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It would look by itself in an hour: what comes after its first load is sent because somebody said so."""
    monkeypatch.setattr(relay, "_LOOK", 3600.0)
    person = an_id()
    async with running(Relay(relay_parts)):
        for version in range(1, 4):
            await queue(relay_parts, went_out(person, version, topic=topic))
            await wait_for(lambda: is_empty(relay_parts))
    assert firsts(await log_of(relay_parts, topic)) == {person: [1, 2, 3]}


async def test_what_is_deleted_is_cleared_away_before_every_read_goes_past_it(
    relay_parts: Parts, topic: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(relay, "_MANY_GONE", 50)
    await queue(relay_parts, *(went_out(an_id(), 1, topic=topic) for _ in range(60)))

    async def swept() -> bool:
        statement = "SELECT vacuum_count FROM pg_stat_user_tables WHERE relname = 'outbox'"
        return await column(relay_parts.database, statement) != [0]

    async with running(Relay(relay_parts)):
        await wait_for(swept)
        assert await is_empty(relay_parts)
