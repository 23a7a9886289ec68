"""Making the timeline, and all that is folded from it, anew from the log alone, past Faust (design, decision 3).

The worker goes on meanwhile. The new tables are built beside the present ones (`rebuilding.shadow`) by processes that
read the log, lay it down by key and fold it key by key (`rebuilding.hand`). Then they are caught up with the log, and
put in their place in one transaction that holds the worker for a moment: it takes the lock `SWAP`, which every batch
of the worker shares, reads what is left on the log, and swaps. What the worker gets again afterwards falls on the
inbox. Casework's event store, outbox, keys, timers, desk and views are not touched.
"""

import asyncio
import contextlib
import logging
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import NamedTuple

import asyncpg

from services.casework.domain.handoff_rules import Tables
from services.casework.policies import tables_of
from services.casework.projection import SWAP, fold, note_heard, note_places
from services.casework.rebuilding import shadow
from services.casework.rebuilding.hands import Hands, as_many_as_cores
from services.casework.rebuilding.progress import Measured, Progress, Tell
from services.casework.rebuilding.told import SESSION, UNFIT, Folded, Heard, Place, Setup
from services.casework.rows import COLUMNS, timeline_row
from services.casework.settings import CaseworkSettings
from services.casework.tables import PROJECTED
from shared.contracts.topics import EVENT_TOPICS
from shared.kernel.errors import Refused
from shared.platform.inbox import Broken, Incoming
from shared.platform.logread import extent_of, read_log
from shared.platform.parts import Parts
from shared.platform.postgres import Row, Session

log = logging.getLogger(__name__)

ONE_AT_A_TIME = 0x63_6173_6562_6C64
_ROUNDS, _TRIES = 20, 5
_CLEARED_WITHIN = 10.0
_BUCKET = 4_000
_HELD_AT_MOST = "30s"
"""Were this process frozen while it holds the worker, PostgreSQL would end its session after so long."""
_TAKE_IN = f"""
    INSERT INTO {shadow.SCHEMA}.timeline ({", ".join(COLUMNS)})
    SELECT DISTINCT ON (id) {", ".join(COLUMNS)} FROM staging ORDER BY id, position
    ON CONFLICT (id) DO NOTHING RETURNING key, topic
"""  # noqa: S608 - names of our own


class Rebuilt(NamedTuple):
    """What a rebuild came to.

    `repeated`: messages that were on the log before; `broken`: that could not be read; `refused`: that the database
    or a rule refuses, as the worker lays them aside.
    """

    events: int
    repeated: int
    broken: int
    refused: int
    keys: int
    seconds: float
    held_seconds: float
    """For how long the worker was held."""


class _Read:
    """How far the log was read, and what was counted on the way."""

    def __init__(self) -> None:
        self.after: dict[tuple[str, int], int] = {}
        self.messages = self.events = self.broken = self.refused = self.keys = 0

    def mark(self) -> dict[str, object]:
        return {**vars(self), "after": dict(self.after)}

    def back_to(self, mark: dict[str, object]) -> None:
        vars(self).update(mark)

    def folded(self, one: Folded) -> None:
        self.messages += one.messages
        self.events += one.events
        self.broken += one.broken
        self.refused += one.refused
        self.keys += one.keys

    def note(self, events: Sequence[Incoming], broken: Sequence[Broken]) -> None:
        self.messages += len(events) + len(broken)
        self.broken += len(broken)
        places = [(one.topic, one.partition, one.offset) for one in events]
        places += [(one.message.topic, one.message.partition, one.message.offset) for one in broken]
        for topic, part, offset in places:
            self.after[topic, part] = max(self.after.get((topic, part), 0), offset + 1)


def _log(progress: Progress) -> None:
    log.info("%s: %s %%, %s s left", progress.phase, progress.percent, progress.seconds_left)


async def rebuild(parts: Parts, tell: Tell = _log, *, hands: int | None = None) -> Rebuilt:
    """Rebuild the projected tables from the log; the database must be opened as its owner. `tell` hears of progress.

    `hands`: how many processes read and fold, by default as many as there are cores. Raises
    `Refused("rebuild.running")` where another one runs, `Refused("rebuild.tables-in-use")`, `HandLost` where one of
    the processes cannot go on, and what asyncpg and aiokafka raise: then nothing has changed.
    """
    async with _connected(parts) as work:
        if not await work.raw.fetchval("SELECT pg_try_advisory_lock($1)", ONE_AT_A_TIME):
            raise Refused("rebuild.running")
        try:
            return await _rebuild(parts, work, tell, hands or as_many_as_cores())
        except BaseException:
            with contextlib.suppress(Exception):
                await asyncio.shield(asyncio.wait_for(_clear(parts, work), _CLEARED_WITHIN))
            raise


async def _clear(parts: Parts, work: Session) -> None:
    """Throw the new tables away (where that does not succeed, the next rebuild does it)."""
    work.raw.terminate()
    async with _connected(parts) as again:
        await again.fetchval("SELECT pg_advisory_lock($1)", ONE_AT_A_TIME)
        await shadow.clear(again)


async def _rebuild(parts: Parts, work: Session, tell: Tell, hands: int) -> Rebuilt:
    began, measured, read, tables = time.monotonic(), Measured(tell), _Read(), tables_of(parts)
    settings = parts.policy(CaseworkSettings)
    measured.begin("reading")
    await shadow.clear(work)
    setup = Setup.of(settings)
    async with Hands.begin(setup, hands) as working:
        extent, _ = await asyncio.gather(extent_of(settings.brokers, EVENT_TOPICS), shadow.make(work))
        total = sum(max(0, end - begin) for begin, end in extent.values())
        read.after = {place: end for place, (_, end) in extent.items()}
        measured.begin("reading", total)
        await working.read(extent, _buckets(total), measured.moved)
        heard = await _fold_all(working, read, measured, [])
        async with _connected(parts) as side:
            try:
                await shadow.finish((work, side))
            except asyncpg.UniqueViolationError:
                # An id under two keys, which no service writes: the worker keeps what it hears first, and so do we.
                twice = await shadow.emptied_of_repeated(work)
                log.warning("%s events are on the log under two keys", len(twice))
                read.messages = read.events = read.broken = read.refused = read.keys = 0
                heard = await _fold_all(working, read, measured, twice)
                await shadow.finish((work, side))
    await note_places(work, heard, shadow.SCHEMA)
    measured.begin("catching-up")
    await work.raw.execute(f"CREATE TEMPORARY TABLE staging (LIKE {shadow.SCHEMA}.timeline)")
    for _ in range(_ROUNDS):
        if await _catch_up(parts, work, tables, read) <= settings.rebuild_rest:
            break
    measured.begin("swapping")
    held = await _swap(parts, work, tables, read)
    repeated = read.messages - read.events - read.broken - read.refused
    return Rebuilt(read.events, repeated, read.broken, read.refused, read.keys, time.monotonic() - began, held)


def _buckets(messages: int) -> int:
    """Return how many buckets so many messages are laid down in, a power of two."""
    return 1 << min(9, max(2, (messages // _BUCKET).bit_length()))


@asynccontextmanager
async def _connected(parts: Parts) -> AsyncIterator[Session]:
    """A connection of its own, whose statements may take long and whose transaction may wait for the log."""
    raw = await asyncpg.connect(parts.settings.database_url, timeout=5, server_settings=SESSION)
    try:
        yield Session(raw)
    finally:
        await raw.close(timeout=5)


async def _fold_all(working: Hands, read: _Read, measured: Measured, skip: list[Place]) -> list[Heard]:
    heard: list[Heard] = []
    measured.begin("folding", working.messages)

    def folded(one: Folded) -> None:
        read.folded(one)
        heard.extend(one.heard)
        measured.moved(one.messages)

    await working.fold(skip, folded)
    measured.begin("indexing")
    return heard


async def _catch_up(parts: Parts, work: Session, tables: Tables, read: _Read) -> int:
    """Read what has come onto the log since, and fold anew what it is about. Returns how many messages that were."""
    before = read.messages
    async for page in read_log(parts.settings.brokers, EVENT_TOPICS, since=read.after):
        read.note(page.events, page.broken)
        if page.events:
            await _take_in(work, tables, page.events, read)
    return read.messages - before


async def _take_in(work: Session, tables: Tables, events: Sequence[Incoming], read: _Read) -> None:
    """Copy events into the new timeline and fold what is new there; what is refused alone is left out."""
    try:
        async with work.raw.transaction():
            rows = [timeline_row(one) for one in events]
            await work.raw.copy_records_to_table("staging", records=rows, columns=COLUMNS)
            new: list[Row] = await work.raw.fetch(_TAKE_IN)
            await work.raw.execute("TRUNCATE staging")
            await note_heard(work, events, shadow.SCHEMA)
            await fold(work, tables, {row["key"]: row["topic"] for row in new}, schema=shadow.SCHEMA)
        read.events += len(new)
    except UNFIT:
        if len(events) > 1:
            for one in events:
                await _take_in(work, tables, [one], read)
        else:
            read.refused += 1


async def _swap(parts: Parts, work: Session, tables: Tables, read: _Read) -> float:
    """Hold the worker, read the rest, put the new tables in place of the old ones. Returns the seconds held."""
    for attempt in range(1, _TRIES + 1):
        before = read.mark()
        try:
            async with work.raw.transaction():
                await work.raw.execute("SET LOCAL lock_timeout = '10s'")
                await work.raw.execute(f"SET LOCAL idle_in_transaction_session_timeout = '{_HELD_AT_MOST}'")
                await work.fetchval("SELECT pg_advisory_xact_lock($1)", SWAP)
                began = time.monotonic()
                await _catch_up(parts, work, tables, read)
                await shadow.exchange(work)
            return time.monotonic() - began
        except asyncpg.LockNotAvailableError:
            read.back_to(before)  # what was read in that transaction is not there any more
            log.warning("the tables are in use, trying to swap again (attempt %s)", attempt)
    raise Refused("rebuild.tables-in-use")


async def fingerprints(session: Session) -> dict[str, str]:
    """Return for each projected table a digest of all its rows, byte for byte: equal digests, equal tables."""
    found: dict[str, str] = {}
    for table in PROJECTED:
        found[table.name] = await session.fetchval(
            f"SELECT count(*) || ' ' || coalesce(md5(string_agg(md5(t::text), '' ORDER BY md5(t::text))), '')"  # noqa: S608
            f' FROM "{table.name}" t'
        )
    return found
