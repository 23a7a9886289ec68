"""The envelope: CloudEvents 1.0 in Kafka's binary mode (design, Envelope).

The headers say what, about whom, when, by whom and why; the value is the body, with a member `sealed` where there
are words: `{"k": <id of the key's owner>, "c": <base64 of nonce + ciphertext>}`.
"""

import re
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from typing import Literal, NamedTuple
from uuid import UUID

import msgspec

from shared.contracts.event import Event, Instant, Unreadable, Words, decode_as, event_type, holds_nul
from shared.kernel.errors import Invalid

Precision = Literal["minute", "day", "unknown"]
Channel = Literal["page", "api", "phone", "fax", "paper", "import", "timer", "worker"]


class Sealed(msgspec.Struct, frozen=True):
    """Words under a key: whose key, and nonce + ciphertext in base64."""

    k: UUID
    c: bytes


class Envelope(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What every event carries besides its body. Times are aware and in UTC."""

    id: UUID
    type: str
    source: str
    subject: UUID
    version: int
    time: Instant
    recorded_at: Instant
    key: UUID
    topic: str
    actor: str
    channel: str
    correlation: UUID
    causation: UUID
    precision: str = "minute"
    disaster: UUID | None = None
    ward: str | None = None
    said_by: str | None = None
    corrects: UUID | None = None
    device_offset: int | None = None
    """Seconds that the device's clock was ahead of ours; marked, never refused."""

    @property
    def service(self) -> str:
        return _service(self.source)


@lru_cache(64)
def _service(source: str) -> str:
    return source.rsplit("/", 1)[-1]


class Recorded(msgspec.Struct, frozen=True, kw_only=True):
    """An event as it stands in a store or on a topic: envelope, body, and its words still sealed (or none)."""

    envelope: Envelope
    event: Event
    sealed: Sealed | None = None
    value: bytes = b""
    """The value's bytes as they were written: what is passed on or kept is these, unknown fields and all."""
    words: Words | None = None
    """The opened words, where somebody opened them for this reader; never written anywhere."""


class Header(NamedTuple):
    """A Kafka header: its name, the field of `Envelope` that it carries, what it says, whether it must be there."""

    name: str
    field: str
    about: str
    optional: bool = False


HEADERS: tuple[Header, ...] = (
    Header("ce_id", "id", "UUIDv7; the idempotency key"),
    Header("ce_type", "type", "`tsunagi.<service>.<subject>.<past-tense>.v<N>`"),
    Header("ce_source", "source", "`/<city code>/<service>`: a deployment is one city"),
    Header("ce_subject", "subject", "the stream's id (household, person, need, placement, trip, facility, case …)"),
    Header("version", "version", "its number in that stream, from 1"),
    Header("ce_time", "time", "when it happened (RFC 3339, UTC, microseconds)"),
    Header("recordedat", "recorded_at", "when it was written"),
    Header("actor", "actor", "who entered it: the id of a member of staff, a partner or a service"),
    Header("channel", "channel", "by which way it came in (`codes.CHANNEL`)"),
    Header("correlationid", "correlation", "the chain that one command began"),
    Header("causationid", "causation", "the command, or the event, that led here"),
    Header("timeprecision", "precision", "how exactly `ce_time` is known (`codes.PRECISION`)"),
    Header("disaster", "disaster", "the disaster, or drill, that it belongs to", optional=True),
    Header("ward", "ward", "JIS code of the ward responsible for the person or facility", optional=True),
    Header("saidby", "said_by", "whose word it was, where somebody else keyed it in (`codes.SAID_BY`)", optional=True),
    Header("corrects", "corrects", "the event that this one corrects", optional=True),
    Header("deviceoffset", "device_offset", "seconds that the device's clock was ahead of ours", optional=True),
)
_HEADERS = tuple((header.name, header.field) for header in HEADERS)
_FIXED: tuple[tuple[str, bytes], ...] = (("ce_specversion", b"1.0"), ("content-type", b"application/json"))
_OPTIONAL = frozenset(header.field for header in HEADERS if header.optional)


def _text(value: object) -> bytes:
    if isinstance(value, datetime):
        return instant_text(value).encode()
    text = str(value)
    if not (text.isascii() and text.isprintable()):
        raise Invalid("code.malformed", where="envelope")
    return text.encode()


@lru_cache(256)
def instant_text(value: datetime) -> str:
    """Write an instant as RFC 3339 in UTC with microseconds, so that texts sort as the instants do."""
    return value.astimezone(UTC).isoformat(timespec="microseconds")[:-6] + "Z"


def to_headers(envelope: Envelope) -> list[tuple[str, bytes]]:
    """Return the Kafka headers of an envelope (its key and topic are Kafka's own).

    Raises `Invalid("code.malformed")` where a text stands in place of a code: headers are as open as bodies.
    """
    headers = list(_FIXED)
    for name, field in _HEADERS:
        value = getattr(envelope, field)
        if value is not None:
            headers.append((name, _text(value)))
    return headers


class _Written(msgspec.Struct, omit_defaults=True, rename={one.field: one.name for one in HEADERS}):
    """The headers as one JSON object; field by field, since every event of the hot way passes here."""

    specversion: str = msgspec.field(name="ce_specversion")
    content_type: str = msgspec.field(name="content-type")
    id: UUID
    type: str
    source: str
    subject: UUID
    version: str
    time: str
    recorded_at: str
    actor: str
    channel: str
    correlation: UUID
    causation: UUID
    precision: str
    disaster: UUID | None = None
    ward: str | None = None
    said_by: str | None = None
    corrects: UUID | None = None
    device_offset: str | None = None


_encoder = msgspec.json.Encoder()


def headers_text(envelope: Envelope) -> bytes:
    """Write an envelope's headers as one JSON object, as the store and the outbox keep them.

    The same as `to_headers`, in a third of its time. Raises `Invalid("code.malformed")`.
    """
    offset = envelope.device_offset
    text = _encoder.encode(
        _Written(
            "1.0",
            "application/json",
            envelope.id,
            envelope.type,
            envelope.source,
            envelope.subject,
            str(envelope.version),
            instant_text(envelope.time),
            instant_text(envelope.recorded_at),
            envelope.actor,
            envelope.channel,
            envelope.correlation,
            envelope.causation,
            envelope.precision,
            envelope.disaster,
            envelope.ward,
            envelope.said_by,
            envelope.corrects,
            None if offset is None else str(offset),
        )
    )
    if not text.isascii() or b"\x7f" in text or (b"\\" in text and _unprintable(text)):
        raise Invalid("code.malformed", where="envelope")
    return text


_ESCAPE = re.compile(rb"\\(.)")


def _unprintable(text: bytes) -> bool:
    """Return whether a JSON text escapes more than quotes and backslashes."""
    return any(escape.group(1) not in (b'"', b"\\") for escape in _ESCAPE.finditer(text))


def from_headers(headers: Iterable[tuple[str, bytes | None]], *, topic: str, key: bytes | None) -> Envelope:
    """Read an envelope from Kafka. Raises `Unreadable` with the reason."""
    pairs = tuple(headers)
    text = envelope_text(pairs, topic=topic, key=key)
    if text is None:
        return _carefully(pairs, topic, key)
    try:
        return _plain.decode(text)
    except msgspec.ValidationError:
        return _carefully(pairs, topic, key)  # which says what is wrong


def envelope_text(headers: Sequence[tuple[str, bytes | None]], *, topic: str, key: bytes | None) -> bytes | None:
    """Write what Kafka says of an event as one JSON text, for `from_text`; None where it must be read with care.

    To decode one text is a third of the work of taking each header by itself, and every event that is read passes here.
    """
    names, values = zip(*headers, strict=True) if headers else ((), ())
    text, quotes = _template(names)
    try:
        text %= (*values, topic.encode(), key)
        plain = text.count(b'"') == quotes and b"\\" not in text and str(text, "ascii").isprintable()
    except (TypeError, UnicodeDecodeError):
        return None
    return text if plain else None


def from_text(text: bytes) -> Envelope:
    """Read an envelope from what `envelope_text` wrote. Raises `Unreadable`."""
    try:
        return _plain.decode(text)
    except msgspec.ValidationError as error:
        raise Unreadable(f"envelope: {type(error).__name__}") from None


_plain = msgspec.json.Decoder(Envelope, strict=False)
_FIELDS = dict(_HEADERS)
_REQUIRED = frozenset(_FIELDS.values()) - _OPTIONAL


@lru_cache(256)
def _template(names: tuple[str, ...]) -> tuple[bytes, int]:
    """Return what makes one JSON text of the values of these headers, and how many quotes it has if they have none."""
    fields = [_FIELDS.get(name, "~") for name in names] + ["topic", "key"]
    known = [field for field in fields if field != "~"]
    if len(known) != len(set(known)) or not set(known) >= _REQUIRED:
        return b"", -1  # said twice, or not at all: read with care
    return b"{" + b",".join(b'"%b":"%%b"' % field.encode() for field in fields) + b"}", 4 * len(fields)


def _carefully(headers: Iterable[tuple[str, bytes | None]], topic: str, key: bytes | None) -> Envelope:
    try:
        found = {name: value.decode() for name, value in headers if value is not None}
        if "\0" in "".join(found.values()):
            raise Unreadable("envelope: U+0000")
        values: dict[str, object] = {
            field: found[name] for name, field in _HEADERS if field not in _OPTIONAL or name in found
        }
        values["topic"] = topic
        values["key"] = (key or b"").decode()
        return msgspec.convert(values, Envelope, strict=False)
    except KeyError as error:
        raise Unreadable(f"envelope: no header {error.args[0]}") from None
    except (UnicodeDecodeError, msgspec.ValidationError) as error:
        raise Unreadable(f"envelope: {type(error).__name__}") from None


class _Value(msgspec.Struct):
    sealed: Sealed | None = None


def with_sealed(body: bytes, sealed: Sealed | None) -> bytes:
    """Join the body's JSON with its sealed part."""
    if sealed is None:
        return body
    part = b'"sealed":' + msgspec.json.encode(sealed) + b"}"
    return b"{" + part if body == b"{}" else body[:-1] + b"," + part


def read_value(envelope: Envelope, value: bytes | None) -> Recorded:
    """Read an event's value by its envelope. Raises `Unreadable` for bytes that are none, or an unknown type."""
    cls = event_type(envelope.type)
    if cls is None:
        raise Unreadable(f"type {envelope.type} is not known to this release")
    if value is None:
        raise Unreadable("no value")
    try:
        value.decode()  # also what a reader skips is passed on, so all of it must be text
    except UnicodeDecodeError:
        raise Unreadable("the value is not UTF-8") from None
    if holds_nul(value):
        raise Unreadable("U+0000 in the value")
    # Without a member of that name (which an escape could hide) there is nothing sealed.
    sealed = decode_as(_Value, value).sealed if b"sealed" in value or b"\\" in value else None
    return Recorded(envelope=envelope, event=decode_as(cls, value), sealed=sealed, value=value)
