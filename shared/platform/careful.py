"""What may stand in a log: codes, ids, numbers, times and our own sentences; nobody's words (design, Promises).

A log goes to places that no key guards. Whatever cannot be told to be harmless is left out, its kind alone is
kept: text that is not ASCII, objects, and everything under a name that personal data would stand under. An error is
told by its type, its place in the code and what PostgreSQL says of the schema, never by its message: messages
quote values (`Key (name)=(…) already exists`).
"""

import re
import traceback
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from enum import Enum
from pathlib import PurePath
from typing import Any, Final
from uuid import UUID

import asyncpg

from shared.kernel.errors import Problem

LONGEST: Final = 300
"""Characters of one text."""
MOST: Final = 20
"""Items of one list."""
DEEPEST: Final = 8
"""Frames of one error, those nearest to where it happened."""

# fmt: off
RISKY: Final = frozenset({
    "address", "authorization", "birth", "body", "comment", "content", "cookie", "data", "detail", "details",
    "email", "fax", "form", "headers", "input", "kana", "kek", "mail", "memo", "message", "mobile", "name",
    "names", "note", "notes", "password", "payload", "person_name", "phone", "query", "reason_text", "relative",
    "representative", "request", "response", "row", "rows", "sealed", "secret", "sheet", "tel", "text", "token",
    "url", "value", "values", "words", "zip",
})
# fmt: on
"""Names under which no value is logged but an id."""

_HARMLESS = (bool, int, float, UUID, datetime, date, timedelta, type(None))
# Their messages speak of the code and quote no value.
_ABOUT_CODE = (ImportError, AttributeError, NameError, NotImplementedError)
_FOREIGN_TEXT: Final = re.compile(r"[^\x20-\x7e]+")


def careful_text(text: str) -> str:
    """Return a text with everything that is not printable ASCII taken out."""
    text = _FOREIGN_TEXT.sub("?", text[: LONGEST + 1])
    return text if len(text) <= LONGEST else text[:LONGEST] + "..."


def careful(value: object) -> Any:
    """Return a value as it may be logged: itself where it is harmless, else only what kind of thing it is."""
    if isinstance(value, Enum):
        value = value.value
    if isinstance(value, _HARMLESS):
        return value
    if isinstance(value, str):
        return careful_text(value) if value.isascii() else f"<text of {len(value)}>"
    if isinstance(value, PurePath):
        return careful_text(str(value))
    if isinstance(value, BaseException):
        return type(value).__name__
    if isinstance(value, list | tuple | set | frozenset):
        if type(value) not in (list, tuple, set, frozenset):
            return f"<{type(value).__name__}>"  # a named tuple is somebody's record
        shown = [careful(one) for one in list(value)[:MOST]]
        return shown if len(value) <= MOST else [*shown, f"<{len(value) - MOST} more>"]
    return f"<{type(value).__name__}>"


def careful_fields(fields: Mapping[str, object]) -> dict[str, Any]:
    """Return named values as they may be logged."""
    return {
        careful_text(str(name)): "<left out>" if _risky(name, value) else careful(value)
        for name, value in fields.items()
    }


def _risky(name: object, value: object) -> bool:
    return str(name).lower() in RISKY and not isinstance(value, UUID | type(None))


def careful_error(error: BaseException) -> dict[str, Any]:
    """Return what may be said of an error: its type, where it happened, and what led to it."""
    told: dict[str, Any] = {"type": type(error).__name__}
    if isinstance(error, Problem):
        told["code"] = error.code
    elif isinstance(error, asyncpg.PostgresError):
        about = {
            name: getattr(error, name, None) for name in ("sqlstate", "schema_name", "table_name", "constraint_name")
        }
        told |= {name: value for name, value in about.items() if isinstance(value, str)}
    elif isinstance(error, _ABOUT_CODE):
        told["says"] = careful_text(str(error))
    elif isinstance(error, OSError) and error.errno is not None:
        told["errno"] = error.errno
    frames = traceback.extract_tb(error.__traceback__)[-DEEPEST:]
    if frames:
        told["at"] = [f"{_short(frame.filename)}:{frame.lineno} {frame.name}" for frame in frames]
    if isinstance(error, BaseExceptionGroup):
        told["together"] = [careful_error(one) for one in error.exceptions[:3]]
    led = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    if led is not None:
        told["after"] = careful_error(led)
    return told


def _short(file: str) -> str:
    parts = PurePath(file).parts
    for root in ("site-packages", "services", "shared", "tsunagi"):
        if root in parts:
            rest = parts[parts.index(root) + (root == "site-packages") :]
            return "/".join(rest)
    return "/".join(parts[-2:])
