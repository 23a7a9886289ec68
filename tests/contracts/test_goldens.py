"""Bytes that were once in a log are readable for ever, and say what they said."""

from pathlib import Path
from typing import Any
from uuid import UUID

import jsonschema
import msgspec
import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from shared.contracts.catalogue import MODULES
from shared.contracts.envelope import Recorded, from_headers, read_value, to_headers
from shared.contracts.event import decode_as, event_types
from shared.contracts.freeze import HERE, TEST_KEY, Golden, Shelf
from shared.contracts.topics import EVENT_TOPICS
from shared.platform.sealing import Cipher

assert MODULES  # every event type is registered
SHELF = Shelf()
FILES = sorted(file for file in SHELF.golden.glob("tsunagi.*.json"))


def read(golden: Golden, value: bytes | None = None) -> Recorded:
    headers = [(name, text.encode()) for name, text in golden.headers.items()]
    envelope = from_headers(headers, topic=golden.topic, key=golden.key.encode())
    return read_value(envelope, golden.value.encode() if value is None else value)


def plain(thing: object) -> Any:
    """Return a thing as JSON has it."""
    return msgspec.json.decode(msgspec.json.encode(thing))


def load(file: Path) -> Golden:
    return msgspec.json.decode(file.read_bytes(), type=Golden)


def test_every_event_type_has_a_golden() -> None:
    missing = [name for name in event_types() if not SHELF.goldens(name)]
    assert not missing, f"run `python -m shared.contracts.freeze` for {missing}"


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_a_golden_is_read_as_the_event_that_was_written(file: Path) -> None:
    golden = load(file)
    recorded = read(golden)
    assert recorded.envelope.type == file.stem.partition("+")[0]
    assert golden.topic == recorded.event.TOPIC
    assert plain(recorded.event) == golden.event
    assert recorded.value == golden.value.encode()


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_a_golden_goes_out_with_the_headers_that_it_came_with(file: Path) -> None:
    golden = load(file)
    assert dict(to_headers(read(golden).envelope)) == {name: text.encode() for name, text in golden.headers.items()}


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_a_goldens_words_open_under_its_key_and_say_the_same(file: Path) -> None:
    golden = load(file)
    recorded = read(golden)
    if golden.words is None:
        assert recorded.sealed is None
        return
    assert recorded.sealed is not None
    assert recorded.event.SEALED is not None
    cipher = Cipher(recorded.sealed.k, TEST_KEY)
    raw = cipher.open(recorded.envelope.id, recorded.envelope.type, recorded.sealed)
    assert raw is not None, "the seal's associated data is the event's id and type"
    assert plain(decode_as(recorded.event.SEALED, raw)) == golden.words
    assert cipher.open(UUID(int=0), recorded.envelope.type, recorded.sealed) is None


def test_what_is_sealed_today_is_sealed_as_the_goldens_are() -> None:
    golden = load(SHELF.golden / "tsunagi.intake.person.registered.v1.json")
    envelope = read(golden).envelope
    cipher = Cipher(envelope.key, TEST_KEY)
    sealed = cipher.seal(envelope.id, envelope.type, b"{}")
    data = envelope.id.bytes + envelope.type.encode()
    assert AESGCM(TEST_KEY).decrypt(sealed.c[:12], sealed.c[12:], data) == b"{}"
    assert sealed.k == envelope.key
    assert cipher.open(envelope.id, "tsunagi.intake.person.corrected.v1", sealed) is None
    assert sealed.c != cipher.seal(envelope.id, envelope.type, b"{}").c, "a nonce is used once"


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_a_reader_keeps_fields_and_codes_that_it_does_not_know(file: Path) -> None:
    golden = load(file)
    body = msgspec.json.decode(golden.value)
    body["field_of_a_later_release"] = {"deep": ["一", 2]}
    later = msgspec.json.encode(with_strange_codes(body, golden))
    recorded = read(golden, later)
    assert recorded.value == later, "what is passed on are the bytes as they were written"
    assert plain(recorded.event) == with_strange_codes(golden.event, golden)


def with_strange_codes(body: dict[str, Any], golden: Golden) -> dict[str, Any]:
    """Return the body with a code of a later release in each open list of codes."""
    schema = SHELF.schema(golden.headers["ce_type"])
    assert schema is not None
    coded = [name for name, field in schema["properties"].items() if field.get("x-codes") and name in body]

    def strange(value: Any) -> Any:
        match value:
            case list():
                return [*value, "code-of-later"]
            case dict():
                return {**value, "later": "code-of-later"}
            case _:
                return "code-of-later"

    return {name: strange(value) if name in coded else value for name, value in body.items()}


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_a_golden_is_what_its_schema_says(file: Path) -> None:
    golden = load(file)
    schema = SHELF.schema(golden.headers["ce_type"])
    assert schema is not None
    validator = jsonschema.Draft202012Validator(schema, format_checker=jsonschema.FormatChecker())
    validator.validate(msgspec.json.decode(golden.value))
    if golden.words is not None:
        words = schema["properties"]["sealed"]["x-words"]
        validator.evolve(schema={"$ref": words, "$defs": schema["$defs"]}).validate(golden.words)


def test_a_golden_fills_every_field_of_its_type() -> None:
    for name, cls in event_types().items():
        latest = load(SHELF.goldens(name)[-1])
        fields = {field.name for field in msgspec.structs.fields(cls)} - {"words"}
        lacking = fields - latest.event.keys()
        # A default is not written, so a set of one code, whose only code is the default, cannot show.
        assert lacking <= {"form"}, f"{name}: {lacking}; run `python -m shared.contracts.freeze --unreleased`"


def test_the_envelope_of_every_release_is_read_and_written_alike() -> None:
    headers = msgspec.json.decode((SHELF.golden / "headers.json").read_bytes(), type=dict[str, str])
    pairs = [(name, text.encode()) for name, text in headers.items()]
    envelope = from_headers(pairs, topic="intake.person", key=headers["ce_subject"].encode())
    assert to_headers(envelope) == pairs
    assert all(getattr(envelope, field.name) is not None for field in msgspec.structs.fields(type(envelope)))


def test_goldens_and_schemas_lie_where_the_package_is() -> None:
    assert HERE.name == "contracts"
    assert {load(file).topic for file in FILES} == set(EVENT_TOPICS)
