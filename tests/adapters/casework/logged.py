"""A log that a live worker and a rebuild both read, and how to hold their tables beside each other."""

import random
from collections.abc import Sequence

from services.casework.rebuild import fingerprints
from shared.contracts.envelope import Recorded
from shared.contracts.topics import EVENT_TOPICS
from shared.platform.inbox import Message
from shared.platform.logread import read_messages
from shared.platform.parts import Parts
from shared.platform.settling import Settling
from tests.adapters.platform.made import message, send
from tests.unit.casework.lives import random_life


class Live:
    """What a live worker does: reads on from where it was, and settles."""

    def __init__(self, settling: Settling, kafka: str) -> None:
        self.settling = settling
        self.kafka = kafka
        self.after: dict[tuple[str, int], int] = {}
        self.settled = 0

    async def read_on(self) -> None:
        async for page in read_messages(self.kafka, EVENT_TOPICS, since=self.after, most=50):
            by_topic: dict[str, list[Message]] = {}
            for one in page:
                by_topic.setdefault(one.topic, []).append(one)
            for messages in by_topic.values():
                await self.settling.settle([self.settling.read(one) for one in messages])
            for one in page:
                self.after[one.topic, one.partition] = one.offset + 1
            self.settled += len(page)


def some_lives(name: str, many: int) -> list[Recorded]:
    dice = random.Random(name)
    events = [one for n in range(many) for one in random_life(f"{name} {n}", dice).events]
    dice.shuffle(events)
    return [*events, *dice.sample(events, len(events) // 10)]  # the relay sends some of them twice


async def put(kafka: str, events: Sequence[Recorded]) -> None:
    """Put events on the log, each in the partition of its key."""
    await send(kafka, *(message(one, partition=one.envelope.key.int % 12) for one in events))


async def digests(parts: Parts) -> dict[str, str]:
    async with parts.database.session() as session:
        return await fingerprints(session)


async def leftovers(parts: Parts) -> list[object]:
    """What a rebuild that was broken off may not leave: tables beside the present ones, connections, locks."""
    async with parts.database.session() as session:
        found = await session.fetch(
            "SELECT nspname::text FROM pg_namespace WHERE nspname IN ('rebuilding', 'replaced')"
            " UNION ALL SELECT application_name FROM pg_stat_activity"
            " WHERE application_name LIKE 'tsunagi.rebuild%' AND datname = current_database()"
            " UNION ALL SELECT 'lock ' || objid FROM pg_locks WHERE locktype = 'advisory' AND mode = 'ExclusiveLock'"
            " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
        )
    return [row[0] for row in found]
