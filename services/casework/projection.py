"""Kafka → timeline → what is folded from it. The timeline's row is the inbox: an event that is there had its effect.

Each person, household, facility and disaster that new events are about is folded anew from all its rows, under the
lock on its key that the worker has taken, so that two topics about one person cannot pass each other. What comes
out depends on the set of rows alone.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any, NamedTuple
from uuid import UUID

import msgspec
from sqlalchemy import Table
from sqlalchemy.dialects import postgresql

from services.casework.domain.handoff_rules import Tables
from services.casework.rows import COLUMNS, PERSONS, Rows, folded, recorded_of, timeline_row
from services.casework.tables import PROJECTED, timeline
from shared.contracts.envelope import Recorded
from shared.platform.inbox import Incoming
from shared.platform.postgres import Session

SWAP = 0x63_6173_6577_6F72
"""The advisory lock that a rebuild takes alone and every batch of the worker shares."""

_TABLES: Mapping[str, Table] = {table.name: table for table in PROJECTED}
_ARRAYS = ", ".join(
    f"${n}::{column.type.compile(dialect=postgresql.dialect())}[]"  # type: ignore[no-untyped-call]  # left untyped
    for n, column in enumerate(timeline.columns, start=1)
)
_TAKE_IN = f"""
    INSERT INTO timeline ({", ".join(COLUMNS)}) SELECT * FROM unnest({_ARRAYS})
    ON CONFLICT (id) DO NOTHING RETURNING id
"""  # noqa: S608 - column names of our own table
_HEARD = """
    INSERT INTO heard AS known (topic, part, position, recorded_at)
    SELECT * FROM unnest($1::text[], $2::smallint[], $3::bigint[], $4::timestamptz[])
    ON CONFLICT (topic, part) DO UPDATE SET position = greatest(known.position, excluded.position),
        recorded_at = greatest(known.recorded_at, excluded.recorded_at)
"""


async def admit(session: Session, incoming: Sequence[Incoming]) -> list[Recorded]:
    """Take events into the timeline; return those that were not there, in their order, each once."""
    await session.fetchval("SELECT pg_advisory_xact_lock_shared($1)", SWAP)
    columns = list(zip(*(timeline_row(one) for one in incoming), strict=True))
    new = {row["id"] for row in await session.fetch(_TAKE_IN, *map(list, columns))}
    await note_heard(session, incoming)
    fresh: list[Recorded] = []
    for one in incoming:
        if one.recorded.envelope.id in new:
            new.discard(one.recorded.envelope.id)
            fresh.append(one.recorded)
    return fresh


async def note_heard(session: Session, incoming: Sequence[Incoming], schema: str = "public") -> None:
    """Note how far each partition has been heard, repeated events included."""
    places = [(one.topic, one.partition, one.offset, one.recorded.envelope.recorded_at) for one in incoming]
    await note_places(session, places, schema)


async def note_places(
    session: Session, places: Sequence[tuple[str, int, int, datetime]], schema: str = "public"
) -> None:
    """Note how far partitions have been heard: topic, partition, offset, and when what stood there was written."""
    last: dict[tuple[str, int], tuple[int, datetime]] = {}
    for topic, part, offset, instant in places:
        known = last.get((topic, part), (offset, instant))
        last[topic, part] = max(known[0], offset), max(known[1], instant)
    if not last:
        return
    rows = sorted((*place, *reached) for place, reached in last.items())
    statement = _HEARD.replace("INTO heard", f"INTO {schema}.heard")
    await session.execute(statement, *(list(column) for column in zip(*rows, strict=True)))


async def fold(session: Session, tables: Tables, about: Mapping[UUID, str], *, schema: str = "public") -> Rows:
    """Fold anew each of these keys (with a topic that it is the key of), and store it. Returns the rows as they are."""
    keys = {key: kind_of(topic) for key, topic in about.items()}
    stored = await session.fetch(f"SELECT * FROM {schema}.timeline WHERE key = ANY($1)", list(keys))  # noqa: S608
    events: dict[UUID, list[Recorded]] = {key: [] for key in keys}
    for row in stored:
        one = recorded_of(row)
        if one is not None:
            events[one.envelope.key].append(one)
    rows: Rows = {}
    for key in sorted(keys):
        for table, made in folded(tables, keys[key], key, events[key]).items():
            rows.setdefault(table, []).extend(made)
    persons = [key for key, topic in keys.items() if topic in PERSONS]
    for table, made in rows.items():
        await store_rows(session, table, made, persons=persons, schema=schema)
    return rows


def kind_of(topic: str) -> str:
    """Return one topic for all that share a kind of key, so that whatever is about one person folds that person."""
    return _ONE_FOR_ALL if topic in PERSONS else topic


_ONE_FOR_ALL = min(PERSONS)


async def store_rows(
    session: Session,
    table: str,
    rows: Sequence[Mapping[str, Any]],
    *,
    persons: Collection[UUID] = (),
    schema: str = "public",
) -> None:
    """Store rows, changed ones over what was there; of `persons`, rows that are no longer there go."""
    statements = _statements(table, schema)
    if persons and statements.leave is not None:
        await session.execute(statements.leave, list(persons), [row[statements.id] for row in rows])
    if rows:
        await session.execute(statements.upsert, msgspec.json.encode(rows).decode())


class _Statements(NamedTuple):
    id: str
    upsert: str
    leave: str | None


@cache
def _statements(table: str, schema: str) -> _Statements:
    """Return how rows of a table come and go; `leave` only where one person has several."""
    found = _TABLES[table]
    name = f'{schema}."{table}"'
    keys = [column.name for column in found.primary_key.columns]
    values = ", ".join(f'"{c.name}" = excluded."{c.name}"' for c in found.columns if c.name not in keys)
    upsert = (
        f"INSERT INTO {name} AS known SELECT * FROM json_populate_recordset(NULL::{name}, $1::json)"  # noqa: S608
        f" ON CONFLICT ({', '.join(keys)}) DO UPDATE SET {values} WHERE (known.*) IS DISTINCT FROM (excluded.*)"
    )
    id_ = keys[-1]
    several = "person" in found.columns and id_ != "person"
    leave = f"DELETE FROM {name} WHERE person = ANY($1) AND {id_} <> ALL($2)" if several else None  # noqa: S608
    return _Statements(id_, upsert, leave)
