"""What an event type is, and the register of all of them.

An event is a frozen struct. Its body holds ids, codes, age bands and times: who may read the topic may read it.
What could name or describe a person stands in `words`, a struct of its own, and leaves the process sealed only.
Codes are plain strings, so that a reader keeps those it does not know; what they may be and their labels stands
in `shared.contracts.codes`.
"""

import re
from collections.abc import Callable
from datetime import datetime
from typing import Annotated, ClassVar, TypeVar, get_args

import msgspec

from shared.kernel.errors import Invalid

Instant = Annotated[datetime, msgspec.Meta(tz=True)]
"""An instant with its offset; one without would mean another time to every reader."""


class Words(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The sealed part of an event: names, addresses, telephone numbers, free text."""


class Event(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One thing that happened."""

    TYPE: ClassVar[str]
    TOPIC: ClassVar[str]
    SEALED: ClassVar[type[Words] | None] = None
    INSTANTS: ClassVar[tuple[str, ...]] = ()
    PUBLISHED: ClassVar[bool] = False


T = TypeVar("T", bound=type[Event])

_types: dict[str, type[Event]] = {}


def event(type_: str, topic: str, *, published: bool = False) -> Callable[[T], T]:
    """Register an event type under its name `tsunagi.<service>.<subject>.<past-tense>.v<N>`.

    The type of its field `words`, where it has one, is the sealed part. `published`: the open part holds text that
    is published anyway (a shelter's name and address); every other open part is codes and numbers, hence ASCII.
    """

    def register(cls: T) -> T:
        if type_ in _types:
            raise ValueError(f"two event types named {type_}")
        cls.TYPE, cls.TOPIC, cls.PUBLISHED = type_, topic, published
        for field in msgspec.structs.fields(cls):
            kinds = [kind for kind in get_args(field.type) or (field.type,) if kind is not type(None)]
            if field.name == "words":
                cls.SEALED = kinds[0]
            if Instant in (field.type, *kinds):
                cls.INSTANTS += (field.name,)
        _types[type_] = cls
        return cls

    return register


def event_types() -> dict[str, type[Event]]:
    """Return every registered type by its name (import `shared.contracts.catalogue` first: it loads all modules)."""
    return dict(sorted(_types.items()))


def event_type(name: str) -> type[Event] | None:
    """Return the type of that name, or None where this release does not know it."""
    return _types.get(name)


class Unreadable(ValueError):
    """Bytes that are no event of ours; `args[0]` is the reason, for the dead letter."""


_decoders: dict[type[msgspec.Struct], msgspec.json.Decoder[msgspec.Struct]] = {}
_encoder = msgspec.json.Encoder()
_Struct = TypeVar("_Struct", bound=msgspec.Struct)


def decode_as(cls: type[_Struct], raw: bytes) -> _Struct:
    """Read JSON as that struct, strictly UTF-8. Raises `Unreadable`."""
    decoder = _decoders.get(cls)
    if decoder is None:
        decoder = _decoders[cls] = msgspec.json.Decoder(cls)
    try:
        return decoder.decode(raw)  # type: ignore[return-value]  # the decoder of cls gives cls
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Unreadable(f"{cls.__name__}: {type(error).__name__}") from None


def encode_body(happened: Event) -> bytes:
    """Return the open part of an event as JSON: everything but its words.

    Raises `Invalid("code.malformed")` where a text stands in place of a code: nobody's name gets out that way.
    Raises ValueError for an instant without an offset, `Invalid("text.nul")` for a U+0000: written, such an event
    could never be read again.
    """
    for name in happened.INSTANTS:
        instant = getattr(happened, name)
        if instant is not None and instant.tzinfo is None:
            raise ValueError(f"{happened.TYPE}: {name} has no offset")
    if getattr(happened, "words", None) is not None:
        happened = msgspec.structs.replace(happened, words=None)
    body = _encoder.encode(happened)
    if not body.isascii() and not happened.PUBLISHED:
        raise Invalid("code.malformed", type=happened.TYPE)
    return _without_nul(body)


def encode_words(words: Words) -> bytes:
    """Return the words as JSON, to be sealed. Raises `Invalid("text.nul")`."""
    return _without_nul(_encoder.encode(words))


_NUL = re.compile(rb"(?<!\\)(?:\\\\)*\\u0000")


def holds_nul(raw: bytes) -> bool:
    """Return whether a JSON text holds U+0000, which no text of PostgreSQL can."""
    return b"\\u0000" in raw and _NUL.search(raw) is not None


def _without_nul(raw: bytes) -> bytes:
    if holds_nul(raw):
        raise Invalid("text.nul")
    return raw
