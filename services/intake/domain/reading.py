"""Reading a sheet without ever refusing one: only an unreadable message or a malformed id is an error."""

from typing import Any, TypeVar

import msgspec

from services.intake.domain.sheet import Member, Sheet
from shared.kernel.errors import Invalid
from shared.kernel.ids import client_id

_strict = msgspec.json.Decoder(Sheet)
_T = TypeVar("_T", Sheet, Member)


def read_sheet(raw: bytes) -> Sheet:
    """Read a sheet from JSON. Raises `Invalid("body.unreadable")`, `Invalid("id.malformed")`, and nothing else.

    A field that does not fit, or that nobody knows, goes into `odd` as it was written.
    """
    try:
        sheet = _strict.decode(raw)
    except msgspec.ValidationError:
        sheet = _leniently(raw)
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise Invalid("body.unreadable") from None
    if b"\\u0000" in raw:  # PostgreSQL's text has no U+0000, and nobody can have meant it
        sheet = _leniently(raw.replace(b"\\u0000", b""))
    _check_ids(sheet)
    return sheet


def read_member(raw: bytes) -> Member:
    """Read one member from JSON, as leniently as a sheet. Raises the same."""
    sheet = read_sheet(b'{"id":"00000000-0000-7000-8000-000000000000","members":[' + raw + b"]}")
    if len(sheet.members) != 1:
        raise Invalid("body.unreadable")
    return sheet.members[0]


def _check_ids(sheet: Sheet) -> None:
    if sheet.id.version != 7:
        raise Invalid("id.malformed", field="id")
    ids = {member.id for member in sheet.members}
    if any(id_.version != 7 for id_ in ids):
        raise Invalid("id.malformed", field="members.id")
    if len(ids) < len(sheet.members):
        raise Invalid("id.repeated", field="members.id")


def _leniently(raw: bytes) -> Sheet:
    try:
        values = msgspec.json.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise Invalid("body.unreadable") from None
    if not isinstance(values, dict):
        raise Invalid("body.unreadable")
    members = values.pop("members", None) or []
    if not isinstance(members, list) or not all(isinstance(one, dict) for one in members):
        raise Invalid("body.unreadable", field="members")
    sheet = _keep(Sheet, {"id": client_id(values.pop("id", None))}, values)
    sheet.members = [_keep(Member, {"id": client_id(one.pop("id", None), "members.id")}, one) for one in members]
    return sheet


def _keep(cls: type[_T], made: dict[str, Any], values: dict[str, Any]) -> _T:
    """Make the struct of what fits; what does not goes into `odd` as JSON text."""
    known = {field.name: field for field in msgspec.structs.fields(cls)}
    odd: dict[str, str] = {}
    for name, value in values.items():
        if name == "odd" and isinstance(value, dict):
            odd.update({key: str(text) for key, text in value.items()})
            continue
        if value is None and name in known:
            continue
        try:
            made[name] = msgspec.convert(value, known[name].type, strict=False)
        except (KeyError, msgspec.ValidationError):
            odd[name] = value if isinstance(value, str) else msgspec.json.encode(value).decode()
    return cls(**made, odd=odd)
