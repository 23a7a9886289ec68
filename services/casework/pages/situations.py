"""The one situation of the city that everybody who looks at the board shares, whatever part of it they see."""

import asyncio
import time

from services.casework import queries_situation
from services.casework.domain.situation import Situation, Trend
from shared.platform.parts import Parts

TREND_EVERY = 5.0
"""Seconds for which a trend is good: its line has a point a minute at most."""
TREND_SHARE = 0.02
"""Reckoning the trend, which passes over every stay, takes at most this share of the time."""


class Situations:
    """Reads situations, each for all who have asked before it was begun."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._present: asyncio.Task[Situation] | None = None
        self._next: asyncio.Task[Situation] | None = None
        self._trend: Trend | None = None
        self._trend_good_until = 0.0

    async def read(self) -> Situation:
        """Return a situation that is read after this was called: what has just changed is in it.

        Raises what asyncpg raises where PostgreSQL cannot be read.
        """
        if self._next is None:
            self._next = asyncio.create_task(self._after(self._present))
        return await asyncio.shield(self._next)

    async def _after(self, before: "asyncio.Task[Situation] | None") -> Situation:
        if before is not None and not before.done():
            await asyncio.wait({before})
        self._present, self._next = self._next, None  # whoever asks from here on waits for another one
        async with self._parts.database.session() as session:
            now = self._parts.clock.now()
            if time.monotonic() >= self._trend_good_until:
                began = time.monotonic()
                self._trend = await queries_situation.trend(session, now)
                cost = time.monotonic() - began
                self._trend_good_until = time.monotonic() + max(TREND_EVERY, cost / TREND_SHARE)
            return await queries_situation.situation(session, now, self._trend)
