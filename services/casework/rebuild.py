"""Making the timeline, and all that is folded from it, anew from the log alone, past Faust (design, decision 3).

The worker goes on meanwhile. The new tables are built beside the present ones (schema `rebuilding`), caught up with
the log, and put in their place in one transaction that holds the worker for a moment: it takes the lock `SWAP`, which
every batch of the worker shares, reads what is left on the log, and swaps. What the worker gets again afterwards
falls on the inbox. Casework's event store, outbox, keys, timers, desk and views are not touched.
"""

import logging
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from typing import NamedTuple
from uuid import UUID

import asyncpg
from sqlalchemy import MetaData, Table
from sqlalchemy.dialects import postgresql
from sqlalchemy.schema import CreateIndex, CreateTable

from services.casework.domain.handoff_rules import Tables
from services.casework.policies import tables_of
from services.casework.projection import SWAP, fold, kind_of, note_heard, store_rows
from services.casework.rows import COLUMNS, Rows, folded, recorded_of, timeline_row
from services.casework.settings import CaseworkSettings
from services.casework.tables import PROJECTED
from shared.contracts.envelope import Recorded
from shared.contracts.topics import EVENT_TOPICS
from shared.kernel.errors import Refused
from shared.platform.inbox import Broken, Incoming
from shared.platform.logread import read_log
from shared.platform.parts import Parts
from shared.platform.postgres import Row, Session

log = logging.getLogger(__name__)

_SHADOW = "rebuilding"
_REPLACED = "replaced"
ONE_AT_A_TIME = 0x63_6173_6562_6C64
_DIALECT = postgresql.dialect()  # type: ignore[no-untyped-call]  # SQLAlchemy left it untyped
_ROUNDS, _TRIES = 20, 5
_KEYS_AT_ONCE = 500
_TAKE_IN = f"""
    INSERT INTO {_SHADOW}.timeline ({", ".join(COLUMNS)})
    SELECT DISTINCT ON (id) {", ".join(COLUMNS)} FROM staging ORDER BY id, position
    ON CONFLICT (id) DO NOTHING RETURNING key, topic
"""  # noqa: S608 - names of our own
_ACL = """
    SELECT pg_get_userbyid(acl.grantee) AS role, acl.privilege_type AS privilege
    FROM pg_class, aclexplode(relacl) AS acl
    WHERE oid = $1::regclass AND acl.grantee <> relowner AND acl.grantee <> 0
"""


class Rebuilt(NamedTuple):
    """What a rebuild came to. `repeated`: messages that were on the log before; `broken`: that could not be read."""

    events: int
    repeated: int
    broken: int
    keys: int
    seconds: float
    held_seconds: float
    """For how long the worker was held."""


class _Read:
    """How far the log was read, and what was counted on the way."""

    def __init__(self) -> None:
        self.after: dict[tuple[str, int], int] = {}
        self.messages = 0
        self.events = 0
        self.broken = 0

    def mark(self) -> tuple[dict[tuple[str, int], int], int, int, int]:
        return dict(self.after), self.messages, self.events, self.broken

    def back_to(self, mark: tuple[dict[tuple[str, int], int], int, int, int]) -> None:
        self.after, self.messages, self.events, self.broken = mark

    def note(self, events: Sequence[Incoming], broken: Sequence[Broken]) -> None:
        self.messages += len(events) + len(broken)
        self.broken += len(broken)
        places = [(one.topic, one.partition, one.offset) for one in events]
        places += [(one.message.topic, one.message.partition, one.message.offset) for one in broken]
        for topic, part, offset in places:
            self.after[topic, part] = max(self.after.get((topic, part), 0), offset + 1)


async def rebuild(parts: Parts, tell: Callable[[str], None] = log.info) -> Rebuilt:
    """Rebuild the projected tables from the log; the database must be opened as its owner. `tell` hears of progress.

    Raises `Refused("rebuild.running")` where another one runs, and what asyncpg and aiokafka raise: then nothing has
    changed.
    """
    began = time.monotonic()
    tables = tables_of(parts)
    read = _Read()
    async with _connected(parts) as work, _connected(parts) as side:
        if not await work.fetchval("SELECT pg_try_advisory_lock($1)", ONE_AT_A_TIME):
            raise Refused("rebuild.running")
        await _begin(work)
        await _read_in(parts, work, read)
        tell(f"{read.events} events read, folding")
        keys = await _fold_all(work, side, tables)
        for _ in range(_ROUNDS):
            if await _catch_up(parts, work, tables, read) <= parts.policy(CaseworkSettings).rebuild_rest:
                break
        await work.raw.execute("".join(f'ANALYZE {_SHADOW}."{table.name}";' for table in PROJECTED))
        tell(f"{keys} persons, households and facilities folded, swapping")
        held = await _swap(parts, work, tables, read)
    return Rebuilt(
        read.events, read.messages - read.events - read.broken, read.broken, keys, time.monotonic() - began, held
    )


@asynccontextmanager
async def _connected(parts: Parts) -> AsyncIterator[Session]:
    """A connection of its own, whose statements may take long and whose transaction may wait for the log."""
    raw = await asyncpg.connect(
        parts.settings.database_url,
        timeout=5,
        server_settings={
            "idle_in_transaction_session_timeout": "0",
            "jit": "off",
            "application_name": "tsunagi.rebuild",
        },
    )
    try:
        yield Session(raw)
    finally:
        await raw.close(timeout=5)


async def _begin(work: Session) -> None:
    """Make the new tables, as the migrations make them; their indexes come when they are full."""
    statements = [f"DROP SCHEMA IF EXISTS {name} CASCADE" for name in (_SHADOW, _REPLACED)]
    statements.append(f"CREATE SCHEMA {_SHADOW}")
    statements += [str(CreateTable(table).compile(dialect=_DIALECT)) for table in _shadows()]
    statements.append(f"CREATE TEMPORARY TABLE staging (LIKE {_SHADOW}.timeline)")
    await work.raw.execute(";".join(statements))


def _shadows() -> list[Table]:
    metadata = MetaData()
    return [table.to_metadata(metadata, schema=_SHADOW) for table in PROJECTED]


async def _read_in(parts: Parts, work: Session, read: _Read) -> None:
    async for page in read_log(parts.settings.brokers, EVENT_TOPICS):
        read.note(page.events, page.broken)
        if page.events:
            await _take_in(work, page.events, read)
    for table in _shadows():
        for index in sorted(table.indexes, key=lambda index: str(index.name)):
            await work.raw.execute(str(CreateIndex(index).compile(dialect=_DIALECT)))


async def _take_in(work: Session, events: Sequence[Incoming], read: _Read) -> list[Row]:
    """Copy events into the new timeline; return key and topic of those that are new there."""
    async with work.raw.transaction():
        await work.raw.copy_records_to_table("staging", records=[timeline_row(one) for one in events], columns=COLUMNS)
        new = await work.raw.fetch(_TAKE_IN)
        await work.raw.execute("TRUNCATE staging")
        await note_heard(work, events, _SHADOW)
    read.events += len(new)
    return new


async def _fold_all(work: Session, side: Session, tables: Tables) -> int:
    """Fold every key of the new timeline, some hundreds at a time; `side` writes while `work` reads."""
    keys = 0
    rows: Rows = {}
    async with work.raw.transaction():
        key: UUID | None = None
        events: list[Recorded] = []
        async for row in work.raw.cursor(f"SELECT * FROM {_SHADOW}.timeline ORDER BY key", prefetch=1000):  # noqa: S608
            if row["key"] != key:
                keys += _fold_one(tables, key, events, rows)
                key, events = row["key"], []
                if len(rows.get("people", ())) >= _KEYS_AT_ONCE or len(rows.get("households", ())) >= _KEYS_AT_ONCE:
                    await _flush(side, rows)
            one = recorded_of(row)
            if one is not None:
                events.append(one)
        keys += _fold_one(tables, key, events, rows)
        await _flush(side, rows)
    return keys


def _fold_one(tables: Tables, key: UUID | None, events: Sequence[Recorded], rows: Rows) -> int:
    if key is None or not events:
        return 0
    for table, made in folded(tables, kind_of(events[0].envelope.topic), key, events).items():
        rows.setdefault(table, []).extend(made)
    return 1


async def _flush(side: Session, rows: Rows) -> None:
    for table, made in rows.items():
        await store_rows(side, table, made, schema=_SHADOW)
    rows.clear()


async def _catch_up(parts: Parts, work: Session, tables: Tables, read: _Read) -> int:
    """Read what has come onto the log since, and fold anew what it is about. Returns how many messages that were."""
    before = read.messages
    async for page in read_log(parts.settings.brokers, EVENT_TOPICS, since=read.after):
        read.note(page.events, page.broken)
        if page.events:
            new = {row["key"]: row["topic"] for row in await _take_in(work, page.events, read)}
            await fold(work, tables, new, schema=_SHADOW)
    return read.messages - before


async def _swap(parts: Parts, work: Session, tables: Tables, read: _Read) -> float:
    """Hold the worker, read the rest, put the new tables in place of the old ones. Returns the seconds held."""
    for attempt in range(1, _TRIES + 1):
        before = read.mark()
        try:
            async with work.raw.transaction():
                await work.raw.execute("SET LOCAL lock_timeout = '10s'")
                await work.fetchval("SELECT pg_advisory_xact_lock($1)", SWAP)
                began = time.monotonic()
                await _catch_up(parts, work, tables, read)
                await _exchange(work)
            return time.monotonic() - began
        except asyncpg.LockNotAvailableError:
            read.back_to(before)  # what was read in that transaction is not there any more
            log.warning("the tables are in use, trying to swap again (attempt %s)", attempt)
    raise Refused("rebuild.tables-in-use")


async def _exchange(work: Session) -> None:
    await work.raw.execute(f"CREATE SCHEMA {_REPLACED}")
    for table in PROJECTED:
        name = f'"{table.name}"'
        granted = await work.raw.fetch(_ACL, f"public.{name}")
        await work.raw.execute(f"ALTER TABLE public.{name} SET SCHEMA {_REPLACED}")
        await work.raw.execute(f"ALTER TABLE {_SHADOW}.{name} SET SCHEMA public")
        for row in granted:
            await work.raw.execute(f'GRANT {row["privilege"]} ON public.{name} TO "{row["role"]}"')
    await work.raw.execute(f"DROP SCHEMA {_REPLACED} CASCADE; DROP SCHEMA {_SHADOW} CASCADE")


async def fingerprints(session: Session) -> dict[str, str]:
    """Return for each projected table a digest of all its rows, byte for byte: equal digests, equal tables."""
    found: dict[str, str] = {}
    for table in PROJECTED:
        found[table.name] = await session.fetchval(
            f"SELECT count(*) || ' ' || coalesce(md5(string_agg(md5(t::text), '' ORDER BY md5(t::text))), '')"  # noqa: S608
            f' FROM "{table.name}" t'
        )
    return found
