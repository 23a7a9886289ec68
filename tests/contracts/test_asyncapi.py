"""docs/asyncapi.yaml is AsyncAPI 3.0.0 by the official schema, and says of every service what it really does."""

from collections.abc import Iterator
from copy import deepcopy
from importlib import import_module
from pathlib import Path
from typing import Any

import msgspec
import pytest
import yaml
from jsonschema import Draft7Validator, Draft202012Validator, FormatChecker
from referencing import Registry, Resource

from shared.contracts.catalogue import MODULES
from shared.contracts.event import event_types
from shared.contracts.freeze import Shelf
from shared.contracts.topics import KEYS, TOPICS
from tsunagi.docs.asyncapi import asyncapi_text
from tsunagi.docs.permissions import SERVICES

assert MODULES  # every event type is registered
OFFICIAL = Draft7Validator(msgspec.json.decode((Path(__file__).parent / "asyncapi-3.0.0" / "schema.json").read_bytes()))
DOCUMENT: dict[str, Any] = yaml.safe_load(asyncapi_text())
MESSAGES: dict[str, dict[str, Any]] = DOCUMENT["components"]["messages"]


def schema_file(uri: str) -> Resource[Any]:
    """Return what a reference to a file means, as a reader of docs/ resolves it."""
    name = uri.rpartition("/")[2]
    return Resource.from_contents(msgspec.json.decode((Shelf().schemas / name).read_bytes()))


REGISTRY: Registry[Any] = Registry(retrieve=schema_file)  # type: ignore[call-arg]  # attrs calls `_retrieve` so


def validator(schema: dict[str, Any]) -> Draft202012Validator:
    """Return what validates by a schema that stands in the document."""
    return Draft202012Validator(_local(schema), registry=REGISTRY, format_checker=FormatChecker())


def _local(schema: dict[str, Any]) -> dict[str, Any]:
    """Return a schema with the document's own references put in their place; those to files are the registry's."""
    if schema.get("$ref", "").startswith("#/"):
        found: Any = DOCUMENT
        for part in schema["$ref"].removeprefix("#/").split("/"):
            found = found[part]
        return _local(found)
    return {name: [_local(one) for one in inner] if name == "allOf" else inner for name, inner in schema.items()}


def test_it_is_valid_by_the_official_schema() -> None:
    assert DOCUMENT["asyncapi"] == "3.0.0"
    assert [f"{error.json_path}: {error.message[:200]}" for error in OFFICIAL.iter_errors(DOCUMENT)] == []


def broken(change: str) -> dict[str, Any]:
    document = deepcopy(DOCUMENT)
    match change:
        case "an action that there is not":
            document["operations"]["intake.send.intake.person"]["action"] = "publish"
        case "a member that there is not":
            document["channels"]["intake.person"]["adress"] = "x"
        case "a message without a place":
            document["channels"]["intake.person"]["messages"]["x"] = 1
        case "an example that is none":
            document["components"]["messages"]["keys"]["examples"] = ["x"]
    return document


@pytest.mark.parametrize(
    "change",
    [
        "an action that there is not",
        "a member that there is not",
        "a message without a place",
        "an example that is none",
    ],
)
def test_the_official_schema_refuses(change: str) -> None:
    assert list(OFFICIAL.iter_errors(broken(change)))


@pytest.mark.parametrize("name", MESSAGES)
def test_an_example_is_what_its_message_says(name: str) -> None:
    message = MESSAGES[name]
    payload = message["payload"]
    by_payload = validator(payload["schema"] if "schemaFormat" in payload else payload)
    for example in message["examples"]:
        by_payload.validate(example["payload"])
        if name != KEYS:
            validator(message["headers"]).validate(example["headers"])


def test_every_golden_is_an_example() -> None:
    for name in event_types():
        goldens = [msgspec.json.decode(file.read_bytes()) for file in Shelf().goldens(name)]
        assert [one["headers"] for one in MESSAGES[name]["examples"]] == [one["headers"] for one in goldens]


def test_an_example_of_another_type_or_shape_is_refused() -> None:
    message = MESSAGES["tsunagi.intake.person.checked-in.v1"]
    other = MESSAGES["tsunagi.intake.person.departed.v1"]["examples"][0]
    assert not validator(message["headers"]).is_valid(other["headers"])
    assert not validator(message["payload"]["schema"]).is_valid(other["payload"])
    assert not validator(message["headers"]).is_valid({**message["examples"][0]["headers"], "version": "0"})


def operations(action: str) -> Iterator[tuple[str, str]]:
    """Yield service and topic of every operation of a kind."""
    for name, operation in DOCUMENT["operations"].items():
        if operation["action"] == action:
            service, _, topic = name.partition(f".{action}.")
            assert operation["channel"]["$ref"] == f"#/channels/{topic}"
            listed = {one["$ref"].rpartition("/")[2] for one in operation["messages"]}
            assert listed == DOCUMENT["channels"][topic]["messages"].keys()
            yield service, topic


def test_a_service_sends_what_is_its_own_and_receives_what_its_worker_reads() -> None:
    owned = {(one, topic.name) for topic in TOPICS for one in topic.owner.split(" and ")}
    assert set(operations("send")) == owned
    read = {
        (name, topic)
        for name in SERVICES
        for topic in (*import_module(f"services.{name}.wiring").SERVICE.effects, KEYS)
    }
    assert set(operations("receive")) == read
    assert ("casework", "transfer.trip") in read


def test_every_message_says_how_it_is_keyed_correlated_and_called_in_both_languages() -> None:
    for name, message in MESSAGES.items():
        assert message["bindings"]["kafka"]["key"] == {"type": "string", "format": "uuid"}
        if name != KEYS:
            assert message["correlationId"] == {"$ref": "#/components/correlationIds/chain"}
        assert any("\u3040" <= letter <= "\u9fff" for letter in message["title"])
        assert any("\u3040" <= letter <= "\u9fff" for letter in message["description"])


def test_tags_are_declared_and_named_once() -> None:
    declared = [tag["name"] for tag in DOCUMENT["info"]["tags"]]
    assert len(set(declared)) == len(declared)
    used = {
        tag["name"]
        for part in (MESSAGES, DOCUMENT["channels"], DOCUMENT["operations"])
        for one in part.values()
        for tag in one["tags"]
    }
    assert used <= set(declared)
