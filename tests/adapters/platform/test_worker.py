"""The worker with Faust and all: effect once, dead letters, whatever ends it on the way."""

import signal
from uuid import UUID

import asyncpg
import pytest

from shared.platform.dead_letters import list_dead_letters
from shared.platform.inbox import Message
from shared.platform.lag import consumer_lag
from shared.platform.parts import Parts
from tests.adapters.platform import sample
from tests.adapters.platform.conftest import Processes
from tests.adapters.platform.made import an_id, column, message, send, wait_for, went_out

pytestmark = pytest.mark.stack


async def noted(parts: Parts) -> list[object]:
    return await column(parts.database, "SELECT event FROM seen ORDER BY n")


async def has(parts: Parts, count: int) -> bool:
    return len(await noted(parts)) >= count


async def test_events_have_their_effect_once_and_what_is_none_is_laid_aside(
    parts: Parts, processes: Processes, topic: str
) -> None:
    person = an_id()
    events = [went_out(person, n, topic=topic) for n in range(1, 6)]
    good = [message(one, partition=3) for one in events]
    bad = [
        good[0]._replace(value=b"\xff"),
        good[0]._replace(value=None),
        good[0]._replace(value=b'{"note":"\\u0000"}'),
        good[0]._replace(headers=(*good[0].headers[:2], ("ce_type", b"tsunagi.x.y.z.v1"), *good[0].headers[3:])),
        good[0]._replace(headers=()),
        message(went_out(person, 9, topic=topic, actor=sample.REFUSED_ACTOR), partition=3),
    ]
    processes.start("worker")

    await send(parts.settings.kafka, *good[:2], *bad[:3], good[1], good[2], *bad[3:], good[0], *good[3:])

    await wait_for(lambda: has(parts, 5))
    await wait_for(lambda: settled(parts, processes, topic))
    assert await noted(parts) == [one.envelope.id for one in events]
    async with parts.database.session() as session:
        letters = await list_dead_letters(session, topic=topic)
    assert [one.place.offset for one in letters] == [2, 3, 4, 7, 8, 9]
    assert letters[-1].reason == "sample.refused"


async def settled(parts: Parts, processes: Processes, topic: str) -> bool:
    """Say whether the group has committed all of the topic."""
    return (await consumer_lag(parts.settings.kafka, processes.name, [topic]))[topic] == 0


async def test_a_worker_that_dies_before_it_acknowledges_has_no_effect_twice(
    parts: Parts, processes: Processes, topic: str
) -> None:
    events = [went_out(an_id(), topic=topic) for _ in range(30)]
    await send(parts.settings.kafka, *(message(one, partition=n % 12) for n, one in enumerate(events)))

    while not await noted(parts):  # it may have died over the keys of other tests
        first = processes.start("worker", {"TSUNAGI_FAILPOINT": "worker.after-effect"})
        assert await processes.ended(first) == -signal.SIGKILL
    processes.start("worker")
    await wait_for(lambda: has(parts, 30), 60)
    await wait_for(lambda: settled(parts, processes, topic))

    found = await noted(parts)
    assert len(found) == 30
    assert set(found) == {one.envelope.id for one in events}


async def test_a_worker_that_is_asked_to_stop_ends_in_good_order_and_the_next_goes_on(
    parts: Parts, processes: Processes, topic: str
) -> None:
    person = an_id()
    first = processes.start("worker")
    await send(parts.settings.kafka, message(went_out(person, 1, topic=topic)))
    await wait_for(lambda: has(parts, 1))
    first.terminate()
    assert await processes.ended(first, 14) == 0

    await send(parts.settings.kafka, message(went_out(person, 2, topic=topic)))
    processes.start("worker")
    await wait_for(lambda: has(parts, 2))

    assert await column(parts.database, "SELECT version FROM seen ORDER BY n") == [1, 2]
    assert await column(parts.database, "SELECT count(*) FROM inbox") == [2]


async def test_two_workers_share_the_partitions_and_one_takes_over(
    parts: Parts, processes: Processes, topic: str
) -> None:
    people = [an_id() for _ in range(24)]

    async def tell(version: int) -> None:
        await send(
            parts.settings.kafka,
            *(message(went_out(one, version, topic=topic), partition=n % 12) for n, one in enumerate(people)),
        )

    first = processes.start("worker")
    await tell(1)
    await wait_for(lambda: has(parts, 24))
    processes.start("worker", {"TSUNAGI_DATADIR": str(processes.folder / "second")})
    await tell(2)
    await wait_for(lambda: has(parts, 48), 60)
    first.kill()
    await tell(3)
    await wait_for(lambda: has(parts, 72), 60)

    versions: dict[object, list[int]] = {}
    async with parts.database.session() as session:
        for row in await session.fetch("SELECT key, version FROM seen ORDER BY n"):
            versions.setdefault(row["key"], []).append(row["version"])
    assert versions == {person: [1, 2, 3] for person in people}


async def test_a_worker_tries_again_in_place_while_its_database_refuses(
    parts: Parts, processes: Processes, topic: str
) -> None:
    """Its own table is away: nothing is acknowledged, nothing laid aside, and it goes on once the table is back."""
    processes.start("worker")
    await send(parts.settings.kafka, message(went_out(an_id(), topic=topic)))
    await wait_for(lambda: has(parts, 1))
    owner = await asyncpg_owner(processes)
    try:
        await owner.execute("ALTER TABLE seen RENAME TO gone")
        await send(parts.settings.kafka, *(message(went_out(an_id(), topic=topic), partition=n) for n in range(12)))

        async def trying() -> bool:
            return "trying again" in processes.log("worker")

        await wait_for(trying)
        assert not await settled(parts, processes, topic)
        await owner.execute("ALTER TABLE gone RENAME TO seen")
    finally:
        await owner.close()
    await wait_for(lambda: has(parts, 13))
    assert await column(parts.database, "SELECT count(*) FROM dead_letters WHERE topic = $1", topic) == [0]


async def asyncpg_owner(processes: Processes) -> "asyncpg.Connection[asyncpg.Record]":
    return await asyncpg.connect(processes.database.dsn())


async def test_without_kafka_a_worker_ends_so_that_it_is_started_again(processes: Processes) -> None:
    process = processes.start("worker", {"TSUNAGI_KAFKA": "127.0.0.1:1"})
    assert await processes.ended(process, 60) != 0


async def test_keys_come_to_every_worker(parts: Parts, processes: Processes) -> None:
    owner: UUID = an_id()
    _, wrapped = parts.keyring.create(owner)
    processes.start("worker")
    await send(parts.settings.kafka, Message("keys", 0, 0, str(owner).encode(), (), wrapped))

    async def has_key() -> bool:
        async with parts.database.session() as session:
            return await parts.keyring.find(session, owner) is not None

    await wait_for(has_key)
    await send(parts.settings.kafka, Message("keys", 0, 1, str(owner).encode(), (), None))

    async def forgotten() -> bool:
        return await column(parts.database, "SELECT forgotten_at IS NOT NULL FROM keys WHERE owner = $1", owner) == [
            True
        ]

    await wait_for(forgotten)
