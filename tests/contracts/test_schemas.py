"""A released schema only grows; the schemas on disk are those of the code."""

from collections.abc import Callable
from copy import deepcopy
from pathlib import Path
from typing import Any

import msgspec
import pytest

from shared.contracts import freeze as freezing
from shared.contracts.catalogue import MODULES
from shared.contracts.compatibility import breaks, codes_lost
from shared.contracts.event import Event, Words, event_types
from shared.contracts.freeze import Shelf, faults, freeze
from shared.contracts.schema import schema_of

assert MODULES  # every event type is registered

Change = Callable[[dict[str, Any]], object]

RELEASED: dict[str, Any] = {
    "$id": "urn:tsunagi:made.thing.up.v1",
    "description": "As it was released.",
    "x-type": "tsunagi.made.thing.up.v1",
    "x-topic": "made.thing",
    "x-keyed-by": "person",
    "type": "object",
    "properties": {
        "person": {"type": "string", "format": "uuid"},
        "place": {"$ref": "#/$defs/Place"},
        "reason": {"type": "string", "default": "", "x-codes": "END"},
        "at": {"anyOf": [{"type": "string", "format": "date-time"}, {"type": "null"}], "default": None},
        "groups": {"type": "array", "items": {"type": "string"}, "default": []},
        "answers": {"type": "object", "additionalProperties": {"type": "string"}, "default": {}},
        "sealed": {"$ref": "#/$defs/Sealed", "x-words": "#/$defs/ThingWords"},
    },
    "required": ["person", "place"],
    "$defs": {
        "Place": {"type": "object", "properties": {"kind": {"type": "string"}}, "required": ["kind"]},
        "Sealed": {"type": "object", "properties": {"k": {"type": "string"}}, "required": ["k"]},
        "ThingWords": {
            "type": "object",
            "properties": {"note": {"anyOf": [{"type": "string"}, {"type": "null"}], "default": None}},
            "required": [],
        },
    },
}
FIELDS = "properties"

BREAKING: list[tuple[str, Change, str]] = [
    ("a field removed", lambda s: s[FIELDS].pop("reason"), "reason: was removed"),
    ("a field renamed", lambda s: s[FIELDS].update(why=s[FIELDS].pop("reason")), "reason: was removed"),
    ("another type", lambda s: s[FIELDS]["reason"].update(type="integer"), "reason: type was"),
    ("another format", lambda s: s[FIELDS]["person"].update(format="uri"), "person: format was"),
    ("one became many", lambda s: s[FIELDS].update(reason={"type": "array", "items": {}}), "reason: type was"),
    ("the items' type", lambda s: s[FIELDS]["groups"]["items"].update(type="integer"), "groups[]: type was"),
    ("the items forgotten", lambda s: s[FIELDS]["groups"].pop("items"), "groups[]: items was"),
    ("a mapping's values", lambda s: s[FIELDS]["answers"].update(additionalProperties=False), "answers[]:"),
    ("null no longer allowed", lambda s: s[FIELDS]["at"]["anyOf"].pop(), "at: anyOf was"),
    ("null allowed now", lambda s: s[FIELDS].update(person={"anyOf": [{}, {"type": "null"}]}), "person: "),
    ("the choice's type", lambda s: s[FIELDS]["at"]["anyOf"][0].update(format="date"), "at: format was"),
    ("a pattern", lambda s: s[FIELDS]["reason"].update(pattern="^[a-z]+$"), "reason: pattern was"),
    ("a list of allowed values", lambda s: s[FIELDS]["reason"].update(enum=["left"]), "reason: enum was"),
    ("a shortest length", lambda s: s[FIELDS]["groups"].update(minItems=1), "groups: minItems was"),
    ("unknown fields refused", lambda s: s.update(additionalProperties=False), "[]: additionalProperties"),
    ("another default", lambda s: s[FIELDS]["reason"].update(default="left"), "reason: default was"),
    ("another set of codes", lambda s: s[FIELDS]["reason"].update({"x-codes": "DECLINE"}), "reason: x-codes was"),
    ("an old field must be there", lambda s: s["required"].append("reason"), "reason: must be there now"),
    ("an old field may be absent", lambda s: s["required"].remove("person"), "person: may be absent now"),
    (
        "a new field must be there",
        lambda s: (s[FIELDS].update(ward={"type": "string"}), s["required"].append("ward")),
        "ward: is new and must be there",
    ),
    ("a nested field removed", lambda s: s["$defs"]["Place"][FIELDS].clear(), "place.kind: was removed"),
    (
        "a nested field must be there",
        lambda s: (s["$defs"]["Place"][FIELDS].update(room={}), s["$defs"]["Place"]["required"].append("room")),
        "place.room: is new and must be there",
    ),
    ("words removed", lambda s: s[FIELDS].pop("sealed"), "sealed: was removed"),
    ("a word removed", lambda s: s["$defs"]["ThingWords"][FIELDS].pop("note"), "sealed (opened).note: was removed"),
    ("other words", lambda s: s[FIELDS]["sealed"].pop("x-words"), "sealed (opened)"),
    ("another topic", lambda s: s.update({"x-topic": "made.other"}), "the type: x-topic was"),
    ("another key", lambda s: s.update({"x-keyed-by": "household"}), "the type: x-keyed-by was"),
    ("another name", lambda s: s.update({"x-type": "tsunagi.made.thing.down.v1"}), "the type: x-type was"),
]

GROWING: list[tuple[str, Change]] = [
    ("nothing", lambda _: None),
    ("a field that may be absent", lambda s: s[FIELDS].update(ward={"type": "string", "default": ""})),
    ("a nested field that may be absent", lambda s: s["$defs"]["Place"][FIELDS].update(room={"type": "string"})),
    ("a word that may be absent", lambda s: s["$defs"]["ThingWords"][FIELDS].update(text={"type": "string"})),
    ("another description", lambda s: s[FIELDS]["reason"].update(description="Why.", title="Reason")),
    (
        "a struct renamed",
        lambda s: (
            s["$defs"].update(Whereabouts=s["$defs"].pop("Place")),
            s[FIELDS]["place"].update({"$ref": "#/$defs/Whereabouts"}),
        ),
    ),
]


@pytest.mark.parametrize(("change", "said"), [row[1:] for row in BREAKING], ids=[row[0] for row in BREAKING])
def test_what_would_break_a_released_schema_is_seen(change: Change, said: str) -> None:
    today = deepcopy(RELEASED)
    change(today)
    found = breaks(RELEASED, today)
    assert any(line.startswith(said) for line in found), found


@pytest.mark.parametrize("change", [row[1] for row in GROWING], ids=[row[0] for row in GROWING])
def test_a_schema_may_grow(change: Change) -> None:
    today = deepcopy(RELEASED)
    change(today)
    assert breaks(RELEASED, today) == []


def test_a_released_code_may_not_vanish() -> None:
    assert codes_lost({"END": ["left", "died"]}, {"END": ["died", "new"]}) == ["codes.END: left is gone"]
    assert codes_lost({"END": ["left"]}, {}) == ["codes.END: left is gone"]


def test_the_schemas_and_goldens_on_disk_are_those_of_the_code() -> None:
    found = list(faults(Shelf(), event_types()))
    assert not found, "\n".join(found)


# --- freezing, on made-up types in a folder of its own


class ThingWords(Words, frozen=True, kw_only=True, omit_defaults=True):
    note: str | None = None


class Thing(Event, frozen=True, kw_only=True, omit_defaults=True):
    """A thing came up."""

    TYPE = "tsunagi.casework.case.came-up.v1"
    TOPIC = "casework.case"
    SEALED = ThingWords

    number: int
    words: ThingWords | None = None


class Grown(Thing, frozen=True, kw_only=True, omit_defaults=True):
    """A thing came up."""

    often: bool = False


class Retyped(Event, frozen=True, kw_only=True, omit_defaults=True):
    """A thing came up."""

    TYPE = Thing.TYPE
    TOPIC = Thing.TOPIC

    number: float


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    (tmp_path / "released.txt").write_text("# none\n", "utf-8")
    made = Shelf(tmp_path)
    list(freeze(made, {Thing.TYPE: Thing}))
    return made


def mark_released(shelf: Shelf) -> None:
    list(freezing.release(shelf, {Thing.TYPE: Thing}))


def files(shelf: Shelf) -> dict[str, bytes]:
    return {str(file.relative_to(shelf.folder)): file.read_bytes() for file in shelf.folder.rglob("*.json")}


def test_a_new_type_gets_a_schema_and_a_golden(shelf: Shelf) -> None:
    assert shelf.schema(Thing.TYPE) == schema_of(Thing)
    assert len(shelf.goldens(Thing.TYPE)) == 1
    assert not list(faults(shelf, {Thing.TYPE: Thing}))


def test_an_unreleased_type_changes_only_when_told_to(shelf: Shelf) -> None:
    types: dict[str, type[Event]] = {Thing.TYPE: Retyped}
    before = files(shelf)
    assert list(freeze(shelf, types)) == []
    assert files(shelf) == before
    assert "--unreleased" in next(faults(shelf, types))
    list(freeze(shelf, types, unreleased=True))
    assert shelf.schema(Thing.TYPE) == schema_of(Retyped)
    assert not list(faults(shelf, types))


def test_a_released_type_that_would_break_is_never_overwritten(shelf: Shelf) -> None:
    mark_released(shelf)
    before = files(shelf)
    types: dict[str, type[Event]] = {Thing.TYPE: Retyped}
    list(freeze(shelf, types, unreleased=True))
    assert files(shelf) == before
    found = list(faults(shelf, types))
    assert any("number: type was 'integer' and is 'number'" in line for line in found), found
    assert all(".v2" in line for line in found)


def test_a_released_type_that_grew_keeps_its_golden_and_gets_another(shelf: Shelf) -> None:
    mark_released(shelf)
    first = shelf.goldens(Thing.TYPE)[0].read_bytes()
    types: dict[str, type[Event]] = {Thing.TYPE: Grown}
    assert "it grew" in next(faults(shelf, types))
    list(freeze(shelf, types))
    assert [file.name for file in shelf.goldens(Thing.TYPE)] == [f"{Thing.TYPE}.json", f"{Thing.TYPE}+1.json"]
    assert shelf.goldens(Thing.TYPE)[0].read_bytes() == first
    assert msgspec.json.decode(shelf.goldens(Thing.TYPE)[1].read_bytes())["event"]["often"] is True
    assert not list(faults(shelf, types))


def test_a_released_type_cannot_vanish(shelf: Shelf) -> None:
    mark_released(shelf)
    list(freeze(shelf, {}, unreleased=True))
    assert shelf.schema(Thing.TYPE) is not None
    assert f"{Thing.TYPE}: is gone; {freezing.V2}" in list(faults(shelf, {}))


def test_an_unreleased_type_may_vanish(shelf: Shelf) -> None:
    assert "--unreleased" in next(faults(shelf, {}))
    list(freeze(shelf, {}, unreleased=True))
    assert not list(faults(shelf, {}))
