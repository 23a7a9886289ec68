"""What an event's body is made of, field by field, for people: the documents and the page of all events read it."""

import inspect as python
from collections.abc import Iterator
from typing import Literal, NamedTuple

import msgspec
from msgspec import inspect

from shared.contracts.openness import OPEN, Kind
from shared.contracts.schema import all_field_docs

Plain = Literal["id", "yes/no", "whole number", "decimal number", "date", "instant", "text", "struct"]
_PLAIN: dict[type[inspect.Type], Plain] = {
    inspect.UUIDType: "id",
    inspect.BoolType: "yes/no",
    inspect.IntType: "whole number",
    inspect.FloatType: "decimal number",
    inspect.DateType: "date",
    inspect.DateTimeType: "instant",
}


class Shape(NamedTuple):
    """What a field holds: one thing, or a list of it, or a mapping to it."""

    what: Plain | Kind
    codes: str | None = None
    """The set of codes, where it is a code of one."""
    struct: type[msgspec.Struct] | None = None
    """The struct, where it is one."""
    of: Literal["one", "list", "mapping"] = "one"


class Field(NamedTuple):
    """A field of a body, of its words, or of a part of either."""

    name: str
    shape: Shape
    required: bool
    about: str
    """What stands under the field in its module: English, with the wording of the form where there is one."""
    left_out: bool | int | str | None
    """What it means that the field is left out, where that is something."""


def about(cls: type[msgspec.Struct]) -> str:
    """Return what a struct says of itself; "" where it says nothing."""
    return python.cleandoc(cls.__doc__ or "") if "__doc__" in vars(cls) else ""


def fields(cls: type[msgspec.Struct], *, sealed: bool = False) -> list[Field]:
    """Return the fields of a struct; those of a body without its words. In words, a text is any text."""
    return [
        Field(
            field.name,
            _shape(field.type, f"{cls.__name__}.{field.name}", sealed=sealed),
            field.required,
            all_field_docs().get(f"{cls.__name__}.{field.name}", ""),
            _left_out(field.default),
        )
        for field in _info(cls).fields
        if field.name != "words" or sealed
    ]


def parts(cls: type[msgspec.Struct]) -> list[type[msgspec.Struct]]:
    """Return the structs inside a struct, its words left out, each once, the outer before the inner."""
    found: dict[type[msgspec.Struct], None] = {}
    for field in _info(cls).fields:
        if field.name != "words":
            for struct in _structs(field.type):
                found[struct.cls] = None
                found.update(dict.fromkeys(parts(struct.cls)))
    return list(found)


def _shape(type_: inspect.Type, owner: str, *, sealed: bool) -> Shape:
    match type_:
        case inspect.UnionType(types=types):
            inner = next(one for one in types if not isinstance(one, inspect.NoneType))
            return _shape(inner, owner, sealed=sealed)
        case inspect.Metadata(type=inner):
            return _shape(inner, owner, sealed=sealed)
        case inspect.VarTupleType(item_type=item):
            return _shape(item, owner, sealed=sealed)._replace(of="list")
        case inspect.DictType(value_type=value):
            return _shape(value, owner, sealed=sealed)._replace(of="mapping")
        case inspect.StructType(cls=cls):
            return Shape("struct", struct=cls)
        case inspect.StrType():
            return Shape("text") if sealed else Shape(OPEN[owner].kind, OPEN[owner].codes)
        case _:
            return Shape(_PLAIN[type(type_)])


def _left_out(default: object) -> bool | int | str | None:
    return default if isinstance(default, bool | int | str) and default not in ("", False) else None


def _info(cls: type[msgspec.Struct]) -> inspect.StructType:
    info = inspect.type_info(cls)
    if not isinstance(info, inspect.StructType):
        raise TypeError(f"{cls} is no struct")
    return info


def _structs(type_: inspect.Type) -> Iterator[inspect.StructType]:
    match type_:
        case inspect.StructType():
            yield type_
        case inspect.UnionType(types=types):
            for one in types:
                yield from _structs(one)
        case inspect.Metadata(type=inner) | inspect.VarTupleType(item_type=inner):
            yield from _structs(inner)
