"""Events, messages and waiting, as the platform's tests need them."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime
from uuid import UUID

import msgspec
from aiokafka import AIOKafkaProducer

from shared.contracts.envelope import Recorded, to_headers
from shared.contracts.event import Event
from shared.contracts.intake_person import PersonCorrected, PersonRegistered, PersonWords, WentOut
from shared.contracts.places import Place
from shared.kernel.ids import new_id
from shared.platform import store
from shared.platform.inbox import Message
from shared.platform.postgres import Database
from shared.platform.sealing import Cipher
from shared.platform.store import Entry, Origin

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)


def an_id() -> UUID:
    return new_id(NOW)


def origin(actor: str = "staff") -> Origin:
    return Origin(actor=actor, channel="api", now=NOW, causation=an_id(), correlation=an_id())


def went_out(person: UUID, version: int = 1, *, topic: str = "intake.person", actor: str = "staff") -> Recorded:
    """Return an event without words, of this person, on any topic."""
    one = store.record(Entry(WentOut(), person, version, person), origin(actor), "/281000/intake", None)
    return msgspec.structs.replace(one, envelope=msgspec.structs.replace(one.envelope, topic=topic))


def registered(person: UUID, words: PersonWords, cipher: Cipher, version: int = 1) -> Recorded:
    """Return the event that registered this person, its words sealed."""
    event = PersonRegistered(household=an_id(), place=Place(), words=words)
    return _sealed(event, person, version, cipher)


def corrected(person: UUID, fields: Sequence[str], words: PersonWords, cipher: Cipher, version: int) -> Recorded:
    """Return the event that corrected these words of the person."""
    return _sealed(PersonCorrected(fields=tuple(fields), words=words), person, version, cipher)


def _sealed(event: Event, person: UUID, version: int, cipher: Cipher) -> Recorded:
    one = store.record(Entry(event, person, version, person), origin(), "/281000/intake", cipher)
    return msgspec.structs.replace(one, words=None)


def message(one: Recorded, offset: int = 0, *, partition: int = 0) -> Message:
    """Return an event as Kafka gives it."""
    envelope = one.envelope
    return Message(
        envelope.topic, partition, offset, str(envelope.key).encode(), tuple(to_headers(envelope)), one.value
    )


def key_message(owner: UUID, wrapped: bytes | None, offset: int = 0) -> Message:
    """Return what the topic `keys` says of an owner."""
    return Message("keys", 0, offset, str(owner).encode(), (), wrapped)


async def send(kafka: str, *messages: Message) -> None:
    """Put messages on the log, in order (their offsets are given by the log)."""
    producer = AIOKafkaProducer(bootstrap_servers=kafka, acks="all", enable_idempotence=True)
    await producer.start()
    try:
        for one in messages:
            await producer.send(
                one.topic, key=one.key, value=one.value, headers=list(one.headers), partition=one.partition
            )
        await producer.flush()
    finally:
        await producer.stop()


async def wait_for(what: Callable[[], Awaitable[object]], seconds: float = 30.0) -> object:
    """Return what this answers as soon as it is something; fail where it stays nothing."""
    until = time.monotonic() + seconds
    while not (found := await what()):
        if time.monotonic() > until:
            raise AssertionError(f"it did not come within {seconds} s")
        await asyncio.sleep(0.02)
    return found


async def column(database: Database, statement: str, *args: object) -> list[object]:
    """Return the first column of what a statement finds."""
    async with database.session() as session:
        return [row[0] for row in await session.fetch(statement, *args)]
