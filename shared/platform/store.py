"""The event store: append with an expected version, outbox in the same statement; load a stream.

One statement does both (design, decision 12): what is in the store is in the outbox, or neither is.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

import asyncpg
import msgspec

from shared.contracts.envelope import Envelope, Recorded, from_headers, headers_text, read_value, with_sealed
from shared.contracts.event import Event, decode_as, encode_body, encode_words
from shared.contracts.topics import KEYS
from shared.kernel.ids import new_id
from shared.platform.postgres import Row, Session
from shared.platform.sealing import Cipher, Keyring


class VersionConflict(Exception):
    """Somebody else appended to the stream first: load, decide and append again."""


class Origin(NamedTuple):
    """Whose doing it is, when, and what led to it: the same for every event that one command makes."""

    actor: str
    channel: str
    now: datetime
    causation: UUID
    """The command's id, or the event's that this reacts to. In one stream it has its effect once."""
    correlation: UUID
    happened: datetime | None = None
    """When it happened, where that was not just now."""
    precision: str = "minute"
    disaster: UUID | None = None
    ward: str | None = None
    said_by: str | None = None
    device_offset: int | None = None
    corrects: UUID | None = None


class Entry(NamedTuple):
    """An event on its way into the store."""

    event: Event
    stream: UUID
    version: int
    key: UUID
    ward: str | None = None


_headers = msgspec.json.Decoder(dict[str, str])


def header_pairs(text: bytes) -> list[tuple[str, bytes]]:
    """Read stored headers as Kafka wants them."""
    return [(name, value.encode()) for name, value in _headers.decode(text).items()]


def record(entry: Entry, origin: Origin, source: str, cipher: Cipher | None) -> Recorded:
    """Make the recorded event: envelope, value with sealed words. `cipher` may be None where there are no words."""
    happened = entry.event
    id_ = new_id(origin.now)
    envelope = Envelope(
        id=id_,
        type=happened.TYPE,
        topic=happened.TOPIC,
        source=source,
        subject=entry.stream,
        version=entry.version,
        time=origin.happened or origin.now,
        recorded_at=origin.now,
        key=entry.key,
        actor=origin.actor,
        channel=origin.channel,
        correlation=origin.correlation,
        causation=origin.causation,
        precision=origin.precision,
        disaster=origin.disaster,
        ward=entry.ward or origin.ward,
        said_by=origin.said_by,
        device_offset=origin.device_offset,
        corrects=origin.corrects,
    )
    words = getattr(happened, "words", None)
    sealed = None
    if words is not None:
        if cipher is None:
            raise ValueError(f"{happened.TYPE} has words and no key to seal them under")
        sealed = cipher.seal(id_, happened.TYPE, encode_words(words))
    value = with_sealed(encode_body(happened), sealed)
    return Recorded(envelope=envelope, event=happened, sealed=sealed, value=value, words=words)


EVENT_COLUMNS = """
    INSERT INTO events (id, stream, version, topic, key, type, recorded_at, causation, headers, value)
    SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::int[], $4::text[], $5::uuid[], $6::text[],
                         $7::timestamptz[], $8::uuid[], $9::bytea[], $10::bytea[])
"""
OUTBOX_COLUMNS = """
    INSERT INTO outbox (topic, key, headers, value)
    SELECT topic, key, headers, value
    FROM unnest($4::text[], $5::uuid[], $9::bytea[], $10::bytea[])
        WITH ORDINALITY AS told(topic, key, headers, value, n)
    ORDER BY n
"""
APPEND = "WITH stored AS (" + EVENT_COLUMNS + ")" + OUTBOX_COLUMNS


def event_columns(recorded: Sequence[Recorded]) -> list[list[object]]:
    """Return the ten arrays that `EVENT_COLUMNS` unnests."""
    envelopes = [one.envelope for one in recorded]
    return [
        [e.id for e in envelopes],
        [e.subject for e in envelopes],
        [e.version for e in envelopes],
        [e.topic for e in envelopes],
        [e.key for e in envelopes],
        [e.type for e in envelopes],
        [e.recorded_at for e in envelopes],
        [e.causation for e in envelopes],
        [headers_text(e) for e in envelopes],
        [one.value for one in recorded],
    ]


async def append(session: Session, recorded: Sequence[Recorded]) -> None:
    """Store events and queue them for Kafka. Raises `VersionConflict` where a version is taken already.

    After a conflict the surrounding transaction is lost: roll it back.
    """
    try:
        await session.raw.execute(APPEND, *event_columns(recorded))
        session.told = True
    except asyncpg.UniqueViolationError as error:
        raise VersionConflict(error.constraint_name or "events") from None


async def store_key(session: Session, owner: UUID, wrapped: bytes) -> None:
    """Keep a new data key and queue it for the topic `keys`. One that is here already stays (and nothing is sent)."""
    await session.raw.execute(
        """
        WITH kept AS (
            INSERT INTO keys (owner, wrapped) VALUES ($1, $2) ON CONFLICT DO NOTHING RETURNING owner, wrapped
        )
        INSERT INTO outbox (topic, key, headers, value) SELECT $3, owner, '{}', wrapped FROM kept
        """,
        owner,
        wrapped,
        KEYS,
    )


async def new_key(session: Session, keyring: Keyring, owner: UUID) -> Cipher:
    """Return the owner's key, made now where there is none. Raises `Refused("person.forgotten")`."""
    found = await keyring.find(session, owner)
    if found is not None:
        return found
    _, wrapped = keyring.create(owner)
    await store_key(session, owner, wrapped)
    return await keyring.need(session, owner)


def lock_number(owner: UUID) -> int:
    """Return the advisory lock of whom events are keyed by: a person, a household, a facility."""
    return int.from_bytes(owner.bytes[8:], "big", signed=True)


def read_row(row: Row | Mapping[str, Any]) -> Recorded:
    """Read a stored event (columns topic, key, headers, value)."""
    envelope = from_headers(header_pairs(row["headers"]), topic=row["topic"], key=str(row["key"]).encode())
    return read_value(envelope, row["value"])


async def load(session: Session, stream: UUID) -> list[Recorded]:
    """Return every event of a stream in its order, words still sealed."""
    rows = await session.raw.fetch(
        "SELECT topic, key, headers, value FROM events WHERE stream = $1 ORDER BY version", stream
    )
    return [read_row(row) for row in rows]


async def open_words(session: Session, keyring: Keyring, events: Iterable[Recorded]) -> list[Recorded]:
    """Return the same events with their words opened where the key is here (forgotten or late: left sealed)."""
    opened: list[Recorded] = []
    for one in events:
        if one.sealed is not None and one.words is None and one.event.SEALED is not None:
            cipher = await keyring.find(session, one.sealed.k)
            raw = cipher.open(one.envelope.id, one.envelope.type, one.sealed) if cipher else None
            if raw is not None:
                opened.append(msgspec.structs.replace(one, words=decode_as(one.event.SEALED, raw)))
                continue
        opened.append(one)
    return opened
