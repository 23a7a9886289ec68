"""What comes in from the log: messages as they are, events that could be read, and what could not."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import NamedTuple

from shared.contracts.envelope import Recorded, from_headers, read_value
from shared.contracts.event import Unreadable
from shared.platform.causes import cause
from shared.platform.parts import Parts
from shared.platform.postgres import Session
from shared.platform.store import Origin


class Message(NamedTuple):
    """A message as Kafka gave it."""

    topic: str
    partition: int
    offset: int
    key: bytes | None
    headers: tuple[tuple[str, bytes], ...]
    value: bytes | None


class Incoming(NamedTuple):
    """An event, and where on the log it stood."""

    recorded: Recorded
    topic: str
    partition: int
    offset: int


class Broken(NamedTuple):
    """A message that is no event of ours, and why."""

    message: Message
    reason: str


Effect = Callable[[Parts, Session, Sequence[Recorded]], Awaitable[None]]
"""What events of the topics that have this effect do here: only those that are new, in order, in one transaction."""

Effects = Mapping[str, Effect]
"""Topic → effect."""

Admit = Callable[[Session, Sequence[Incoming]], Awaitable[list[Recorded]]]
"""Takes the inbox's place where the effect is itself a row per event: keeps the events, returns those that are new."""


def read_message(message: Message) -> Incoming | Broken:
    """Read a message of an event topic: the event, or the reason why it is none. Raises nothing."""
    try:
        envelope = from_headers(message.headers, topic=message.topic, key=message.key)
        recorded = read_value(envelope, message.value)
    except Unreadable as error:
        return Broken(message, str(error.args[0]))
    except Exception as error:  # noqa: BLE001 - one message that nobody foresaw must not stop all that follow it
        return Broken(message, cause(error))
    return Incoming(recorded, message.topic, message.partition, message.offset)


def reaction(recorded: Recorded, parts: Parts) -> Origin:
    """Return the origin of what this service does because of an event: chain, disaster and ward go on."""
    envelope = recorded.envelope
    return Origin(
        actor=f"service:{parts.service}",
        channel="worker",
        now=parts.clock.now(),
        causation=envelope.id,
        correlation=envelope.correlation,
        disaster=envelope.disaster,
        ward=envelope.ward,
    )
