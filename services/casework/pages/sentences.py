"""Every event as a sentence: what happened, why, and who, from one catalogue of data (`sentences.toml`).

A line stands where everything in its braces is known. An event of a later release, or a field that this one does not
know, is shown as what it is: something that cannot be read here.
"""

import re
import tomllib
from collections.abc import Mapping
from datetime import datetime
from functools import cache
from importlib.resources import files
from typing import Any, Final, Literal, NamedTuple

import msgspec

from services.casework.pages.wording import Names, changed, hand_off, in_words
from shared.contracts.event import Event, Unreadable, Words, decode_as, event_type
from shared.contracts.titles import title_of

_BRACES: Final = re.compile(r"\{([?!]?)([a-z0-9_.]+)(?:=([^}]*))?\}")
_TYPE: Final = re.compile(r"tsunagi\.(.+)\.v\d+")
SERVICE_LANES: Final[Mapping[str, int]] = {"intake": 1, "screening": 2, "transfer": 3, "casework": 4}
NOT_READABLE: Final = "この版では読めない記録"


class Line:
    """One line of a sentence, made ready: what it needs, and what it says."""

    __slots__ = ("_parts", "text")

    def __init__(self, text: str) -> None:
        self.text = text
        self._parts: list[str | tuple[str, str, str | None]] = []
        end = 0
        for found in _BRACES.finditer(text):
            self._parts += [text[end : found.start()], (found[1], found[2], found[3])]
            end = found.end()
        self._parts.append(text[end:])

    def paths(self) -> list[str]:
        """Return the fields that it names."""
        return [part[1] for part in self._parts if isinstance(part, tuple)]

    def say(self, event: Event, words: Words | None, names: Names, near: datetime) -> str | None:
        """Return it filled in; None where something that it needs is not there."""
        told: list[str] = []
        for part in self._parts:
            if isinstance(part, str):
                told.append(part)
                continue
            kind, path, wanted = part
            owner, value = look(event, words, path)
            if kind or wanted is not None:
                met = str(value) == wanted if wanted is not None else bool(value) == (kind == "?")
                if not met:
                    return None
                continue
            said = changed(event, words, names, near) if path == "changed" else in_words(owner, value, names, near)
            if said is None:
                return None
            told.append(said)
        return "".join(told)


def look(event: Event, words: Words | None, path: str) -> tuple[str, Any]:
    """Return what stands at a path, and which struct's field it is: `suggestion.row`, `words.note`."""
    where: Any = event
    owner = ""
    for name in path.split("."):
        if name == "words" and where is event:
            where = words
            continue
        owner = f"{type(where).__name__}.{name}"
        where = getattr(where, name, None)
    return owner, where


class _Written(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An entry of the catalogue, as it stands in the file."""

    lane: int | Literal["to"]
    word: str
    what: list[str] = []
    why: list[str] = []
    more: list[str] = []
    who: list[str] = []
    rest: list[str] = []


class Sentence(NamedTuple):
    """How one type of event is told. `lane` 0: that of whoever a hand-off goes to."""

    lane: int
    word: str
    what: tuple[Line, ...]
    why: tuple[Line, ...]
    more: tuple[Line, ...]
    who: tuple[Line, ...]
    rest: frozenset[str]

    def paths(self) -> set[str]:
        """Return every field that some line names."""
        return {path for line in (*self.what, *self.why, *self.more, *self.who) for path in line.paths()}


@cache
def catalogue() -> Mapping[str, Sentence]:
    """Return the sentences by the types' names without `tsunagi.` and version."""
    text = files("services.casework.pages").joinpath("sentences.toml").read_text(encoding="utf-8")
    written: dict[str, Any] = tomllib.loads(text)
    written.pop("words_of_lanes")
    return {
        name: Sentence(
            lane=0 if one.lane == "to" else one.lane,
            word=one.word,
            what=tuple(map(Line, one.what)),
            why=tuple(map(Line, one.why)),
            more=tuple(map(Line, one.more)),
            who=tuple(map(Line, one.who)),
            rest=frozenset(one.rest),
        )
        for name, one in msgspec.convert(written, dict[str, _Written]).items()
    }


@cache
def lanes() -> tuple[str, ...]:
    """Return what the four lanes are called."""
    text = files("services.casework.pages").joinpath("sentences.toml").read_text(encoding="utf-8")
    return tuple(tomllib.loads(text)["words_of_lanes"].values())


class Told(NamedTuple):
    """An event as a person reads it."""

    lane: int
    word: str
    what: str
    why: list[str]
    more: list[str]
    who: str | None
    """Who it was, where that is somebody else than who entered it."""
    readable: bool = True


def short_type(type_: str) -> str:
    """Return a type's name as the catalogue has it."""
    found = _TYPE.fullmatch(type_)
    return found[1] if found else type_


def tell(type_: str, facts: bytes, words: bytes | None, names: Names, near: datetime) -> Told:
    """Tell an event. What this release cannot read is told as that, in the lane of the service that it came from."""
    cls, sentence = event_type(type_), catalogue().get(short_type(type_))
    if cls is None or sentence is None:
        return _unknown(type_)
    try:
        event = decode_as(cls, facts)
        said = decode_as(cls.SEALED, words) if words is not None and cls.SEALED is not None else None
    except Unreadable:
        return _unknown(type_)
    who = _all(sentence.who, event, said, names, near)
    strange = msgspec.json.decode(facts, type=dict[str, msgspec.Raw]).keys() - set(cls.__struct_encode_fields__)
    why = _all(sentence.why, event, said, names, near)
    if strange:
        why.append(f"ほかに、この版では読めない項目が{len(strange)}件")
    return Told(
        sentence.lane or hand_off(getattr(event, "kind", "")).taker,
        sentence.word,
        next(iter(_all(sentence.what, event, said, names, near)), None) or title_of(type_).ja,
        why,
        _all(sentence.more, event, said, names, near),
        who[0] if who else None,
    )


def _unknown(type_: str) -> Told:
    service = type_.removeprefix("tsunagi.").partition(".")[0]
    lane = SERVICE_LANES.get(service, 4)
    return Told(lane, lanes()[lane - 1], NOT_READABLE, [type_], [], None, readable=False)


def _all(lines: tuple[Line, ...], event: Event, words: Words | None, names: Names, near: datetime) -> list[str]:
    return [said for line in lines if (said := line.say(event, words, names, near)) is not None]
