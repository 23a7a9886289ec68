"""How much is on its way in a running stack: rows in the outboxes, messages that the workers have not settled."""

from contextlib import AsyncExitStack
from typing import Self

import asyncpg

from shared.platform.lag import LagReader
from shared.platform.postgres import Row
from tsunagi.stack.layout import SERVICES
from tsunagi.stack.stack import Stack
from tsunagi.verifying.settling import heard_topics, services

# Counted so far only: a long outbox must not be read whole every few seconds.
_OUTBOX = "SELECT count(*) FROM (SELECT 1 FROM outbox LIMIT 200000) AS counted"


class Queues:
    """Asked again and again over connections of its own (`async with`)."""

    def __init__(self, stack: Stack) -> None:
        self._stack = stack
        self._heard = {name: heard_topics(service) for name, service in services().items()}
        self._outboxes: dict[str, asyncpg.Connection[Row]] = {}
        self._reader: LagReader | None = None
        self._open = AsyncExitStack()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._close()

    async def _close(self) -> None:
        self._outboxes, self._reader = {}, None
        await self._open.aclose()

    async def _connect(self) -> LagReader:
        if self._reader is None:
            for name in SERVICES:
                connection = await asyncpg.connect(self._stack.dsn(name), timeout=10, command_timeout=10)
                self._open.push_async_callback(connection.close, timeout=5)
                self._outboxes[name] = connection
            topics = {topic for heard in self._heard.values() for topic in heard}
            self._reader = await self._open.enter_async_context(LagReader(self._stack.bootstrap, topics))
        return self._reader

    async def look(self) -> dict[str, int] | None:
        """Return how much waits in each queue, `casework.worker` and so on; None where it could not be asked."""
        try:
            reader = await self._connect()
            found = {
                f"{name}.outbox": int(await connection.fetchval(_OUTBOX)) for name, connection in self._outboxes.items()
            }
            lag = await reader.lag(self._heard)
        except Exception:  # noqa: BLE001 - whatever it is, the play goes on, and the next look may succeed
            await self._give_up()
            return None
        return found | {f"{name}.worker": sum(topics.values()) for name, topics in lag.items()}

    async def _give_up(self) -> None:
        try:
            await self._close()
        except Exception:  # noqa: BLE001 - what is broken need not be closed in good order
            self._open = AsyncExitStack()
