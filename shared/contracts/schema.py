"""JSON Schemas of the event types, made from the types: the value of a message, and the words inside it.

A schema holds a type's body as it stands in Kafka, with `sealed`; what is inside the sealed part once it is opened
is `#/$defs/<its struct>`, named by `x-words`. `x-open` and `x-codes` say what a text is (`openness.OPEN`).
"""

import ast
import inspect
from collections.abc import Mapping
from functools import cache
from types import ModuleType
from typing import Any

import msgspec

from shared.contracts import catalogue, places
from shared.contracts.event import Event
from shared.contracts.openness import OPEN
from shared.contracts.topics import TOPICS

Schema = dict[str, Any]

_SEALED: Schema = {
    "type": "object",
    "description": "Words under a key: `k`, the id of the key's owner; `c`, nonce and ciphertext (AES-256-GCM, with "
    "the event's id and type as associated data).",
    "properties": {
        "k": {"type": "string", "format": "uuid"},
        "c": {"type": "string", "contentEncoding": "base64"},
    },
    "required": ["k", "c"],
}


@cache
def field_docs(module: ModuleType) -> Mapping[str, str]:
    """Return what stands under each field of a module's classes, by `<class>.<field>`."""
    found: dict[str, str] = {}
    for node in ast.parse(inspect.getsource(module)).body:
        if not isinstance(node, ast.ClassDef):
            continue
        for field, text in zip(node.body, node.body[1:], strict=False):
            if (
                isinstance(field, ast.AnnAssign)
                and isinstance(field.target, ast.Name)
                and isinstance(text, ast.Expr)
                and isinstance(text.value, ast.Constant)
            ):
                found[f"{node.name}.{field.target.id}"] = inspect.cleandoc(str(text.value.value))
    return found


@cache
def all_field_docs() -> Mapping[str, str]:
    """Return the same for every module of the contracts."""
    return {name: text for module in (*catalogue.MODULES, places) for name, text in field_docs(module).items()}


def _described(name: str, struct: Schema) -> Schema:
    """Return a struct's schema with its fields' descriptions and what their texts are."""
    if "description" in struct:
        struct["description"] = inspect.cleandoc(struct["description"])
    for field, schema in struct.get("properties", {}).items():
        text = all_field_docs().get(f"{name}.{field}")
        if text is not None:
            schema["description"] = text
        declared = OPEN.get(f"{name}.{field}")
        if declared is not None:
            schema["x-open"] = declared.kind
            if declared.codes is not None:
                schema["x-codes"] = declared.codes
    return struct


def schema_of(cls: type[Event]) -> Schema:
    """Return the JSON Schema (2020-12) of one event type."""
    raw = msgspec.json.schema(cls)
    defs = {name: _described(name, struct) for name, struct in raw["$defs"].items()}
    body = defs.pop(cls.__name__)
    properties: Schema = body["properties"]
    if cls.SEALED is not None:
        properties.pop("words")
        properties["sealed"] = {"$ref": "#/$defs/Sealed", "x-words": f"#/$defs/{cls.SEALED.__name__}"}
        defs["Sealed"] = _SEALED
    topic = next(topic for topic in TOPICS if topic.name == cls.TOPIC)
    schema = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": cls.TYPE.replace("tsunagi.", "urn:tsunagi:", 1),
        "title": cls.__name__,
        "description": body["description"],
        "x-type": cls.TYPE,
        "x-topic": cls.TOPIC,
        "x-keyed-by": topic.keyed_by,
        "type": "object",
        "properties": properties,
        "required": body["required"],
        "$defs": dict(sorted(defs.items())),
    }
    plain: Schema = msgspec.json.decode(msgspec.json.encode(schema))  # as it will be read from disk
    return plain


def schema_text(schema: Schema) -> str:
    """Write a schema as it stands on disk."""
    return msgspec.json.format(msgspec.json.encode(schema), indent=2).decode() + "\n"
