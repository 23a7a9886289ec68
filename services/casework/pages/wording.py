"""A field of an event in Japanese words: labels for codes, names for ids, times as people say them.

The words themselves are data (`words.toml`); labels of codes are those of the contracts.
"""

import re
import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cache
from importlib.resources import files
from typing import Any, Final
from uuid import UUID

import msgspec

from shared.contracts import codes
from shared.contracts.casework_conference import Goal, Member, Task
from shared.contracts.event import Event, Words
from shared.contracts.intake_household import Contact, Mark
from shared.contracts.openness import OPEN
from shared.contracts.places import Place
from shared.contracts.transfer_facility import Received
from shared.kernel.japan import WEEKDAYS
from shared.platform.pages.times import clock, local, span

_BEARS_AN_ID: Final = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$")
_FACILITIES: Final = frozenset({"facility", "to_facility", "from_place", "shelter"})
_PERSONS: Final = frozenset({"person", "other"})


class HandoffWords(msgspec.Struct, frozen=True, rename={"giver": "from", "taker": "to"}):
    """How a kind of hand-off is drawn: from which lane to which, under which short name."""

    giver: int
    taker: int
    say: str


class Late(msgspec.Struct, frozen=True):
    """From how many minutes on something counts as heard late, and of which types one says that it arrived late."""

    minutes: int
    arrives: frozenset[str]


class Gap(msgspec.Struct, frozen=True):
    """After how many hours without a record one says so."""

    hours: int


class WordList(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`words.toml`."""

    late: Late
    gap: Gap
    handoffs: dict[str, HandoffWords]
    fields: dict[str, str]
    questions: dict[str, dict[str, str]]


@cache
def word_list() -> WordList:
    """Return the words that come with the software."""
    text = files("services.casework.pages").joinpath("words.toml").read_text(encoding="utf-8")
    return msgspec.convert(tomllib.loads(text), WordList)


@dataclass(frozen=True)
class Names:
    """What ids are called, as far as this reader may know it and it is known."""

    facilities: Mapping[UUID, str] = field(default_factory=dict)
    persons: Mapping[UUID, str] = field(default_factory=dict)
    placements: Mapping[UUID, UUID] = field(default_factory=dict)
    """Which facility each placement is at."""
    actors: Mapping[str, str] = field(default_factory=dict)

    def facility(self, id_: UUID) -> str:
        return self.facilities.get(id_, "名前がまだ届いていない施設")

    def person(self, id_: UUID) -> str:
        name = self.persons.get(id_)
        return f"{name} さん" if name else "名前が見られない方"

    def actor(self, id_: str) -> str:
        """Return what somebody of the staff is called: by name, by the facility that the id bears, by the kind of
        provider, or by the id."""
        if id_ == "family":
            return "家族"
        borne = _BEARS_AN_ID.search(id_)
        facility = self.facilities.get(UUID(borne[0])) if borne else None
        return self.actors.get(id_) or facility or codes.PROVIDER.label(id_)


def hand_off(kind: str) -> HandoffWords:
    """Return how a kind of hand-off is drawn; one that this release does not know stands in the last lane."""
    known = word_list().handoffs.get(kind)
    return known or HandoffWords(4, 4, codes.HANDOFF.label(kind))


def field_name(code: str) -> str:
    """Return what a field is called: `members.0.birth` is 家族1の生年月日."""
    parts = code.split(".")
    if len(parts) == 3 and parts[0] == "members" and parts[1].isdigit():
        return f"家族{int(parts[1]) + 1}の{field_name(parts[2])}"
    return word_list().fields.get(parts[-1], code)


def short(label: str) -> str:
    """Return a label of ⑬ without its letter: ア．要介護3以上 is 要介護3以上."""
    return label[2:] if label[1:2] == "．" else label


def when(value: datetime, near: datetime) -> str:
    """Return an instant beside another one: `14:10` on the same day, else `22日 16:05`, with the month if needed."""
    there, here = local(value), local(near)
    if there.date() == here.date():
        return clock(value)
    day = f"{there.day}日" if (there.year, there.month) == (here.year, here.month) else f"{there.month}月{there.day}日"
    if there.year != here.year:
        day = f"{there.year}年{day}"
    return f"{day} {clock(value)}"


def on(value: date) -> str:
    """Return a day: 11月21日(土)."""
    return f"{value.month}月{value.day}日({WEEKDAYS[value.weekday()]})"


def later(seconds: float) -> str:
    """Return a span that is said beside a word: 1時間36分, from a day on 36時間 (up to three days)."""
    hours = int(seconds // 3600)
    return f"{hours}時間" if 24 <= hours < 72 else span(seconds)


def in_words(owner: str, value: Any, names: Names, near: datetime) -> str | None:
    """Return a field's value in words; None where nothing stands there. `owner`: `ScreeningDecided.destination`."""
    if value is None or (isinstance(value, str | tuple | dict) and not value):
        return None
    made = _MADE.get(type(value))
    if made is not None:
        return made(value, names, near)
    match value:
        case bool():
            return "はい" if value else "いいえ"
        case str():
            return _text(owner, value, names)
        case int() | float():
            return f"{value:g}" if isinstance(value, float) else f"{value:,}"
        case UUID():
            return _id(owner, value, names)
        case tuple():
            return _several(owner, value, names, near)
        case dict():
            return _answers(value)
        case _:
            return None


def _text(owner: str, value: str, names: Names) -> str:
    declared = OPEN.get(owner)
    if declared is None:
        return value
    if declared.codes == "HANDOFF":
        return hand_off(value).say.replace("→", " → ")
    if declared.codes is not None:
        return short(codes.ALL[declared.codes].label(value))
    match declared.kind:
        case "actor":
            # A task may stand with a role of the conference where nobody signs in for it.
            return codes.MEMBER.label(value) if value in codes.MEMBER else names.actor(value)
        case "partner":
            return names.actor(value)
        case "field":
            return field_name(value)
        case "question":
            return word_list().questions.get(value, {}).get("ask", value)
        case _:
            return value


def _id(owner: str, value: UUID, names: Names) -> str | None:
    last = owner.rpartition(".")[2]
    if last in _FACILITIES:
        return names.facility(value)
    if last in _PERSONS:
        return names.person(value)
    if last == "placement":
        facility = names.placements.get(value)
        return names.facility(facility) if facility else None
    return None


def _several(owner: str, values: Sequence[Any], names: Names, near: datetime) -> str | None:
    told = [said for value in values if (said := in_words(owner, value, names, near))]
    between = "、" if any(isinstance(value, str) and owner not in OPEN for value in values) else "・"
    return between.join(told) or None


def _answers(answers: Mapping[str, str]) -> str:
    questions = word_list().questions
    told = []
    for question, answer in answers.items():
        known = questions.get(question, {})
        told.append(f"{known.get('ask', question)} {known.get(answer, answer)}")
    return "・".join(told)


_NO_SHELTER: Final = {"unknown": "居場所は不明", "shelter": "避難所(名前は不明)"}


def place_in_words(place: Place, names: Names) -> str:
    """Return where that is: the shelter by its name, with the room where it is one of its own kind."""
    if place.shelter is not None:
        where = names.facility(place.shelter)
    else:
        where = _NO_SHELTER.get(place.kind) or codes.PLACE.label(place.kind)
    room = "" if place.lodging in (None, "building") else f" {codes.LODGING.label(place.lodging or '')}"
    return where + room


def _contact(contact: Contact) -> str:
    known = (contact.name, contact.relation, contact.phone, contact.postcode, contact.address, contact.note)
    return " ".join(part for part in known if part)


def _member(member: Member, names: Names) -> str:
    role = codes.MEMBER.label(member.role) + (f" {names.actor(member.actor)}" if member.actor else "")
    return f"{role}(守秘義務を確認)" if member.confidential else role


def _task(task: Task, names: Names) -> str:
    owner = _text("Task.owner", task.owner, names)
    due = f" {on(task.due)}まで" if task.due else ""
    to = f" {codes.PROVIDER.label(task.provider)}へ" if task.provider else ""
    return f"{codes.TASK.label(task.kind)}{to} {owner}{due}"


def _received(received: Received) -> str:
    return received.wording or "・".join(codes.GROUP.label(one) for one in received.groups)


_MADE: Mapping[type, Callable[[Any, Names, datetime], str | None]] = {
    datetime: lambda value, _, near: when(value, near),
    date: lambda value, _, __: on(value),
    Place: lambda value, names, _: place_in_words(value, names),
    Contact: lambda value, _, __: _contact(value),
    Mark: lambda value, _, __: f"{field_name(value.field)}({codes.MARK.label(value.code)})",
    Member: lambda value, names, _: _member(value, names),
    Goal: lambda value, _, __: codes.TERM.label(value.term) + (f" {on(value.by)}まで" if value.by else ""),
    Task: lambda value, names, _: _task(value, names),
    Received: lambda value, _, __: _received(value),
}


def changed(event: Event, words: Words | None, names: Names, near: datetime) -> str | None:
    """Return what a correction says now, field by field: 車いす is what stands there, なし that nothing does."""
    fields: Sequence[str] = getattr(event, "fields", ())
    told = []
    for name in fields:
        inside = name in event.__struct_fields__
        source: Any = event if inside else words
        if source is None or not hasattr(source, name):
            told.append(field_name(name))
            continue
        said = in_words(f"{type(source).__name__}.{name}", getattr(source, name), names, near)
        told.append(f"{field_name(name)} {said or 'なし'}")
    return "\n".join(told) or None
