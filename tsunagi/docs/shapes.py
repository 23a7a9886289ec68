"""How a field reads in Markdown."""

import msgspec

from shared.contracts.fields import Field, Shape, fields


def fields_table_rows(cls: type[msgspec.Struct], *, sealed: bool = False) -> list[tuple[str, str, str, str]]:
    """Return a row for each field of a struct, its words left out: name, type, must it be there, meaning."""
    return [
        (f"`{field.name}`", reads(field.shape), "yes" if field.required else "", _about(field))
        for field in fields(cls, sealed=sealed)
    ]


def reads(shape: Shape) -> str:
    """Return how a shape reads, with links to the codes and the parts."""
    before = {"one": "", "list": "list of ", "mapping": "mapping to "}[shape.of]
    if shape.struct is not None:
        return f"{before}[{shape.struct.__name__}](#{shape.struct.__name__.lower()})"
    if shape.codes is not None:
        return f"{before}code of [{shape.codes}](codes.md#{shape.codes.lower()})"
    return before + shape.what


def _about(field: Field) -> str:
    if field.left_out is None:
        return field.about
    said = "yes" if field.left_out is True else f"`{field.left_out}`"
    return f"{field.about} Left out: {said}.".strip()
