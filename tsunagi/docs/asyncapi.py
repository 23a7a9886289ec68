"""docs/asyncapi.yaml: the topics and messages for machines (AsyncAPI 3.0). Payloads are the released schemas' files."""

import inspect
from importlib.metadata import version
from typing import Any

import msgspec

from shared.contracts.envelope import HEADERS
from shared.contracts.event import Event, event_types
from shared.contracts.freeze import golden_of
from shared.contracts.topics import KEYS, TOPICS, Topic
from tsunagi.docs.markdown import GENERATED
from tsunagi.docs.yaml import yaml_text

_SCHEMAS = "../shared/contracts/schemas"
_JSON_SCHEMA = "application/schema+json;version=draft-2020-12"
_ID: dict[str, Any] = {"type": "string", "format": "uuid"}
_INSTANT: dict[str, Any] = {"type": "string", "format": "date-time"}
_HEADER_TYPES: dict[str, dict[str, Any]] = {
    "id": _ID,
    "subject": _ID,
    "correlation": _ID,
    "causation": _ID,
    "disaster": _ID,
    "corrects": _ID,
    "time": _INSTANT,
    "recorded_at": _INSTANT,
}


def asyncapi_text() -> str:
    """Return docs/asyncapi.yaml."""
    types = event_types()
    document = {
        "asyncapi": "3.0.0",
        "info": {
            "title": "tsunagi",
            "version": version("tsunagi"),
            "description": f"Events of an event-driven disaster-operations backend. {GENERATED}",
            "license": {"name": "Apache-2.0"},
        },
        "defaultContentType": "application/json",
        "channels": {topic.name: _channel(topic, types) for topic in TOPICS},
        "operations": {_operation(topic): _sends(topic) for topic in TOPICS},
        "components": {
            "schemas": {"Headers": _headers()},
            "messages": {**{name: _message(cls) for name, cls in types.items()}, KEYS: _KEY},
        },
    }
    return yaml_text(document)


def _channel(topic: Topic, types: dict[str, type[Event]]) -> dict[str, Any]:
    names = [name for name, cls in types.items() if topic.name == cls.TOPIC] or [KEYS]
    config = topic.config
    settings: dict[str, Any] = {"cleanup.policy": [config["cleanup.policy"]]}
    for name in ("retention.ms", "retention.bytes", "delete.retention.ms"):
        if name in config:
            settings[name] = int(config[name])
    return {
        "address": topic.name,
        "description": f"Published by {topic.owner}, keyed by {topic.keyed_by}.",
        "messages": {name: {"$ref": f"#/components/messages/{name}"} for name in names},
        "bindings": {
            "kafka": {
                "topic": topic.name,
                "partitions": topic.partitions,
                "topicConfiguration": settings,
                "bindingVersion": "0.5.0",
            }
        },
    }


def _operation(topic: Topic) -> str:
    return f"send-{topic.name}"


def _sends(topic: Topic) -> dict[str, Any]:
    pointer = topic.name.replace("~", "~0").replace("/", "~1")
    return {
        "action": "send",
        "channel": {"$ref": f"#/channels/{pointer}"},
        "summary": f"What {topic.owner} publishes.",
    }


def _headers() -> dict[str, Any]:
    fixed = {
        "ce_specversion": {"type": "string", "const": "1.0"},
        "content-type": {"type": "string", "const": "application/json"},
    }
    own = {one.name: {**_HEADER_TYPES.get(one.field, {"type": "string"}), "description": one.about} for one in HEADERS}
    return {
        "type": "object",
        "properties": {**fixed, **own},
        "required": [*fixed, *(one.name for one in HEADERS if not one.optional)],
    }


def _message(cls: type[Event]) -> dict[str, Any]:
    golden = golden_of(cls)
    return {
        "name": cls.TYPE,
        "title": cls.__name__,
        "summary": inspect.cleandoc(cls.__doc__ or "").splitlines()[0],
        "contentType": "application/json",
        "headers": {"$ref": "#/components/schemas/Headers"},
        "payload": {"schemaFormat": _JSON_SCHEMA, "schema": {"$ref": f"{_SCHEMAS}/{cls.TYPE}.json"}},
        "bindings": {"kafka": {"key": _ID, "bindingVersion": "0.5.0"}},
        "examples": [{"name": "golden", "headers": golden.headers, "payload": msgspec.json.decode(golden.value)}],
    }


_KEY: dict[str, Any] = {
    "name": KEYS,
    "title": "Wrapped data key",
    "summary": "A data key wrapped by the deployment's key-encryption key; a tombstone forgets its owner.",
    "contentType": "application/octet-stream",
    "payload": {"type": "string", "contentEncoding": "base64"},
    "bindings": {"kafka": {"key": _ID, "bindingVersion": "0.5.0"}},
}
