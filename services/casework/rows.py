"""Events ↔ rows of the timeline, and what is folded ↔ rows of the other tables: the one place that knows both."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

import msgspec

from services.casework.domain.disaster import disaster
from services.casework.domain.facility import facility
from services.casework.domain.handoff_rules import Tables
from services.casework.domain.handoffs import Traced, trace
from services.casework.domain.sheet import sheet
from services.casework.domain.timeline import settle, settles_at
from services.casework.tables import handoffs, people, placements, stays, timeline, trips
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
Rows = dict[str, list[dict[str, Any]]]
"""Table → rows."""


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
    settled = settle(events)
    if topic in PERSONS:
        return person_rows(trace(tables, key, settled), events)
    fold = _OTHERS.get(topic)
    if fold is None:
        return {}
    table, made = fold
    return {table: [msgspec.structs.asdict(made(key, settled.events))]}


_OTHERS: Mapping[str, tuple[str, Callable[[UUID, Iterable[Recorded]], msgspec.Struct]]] = {
    HOUSEHOLDS: ("households", sheet),
    FACILITIES: ("facilities", facility),
    DISASTERS: ("disasters", disaster),
}


_MERGED = (PersonsMerged, PersonsUnmerged)
_PEOPLE = tuple(column.name for column in people.columns)
_HANDOFFS = tuple(column.name for column in handoffs.columns)
_PLACEMENTS = tuple(column.name for column in placements.columns)
_TRIPS = tuple(column.name for column in trips.columns)
_STAYS = tuple(column.name for column in stays.columns if column.name not in ("person", "kept"))


def person_rows(traced: Traced, events: Iterable[Recorded]) -> Rows:
    """Return the rows of one person. `linked` is read off all events, so that what was taken back is there too."""
    way = traced.journey
    merged = (one.event.other for one in events if isinstance(one.event, _MERGED))
    row = {name: getattr(way, name, None) for name in _PEOPLE}
    row |= {"standing": traced.standing, "linked": sorted(set(merged)), "needs_care": way.needs_care}
    about = {"household": way.household, "disaster": way.disaster, "ward": way.ward, "wards": way.wards}
    return {
        "people": [row],
        "handoffs": [
            {name: about[name] if name in about else getattr(handoff, name) for name in _HANDOFFS}
            for handoff in traced.handoffs
        ],
        "placements": [
            {"person": way.person, **{name: getattr(one, name) for name in _PLACEMENTS if name != "person"}}
            for one in way.placements.values()
        ],
        "trips": [
            {"person": way.person, **{name: getattr(one, name) for name in _TRIPS if name != "person"}}
            for one in way.trips.values()
        ],
        "stays": [
            {"person": way.person, "kept": way.kept, **{name: getattr(one, name) for name in _STAYS}}
            for one in way.stays
        ],
    }
