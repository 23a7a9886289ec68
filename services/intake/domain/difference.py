"""Whether a sheet that comes again is the same sheet, and if not, in which fields it differs."""

from collections.abc import Iterable
from typing import Any

import msgspec

from shared.contracts.event import Event, Words

DERIVED = frozenset({"marks", "age_band", "words", "birth_date", "representative"})
"""Follows from other fields and from the day on which the sheet came; says nothing about sameness."""


def _plain(struct: msgspec.Struct | None) -> dict[str, Any]:
    if struct is None:
        return {}
    return {name: value for name, value in msgspec.structs.asdict(struct).items() if name not in DERIVED}


def differing(stored: Event, came: Event, stored_words: Words | None, *, sealed: bool) -> Iterable[str]:
    """Yield the names of the fields in which two events of one kind differ (`sealed`: the words cannot be read)."""
    yield from _names(_plain(stored), _plain(came))
    if not sealed:
        yield from _names(_plain(stored_words), _plain(getattr(came, "words", None)))


def _names(stored: dict[str, Any], came: dict[str, Any]) -> Iterable[str]:
    empty: tuple[Any, ...] = (None, (), {}, "")
    for name in sorted(stored.keys() | came.keys()):
        before, after = stored.get(name), came.get(name)
        if before != after and not (before in empty and after in empty):
            yield name
