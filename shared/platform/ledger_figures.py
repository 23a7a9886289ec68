"""The figures of a service's ledger, asked of the database now and then, for the alarms that watch them."""

import asyncio
import logging

from shared.platform import metrics
from shared.platform.causes import cause
from shared.platform.dead_letters import count_dead_letters
from shared.platform.parts import Parts

log = logging.getLogger(__name__)

# Counted up to a million: an outbox that has grown for a day must not be read whole every ten seconds.
_OUTBOX = "SELECT count(*) FROM (SELECT 1 FROM outbox LIMIT 1000000) AS counted"
_AGE = "SELECT extract(epoch FROM clock_timestamp() - written_at)::float8 FROM outbox ORDER BY id LIMIT 1"
_UNOPENED = "SELECT count(*) FROM (SELECT 1 FROM personal.unopened LIMIT 1000000) AS counted"


async def measure(parts: Parts) -> None:
    """Ask once: how much waits in the outbox and how long, the dead letters, the words without a key."""
    async with parts.database.session() as session:
        rows = await session.fetchval(_OUTBOX)
        age = await session.fetchval(_AGE)
        dead = await count_dead_letters(session)
        unopened = await session.fetchval(_UNOPENED)
    metrics.OUTBOX_ROWS.set(rows)
    metrics.OUTBOX_AGE.set(age or 0.0)
    metrics.WORDS_UNOPENED.set(unopened)
    metrics.DEAD_LETTERS.clear()
    for topic, count in dead.items():
        metrics.DEAD_LETTERS.labels(topic).set(count)


async def watch_ledger(parts: Parts, every: float = 10.0) -> None:
    """Ask again and again, until it is cancelled; while PostgreSQL is away the last figures stay."""
    while True:
        try:
            await measure(parts)
        except Exception as error:  # noqa: BLE001 - without figures for a moment all else goes on
            log.warning("the ledger could not be measured: %s", cause(error))
        await asyncio.sleep(every)
