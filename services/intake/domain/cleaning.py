"""What may stand open in an event: codes that the catalogue knows, and numbers of a form. All else is words.

An open body is read by everybody who may read the topic, so a text where a code should be (or a name in a field
that nobody knows) must not get there: it moves into `odd`, which is sealed, and the field is marked.
"""

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Protocol

import msgspec

from services.intake.domain.sheet import Member, Sheet
from shared.contracts import codes
from shared.contracts.intake_household import Mark
from shared.contracts.places import Place

_NUMBER = re.compile(r"[0-9A-Za-z][0-9A-Za-z/_-]{0,31}")
_WARD = re.compile(r"\d{5}")
_WRITERS = frozenset({"household", "staff"})


class _Odd(Protocol):
    odd: dict[str, str]


@lru_cache
def _fields(cls: type[msgspec.Struct]) -> frozenset[str]:
    return frozenset(field.name for field in msgspec.structs.fields(cls))


def _move(owner: _Odd, field: str, value: object, code: str, marks: list[Mark]) -> None:
    owner.odd = {**owner.odd, field: str(value)}
    marks.append(Mark(field, code))


def _one(owner: _Odd, field: str, value: str | None, known: codes.Codes, marks: list[Mark]) -> str | None:
    if value is None or value in known:
        return value
    _move(owner, field, value, "unknown-code", marks)
    return None


def _many(owner: _Odd, field: str, values: tuple[str, ...], known: codes.Codes, marks: list[Mark]) -> tuple[str, ...]:
    for value in values:
        if value not in known:
            break
    else:
        return values
    strange = [value for value in values if value not in known]
    _move(owner, field, "、".join(strange), "unknown-code", marks)
    return tuple(value for value in values if value in known)


def _place(owner: _Odd, place: Place, marks: list[Mark]) -> Place:
    kind = _one(owner, "place.kind", place.kind, codes.PLACE, marks) or "unknown"
    lodging = _one(owner, "place.lodging", place.lodging, codes.LODGING, marks)
    if kind == place.kind and lodging == place.lodging:
        return place
    return Place(kind=kind, shelter=place.shelter, lodging=lodging)


def _odd_marks(owner: _Odd, known: frozenset[str]) -> Iterable[Mark]:
    for field in owner.odd:
        # A field's name that nobody knows may itself be somebody's name.
        yield Mark(field if field in known else "other", "unreadable")


def clean_sheet(sheet: Sheet) -> list[Mark]:
    """Move what may not stand open into `sheet.odd`; return the marks."""
    marks = list(_odd_marks(sheet, _fields(Sheet))) if sheet.odd else []
    sheet.place = _place(sheet, sheet.place, marks)
    sheet.damage = _one(sheet, "damage", sheet.damage, codes.DAMAGE, marks)
    sheet.reasons = _many(sheet, "reasons", sheet.reasons, codes.REASON, marks)
    sheet.lifelines = _many(sheet, "lifelines", sheet.lifelines, codes.LIFELINE, marks)
    sheet.inquiry_consent = _one(sheet, "inquiry_consent", sheet.inquiry_consent, codes.CONSENT, marks)
    if sheet.sheet_no is not None and not _NUMBER.fullmatch(sheet.sheet_no):
        _move(sheet, "sheet_no", sheet.sheet_no, "unreadable", marks)
        sheet.sheet_no = None
    if not _NUMBER.fullmatch(sheet.form):
        _move(sheet, "form", sheet.form, "unreadable", marks)
        sheet.form = "unknown"
    if sheet.ward is not None and not _WARD.fullmatch(sheet.ward):
        _move(sheet, "ward", sheet.ward, "unreadable", marks)
        sheet.ward = None
    if sheet.written_by:
        known = _fields(Sheet) | _fields(Member)
        for field, who in sheet.written_by.items():
            if field not in known or who not in _WRITERS:
                _move(sheet, "written_by", f"{field}: {who}", "unreadable", marks)
        sheet.written_by = {f: who for f, who in sheet.written_by.items() if f in known and who in _WRITERS}
    return marks


def clean_member(member: Member) -> list[Mark]:
    """Move what may not stand open into `member.odd`; return the marks."""
    marks = list(_odd_marks(member, _fields(Member))) if member.odd else []
    if member.place is not None:
        member.place = _place(member, member.place, marks)
    member.sex = _one(member, "sex", member.sex, codes.SEX, marks)
    member.carer = _one(member, "carer", member.carer, codes.CARER, marks)
    member.needs = _many(member, "needs", member.needs, codes.NEED, marks)
    member.groups = _many(member, "groups", member.groups, codes.GROUP, marks)
    member.aids = _many(member, "aids", member.aids, codes.AID, marks)
    member.communication = _many(member, "communication", member.communication, codes.COMMUNICATION, marks)
    member.observations = _many(member, "observations", member.observations, codes.OBSERVATION, marks)
    return marks
