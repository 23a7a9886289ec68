"""Gathering: what clients were told, what the stores hold, what the log says, what the timeline has."""

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

import asyncpg
import msgspec

from shared.contracts import catalogue
from shared.contracts.topics import EVENT_TOPICS
from shared.platform.logread import read_log
from shared.platform.postgres import Row
from tsunagi.inside import System
from tsunagi.stack.errors import StackError
from tsunagi.stack.layout import SERVICES
from tsunagi.verifying.settling import catch_up

if TYPE_CHECKING:
    Connection = asyncpg.Connection[Row]
else:
    Connection = asyncpg.Connection

_PAGE = 5000
_SCRATCH = """
    CREATE UNLOGGED TABLE acknowledged (service text, stream uuid, version int, event uuid);
    CREATE UNLOGGED TABLE stored (service text, id uuid, stream uuid, version int, topic text, key uuid,
        type text, causation uuid, actor text);
    CREATE UNLOGGED TABLE stored_before (service text, id uuid, stream uuid, version int, type text);
    CREATE UNLOGGED TABLE pending (service text, id uuid);
    CREATE UNLOGGED TABLE log (service text, id uuid, stream uuid, version int, topic text, part int, position bigint,
        key uuid, n bigint GENERATED ALWAYS AS IDENTITY);
    CREATE UNLOGGED TABLE timeline (id uuid);
    CREATE UNLOGGED TABLE inbox (service text, id uuid, topic text);
    CREATE UNLOGGED TABLE dead (service text, topic text, part int, position bigint, reason text, id uuid);
"""
_INDEXES = """
    CREATE INDEX ON stored (id); CREATE INDEX ON stored (service, stream, version);
    CREATE INDEX ON log (id); CREATE INDEX ON log (service, stream, version);
    CREATE INDEX ON stored_before (id); CREATE INDEX ON timeline (id);
    CREATE INDEX ON inbox (service, id); CREATE INDEX ON pending (id);
    ANALYZE;
"""

_STORED = """
    SELECT id, stream, version, topic, key, type, causation, convert_from(headers, 'UTF8')::jsonb ->> 'actor'
    FROM events
"""
_PENDING = "SELECT (convert_from(headers, 'UTF8')::jsonb ->> 'ce_id')::uuid FROM outbox WHERE topic <> 'keys'"
_DEAD = "SELECT topic, part, position, reason, NULL::uuid FROM dead_letters WHERE replayed_at IS NULL"


class _Acknowledged(msgspec.Struct):
    """A line that a client wrote down when it was answered."""

    service: str
    stream: UUID
    version: int
    events: tuple[UUID, ...] = ()


@asynccontextmanager
async def scratch(stack: System) -> AsyncIterator[Connection]:
    """Yield a connection to an empty database of its own, dropped afterwards."""
    name = f"verify_{uuid4().hex[:12]}"
    admin = await asyncpg.connect(stack.superuser_dsn)
    try:
        await admin.execute(f'CREATE DATABASE "{name}"')
        try:
            connection = await asyncpg.connect(stack.superuser_dsn, database=name)
            try:
                await connection.execute(_SCRATCH)
                yield connection
            finally:
                await connection.close()
        finally:
            await admin.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
    finally:
        await admin.close()


async def gather(stack: System, into: Connection, acknowledged: Path | None, within: float) -> None:
    """Fill the scratch tables, while the system goes on writing.

    The order makes that no harm: what stood in a store before the log was read must be on it (or in the outbox); what
    is on it must have been heard once the workers have caught up with it, and must stand in a store afterwards. Raises
    `StackError` where they do not, or where the file of acknowledged commands cannot be read.
    """
    if acknowledged is not None:
        await into.copy_records_to_table("acknowledged", records=_lines(acknowledged))
    for service in SERVICES:
        async with _reading(stack, service) as source:
            await _copy(source, "SELECT id, stream, version, type FROM events", into, "stored_before", service)
            await _copy(source, _PENDING, into, "pending", service)
    await _log(stack, into)
    await catch_up(stack, within)
    for service in SERVICES:
        async with _reading(stack, service) as source:
            await _copy(source, _DEAD, into, "dead", service)
            if service == "casework":
                await _copy(source, "SELECT id FROM timeline", into, "timeline")
            else:
                await _copy(source, "SELECT event, topic FROM inbox", into, "inbox", service)
    for service in SERVICES:
        async with _reading(stack, service) as source:
            await _copy(source, _STORED, into, "stored", service)
    await into.execute(_INDEXES)


def _lines(path: Path) -> Iterable[tuple[Any, ...]]:
    decoder = msgspec.json.Decoder(_Acknowledged)
    with path.open("rb") as lines:
        for number, line in enumerate(lines, 1):
            try:
                one = decoder.decode(line)
            except msgspec.DecodeError as error:
                raise StackError(f"{path}, line {number}: not an acknowledged command ({error}).") from None
            # Without events the version alone is claimed: the stream has got so far.
            for event in one.events or (None,):
                yield one.service, one.stream, one.version, event


@asynccontextmanager
async def _reading(stack: System, service: str) -> AsyncIterator[Connection]:
    """Yield a connection that sees one instant of a service's database."""
    source = await asyncpg.connect(stack.dsn(service))
    try:
        async with source.transaction(isolation="repeatable_read", readonly=True):
            yield source
    finally:
        await source.close()


async def _copy(source: Connection, query: str, into: Connection, table: str, *constants: Any) -> None:
    cursor = await source.cursor(query)
    while rows := await cursor.fetch(_PAGE):
        await into.copy_records_to_table(table, records=[(*constants, *row) for row in rows])


async def _log(stack: System, into: Connection) -> None:
    assert catalogue.MODULES  # noqa: S101 - the types must be known to read the log
    columns = ("service", "id", "stream", "version", "topic", "part", "position", "key")
    async for page in read_log(stack.bootstrap, EVENT_TOPICS, most=_PAGE):
        rows = []
        for one in page.events:
            e = one.recorded.envelope
            rows.append((e.service, e.id, e.subject, e.version, one.topic, one.partition, one.offset, e.key))
        await into.copy_records_to_table("log", records=rows, columns=columns)
        broken = [
            ("log", one.message.topic, one.message.partition, one.message.offset, one.reason, None)
            for one in page.broken
        ]
        if broken:
            await into.copy_records_to_table("dead", records=broken)
