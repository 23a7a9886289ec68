"""What a command says about itself in its headers: by which way it came, when it happened, whose word it was.

Devices lie (design, decision 9): what a device's clock says is kept and marked, never refused. A header that cannot
be read at all is refused, so that no client goes on sending one.
"""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from shared.contracts.codes import CHANNEL, PRECISION, SAID_BY
from shared.kernel.errors import Invalid
from shared.kernel.ids import client_id, new_id
from shared.platform.clock import Clock
from shared.platform.instants import in_utc
from shared.platform.log import correlation
from shared.platform.permissions import Caller
from shared.platform.store import Origin

RawHeaders = Iterable[tuple[bytes, bytes]]
"""Headers as ASGI has them in `scope["headers"]`: names in small letters."""

_OWN_CHANNELS: Final = frozenset({"timer", "worker"})
CHANNELS: Final = frozenset(CHANNEL) - _OWN_CHANNELS
"""The channels that a client may claim."""

_MINUTE: Final = timedelta(minutes=1)
_DAY: Final = timedelta(days=1)


def _bad(header: str, expected: str) -> Invalid:
    return Invalid("header.malformed", header=header, expected=expected)


def _text(header: str, value: bytes) -> str:
    try:
        return value.decode("ascii").strip()
    except UnicodeDecodeError:
        raise _bad(header, "ASCII") from None


def _id(header: str, value: bytes) -> UUID:
    # The draft of Idempotency-Key writes it as a quoted string, most clients write it bare.
    return client_id(_text(header, value).strip('"'), header)


def _any_id(header: str, value: bytes) -> UUID:
    try:
        return UUID(_text(header, value))
    except ValueError:
        raise _bad(header, "a UUID") from None


def _instant(header: str, value: bytes) -> datetime:
    text = _text(header, value)
    try:
        if "T" in text.upper():
            return in_utc(datetime.fromisoformat(text))
    except ValueError:
        pass
    raise _bad(header, "RFC 3339 with an offset")


def _code(codes: frozenset[str]) -> Callable[[str, bytes], str]:
    expected = ", ".join(sorted(codes))

    def read(header: str, value: bytes) -> str:
        text = _text(header, value)
        if text not in codes:
            raise _bad(header, expected)
        return text

    return read


_READ: Final[dict[bytes, tuple[str, Callable[[str, bytes], Any]]]] = {
    name.lower().encode(): (name, read)
    for name, read in (
        ("Idempotency-Key", _id),
        ("X-Correlation-Id", _any_id),
        ("Tsunagi-Happened-At", _instant),
        ("Tsunagi-Precision", _code(frozenset(PRECISION))),
        ("Tsunagi-Device-Now", _instant),
        ("Tsunagi-Said-By", _code(frozenset(SAID_BY))),
        ("Tsunagi-Channel", _code(CHANNELS)),
        ("Tsunagi-Disaster", _id),
    )
}


def read_header(name: str, value: bytes) -> Any:
    """Read one of the headers by its name. Raises `Invalid`."""
    known, read = _READ[name.lower().encode()]
    return read(known, value)


def read_origin(
    headers: RawHeaders,
    caller: Caller,
    clock: Clock,
    *,
    ward: str | None = None,
    disaster: UUID | None = None,
    corrects: UUID | None = None,
) -> Origin:
    """Read a command's origin from its headers (`scope["headers"]`).

    A command without an id gets one, and can then not be repeated. The correlation is the request's own (the
    header, or what the middleware made), else the command's id. Raises `Invalid("header.malformed" | "id.malformed")`.
    """
    found = {name: _READ[name][1](_READ[name][0], value) for name, value in headers if name in _READ}
    now = clock.now()
    causation = found.get(b"idempotency-key") or new_id(now)
    happened: datetime | None = found.get(b"tsunagi-happened-at")
    precision: str = found.get(b"tsunagi-precision", "minute")
    device_now: datetime | None = found.get(b"tsunagi-device-now")
    offset = None if device_now is None else round((device_now - now).total_seconds())
    if happened is not None and precision != "unknown":
        # Nothing has happened that lies ahead: the device's clock is ahead by that much at least.
        ahead = happened - now
        if ahead > (_DAY if precision == "day" else _MINUTE):
            offset = max(offset or 0, round(ahead.total_seconds()))
    return Origin(
        actor=caller.id,
        channel=found.get(b"tsunagi-channel", "api"),
        now=now,
        causation=causation,
        correlation=found.get(b"x-correlation-id") or correlation.get() or causation,
        happened=happened,
        precision=precision,
        disaster=disaster or found.get(b"tsunagi-disaster"),
        ward=ward,
        said_by=found.get(b"tsunagi-said-by"),
        device_offset=offset,
        corrects=corrects,
    )
