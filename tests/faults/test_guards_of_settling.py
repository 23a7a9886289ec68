"""The guards of settling, each kept and each taken away: the inbox, its transaction, the locks on keys, the patience."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace

import asyncpg
import pytest

from shared.contracts.envelope import Recorded
from shared.platform import postgres, settling
from shared.platform.inbox import Incoming, Message
from shared.platform.parts import Parts, open_parts
from shared.platform.postgres import Session
from shared.platform.settings import PlatformSettings
from shared.platform.settling import Came, Settling
from tests.adapters.platform import sample
from tests.adapters.platform.made import an_id, column, message, went_out

pytestmark = pytest.mark.stack
kept_and_removed = pytest.mark.parametrize("kept", [True, False], ids=["kept", "removed"])
TOPIC = "intake.person"


async def settle(one: Settling, *messages: Message) -> None:
    await one.settle([one.read(each) for each in messages], pause=0.01)


async def all_of_them(_: Session, incoming: Sequence[Incoming]) -> list[Recorded]:
    """Take no note in the inbox."""
    return [one.recorded for one in incoming]


@kept_and_removed
async def test_what_the_relay_sent_twice_has_its_effect_once(
    kept: bool, parts: Parts, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not kept:
        monkeypatch.setattr(settling, "_new_here", all_of_them)
    events = [went_out(an_id()) for _ in range(3)]
    one = Settling(parts, sample.make_service())

    await settle(one, *(message(event, n) for n, event in enumerate(events)))
    await settle(one, *(message(event, n + 3) for n, event in enumerate(events)))  # the relay had died after sending

    seen = await column(parts.database, "SELECT event FROM seen")
    assert len(seen) == (3 if kept else 6)


class NotesApart(Settling):
    """Notes in the inbox in one transaction, and has the effect in the next."""

    async def store(self, came: Sequence[Came]) -> None:
        incoming = [one.read for one in came if isinstance(one.read, Incoming)]
        async with self.parts.database.transaction() as session:
            new = await settling._new_here(session, incoming)
        async with self.parts.database.transaction() as session:
            await self.service.effects[TOPIC](self.parts, session, new)


@kept_and_removed
async def test_the_note_in_the_inbox_and_the_effect_are_one_transaction(kept: bool, parts: Parts) -> None:
    """Between the two the database goes away."""
    failures = [ConnectionError("the database is away")]

    async def flaky(parts: Parts, session: Session, events: Sequence[Recorded]) -> None:
        if failures:
            raise failures.pop()
        await sample.note(parts, session, events)

    service = replace(sample.make_service(), effects={TOPIC: flaky})

    await settle((Settling if kept else NotesApart)(parts, service), message(went_out(an_id())))

    assert await column(parts.database, "SELECT count(*) FROM inbox") == [1]
    assert await column(parts.database, "SELECT count(*) FROM seen") == [1 if kept else 0]


@kept_and_removed
async def test_two_topics_that_concern_one_person_wait_for_each_other(
    kept: bool, parts: Parts, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both effects read what is there and write what follows: without the lock each overlooks the other."""
    if not kept:
        locking = parts.database.locking
        monkeypatch.setattr(parts.database, "locking", lambda numbers, shared=None: locking([], shared))
    other_topic, both_have_read = "intake.household", asyncio.Barrier(2)

    async def count(parts: Parts, session: Session, events: Sequence[Recorded]) -> None:
        for one in events:
            before = await session.fetchval("SELECT count(*) FROM seen WHERE key = $1", one.envelope.key)
            with contextlib.suppress(TimeoutError, asyncio.BrokenBarrierError):
                await asyncio.wait_for(both_have_read.wait(), 0.5)
            await session.execute(
                "INSERT INTO seen (event, key, version) VALUES ($1, $2, $3)",
                one.envelope.id,
                one.envelope.key,
                before + 1,
            )

    service = replace(sample.make_service(), effects={TOPIC: count, other_topic: count})
    person, one = an_id(), Settling(parts, service)

    await asyncio.gather(
        settle(one, message(went_out(person, 1))), settle(one, message(went_out(person, 1, topic=other_topic)))
    )

    counted = await column(parts.database, "SELECT version FROM seen ORDER BY version")
    assert counted == ([1, 2] if kept else [1, 1])


@contextlib.asynccontextmanager
async def frozen_in_a_transaction(
    settings: PlatformSettings, event: Recorded, *, prepared: bool = False
) -> AsyncIterator[None]:
    """Another worker has noted this event in its inbox and stands still before its commit.

    `prepared`: it has just had a statement prepared that it has not run yet.
    """
    async with open_parts("intake", settings, sample.ledger, sample.project) as frozen:
        connection = await frozen.database.pool.acquire()
        transaction = connection.transaction()
        await transaction.start()
        await settling._new_here(Session(connection), [Incoming(event, TOPIC, 0, 0)])
        if prepared:
            await connection.prepare("SELECT 'not asked before'")
        yield
        # The server may have ended it, in whatever state, and the pool may have taken it back already.
        with contextlib.suppress(asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError, OSError):
            await transaction.rollback()
        with contextlib.suppress(asyncpg.InterfaceError):
            connection.terminate()
        await frozen.database.pool.release(connection)


@kept_and_removed
@pytest.mark.parametrize(
    ("setting", "prepared"),
    [("idle_in_transaction_session_timeout", False), ("transaction_timeout", True)],
    ids=["between two statements", "before a prepared statement is run"],
)
async def test_a_frozen_workers_transaction_is_ended_by_the_server(
    kept: bool,
    setting: str,
    prepared: bool,
    settings: PlatformSettings,
    parts: Parts,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Without the server's patience for transactions whoever takes over waits for as long as the other sleeps."""
    assert 1_000 <= int(postgres.SERVER_SETTINGS[setting]) <= 20_000
    monkeypatch.setitem(postgres.SERVER_SETTINGS, setting, "1000" if kept else "0")
    event = went_out(an_id())
    async with frozen_in_a_transaction(settings, event, prepared=prepared):
        settled = asyncio.create_task(settle(Settling(parts, sample.make_service()), message(event)))
        await asyncio.wait([settled], timeout=15 if kept else 3)
        assert settled.done() is kept
    await asyncio.wait_for(settled, 15)
