"""Who may read a topic may read its open bodies: privacy by construction, walked over every event type."""

from collections.abc import Iterator
from typing import Any

import msgspec
import pytest
from msgspec import inspect

from shared.contracts import codes
from shared.contracts.bodies import leaves, open_fields, undeclared
from shared.contracts.catalogue import MODULES
from shared.contracts.event import Event, Words, encode_body, encode_words, event_types
from shared.contracts.examples import example
from shared.contracts.openness import KINDS, OPEN, SAID_OPENLY, TELLING
from shared.contracts.topics import EVENT_TOPICS
from shared.kernel.errors import Invalid

assert MODULES  # every event type is registered
TYPES = list(event_types().values())
ALLOWED = (
    inspect.UUIDType,
    inspect.BoolType,
    inspect.IntType,
    inspect.FloatType,
    inspect.DateType,
    inspect.DateTimeType,
    inspect.NoneType,
    inspect.StrType,  # declared, one by one, in `openness.OPEN`
    inspect.StructType,  # walked in its turn
)
every_type = pytest.mark.parametrize("cls", TYPES, ids=lambda cls: cls.TYPE)


@every_type
def test_an_open_body_is_made_of_ids_codes_numbers_and_times(cls: type[Event]) -> None:
    strange = [
        f"{name}: {leaf}" for name, type_ in open_fields(cls) for leaf in leaves(type_) if type(leaf) not in ALLOWED
    ]
    assert not strange


@every_type
def test_every_text_of_an_open_body_is_declared(cls: type[Event]) -> None:
    assert not undeclared(cls), "declare in shared/contracts/openness.py what it is, or put it into the words"


@every_type
def test_no_field_of_an_open_body_is_named_like_a_word(cls: type[Event]) -> None:
    telling = [name for name, _ in open_fields(cls) if name.partition(".")[2] in TELLING and name not in SAID_OPENLY]
    assert not telling, "such a field belongs into the words; if it must stand open, SAID_OPENLY says why"


@every_type
def test_published_text_stands_only_where_the_type_says_so(cls: type[Event]) -> None:
    published = [name for name, _ in open_fields(cls) if name in OPEN and OPEN[name].kind == "published"]
    assert bool(published) == cls.PUBLISHED


@every_type
def test_words_are_one_struct_that_never_leaves_unsealed(cls: type[Event]) -> None:
    structs = [
        type_ for _, type_ in open_fields(cls) for type_ in leaves(type_) if isinstance(type_, inspect.StructType)
    ]
    assert not [one for one in structs if issubclass(one.cls, Words)]
    assert "sealed" not in cls.__struct_fields__, "the name is the envelope's"
    assert (cls.SEALED is not None) == ("words" in cls.__struct_fields__)
    made = example(cls)
    for text in texts(msgspec.to_builtins(getattr(made, "words", None))):
        assert text.encode() not in encode_body(made)
    assert b'"words"' not in encode_body(made)


def texts(thing: Any) -> Iterator[str]:
    match thing:
        case str():
            yield thing
        case dict():
            for value in thing.values():
                yield from texts(value)
        case list() | tuple():
            for value in thing:
                yield from texts(value)


@every_type
def test_a_name_in_place_of_a_code_is_refused(cls: type[Event]) -> None:
    made = example(cls)
    coded = [
        field.name
        for field in msgspec.structs.fields(cls)
        if OPEN.get(f"{cls.__name__}.{field.name}") is not None and isinstance(getattr(made, field.name), str)
    ]
    for name in coded:
        named = msgspec.structs.replace(made, **{name: "例野 花子"})
        if cls.PUBLISHED:
            encode_body(named)
            continue
        with pytest.raises(Invalid) as refused:
            encode_body(named)
        assert refused.value.code == "code.malformed"
        assert "花子" not in str(refused.value.details)


def test_the_tables_of_openness_have_no_stale_rows() -> None:
    fields = {name for cls in TYPES for name, _ in open_fields(cls)}
    assert not OPEN.keys() - fields
    assert not SAID_OPENLY.keys() - fields
    assert {declared.kind for declared in OPEN.values()} == KINDS.keys()


def test_every_declared_set_of_codes_exists() -> None:
    assert not {declared.codes for declared in OPEN.values() if declared.codes} - codes.ALL.keys()


def test_structs_of_open_bodies_have_names_of_their_own() -> None:
    """The tables go by `<struct>.<field>`, so that two structs of one name would share a row."""
    found: dict[str, type] = {}
    for cls in TYPES:
        for _, type_ in open_fields(cls):
            for leaf in leaves(type_):
                if isinstance(leaf, inspect.StructType):
                    assert found.setdefault(leaf.cls.__name__, leaf.cls) is leaf.cls


@pytest.mark.req("K4-166")
def test_a_transport_partners_topic_has_no_person_no_words_and_no_diagnosis() -> None:
    for cls in TYPES:
        if cls.TOPIC == "transfer.dispatch":
            names = {name.partition(".")[2] for name, _ in open_fields(cls)}
            assert cls.SEALED is None
            assert not names & {"person", "household", "need", "placement", "groups", "needs", "reason_words"}


def test_a_type_is_named_after_its_topic_and_published_there() -> None:
    for cls in TYPES:
        assert cls.TOPIC in EVENT_TOPICS
        assert cls.TYPE.startswith(f"tsunagi.{cls.TOPIC}.")
        assert cls.TYPE.endswith(".v1")


class Strange(Words, frozen=True):
    text: str


@pytest.mark.parametrize(("text", "refused"), [("a\0b", True), ("a\\u0000b", False), ("\\\0", True), ("", False)])
def test_words_with_a_nul_are_refused_before_they_are_sealed(text: str, refused: bool) -> None:
    if not refused:
        assert msgspec.json.decode(encode_words(Strange(text=text)), type=Strange).text == text
        return
    with pytest.raises(Invalid) as problem:
        encode_words(Strange(text=text))
    assert problem.value.code == "text.nul"
