"""The messages of docs/asyncapi.yaml: their headers, payloads and examples."""

import inspect
from typing import Any

import msgspec

from shared.contracts.envelope import HEADERS
from shared.contracts.event import Event
from shared.contracts.freeze import Golden, Shelf
from shared.contracts.openness import OPEN
from shared.contracts.titles import title_of
from shared.contracts.topics import KEYS

_SCHEMAS = "../shared/contracts/schemas"
_JSON_SCHEMA = "application/schema+json;version=draft-2020-12"
_ID: dict[str, Any] = {"type": "string", "format": "uuid"}
_INSTANT: dict[str, Any] = {"type": "string", "format": "date-time"}
_WHOLE: dict[str, Any] = {"type": "string", "pattern": "^-?[0-9]+$"}
_HEADER_TYPES: dict[str, dict[str, Any]] = {
    "id": _ID,
    "subject": _ID,
    "correlation": _ID,
    "causation": _ID,
    "disaster": _ID,
    "corrects": _ID,
    "time": _INSTANT,
    "recorded_at": _INSTANT,
    "version": {"type": "string", "pattern": "^[1-9][0-9]*$"},
    "device_offset": _WHOLE,
    "source": {"type": "string", "pattern": "^/[0-9]+/[a-z]+$"},
    "type": {"type": "string", "pattern": r"^tsunagi(\.[a-z-]+){3}\.v[1-9][0-9]*$"},
    "ward": {"type": "string", "pattern": "^[0-9]{5}$"},
}
_KAFKA_KEY: dict[str, Any] = {"kafka": {"key": _ID, "bindingVersion": "0.5.0"}}


def headers_schema() -> dict[str, Any]:
    """Return the schema of the headers of every event: CloudEvents 1.0 in Kafka's binary mode, all of them texts."""
    fixed = {
        "ce_specversion": {"type": "string", "const": "1.0", "description": "of CloudEvents"},
        "content-type": {"type": "string", "const": "application/json", "description": "of the value"},
    }
    own = {one.name: {**_HEADER_TYPES.get(one.field, {"type": "string"}), "description": one.about} for one in HEADERS}
    return {
        "type": "object",
        "title": "Headers",
        "description": "CloudEvents 1.0 in Kafka's binary mode. Every value is text in ASCII; readers ignore others.",
        "properties": {**fixed, **own},
        "required": [*fixed, *(one.name for one in HEADERS if not one.optional)],
    }


def message(cls: type[Event]) -> dict[str, Any]:
    """Return the message of an event type, with every golden of it as an example."""
    title, about = title_of(cls.TYPE), inspect.cleandoc(cls.__doc__ or "")
    service = cls.TOPIC.partition(".")[0]
    return {
        "name": cls.TYPE,
        "title": f"{cls.__name__} {title.ja}",
        "summary": f"{title.en}.",
        "description": f"{title.ja}。 {about} {_openness(cls)}",
        "contentType": "application/json",
        "correlationId": {"$ref": "#/components/correlationIds/chain"},
        "headers": {
            "type": "object",
            "allOf": [
                {"$ref": "#/components/schemas/Headers"},
                {
                    "properties": {
                        "ce_type": {"const": cls.TYPE},
                        "ce_source": {"pattern": f"^/[0-9]+/{service}$"},
                    }
                },
            ],
        },
        "payload": {"schemaFormat": _JSON_SCHEMA, "schema": {"$ref": f"{_SCHEMAS}/{cls.TYPE}.json"}},
        "tags": [{"name": name} for name in (service, cls.TOPIC, *(["sealed"] if cls.SEALED is not None else []))],
        "bindings": _KAFKA_KEY,
        "examples": [
            {
                "name": name,
                "summary": f"{title.ja} / {title.en}",
                "headers": golden.headers,
                "payload": msgspec.json.decode(golden.value),
            }
            for name, golden in goldens(cls)
        ],
    }


def goldens(cls: type[Event]) -> list[tuple[str, Golden]]:
    """Return the golden examples of a type as they lie in the contracts, the oldest first: `golden`, `golden+1` …"""
    return [
        (f"golden{''.join(file.stem.partition('+')[1:])}", msgspec.json.decode(file.read_bytes(), type=Golden))
        for file in Shelf().goldens(cls.TYPE)
    ]


def _openness(cls: type[Event]) -> str:
    published = any(kind.kind == "published" and name.startswith(f"{cls.__name__}.") for name, kind in OPEN.items())
    said = f"The open part holds ids, codes, numbers and times{' and published facts' if published else ''}. "
    if cls.SEALED is None:
        return f"{said}Nothing is sealed. 封をした部分はない。"
    return (
        f"{said}`sealed` holds {cls.SEALED.__name__}, encrypted (AES-256-GCM) under the key of the owner named by `k`. "
        "氏名や自由記述は sealed の中にあり、鍵のない人には読めない。"
    )


KEY: dict[str, Any] = {
    "name": KEYS,
    "title": "WrappedKey 包んだ鍵",
    "summary": "A data key of a person, household or facility, wrapped.",
    "description": "包んだデータ鍵。値のない記録（トゥームストーン）は、その持ち主を忘れることを意味する。 A data key"
    " wrapped by the deployment's key-encryption key, the latest of each owner; a tombstone (no value) forgets them.",
    "contentType": "application/octet-stream",
    "payload": {
        "title": "WrappedKey",
        "description": "Nonce and the key's ciphertext, as bytes; here in base64. No value: a tombstone.",
        "type": ["string", "null"],
        "contentEncoding": "base64",
    },
    "tags": [{"name": "keys"}],
    "bindings": _KAFKA_KEY,
    "examples": [
        {
            "name": "wrapped",
            "summary": "包んだ鍵 / a wrapped key",
            "payload": "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=",
        },
    ],
}
"""The message of the topic `keys`, which is no event."""
