"""Whether a schema only grew: nothing removed, retyped or tightened, no default changed (design, Evolution).

The log is kept for ever and read by every later release, and a release that is being rolled out writes what the one
before still reads. So the only change that a released type allows is a new field that may be absent.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

Schema = Mapping[str, Any]

ANNOTATIONS = frozenset({"$schema", "$id", "$defs", "title", "description", "examples", "x-open", "x-words"})
"""What says something about a schema and changes nothing in what it allows."""

_NODES = frozenset({"properties", "required", "items", "additionalProperties", "anyOf", "prefixItems", "$ref"})


def breaks(old: Schema, new: Schema) -> list[str]:
    """Return what readers or writers of the old schema could not live with, as sentences; nothing where it grew."""
    return [f"{path or 'the type'}: {what}" for path, what in _compare(_Pair(old, new), old, new, "")]


def codes_lost(old: Mapping[str, Iterable[str]], new: Mapping[str, Iterable[str]]) -> list[str]:
    """Return the released codes that a catalogue no longer knows."""
    return [
        f"codes.{name}: {code} is gone"
        for name, known in old.items()
        for code in known
        if code not in set(new.get(name, ()))
    ]


class _Pair:
    """The two documents, in which references are looked up."""

    def __init__(self, old: Schema, new: Schema) -> None:
        self._old, self._new = old, new

    def resolve(self, old: Schema, new: Schema) -> tuple[Schema, Schema]:
        return _resolve(self._old, old), _resolve(self._new, new)

    def words(self, old: Schema, new: Schema) -> tuple[Schema, Schema] | None:
        """Return the structs of the words that two `sealed` fields name, where the old one names one."""
        if "x-words" not in old:
            return None
        return _pointed(self._old, old["x-words"]), _pointed(self._new, new.get("x-words", "#"))


def _pointed(document: Schema, pointer: str) -> Schema:
    node: Any = document
    for part in pointer.removeprefix("#").strip("/").split("/"):
        node = node[part] if part else {}
    found: Schema = node
    return found


def _resolve(document: Schema, node: Schema) -> Schema:
    """Return a node with its reference followed; what stands beside the reference counts first."""
    if "$ref" not in node:
        return node
    beside = {key: value for key, value in node.items() if key != "$ref"}
    return {**_pointed(document, node["$ref"]), **beside}


def _compare(pair: _Pair, old: Schema, new: Schema, path: str) -> Iterator[tuple[str, str]]:
    words = pair.words(old, new)
    if words is not None:
        yield from _compare(pair, *words, f"{path} (opened)")
    old, new = pair.resolve(old, new)
    for key in sorted((old.keys() | new.keys()) - ANNOTATIONS - _NODES):
        if old.get(key) != new.get(key):
            yield path, f"{key} was {old.get(key)!r} and is {new.get(key)!r}"
    yield from _fields(pair, old, new, path)
    for key in ("items", "additionalProperties"):
        yield from _inside(pair, old.get(key), new.get(key), f"{path}[]", key)
    for key in ("anyOf", "prefixItems"):
        yield from _listed(pair, old.get(key, []), new.get(key, []), path, key)


def _fields(pair: _Pair, old: Schema, new: Schema, path: str) -> Iterator[tuple[str, str]]:
    before, now = old.get("properties", {}), new.get("properties", {})
    must_before, must_now = set(old.get("required", ())), set(new.get("required", ()))
    for name in before:
        at = f"{path}.{name}".lstrip(".")
        if name not in now:
            yield at, "was removed"
            continue
        yield from _compare(pair, before[name], now[name], at)
        if name in must_now - must_before:
            yield at, "must be there now, and old events lack it"
        if name in must_before - must_now:
            yield at, "may be absent now, and old readers cannot do without it"
    for name in now:
        if name not in before and name in must_now:
            yield f"{path}.{name}".lstrip("."), "is new and must be there, and old events lack it"


def _inside(pair: _Pair, old: object, new: object, path: str, key: str) -> Iterator[tuple[str, str]]:
    if isinstance(old, Mapping) and isinstance(new, Mapping):
        yield from _compare(pair, old, new, path)
    elif old != new:
        yield path, f"{key} was {old!r} and is {new!r}"


def _listed(pair: _Pair, old: list[Schema], new: list[Schema], path: str, key: str) -> Iterator[tuple[str, str]]:
    if len(old) != len(new):
        yield path, f"{key} was {old!r} and is {new!r}"
        return
    for before, now in zip(old, new, strict=True):
        yield from _compare(pair, before, now, path)
