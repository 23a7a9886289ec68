"""Structured logs: one JSON object a line on stdout, with the correlation of the command that led to it.

By the standard library (`log = logging.getLogger(__name__)`, a sentence of our own, values by `extra={…}`) or by
structlog (`structlog.get_logger(__name__).info("sentence", topic=…)`): both come out the same. What may stand in a
line is decided in `careful.py`.
"""

import contextlib
import contextvars
import logging
import sys
import time
from collections.abc import Mapping, MutableMapping
from datetime import UTC, datetime
from typing import Any, BinaryIO, Final
from uuid import UUID

import msgspec
import structlog

from shared.platform.careful import careful, careful_error, careful_fields, careful_text

correlation: contextvars.ContextVar[UUID | None] = contextvars.ContextVar("correlation", default=None)
"""The chain that what is being done belongs to."""

_encode: Final = msgspec.json.Encoder(enc_hook=lambda value: f"<{type(value).__name__}>").encode
Fields = MutableMapping[str, Any]


class _Output:
    """Where the lines of this process go, and what each of them says of it. None: nowhere yet."""

    stream: BinaryIO | None = None
    about: Mapping[str, str] = {}
    requests = False


def _write(fields: Mapping[str, Any]) -> None:
    stream = _Output.stream
    if stream is not None:
        stream.write(_encode(fields) + b"\n")
        stream.flush()


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def request_line(method: str, route: str, status: int, seconds: float) -> None:
    """Write the line of one request, past the machinery that others take: every request has one."""
    if _Output.requests:
        _write(
            {
                "at": _now(),
                "level": "info",
                **_Output.about,
                "event": "request",
                "correlation": correlation.get(),
                "method": method,
                "route": route,
                "status": status,
                "ms": round(seconds * 1000, 1),
            }
        )


OWN: Final = ("shared", "services", "tsunagi")
QUIET: Final = ("aiokafka", "asyncio", "faust", "httpcore", "httpx", "mode", "uvicorn")
"""Loggers of others that tell more than anybody needs: warnings and worse only (all of it with DEBUG)."""
OFTEN: Final = 5
WINDOW: Final = 60.0
"""One sentence of a library is written so often within so many seconds; Kafka away is hundreds of lines a second."""


class _Patience(logging.Filter):
    """Lets each sentence of a library through a few times a minute, then says how many were kept back."""

    def __init__(self, often: int = OFTEN, window: float = WINDOW) -> None:
        super().__init__()
        self._often = often
        self._window = window
        self._seen: dict[tuple[str, str, int], tuple[float, int]] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        if record.name.partition(".")[0] in OWN:
            return True
        # By its place in the library's code: many of them write values into the sentence itself.
        key, now = (record.name, record.pathname, record.lineno), time.monotonic()
        began, count = self._seen.get(key, (now, 0))
        if now - began >= self._window:
            if count > self._often:
                record.kept_back = count - self._often
            began, count = now, 0
        self._seen[key] = (began, count + 1)
        return count < self._often


class _Handler(logging.Handler):
    """Writes records as lines of JSON."""

    def __init__(self) -> None:
        super().__init__()
        self.addFilter(_Patience())

    def emit(self, record: logging.LogRecord) -> None:
        # A line that cannot be written must not end what it tells of; nor may `handleError` print the record's values.
        with contextlib.suppress(Exception):
            _write(fields_of(record))


_STANDARD: Final = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}


def fields_of(record: logging.LogRecord) -> dict[str, Any]:
    """Return what is written of a log record."""
    args = record.args
    if isinstance(args, Mapping):
        args = careful_fields(args)
    elif args:
        args = tuple(careful(one) for one in args)
    try:
        event = str(record.msg) % args if args else str(record.msg)
    except (TypeError, ValueError):  # a `%d` whose value was left out
        event = str(record.msg)
    more = {name: value for name, value in vars(record).items() if name not in _STANDARD}
    error = record.exc_info[1] if record.exc_info else None
    return {
        "at": _now(),
        "level": record.levelname.lower(),
        **_Output.about,
        "logger": record.name,
        "event": careful_text(event),
        "correlation": correlation.get(),
        **careful_fields(more),
        **({"error": careful_error(error)} if error is not None else {}),
    }


def _unlike_standard(logger: object, method: str, fields: Fields) -> Fields:  # noqa: ARG001 - structlog's form
    """Rename what the standard library's records use themselves: they refuse an `extra` of that name."""
    return {f"{name}_" if name in _STANDARD - {"exc_info", "stack_info"} else name: one for name, one in fields.items()}


def configure(level: str, *, service: str, process: str, stream: BinaryIO | None = None) -> None:
    """Send every log of this process to `stream` (stdout), as JSON. `process`: api, relay, worker, migrate."""
    _Output.stream = stream or sys.stdout.buffer
    _Output.about = {"service": service, "process": process}
    _Output.requests = logging.getLevelName(level) <= logging.INFO
    logging.basicConfig(level=level, handlers=[_Handler()], force=True)
    logging.captureWarnings(capture=True)
    loud = logging.getLevelName(level) <= logging.DEBUG
    for name in QUIET:
        logging.getLogger(name).setLevel(logging.NOTSET if loud else logging.WARNING)
    logging.getLogger("uvicorn.access").disabled = True  # it writes paths and queries; ours has the template
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            structlog.contextvars.merge_contextvars,
            _unlike_standard,
            structlog.stdlib.render_to_log_kwargs,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
