"""Walking what an event's open body is made of, down to its last field."""

from collections.abc import Iterator

from msgspec import inspect

from shared.contracts.event import Event
from shared.contracts.openness import OPEN


def open_fields(cls: type[Event]) -> Iterator[tuple[str, inspect.Type]]:
    """Yield every field of an event's open body, those of nested structs too: `<struct>.<field>` and its type."""
    yield from _fields(inspect.type_info(cls))


def _fields(type_: inspect.Type) -> Iterator[tuple[str, inspect.Type]]:
    if not isinstance(type_, inspect.StructType):
        return
    for field in type_.fields:
        if field.name != "words":
            yield f"{type_.cls.__name__}.{field.name}", field.type
            for inner in leaves(field.type):
                yield from _fields(inner)


def leaves(type_: inspect.Type) -> Iterator[inspect.Type]:
    """Yield what a field's type is made of: without unions, lists, mappings and constraints around it."""
    match type_:
        case inspect.UnionType(types=types):
            for one in types:
                yield from leaves(one)
        case inspect.Metadata(type=inner) | inspect.VarTupleType(item_type=inner):
            yield from leaves(inner)
        case inspect.DictType(key_type=key, value_type=value):
            yield from leaves(key)
            yield from leaves(value)
        case _:
            yield type_


def undeclared(cls: type[Event]) -> list[str]:
    """Return the texts of an event's open body that `OPEN` does not declare."""
    return [
        name
        for name, type_ in open_fields(cls)
        if name not in OPEN and any(isinstance(leaf, inspect.StrType) for leaf in leaves(type_))
    ]
