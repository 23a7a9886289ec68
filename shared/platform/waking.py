"""Waking the relay: whoever has committed rows into the outbox says so, once they are committed.

A NOTIFY in the command's own transaction would hold PostgreSQL's lock on all notifications until the commit is on
disk: one command at a time. Said afterwards, in a statement of its own that writes nothing, it keeps nobody. It may
get lost, which costs time and nothing else: the relay looks by itself, too.
"""

import asyncio
import logging
import time

import asyncpg

from shared.platform.causes import cause

log = logging.getLogger(__name__)

CHANNEL = "outbox"
_NOTIFY = f"NOTIFY {CHANNEL}"
_LEAST = 0.02
"""Seconds between two words: under load the relay is awake anyway."""


class Waker:
    """Says to a service's relay that there is something to send."""

    def __init__(self, pool: "asyncpg.Pool[asyncpg.Record]") -> None:
        self._pool = pool
        self._said = 0.0
        self._asked = False
        self._task: asyncio.Task[None] | None = None

    def wake(self) -> None:
        """Let the relay look, now or within some milliseconds; nobody waits for it."""
        self._asked = True
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._say(), name="wake the relay")

    async def _say(self) -> None:
        while self._asked:
            early = self._said + _LEAST - time.monotonic()
            if early > 0:
                await asyncio.sleep(early)
            self._asked, self._said = False, time.monotonic()
            try:
                async with self._pool.acquire(timeout=1) as connection:
                    await connection.execute(_NOTIFY, timeout=1)
            except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
                log.debug("the relay was not woken: %s", cause(error))
