"""Identifiers. Everything that happens is named by a UUIDv7 that its author chose (RFC 9562)."""

import os
import threading
from datetime import UTC, datetime
from hashlib import sha256
from typing import ClassVar
from uuid import UUID

from shared.kernel.errors import Invalid

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class _Last:
    """The random part of the last id of each of the milliseconds that this process used of late."""

    lock = threading.Lock()
    random: ClassVar[dict[int, int]] = {}
    most = 4096


def _v7(milliseconds: int, random: int) -> UUID:
    """Lay a 48-bit time and 74 random bits out as a UUIDv7."""
    value = (milliseconds & (1 << 48) - 1) << 80
    value |= 0x7 << 76 | (random >> 62 & 0xFFF) << 64
    value |= 0b10 << 62 | random & (1 << 62) - 1
    return UUID(int=value)


def new_id(now: datetime) -> UUID:
    """Return a fresh UUIDv7 for the instant `now`.

    Ids of one process and one millisecond ascend, also where those of other milliseconds are made in between: rows
    written together stay together in an index, and what one command did is told in the order in which it did it.
    """
    milliseconds = round((now - _EPOCH).total_seconds() * 1000)
    random = int.from_bytes(os.urandom(10), "big") >> 6
    with _Last.lock:
        last = _Last.random.pop(milliseconds, -1)
        if random <= last:
            random = last + 1 + (random & 0xFFFF)
        _Last.random[milliseconds] = random
        if len(_Last.random) > _Last.most:
            del _Last.random[next(iter(_Last.random))]
    return _v7(milliseconds, random)


def seeded_id(at: datetime, *names: object) -> UUID:
    """Return the UUIDv7 that these names always give at the instant `at`: a drill's ids come from its seed."""
    digest = sha256("\x1f".join(map(str, names)).encode()).digest()
    return _v7(round((at - _EPOCH).total_seconds() * 1000), int.from_bytes(digest[:10], "big") >> 6)


def derived_id(*names: object) -> UUID:
    """Return the id that these names always give, a UUIDv8 (for what nobody creates: a hand-off, a listed shelter)."""
    digest = int.from_bytes(sha256("\x1f".join(map(str, names)).encode()).digest()[:16], "big")
    return UUID(int=digest & ~(0xF << 76) & ~(0b11 << 62) | 0x8 << 76 | 0b10 << 62)


def client_id(text: str, field: str = "id") -> UUID:
    """Read an id that a client chose. Raises `Invalid("id.malformed")` where it is not a UUIDv7."""
    try:
        value = UUID(text)
    except (ValueError, AttributeError, TypeError):
        raise Invalid("id.malformed", field=field) from None
    if value.version != 7:
        raise Invalid("id.malformed", field=field)
    return value
