"""YAML of plain values, written so that a difference reads well: two spaces, keys in their order."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

_PLAIN = re.compile(r"[A-Za-z_/][A-Za-z0-9_./-]*( [A-Za-z0-9_./()-]+)*")
_EXPONENT = re.compile(r"^(-?\d+)(e)")
"""YAML takes 1e16 for a text, and 1.0e16 for the number."""
_WORDS = frozenset({"true", "false", "null", "yes", "no", "on", "off", "y", "n"})


def yaml_text(value: Mapping[str, Any]) -> str:
    """Return a document. Raises TypeError for what YAML's JSON subset does not hold."""
    return "\n".join(_lines(value, "")) + "\n"


def _lines(value: Any, indent: str) -> Iterator[str]:
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _entry(f"{indent}{_scalar(key)}:", inner, indent)
    else:
        for inner in value:
            yield from _entry(f"{indent}-", inner, indent)


def _entry(head: str, value: Any, indent: str) -> Iterator[str]:
    if isinstance(value, Mapping | list | tuple) and value:
        yield head
        yield from _lines(value, indent + "  ")
    else:
        yield f"{head} {_scalar(value)}"


def _scalar(value: Any) -> str:
    match value:
        case str():
            plain = _PLAIN.fullmatch(value) and value.lower() not in _WORDS
            return value if plain else _quoted(value)
        case float():
            return _EXPONENT.sub(r"\1.0\2", json.dumps(value))
        case None | bool() | int():
            return json.dumps(value)
        case Mapping():
            return "{}"
        case Sequence():
            return "[]"
        case _:
            raise TypeError(f"{type(value).__name__} in YAML")


def _quoted(text: str) -> str:
    """Quote as JSON does, and escape what cannot be seen, but for the wide space of Japanese texts."""
    quoted = json.dumps(text, ensure_ascii=False)
    return "".join(one if one.isprintable() or one == "\u3000" else f"\\U{ord(one):08x}" for one in quoted)
