"""Settling: what came in has its effect once, in one transaction with the note that it had it (decision 2).

This is what the Faust worker does with each batch and what the replay of a dead letter does: inbox, effects, dead
letters, names and keys; it knows nothing of Kafka's clients.
"""

import asyncio
import logging
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import NamedTuple
from uuid import UUID

import asyncpg
import msgspec

from shared.contracts.envelope import Recorded
from shared.contracts.intake_person import TOPIC as PERSONS
from shared.contracts.topics import KEYS
from shared.kernel.errors import Problem, Unavailable
from shared.platform import metrics, personal, store
from shared.platform.causes import cause
from shared.platform.inbox import Broken, Effect, Incoming, Message, read_message
from shared.platform.parts import Parts
from shared.platform.postgres import Session
from shared.platform.service import Service

log = logging.getLogger(__name__)

REFUSED: tuple[type[Exception], ...] = (
    asyncpg.DataError,
    asyncpg.IntegrityConstraintViolationError,
    asyncpg.ProgramLimitExceededError,
    Problem,
)
"""What an event itself can be the reason of. All else is the world's fault: the same batch again."""

_KEY_WITHIN = 60.0
"""Seconds that an effect may wait for a key that it must write with, before its event is laid aside."""

_TAKE_IN = """
    INSERT INTO inbox (event, topic, part, position)
    SELECT * FROM unnest($1::uuid[], $2::text[], $3::int[], $4::bigint[])
    ON CONFLICT DO NOTHING RETURNING event
"""
_LAY_ASIDE = """
    INSERT INTO dead_letters (topic, part, position, key, headers, value, reason, died_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT DO NOTHING
"""


class Key(NamedTuple):
    """A data key that came, or (without one) the word to forget its owner."""

    owner: UUID
    wrapped: bytes | None


class Came(NamedTuple):
    """A message and what was read in it: an event, a key, or a reason why it is neither."""

    message: Message
    read: Incoming | Key | str


def topics_of(service: Service) -> list[str]:
    """Return the topics that a service's worker reads."""
    return sorted({*service.effects, KEYS, *([PERSONS] if service.names else [])})


class Settling:
    """How one service settles what comes in."""

    def __init__(self, parts: Parts, service: Service) -> None:
        self.parts = parts
        self.service = service

    def topics(self) -> list[str]:
        """Return the topics that the service's worker reads."""
        return topics_of(self.service)

    def read(self, message: Message) -> Came:
        """Read a message of any topic that the worker reads."""
        if message.topic == KEYS:
            return Came(message, self._read_key(message))
        found = read_message(message)
        return Came(message, found.reason if isinstance(found, Broken) else found)

    def _read_key(self, message: Message) -> Key | str:
        try:
            owner = UUID((message.key or b"").decode())
        except ValueError:
            return "key: its owner is no id"
        if message.value is not None:
            try:
                self.parts.keyring.unwrap(owner, message.value)
            except (Unavailable, ValueError):
                return "key: wrapped under another key-encryption key"
        return Key(owner, message.value)

    async def settle(
        self, came: Sequence[Came], on_away: Callable[[], Awaitable[None]] | None = None, pause: float = 0.1
    ) -> None:
        """Return when these messages are durable here; raises nothing, ever.

        A batch that the database or a rule refuses is settled one by one, and what is refused alone is laid aside.
        Whatever else goes wrong, the same batch is tried again; `on_away` is awaited before each pause.
        """
        began, tries = time.monotonic(), 0
        while True:
            try:
                return await self.store(came)
            except REFUSED as error:
                if len(came) > 1:
                    for one in came:
                        await self.settle([one], on_away)
                    return None
                waits = isinstance(error, Unavailable) and time.monotonic() - began < _KEY_WITHIN
                tries += 1
                # A constraint may have fallen to a race: what is true twice more is true.
                raced = isinstance(error, asyncpg.IntegrityConstraintViolationError) and tries < 3
                if not waits and not raced:
                    came = [Came(came[0].message, cause(error))]
                    pause = 0.0
                self._note(came, error)
            except Exception as error:  # noqa: BLE001 - the world's fault: nothing is lost by trying again
                self._note(came, error)
                if on_away is not None:
                    await on_away()
            await asyncio.sleep(pause)
            pause = min(2 * pause, 2.0) or 0.1

    def _note(self, came: Sequence[Came], error: Exception) -> None:
        metrics.WORKER_RETRIES.labels(came[0].message.topic, type(error).__name__).inc()
        log.warning("settling failed, trying again: %s", cause(error))

    async def store(self, came: Sequence[Came]) -> None:
        """Store a batch in one transaction. Raises what goes wrong; then nothing of it happened."""
        dead = [one for one in came if isinstance(one.read, str)]
        incoming = [one.read for one in came if isinstance(one.read, Incoming)]
        keys = [one.read for one in came if isinstance(one.read, Key)]
        if not (incoming or dead or self.service.names) and await self._are_here(keys):
            self._count(came, [], 0)
            return
        owners = {one.recorded.envelope.key for one in incoming} | {key.owner for key in keys}
        locks = map(store.lock_number, owners)
        async with self.parts.database.locking(locks, shared=self.service.shares) as session:
            for one in dead:
                await self._lay_aside(session, one)
            # Keys before events: words that came together with their key are opened at once.
            forgotten, kept = await self._take_keys(session, keys) if keys else (0, personal.NO_KEYS)
            new = await self._take_in(session, incoming, kept) if incoming else []
        self._count(came, new, forgotten)

    async def _are_here(self, keys: Sequence[Key]) -> bool:
        """Whether these are keys that are here already: to intake nearly all are, it has made them."""
        if any(key.wrapped is None for key in keys):
            return False
        owners = {key.owner for key in keys}
        async with self.parts.database.session() as session:
            here = await session.fetchval("SELECT count(*) FROM keys WHERE owner = ANY($1)", list(owners))
        return bool(here == len(owners))

    def _count(self, came: Sequence[Came], new: Sequence[Recorded], forgotten: int) -> None:
        clock = self.parts.clock
        now = clock.now()
        fresh = Counter(one.envelope.topic for one in new)
        observe = {topic: metrics.WORKER_DELAY.labels(topic).observe for topic in fresh}
        for one in new:
            delay = (now - one.envelope.recorded_at).total_seconds() / clock.rate
            observe[one.envelope.topic](max(0.0, delay))
        events = Counter(one.message.topic for one in came if isinstance(one.read, Incoming))
        dead = Counter(one.message.topic for one in came if isinstance(one.read, str))
        for topic in {one.message.topic for one in came}:
            metrics.WORKER_EVENTS.labels(topic).inc(fresh[topic])
            metrics.WORKER_REPEATED.labels(topic).inc(events[topic] - fresh[topic])
            metrics.DEAD_LETTERED.labels(topic).inc(dead[topic])
        metrics.FORGOTTEN.inc(forgotten)

    async def _take_in(
        self, session: Session, incoming: Sequence[Incoming], keys: Mapping[UUID, bytes]
    ) -> list[Recorded]:
        """Have the events that are new here have their effect; return them. `keys`: see `personal.learn`."""
        if self.service.admit is not None:
            new = await self.service.admit(session, incoming)
        else:
            new = await _new_here(session, incoming)
        if self.service.names and (persons := [one for one in new if one.envelope.topic == PERSONS]):
            await personal.learn(self.parts, session, persons, keys)
        by_effect: dict[Effect, list[Recorded]] = {}
        for one in new:
            effect = self.service.effects.get(one.envelope.topic)
            if effect is not None:
                by_effect.setdefault(effect, []).append(one)
        for effect, events in by_effect.items():
            await effect(self.parts, session, events)
        return new

    async def _take_keys(self, session: Session, keys: Sequence[Key]) -> tuple[int, Mapping[UUID, bytes]]:
        """Forget whom a tombstone names, keep the keys; one of somebody forgotten stays out.

        Returns how many were forgotten, and the keys that are new (`personal.keep_keys`).
        """
        forgotten = {key.owner for key in keys if key.wrapped is None}
        for owner in sorted(forgotten):
            await personal.forget(session, owner)
            self.parts.keyring.drop(owner)
            if self.service.forget is not None:
                await self.service.forget(session, owner)
        kept = {key.owner: key.wrapped for key in keys if key.wrapped is not None}
        new = await personal.keep_keys(self.parts, session, kept) if kept else personal.NO_KEYS
        return len(forgotten), new

    async def _lay_aside(self, session: Session, one: Came) -> None:
        message = one.message
        log.error("laid aside: %s/%s/%s: %s", message.topic, message.partition, message.offset, one.read)
        await session.execute(
            _LAY_ASIDE,
            message.topic,
            message.partition,
            message.offset,
            message.key,
            msgspec.json.encode(message.headers),
            message.value,
            str(one.read),
            self.parts.clock.now(),
        )


async def _new_here(session: Session, incoming: Sequence[Incoming]) -> list[Recorded]:
    """Note the events in the inbox; return those that were not there, in their order, each once."""
    rows = await session.fetch(
        _TAKE_IN,
        [one.recorded.envelope.id for one in incoming],
        [one.topic for one in incoming],
        [one.partition for one in incoming],
        [one.offset for one in incoming],
    )
    new = {row["event"] for row in rows}
    fresh: list[Recorded] = []
    for one in incoming:
        if one.recorded.envelope.id in new:
            new.discard(one.recorded.envelope.id)
            fresh.append(one.recorded)
    return fresh
