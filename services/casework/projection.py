"""Kafka → timeline → what is folded from it. The timeline's row is the inbox: an event that is there had its effect.

Each person, household, facility and disaster that new events are about is folded anew from all its rows, under the
lock on its key that the worker has taken, so that two topics about one person cannot pass each other. What comes
out depends on the set of rows alone.
"""

from collections import OrderedDict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.dialects import postgresql

from services.casework.domain.handoff_rules import Tables
from services.casework.rows import COLUMNS, PERSONS, Rows, folded, recorded_of, timeline_row
from services.casework.storing import store_rows
from services.casework.tables import timeline
from shared.contracts.envelope import Recorded
from shared.platform.inbox import Incoming
from shared.platform.postgres import Session

SWAP = 0x63_6173_6577_6F72
"""The advisory lock that a rebuild takes alone and every batch of the worker shares (`Service.shares`)."""

_ARRAYS = ", ".join(
    f"${n}::{column.type.compile(dialect=postgresql.dialect())}[]"  # type: ignore[no-untyped-call]  # left untyped
    for n, column in enumerate(timeline.columns, start=1)
)
_HEARD = """
    INSERT INTO {schema}.heard AS known (topic, part, position, recorded_at)
    SELECT * FROM unnest(${0}::text[], ${1}::smallint[], ${2}::bigint[], ${3}::timestamptz[])
    ON CONFLICT (topic, part) DO UPDATE SET position = greatest(known.position, excluded.position),
        recorded_at = greatest(known.recorded_at, excluded.recorded_at)
"""
_AFTER = len(COLUMNS) + 1
_TAKE_IN = f"""
    WITH noted AS ({_HEARD.format(*range(_AFTER, _AFTER + 4), schema="public")})
    INSERT INTO timeline ({", ".join(COLUMNS)}) SELECT * FROM unnest({_ARRAYS})
    ON CONFLICT (id) DO NOTHING RETURNING id
"""  # noqa: S608 - column names of our own table


async def admit(session: Session, incoming: Sequence[Incoming]) -> list[Recorded]:
    """Take events into the timeline, and note how far each partition has been heard, repeated events included.

    Returns those that were not there, in their order, each once.
    """
    columns = map(list, zip(*(timeline_row(one) for one in incoming), strict=True))
    new = {row["id"] for row in await session.fetch(_TAKE_IN, *columns, *_reached(map(_place, incoming)))}
    fresh: list[Recorded] = []
    for one in incoming:
        if one.recorded.envelope.id in new:
            new.discard(one.recorded.envelope.id)
            fresh.append(one.recorded)
    return fresh


async def note_heard(session: Session, incoming: Sequence[Incoming], schema: str = "public") -> None:
    """Note how far each partition has been heard, and nothing else."""
    await note_places(session, list(map(_place, incoming)), schema)


Place = tuple[str, int, int, datetime]
"""A topic, a partition, an offset, and when what stands there was written."""


async def note_places(session: Session, places: Sequence[Place], schema: str = "public") -> None:
    """Note how far partitions have been heard."""
    if places:
        await session.execute(_HEARD.format(1, 2, 3, 4, schema=schema), *_reached(places))


def _place(one: Incoming) -> Place:
    return one.topic, one.partition, one.offset, one.recorded.envelope.recorded_at


def _reached(places: Iterable[Place]) -> list[list[Any]]:
    """Return how far each partition is heard with these: topics, partitions, offsets, instants; in one order always."""
    last: dict[tuple[str, int], tuple[int, datetime]] = {}
    for topic, part, offset, instant in places:
        known = last.get((topic, part), (offset, instant))
        last[topic, part] = max(known[0], offset), max(known[1], instant)
    rows = sorted((*place, *reached) for place, reached in last.items())
    return [list(column) for column in zip(*rows, strict=True)]


class Known:
    """Events that this process has met, by id: an event never changes, so what is remembered of it is so for good.

    Whether it is on the timeline is asked there every time; remembered is only what it says.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._events: OrderedDict[UUID, Recorded] = OrderedDict()

    def find(self, id_: UUID) -> Recorded | None:
        """Return what is remembered of an event, and remember it for longer."""
        one = self._events.get(id_)
        if one is not None:
            self._events.move_to_end(id_)
        return one

    def add(self, events: Iterable[Recorded]) -> None:
        """Remember these; those go that nobody has asked for the longest."""
        for one in events:
            self._events[one.envelope.id] = one
        while len(self._events) > self._most:
            self._events.popitem(last=False)


async def fold(
    session: Session,
    tables: Tables,
    about: Mapping[UUID, str],
    *,
    schema: str = "public",
    new: Sequence[Recorded] = (),
    known: Known | None = None,
    tell: str | None = None,
) -> Rows:
    """Fold anew each of these keys (with a topic that it is the key of), and store it. Returns the rows as they are.

    `new`: events that this transaction has taken in; of the others, those that are not `known` are read. `tell`: a
    channel on which it is said, with the commit, that something changed.
    """
    keys = {key: kind_of(topic) for key, topic in about.items()}
    events: dict[UUID, list[Recorded]] = {key: [] for key in keys}
    for one in new:
        events[one.envelope.key].append(one)
    before, others = await _others(session, schema, list(keys), [one.envelope.id for one in new], known)
    for one in others:
        events[one.envelope.key].append(one)
    if known is not None:
        known.add(new)
    rows: Rows = {}
    for key in sorted(keys):
        for table, made in folded(tables, keys[key], key, events[key]).items():
            rows.setdefault(table, []).extend(made)
    # Of whom nothing had been heard, there are no rows that could be there no longer.
    persons = [key for key, topic in keys.items() if topic in PERSONS and key in before]
    await store_rows(session, rows, persons=persons, schema=schema, tell=tell)
    return rows


async def _others(
    session: Session, schema: str, keys: Sequence[UUID], new: Sequence[UUID], known: Known | None
) -> tuple[set[UUID], list[Recorded]]:
    """Return which of these keys have other events on the timeline than the new ones, and those events.

    What they say is read only where it is not known; those of a type that this release does not know are left out.
    """
    others = f"FROM {schema}.timeline WHERE key = ANY($1) AND id <> ALL($2)"
    if known is None:
        rows = await session.fetch(f"SELECT * {others}", keys, new)
        return {row["key"] for row in rows}, [one for one in map(recorded_of, rows) if one is not None]
    there = await session.fetch(f"SELECT key, id {others}", keys, new)
    found = [one for row in there if (one := known.find(row["id"])) is not None]
    if len(found) < len(there):
        missing = {row["id"] for row in there} - {one.envelope.id for one in found}
        rows = await session.fetch(f"SELECT * FROM {schema}.timeline WHERE id = ANY($1)", list(missing))  # noqa: S608
        read = [one for one in map(recorded_of, rows) if one is not None]
        known.add(read)
        found += read
    return {row["key"] for row in there}, found


def kind_of(topic: str) -> str:
    """Return one topic for all that share a kind of key, so that whatever is about one person folds that person."""
    return _ONE_FOR_ALL if topic in PERSONS else topic


_ONE_FOR_ALL = min(PERSONS)
