"""The timeline can be thrown away: the log gives the same rows byte for byte, while the worker goes on."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from typing import Any

import msgspec
import pytest

from services.casework import rebuild as rebuilding
from services.casework.rebuild import rebuild
from services.casework.rebuilding import hands, shadow
from services.casework.rebuilding.progress import Progress
from services.casework.tables import PROJECTED, metadata
from shared.contracts.topics import Topic
from shared.kernel.errors import Refused
from shared.platform.migrate import differences
from shared.platform.parts import Parts
from shared.platform.postgres import Session
from shared.platform.topics import create_topics
from tests.adapters.casework.logged import Live, digests, put, some_lives
from tests.adapters.platform.made import an_id, message, send, wait_for, went_out
from tests.fresh import FreshDatabase
from tests.unit.casework.told import Life

pytestmark = pytest.mark.stack


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
    exchange = shadow.exchange
    working: list[asyncio.Task[None]] = []

    async def while_the_worker_tries(work: Session) -> None:
        await put(live.kafka, some_lives("while it is held", 5))
        working.append(asyncio.create_task(live.read_on()))
        await wait_for(partial(_waits, worker))
        await exchange(work)

    with monkeypatch.context() as patched:
        patched.setattr(shadow, "exchange", while_the_worker_tries)
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


async def test_one_rebuild_at_a_time(live: Live, owner: Parts) -> None:
    async with owner.database.session() as session:
        await session.fetchval("SELECT pg_advisory_lock($1)", rebuilding.ONE_AT_A_TIME)
        try:
            with pytest.raises(Refused) as refused:
                await rebuild(owner)
        finally:
            await session.fetchval("SELECT pg_advisory_unlock($1)", rebuilding.ONE_AT_A_TIME)
    assert refused.value.code == "rebuild.running"


async def test_the_new_tables_are_as_the_migrations_make_them(
    live: Live, owner: Parts, worker: Parts, fresh: FreshDatabase
) -> None:
    await put(live.kafka, some_lives("seventh", 2))
    await live.read_on()
    before = await shapes(worker)
    await rebuild(owner)
    assert await shapes(worker) == before
    assert await differences(metadata, fresh.dsn()) == []


async def shapes(parts: Parts) -> list[object]:
    """Columns, constraints and indexes of the projected tables, by name and definition, and who may do what."""
    names = [table.name for table in PROJECTED]
    async with parts.database.session() as session:
        return [
            [tuple(row) for row in await session.fetch(statement, names)]
            for statement in (
                (
                    "SELECT table_name, column_name, data_type, is_nullable, ordinal_position, column_default"
                    " FROM information_schema.columns WHERE table_schema = 'public' AND table_name = ANY($1) ORDER BY 1, 5"
                ),
                (
                    "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint"
                    " WHERE conrelid::regclass::text = ANY($1) ORDER BY 1, 2"
                ),
                "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public' AND tablename = ANY($1) ORDER BY 1",
                (
                    "SELECT relname, relacl::text, relpersistence FROM pg_class WHERE relname = ANY($1)"
                    " AND relnamespace = 'public'::regnamespace ORDER BY 1"
                ),
            )
        ]


async def test_however_many_share_the_work_and_however_it_is_cut_the_rows_are_the_same(
    live: Live, owner: Parts, worker: Parts, monkeypatch: pytest.MonkeyPatch
) -> None:
    await put(live.kafka, some_lives("eighth", 20))
    await live.read_on()
    before = await digests(worker)
    for many, at_once in ((1, 12_000), (3, 7)):
        monkeypatch.setattr(hands, "_MOST_AT_ONCE", at_once)
        await rebuild(owner, hands=many)
        assert await digests(worker) == before, (many, at_once)


async def test_what_the_worker_lays_aside_is_left_out(live: Live, owner: Parts, worker: Parts) -> None:
    life = Life("too much")
    life.register("10:00")
    life.register("10:05")
    life.register("10:10")
    unread, kept, refused = (message(one, partition=3) for one in life.events)
    number = [pair if pair[0] != "version" else ("version", b"99999999999") for pair in refused.headers]
    await put(live.kafka, some_lives("ninth", 3))
    await send(live.kafka, unread._replace(value=b"\xff"), kept, refused._replace(headers=tuple(number)))
    await live.read_on()
    before = await digests(worker)
    async with worker.database.session() as session:
        assert await session.fetchval("SELECT count(*) FROM timeline WHERE key = $1", life.person) == 1
        aside = await session.fetchval("SELECT count(*) FROM dead_letters")

    done = await rebuild(owner)

    assert await digests(worker) == before
    assert (done.broken, done.refused) == (aside - done.refused, 1)


async def test_what_is_refused_among_what_comes_meanwhile_is_left_out_too(
    live: Live, owner: Parts, worker: Parts, monkeypatch: pytest.MonkeyPatch
) -> None:
    life = Life("too much, too late")
    life.register("10:00")
    life.register("10:05")
    refused, kept = (message(one, partition=3) for one in life.events)
    number = [pair if pair[0] != "version" else ("version", b"99999999999") for pair in refused.headers]

    async def comes_late(progress: Progress) -> None:
        if progress.phase == "folding" and not late:
            late.append(True)
            await send(live.kafka, refused._replace(headers=tuple(number)), kept)

    late: list[bool] = []
    await rebuild(owner, awaited(comes_late, monkeypatch))
    await live.read_on()
    at_rest = await digests(worker)
    await rebuild(owner)
    assert await digests(worker) == at_rest


def awaited(hook: Callable[[Progress], Any], monkeypatch: pytest.MonkeyPatch) -> Callable[[Progress], None]:
    """Have a rebuild wait for this before it folds."""
    fold_all = rebuilding._fold_all

    async def first(*given: Any) -> Any:
        await hook(Progress("folding", 0, 0, 0.0, 0.0, 0.0, None))
        return await fold_all(*given)

    monkeypatch.setattr(rebuilding, "_fold_all", first)
    return lambda _: None


@pytest.fixture
async def alone(owner: Parts, monkeypatch: pytest.MonkeyPatch) -> str:
    """A topic that is the whole log, for this test."""
    name = f"sample.{an_id().hex}"
    await create_topics(owner.settings.kafka, topics=[Topic(name, "sample", "person", {})])
    monkeypatch.setattr(rebuilding, "EVENT_TOPICS", (name,))
    return name


async def test_an_id_under_two_keys_counts_once_where_it_was_written_first(
    alone: str, owner: Parts, worker: Parts
) -> None:
    one, other = (went_out(an_id(), topic=alone) for _ in range(2))
    earlier = datetime(2026, 1, 1, tzinfo=UTC)
    envelope = msgspec.structs.replace(other.envelope, id=one.envelope.id, recorded_at=earlier)
    second = msgspec.structs.replace(other, envelope=envelope)
    third = went_out(an_id(), topic=alone)
    await send(owner.settings.kafka, *(message(each, partition=n) for n, each in enumerate((one, second, third))))

    done = await rebuild(owner)

    async with worker.database.session() as session:
        rows = {row["id"]: row["key"] for row in await session.fetch("SELECT id, key FROM timeline")}
    assert rows == {one.envelope.id: second.envelope.key, third.envelope.id: third.envelope.key}
    assert (done.events, done.repeated) == (2, 1)


async def test_one_key_in_two_spellings_and_partitions_is_one_key(alone: str, owner: Parts, worker: Parts) -> None:
    person = an_id()
    first, second = (message(went_out(person, n, topic=alone), partition=n) for n in (1, 2))
    await send(owner.settings.kafka, first, second._replace(key=str(person).upper().encode()))

    done = await rebuild(owner, hands=2)

    assert (done.events, done.keys) == (2, 1)


async def test_an_empty_log_gives_empty_tables(alone: str, owner: Parts, worker: Parts) -> None:
    done = await rebuild(owner)

    assert (done.events, done.keys) == (0, 0)
    assert {digest.split()[0] for digest in (await digests(worker)).values()} == {"0"}
