"""Who may read and write which topic: a table for people, and for Kafka; both from the contracts and the wiring.

A relay writes the topics that its service owns. A worker reads the topics that its service hears, as its group. An
api never touches Kafka. `operator` reads everything (rebuild, replay, verify), asks how far the groups are, and writes
nothing.
"""

import importlib
from typing import Any, NamedTuple

from shared.contracts.topics import KEYS, TOPICS
from shared.platform.settling import topics_of
from tsunagi.docs.markdown import GENERATED, page, table
from tsunagi.docs.yaml import yaml_text
from tsunagi.stack.layout import SERVICES

CLUSTER = "tsunagi"
"""The name of Strimzi's Kafka."""
_API_VERSION = "kafka.strimzi.io/v1"
_MAKERS_OF_KEYS = ("intake", "transfer")
"""Persons' and households' keys, facilities' keys (decision 6)."""


class User(NamedTuple):
    """A user of Kafka and what it may do."""

    name: str
    reads: tuple[str, ...]
    writes: tuple[str, ...]
    group: str | None
    watches: tuple[str, ...] = ()
    """Groups whose progress it may ask for."""


def users() -> list[User]:
    """Return every user, in the order of the services."""
    found = []
    for service in SERVICES:
        wiring = importlib.import_module(f"services.{service}.wiring")
        owned = tuple(one.name for one in TOPICS if one.owner == service)
        keys = (KEYS,) if service in _MAKERS_OF_KEYS else ()
        found.append(User(f"{service}-relay", (), owned + keys, None))
        found.append(User(f"{service}-worker", tuple(topics_of(wiring.SERVICE)), (), service))
    return [*found, User("operator", tuple(one.name for one in TOPICS), (), None, SERVICES)]


def access_page() -> str:
    """Return docs/kafka-access.md."""
    about = [
        "Which user of Kafka may do what. `deploy/kubernetes/infrastructure/kafka-users.yaml` says the same to Kafka,",
        "which refuses all else. An api has no user: it never talks to Kafka. Words are seen by nobody there: they are",
        "sealed.",
        "",
    ]
    rows = [
        (
            f"`{one.name}`",
            _names(one.writes),
            _names(one.reads),
            f"`{one.group}`" if one.group else "",
            _names(one.watches),
        )
        for one in users()
    ]
    return page(
        "Who may read and write which topic",
        about,
        table(("user", "writes", "reads", "in the group", "asks after the groups"), rows),
    )


def _names(topics: tuple[str, ...]) -> str:
    return ", ".join(f"`{one}`" for one in topics)


def topics_manifest() -> str:
    """Return kafka-topics.yaml for Kubernetes: each topic as Strimzi's KafkaTopic, on three brokers."""
    return _manifest(
        {
            "apiVersion": _API_VERSION,
            "kind": "KafkaTopic",
            "metadata": _metadata(topic.name),
            "spec": {
                "partitions": topic.partitions,
                "replicas": 3,
                "config": {**{name: _plain(value) for name, value in topic.config.items()}, "min.insync.replicas": 2},
            },
        }
        for topic in TOPICS
    )


def users_manifest() -> str:
    """Return kafka-users.yaml for Kubernetes: each user as Strimzi's KafkaUser; Strimzi makes the passwords."""
    return _manifest(
        {
            "apiVersion": _API_VERSION,
            "kind": "KafkaUser",
            "metadata": _metadata(user.name),
            "spec": {
                "authentication": {"type": "scram-sha-512"},
                "authorization": {"type": "simple", "acls": acls(user)},
            },
        }
        for user in users()
    )


def acls(user: User) -> list[dict[str, Any]]:
    """Return what a user may do, in the words of Strimzi's KafkaUser."""
    found = [_rule("topic", topic, "Write", "Describe") for topic in user.writes]
    found += [_rule("topic", topic, "Read", "Describe") for topic in user.reads]
    if user.group:
        found.append(_rule("group", user.group, "Read", "Describe"))
    found += [_rule("group", group, "Describe") for group in user.watches]
    return found


def _rule(kind: str, name: str, *operations: str) -> dict[str, Any]:
    return {"resource": {"type": kind, "name": name, "patternType": "literal"}, "operations": list(operations)}


def _metadata(name: str) -> dict[str, Any]:
    return {"name": name, "labels": {"strimzi.io/cluster": CLUSTER}}


def _plain(value: str) -> Any:
    """Return a setting as YAML would have it: a number where it is one."""
    try:
        return int(value)
    except ValueError:
        pass
    try:
        return float(value)
    except ValueError:
        return value


def _manifest(documents: Any) -> str:
    head = f"# {GENERATED.replace('`', '')}\n"
    return head + "".join(f"---\n{yaml_text(one)}" for one in documents)
