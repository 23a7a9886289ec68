"""Events ↔ rows of the timeline, and what is folded ↔ rows of the other tables: the one place that knows both."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from operator import itemgetter
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import Table

from services.casework.domain.disaster import DisasterNow, disaster
from services.casework.domain.facility import FacilityNow, facility
from services.casework.domain.handoff_rules import Tables
from services.casework.domain.handoffs import Handoff, Traced, trace
from services.casework.domain.journey import Journey, Placement, Trip
from services.casework.domain.sheet import SheetNow, sheet
from services.casework.domain.stays import Stay
from services.casework.domain.timeline import settle, settles_at
from services.casework.tables import (
    PROJECTED,
    disasters,
    facilities,
    handoffs,
    households,
    people,
    placements,
    stays,
    timeline,
    trips,
)
from shared.contracts.envelope import Envelope, Recorded
from shared.contracts.event import decode_as, event_type
from shared.contracts.intake_disaster import TOPIC as DISASTERS
from shared.contracts.intake_household import TOPIC as HOUSEHOLDS
from shared.contracts.intake_person import PersonsMerged, PersonsUnmerged
from shared.contracts.topics import TOPICS
from shared.contracts.transfer_facility import TOPIC as FACILITIES
from shared.platform.inbox import Incoming
from shared.platform.postgres import Row

PERSONS = frozenset(topic.name for topic in TOPICS if topic.keyed_by == "person")
"""Topics whose key is the person that an event is about."""

COLUMNS = tuple(column.name for column in timeline.columns)
COLUMNS_OF = {table.name: tuple(column.name for column in table.columns) for table in PROJECTED}
Rows = dict[str, list[dict[str, Any]]]
"""Table → rows."""
Records = dict[str, list[tuple[Any, ...]]]
"""Table → rows as values in the order of its columns."""


def timeline_row(incoming: Incoming) -> tuple[Any, ...]:
    """Return the row of an event, in the order of the table's columns."""
    envelope, event = incoming.recorded.envelope, incoming.recorded.event
    household = envelope.key if envelope.topic == HOUSEHOLDS else getattr(event, "household", None)
    return (
        envelope.id,
        envelope.key,
        settles_at(envelope),
        envelope.recorded_at,
        envelope.service,
        envelope.version,
        envelope.topic,
        incoming.partition,
        incoming.offset,
        envelope.type,
        envelope.source,
        envelope.subject,
        envelope.key if envelope.topic in PERSONS else None,
        household,
        envelope.time,
        envelope.precision,
        envelope.actor,
        envelope.channel,
        envelope.said_by,
        envelope.correlation,
        envelope.causation,
        envelope.corrects,
        envelope.disaster,
        envelope.ward,
        envelope.device_offset,
        incoming.recorded.value,
    )


def recorded_of(row: Row) -> Recorded | None:
    """Read an event back from its row (words still sealed, and not decoded); None where its type is not known here."""
    cls = event_type(row["type"])
    if cls is None:
        return None
    envelope = Envelope(
        id=row["id"],
        type=row["type"],
        source=row["source"],
        subject=row["subject"],
        version=row["version"],
        time=row["time"],
        recorded_at=row["recorded_at"],
        key=row["key"],
        topic=row["topic"],
        actor=row["actor"],
        channel=row["channel"],
        correlation=row["correlation"],
        causation=row["causation"],
        precision=row["precision"],
        disaster=row["disaster"],
        ward=row["ward"],
        said_by=row["said_by"],
        corrects=row["corrects"],
        device_offset=row["device_offset"],
    )
    return Recorded(envelope=envelope, event=decode_as(cls, row["value"]), value=row["value"])


def folded(tables: Tables, topic: str, key: UUID, events: Sequence[Recorded]) -> Rows:
    """Fold all events of one key into the rows of the tables, as they stand now. `topic`: one that it is the key of."""
    return {
        table: [dict(zip(COLUMNS_OF[table], one, strict=True)) for one in made]
        for table, made in records(tables, topic, key, events).items()
    }


def records(tables: Tables, topic: str, key: UUID, events: Sequence[Recorded]) -> Records:
    """Fold as `folded` does, into rows that are just values, in the order of `COLUMNS_OF` their table."""
    settled = settle(events)
    if topic in PERSONS:
        return _of_a_person(trace(tables, key, settled), events)
    fold = _OTHERS.get(topic)
    if fold is None:
        return {}
    table, made, take = fold
    return {table: [take(made(key, settled.events))]}


Take = Callable[..., tuple[Any, ...]]


def _taking(table: Table, struct: type[msgspec.Struct], *others: str) -> Take:
    """Return what takes a table's row out of what was folded, all at once; the `others` are given beside it."""
    order = (*struct.__struct_fields__, *others)
    pick = itemgetter(*(order.index(column.name) for column in table.columns))
    values = msgspec.structs.astuple
    return lambda one, *beside: pick(values(one) + beside)


_OTHERS: Mapping[str, tuple[str, Callable[[UUID, Iterable[Recorded]], msgspec.Struct], Take]] = {
    HOUSEHOLDS: ("households", sheet, _taking(households, SheetNow)),
    FACILITIES: ("facilities", facility, _taking(facilities, FacilityNow)),
    DISASTERS: ("disasters", disaster, _taking(disasters, DisasterNow)),
}
_person = _taking(people, Journey, "standing", "needs_care", "linked")
_handoff = _taking(handoffs, Handoff, "state", "household", "disaster", "ward", "wards")
_placement = _taking(placements, Placement, "person")
_trip = _taking(trips, Trip, "person")
_stay = _taking(stays, Stay, "person", "kept")
_MERGED = (PersonsMerged, PersonsUnmerged)


def _of_a_person(traced: Traced, events: Iterable[Recorded]) -> Records:
    """Return the rows of one person. `linked` is read off all events, so that what was taken back is there too."""
    way = traced.journey
    linked = sorted({one.event.other for one in events if isinstance(one.event, _MERGED)})
    about = way.household, way.disaster, way.ward, way.wards
    return {
        "people": [_person(way, traced.standing, way.needs_care, linked)],
        "handoffs": [_handoff(one, one.state, *about) for one in traced.handoffs],
        "placements": [_placement(one, way.person) for one in way.placements.values()],
        "trips": [_trip(one, way.person) for one in way.trips.values()],
        "stays": [_stay(one, way.person, way.kept) for one in way.stays],
    }
