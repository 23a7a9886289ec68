"""Who tells and who hears each topic, as the services are wired."""

from collections.abc import Mapping
from importlib import import_module

from shared.contracts.topics import KEYS, Topic
from shared.platform.service import Service
from tsunagi.docs.permissions import SERVICES


def wired() -> Mapping[str, Service]:
    """Return every service by its name."""
    found: dict[str, Service] = {name: import_module(f"services.{name}.wiring").SERVICE for name in SERVICES}
    return found


def tellers(topic: Topic) -> tuple[str, ...]:
    """Return the services that publish a topic."""
    return tuple(topic.owner.split(" and "))


def hearers(topic: Topic) -> tuple[str, ...]:
    """Return the services that read a topic (every worker reads the keys)."""
    return tuple(name for name, service in wired().items() if topic.name == KEYS or topic.name in service.effects)
