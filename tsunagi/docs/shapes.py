"""How a field's type reads in the documents."""

import msgspec
from msgspec import inspect

from shared.contracts.openness import OPEN, Open
from shared.contracts.schema import all_field_docs

_PLAIN = {
    inspect.UUIDType: "id",
    inspect.BoolType: "yes/no",
    inspect.IntType: "whole number",
    inspect.FloatType: "number",
    inspect.DateType: "date",
    inspect.DateTimeType: "instant",
}


def fields_table_rows(cls: type[msgspec.Struct], *, sealed: bool = False) -> list[tuple[str, str, str, str]]:
    """Return a row for each field of a struct, its words left out: name, type, must it be there, meaning."""
    return [
        (
            f"`{field.name}`",
            reads(field.type, f"{cls.__name__}.{field.name}", sealed),
            _needed(field),
            _about(cls, field),
        )
        for field in _info(cls).fields
        if field.name != "words" or sealed
    ]


def parts(cls: type[msgspec.Struct]) -> list[type[msgspec.Struct]]:
    """Return the structs inside a struct, its words left out, each once, the outer before the inner."""
    found: dict[type[msgspec.Struct], None] = {}
    for field in _info(cls).fields:
        if field.name == "words":
            continue
        for struct in _structs(field.type):
            found[struct.cls] = None
            found.update(dict.fromkeys(parts(struct.cls)))
    return list(found)


def reads(type_: inspect.Type, owner: str, sealed: bool) -> str:
    """Return how a type reads; a text by what it was declared to be."""
    match type_:
        case inspect.UnionType(types=types):
            return reads(next(t for t in types if not isinstance(t, inspect.NoneType)), owner, sealed)
        case inspect.Metadata(type=inner):
            return reads(inner, owner, sealed)
        case inspect.VarTupleType(item_type=item):
            return f"list of {reads(item, owner, sealed)}"
        case inspect.DictType(value_type=value):
            return f"mapping to {reads(value, owner, sealed)}"
        case inspect.StructType(cls=cls):
            return f"[{cls.__name__}](#{cls.__name__.lower()})"
        case inspect.StrType():
            return "text" if sealed else _open(OPEN[owner])
        case _:
            return _PLAIN[type(type_)]


def _open(declared: Open) -> str:
    if declared.codes is not None:
        return f"code of [{declared.codes}](codes.md#{declared.codes.lower()})"
    return declared.kind


def _info(cls: type[msgspec.Struct]) -> inspect.StructType:
    info = inspect.type_info(cls)
    if not isinstance(info, inspect.StructType):
        raise TypeError(f"{cls} is no struct")
    return info


def _structs(type_: inspect.Type) -> list[inspect.StructType]:
    match type_:
        case inspect.StructType():
            return [type_]
        case inspect.UnionType(types=types):
            return [struct for one in types for struct in _structs(one)]
        case inspect.Metadata(type=inner) | inspect.VarTupleType(item_type=inner):
            return _structs(inner)
        case _:
            return []


def _needed(field: inspect.Field) -> str:
    return "yes" if field.required else ""


def _about(cls: type[msgspec.Struct], field: inspect.Field) -> str:
    text = all_field_docs().get(f"{cls.__name__}.{field.name}", "")
    default = field.default
    if isinstance(default, bool | int | str) and default not in ("", False):
        said = "yes" if default is True else f"`{default}`"
        text = f"{text} Left out: {said}.".strip()
    return text
