"""docs/asyncapi.yaml: the topics and messages for machines (AsyncAPI 3.0). Payloads are the released schemas' files."""

from importlib.metadata import version
from typing import Any

from shared.contracts.event import Event, event_types
from shared.contracts.titles import SERVICES
from shared.contracts.titles import TOPICS as TITLES
from shared.contracts.topics import KEYS, TOPICS, Topic
from tsunagi.docs.markdown import GENERATED
from tsunagi.docs.messages import KEY, headers_schema, message
from tsunagi.docs.yaml import yaml_text

_ABOUT = f"""避難者の受付から審査、移送、ケースまで、サービスどうしが知らせ合う出来事。
What the services of an event-driven disaster-operations backend tell each other, one topic a subject.

Each event is a CloudEvents 1.0 message in Kafka's binary mode. Who may read a topic may read its open bodies; words
that could name or describe somebody stand in `sealed`, encrypted. A released type only grows: readers keep fields and
codes that they do not know. Delivery is at least once, in order within a stream; `ce_id` tells a repetition.

{GENERATED}
"""
_TAGS = {
    **{name: f"{label.ja} {label.en}" for name, label in SERVICES.items()},
    **{name: f"{label.ja} {label.en}" for name, label in TITLES.items()},
    "sealed": "封をした部分がある with a sealed part",
}


def asyncapi_text() -> str:
    """Return docs/asyncapi.yaml."""
    types = event_types()
    return yaml_text(
        {
            "asyncapi": "3.0.0",
            "id": "urn:tsunagi:events",
            "info": {
                "title": "tsunagi",
                "version": version("tsunagi"),
                "description": _ABOUT.strip(),
                "license": {"name": "Apache-2.0", "url": "https://www.apache.org/licenses/LICENSE-2.0"},
                "tags": [{"name": name, "description": about} for name, about in _TAGS.items()],
                "externalDocs": {"description": "The same for people", "url": "events.html"},
            },
            "defaultContentType": "application/json",
            "servers": {"stack": _SERVER},
            "channels": {topic.name: _channel(topic, types) for topic in TOPICS},
            "operations": {
                **{f"{one}.send.{topic.name}": _sends(one, topic, types) for topic in TOPICS for one in topic.owners},
                **{
                    f"{one}.receive.{topic.name}": _receives(one, topic, types)
                    for topic in TOPICS
                    for one in topic.heard_by
                },
            },
            "components": {
                "schemas": {"Headers": headers_schema()},
                "correlationIds": {
                    "chain": {
                        "description": "一つの操作から始まった連なり。 The chain that one command began.",
                        "location": "$message.header#/correlationid",
                    }
                },
                "messages": {**{name: message(cls) for name, cls in types.items()}, KEYS: KEY},
            },
        }
    )


_SERVER: dict[str, Any] = {
    "host": "{broker}",
    "protocol": "kafka",
    "title": "Kafka of a stack",
    "summary": "一つの市の、一つの環境のKafka。 The Kafka of one city's deployment, or of the local stack.",
    "description": "A drill has a stack of its own. Locally, `tsunagi status` says at which port Kafka listens.",
    "variables": {
        "broker": {"default": "127.0.0.1:9092", "description": "The first of `TSUNAGI_KAFKA`."},
    },
    "tags": [{"name": name} for name in SERVICES],
}


def _names(topic: Topic, types: dict[str, type[Event]]) -> list[str]:
    return [name for name, cls in types.items() if topic.name == cls.TOPIC] or [KEYS]


def _channel(topic: Topic, types: dict[str, type[Event]]) -> dict[str, Any]:
    config, title = topic.config, TITLES[topic.name]
    settings: dict[str, Any] = {"cleanup.policy": [config["cleanup.policy"]]}
    for name in ("retention.ms", "retention.bytes", "delete.retention.ms", "max.compaction.lag.ms"):
        if name in config:
            settings[name] = int(config[name])
    kept = "the latest of each key is kept" if config["cleanup.policy"] == "compact" else "kept for ever"
    return {
        "address": topic.name,
        "title": title.ja,
        "summary": f"{title.ja} {title.en}",
        "description": f"Published by {topic.owner}, keyed by {topic.keyed_by}: what has one key stands in one of"
        f" {topic.partitions} partitions, in order; {kept}.",
        "servers": [{"$ref": "#/servers/stack"}],
        "messages": {name: {"$ref": f"#/components/messages/{name}"} for name in _names(topic, types)},
        "tags": [{"name": one} for one in (*topic.owners, topic.name)],
        "bindings": {
            "kafka": {
                "topic": topic.name,
                "partitions": topic.partitions,
                "topicConfiguration": settings,
                "bindingVersion": "0.5.0",
            }
        },
    }


def _operation(action: str, topic: Topic, types: dict[str, type[Event]]) -> dict[str, Any]:
    channel = f"#/channels/{topic.name}"
    return {
        "action": action,
        "channel": {"$ref": channel},
        "messages": [{"$ref": f"{channel}/messages/{name}"} for name in _names(topic, types)],
    }


def _sends(service: str, topic: Topic, types: dict[str, type[Event]]) -> dict[str, Any]:
    title = TITLES[topic.name]
    return {
        **_operation("send", topic, types),
        "title": f"{service} → {topic.name}",
        "summary": f"What {service} publishes of {title.en}.",
        "description": f"{SERVICES[service].ja}が知らせる（{title.ja}）。 Sent by the relay out of the outbox,"
        " in the order of writing, acknowledged by all replicas.",
        "tags": [{"name": service}],
    }


def _receives(service: str, topic: Topic, types: dict[str, type[Event]]) -> dict[str, Any]:
    title = TITLES[topic.name]
    return {
        **_operation("receive", topic, types),
        "title": f"{topic.name} → {service}",
        "summary": f"What {service} hears of {title.en}.",
        "description": f"{SERVICES[service].ja}が聞く（{title.ja}）。 Read by the worker, acknowledged after its"
        " effect is committed; types that it has no use for are passed over.",
        "tags": [{"name": service}],
        "bindings": {
            "kafka": {"groupId": {"type": "string", "enum": [service]}, "bindingVersion": "0.5.0"},
        },
    }
