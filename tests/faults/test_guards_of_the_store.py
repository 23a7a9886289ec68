"""The guards of the event store and of timers, each kept and each taken away."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg
import msgspec
import pytest

from shared.contracts.envelope import Recorded
from shared.contracts.event import Event
from shared.contracts.intake_person import WentOut
from shared.platform import failpoints, store, timers
from shared.platform.clock import Clock
from shared.platform.parts import Parts
from shared.platform.postgres import Session
from shared.platform.store import Origin
from shared.platform.streams import Outcome, transact
from shared.platform.timers import Payload, fire_due, set_timer
from tests.adapters.platform import sample
from tests.adapters.platform.made import NOW, an_id, column, origin
from tests.faults.witness import ACKNOWLEDGED, NO_HOLE, ON_THE_LOG, ONE_EFFECT, broken_promises, write_acknowledged
from tests.fresh import FreshDatabase

pytestmark = pytest.mark.stack
kept_and_removed = pytest.mark.parametrize("kept", [True, False], ids=["kept", "removed"])


class Outings:
    """A subject that says yes to everything, and does not see by itself that a command was here before."""

    INITIAL = 0

    def decide(self, command: object, state: int) -> list[Event]:
        return [WentOut()]

    def evolve(self, state: int, event: Event) -> int:
        return state + 1


async def go_out(parts: Parts, person: UUID, said: Origin) -> Outcome:
    """Carry out the command as a handler does."""

    async def work(session: Session) -> Outcome:
        return await parts.streams.perform(session, Outings(), None, stream=person, key=person, origin=said)

    return await transact(parts.database, work)


async def without_constraint(database: FreshDatabase) -> None:
    owner = await asyncpg.connect(database.dsn())
    try:
        await owner.execute("ALTER TABLE events DROP CONSTRAINT events_stream_version")
    finally:
        await owner.close()


@kept_and_removed
async def test_a_stream_is_appended_to_at_the_expected_version(
    kept: bool, parts: Parts, sample_database: FreshDatabase, topic: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two commands decide upon the same state at the same moment."""
    if not kept:
        await without_constraint(sample_database)
    person, really = an_id(), store.load
    both_have_loaded, loads = asyncio.Barrier(2), []

    async def load(session: Session, stream: UUID) -> list[Recorded]:
        loaded = await really(session, stream)
        loads.append(stream)
        if len(loads) <= 2:
            await both_have_loaded.wait()
        return loaded

    monkeypatch.setattr(store, "load", load)

    first, second = await asyncio.gather(*(go_out(parts, person, origin()) for _ in range(2)))

    assert sorted((first.version, second.version)) == ([1, 2] if kept else [1, 1])
    assert (NO_HOLE not in await broken_promises(sample_database, topic)) is kept


def forgetful(really: Callable[[Session, UUID], Any]) -> Callable[[Session, UUID], Any]:
    """Load events as if nobody had noted which command made them."""

    async def load(session: Session, stream: UUID) -> list[Recorded]:
        return [
            msgspec.structs.replace(one, envelope=msgspec.structs.replace(one.envelope, causation=an_id()))
            for one in await really(session, stream)
        ]

    return load


@kept_and_removed
async def test_a_command_that_comes_again_has_its_effect_once(
    kept: bool, parts: Parts, sample_database: FreshDatabase, topic: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The api was killed after its commit, and the client, who was not answered, sends again."""
    if not kept:
        monkeypatch.setattr(store, "load", forgetful(store.load))
    person, said = an_id(), origin()

    first, again = await go_out(parts, person, said), await go_out(parts, person, said)

    assert again.repeated is kept
    assert (first.version, again.version) == (1, 1 if kept else 2)
    assert (ONE_EFFECT not in await broken_promises(sample_database, topic)) is kept


class Died(BaseException):
    """The process is gone."""


@asynccontextmanager
async def dying_after_the_commit(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[None]:
    def die(name: str) -> None:
        raise Died

    with monkeypatch.context() as patch:
        patch.setattr(failpoints, "reach", die)
        with pytest.raises(Died):
            yield


class EventsAlone:
    """Appends the events, and queues them for Kafka when the transaction is over: what many systems do."""

    def __init__(self) -> None:
        self.untold: list[Recorded] = []

    async def append(self, session: Session, recorded: Sequence[Recorded]) -> None:
        await session.raw.execute(store.EVENT_COLUMNS, *store.event_columns(recorded))
        self.untold += recorded

    async def tell(self, session: Session) -> None:
        for one in self.untold:
            await session.execute(
                "INSERT INTO outbox (topic, key, headers, value) VALUES ($1, $2, '{}', $3)",
                one.envelope.topic,
                one.envelope.key,
                one.value,
            )


@kept_and_removed
async def test_an_event_and_its_place_in_the_outbox_are_one_transaction(
    kept: bool, parts: Parts, sample_database: FreshDatabase, topic: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The api is killed after its commit."""
    alone = EventsAlone()
    if not kept:
        monkeypatch.setattr(store, "append", alone.append)

    async with dying_after_the_commit(monkeypatch):
        await go_out(parts, an_id(), origin())
        async with parts.database.session() as session:
            await alone.tell(session)

    assert await column(parts.database, "SELECT count(*) FROM events") == [1]
    assert (ON_THE_LOG not in await broken_promises(sample_database, topic)) is kept


@kept_and_removed
async def test_a_client_is_answered_after_the_commit(
    kept: bool,
    parts: Parts,
    sample_database: FreshDatabase,
    topic: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The connection is lost at the commit, and with it the transaction."""
    answered: list[Recorded] = []

    async def work(session: Session) -> None:
        outcome = await parts.streams.perform(
            session, Outings(), None, stream=(person := an_id()), key=person, origin=origin()
        )
        if not kept:
            answered.extend(outcome.events)
        await session.fetchval("SELECT pg_terminate_backend(pg_backend_pid())")
        if kept:
            answered.extend(outcome.events)

    with pytest.raises((asyncpg.PostgresError, asyncpg.InterfaceError, ConnectionError)):
        await transact(parts.database, work)

    file = write_acknowledged(tmp_path / "acknowledged", answered)
    assert (ACKNOWLEDGED not in await broken_promises(sample_database, topic, file)) is kept


async def forgets_then_fires(parts: Parts, known: timers.Timers) -> str | None:
    """Take the timer in one transaction, and fire it in the next."""
    async with parts.database.transaction() as session:
        row = await session.fetchrow(timers._TAKE, parts.clock.now())
    if row is None:
        return None
    said = origin("timer")
    try:
        async with parts.database.transaction() as session:
            await known[row["kind"]](parts, session, row["subject"], row["payload"], said)
    except ConnectionError as error:
        raise timers._Failed(row) from error
    return str(row["kind"])


@kept_and_removed
async def test_a_timer_is_gone_when_it_has_fired_and_not_before(
    kept: bool, parts: Parts, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The database goes away while it fires."""
    failures = [ConnectionError("the database is away")]

    async def flaky(parts: Parts, session: Session, subject: UUID, payload: Payload, said: Origin) -> None:
        if failures:
            raise failures.pop()
        await sample.fire(parts, session, subject, payload, said)

    if not kept:
        monkeypatch.setattr(timers, "_fire_one", forgets_then_fires)
    fast = replace(parts, clock=Clock(NOW, NOW, 10.0))
    async with parts.database.transaction() as session:
        await set_timer(session, "fire", an_id(), NOW)

    for _ in range(2):
        await fire_due(fast, {"fire": flaky})
        async with parts.database.session() as session:
            await session.execute("UPDATE timers SET fire_at = $1", NOW)  # its back-off is over

    await fire_due(fast, {"fire": flaky})
    assert await column(parts.database, "SELECT count(*) FROM fired") == [1 if kept else 0]


_TAKE_UNLOCKED = "SELECT kind, subject, due, payload FROM timers WHERE fire_at <= $1 ORDER BY fire_at LIMIT 1"


@kept_and_removed
async def test_a_timer_is_one_processs_while_it_fires(
    kept: bool, parts: Parts, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two relay processes look at the same moment (one of them was believed dead)."""
    if not kept:
        monkeypatch.setattr(timers, "_TAKE", _TAKE_UNLOCKED)
    both_look = asyncio.Barrier(2)

    async def fire(parts: Parts, session: Session, subject: UUID, payload: Payload, said: Origin) -> None:
        with suppress(TimeoutError, asyncio.BrokenBarrierError):
            await asyncio.wait_for(both_look.wait(), 0.5)
        await sample.fire(parts, session, subject, payload, said)
        await timers.drop_timer(session, "fire", subject)

    async with parts.database.transaction() as session:
        await set_timer(session, "fire", an_id(), NOW)

    await asyncio.gather(*(fire_due(parts, {"fire": fire}) for _ in range(2)))

    assert await column(parts.database, "SELECT count(*) FROM fired") == [1 if kept else 2]
