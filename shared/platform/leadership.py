"""One of several processes leads: who holds an advisory lock, on a database connection of its own.

The connection is asked every two seconds. If this process is frozen, PostgreSQL ends the silent connection and another
may lead; when it wakes it finds that out before it does anything more.
"""

import asyncio
import contextlib
import logging
import time
from collections.abc import AsyncIterator, Callable

import asyncpg

from shared.platform.postgres import Row

log = logging.getLogger(__name__)

_SPACE = 0x7453_554E  # apart from the locks on keys, which are of one number and not of two
_BEAT = 2.0
_SILENCE = 8.0
"""Seconds without an answer after which the lock counts as lost; shorter than the server's patience below."""
_SERVER_PATIENCE = 10_000


class LeadershipLost(Exception):
    """The lock's connection is gone: somebody else may lead by now."""


class Leadership:
    """The lock while it is held. Ask `check` before whatever only a leader may do."""

    def __init__(self, connection: "asyncpg.Connection[Row]") -> None:
        self._connection = connection
        self._heard = time.monotonic()

    def check(self) -> None:
        """Raise `LeadershipLost` where the lock is gone, or may be."""
        if self._connection.is_closed() or time.monotonic() - self._heard > _SILENCE:
            raise LeadershipLost("the connection that held the lock was lost")

    async def listen(self, channel: str, heard: Callable[[], None]) -> None:
        """Have `heard` called whenever somebody says something in this channel, for as long as the lock is held.

        The connection is asked every two seconds, so it does not go deaf unnoticed.
        """
        await self._connection.add_listener(channel, lambda *_: heard())

    async def beat(self) -> None:
        """Ask the connection again and again; returns (by an error) when it answers no more."""
        while True:
            await asyncio.sleep(_BEAT)
            await self._connection.fetchval("SELECT 1", timeout=_SILENCE / 2)
            self._heard = time.monotonic()


@contextlib.asynccontextmanager
async def leading(dsn: str, number: int, name: str) -> AsyncIterator[Leadership]:
    """Wait until the lock `number` of this database is ours, and hold it. Raises what asyncpg raises on the way."""
    connection = await asyncpg.connect(
        dsn,
        timeout=5,
        command_timeout=5,
        server_settings={"application_name": name, "idle_session_timeout": str(_SERVER_PATIENCE)},
    )
    beating: asyncio.Task[None] | None = None
    try:
        waited = False
        while not await connection.fetchval("SELECT pg_try_advisory_lock($1, $2)", _SPACE, number):
            if not waited:
                log.info("another process leads; this one stands by")
            waited = True
            await asyncio.sleep(1.0)
        leadership = Leadership(connection)
        beating = asyncio.create_task(leadership.beat())
        beating.add_done_callback(_ended)
        yield leadership
    finally:
        if beating is not None:
            beating.cancel()
        with contextlib.suppress(Exception):
            await connection.close(timeout=2)
        connection.terminate()


def _ended(beating: "asyncio.Task[None]") -> None:
    """Say why the heart stopped; whoever leads finds out by `check`."""
    if not beating.cancelled() and (error := beating.exception()) is not None:
        log.warning("leadership lost: %s", type(error).__name__)
