"""How far a drill is played: to its end, or shortened, by the drill's own time or by that of the wall."""

import asyncio
from collections.abc import Coroutine
from datetime import datetime, timedelta
from typing import Any, NamedTuple, TypeVar

T = TypeVar("T")

HOURS, REAL_TIME, INTERRUPTED, UNANSWERED = "hours", "minutes-real", "interrupted", "unanswered"
"""Why a play ended before everybody had come to where they go."""


class Limits(NamedTuple):
    """`hours` of the drill's time from its quake on; `minutes_real` on the wall from when the players begin."""

    hours: float | None = None
    minutes_real: float | None = None

    def ends(self, begins: datetime, hours: float) -> datetime:
        """Return when a drill of so many hours, begun then, is over."""
        return begins + timedelta(hours=min(hours, self.hours or hours))

    def shortens(self, hours: float) -> bool:
        """Say whether a drill of so many hours is cut short on its own clock."""
        return self.hours is not None and self.hours < hours

    @property
    def seconds(self) -> float | None:
        """Real seconds that may be played."""
        return None if self.minutes_real is None else self.minutes_real * 60


WHOLE = Limits()
"""Not shortened."""


class Stopped(Exception):
    """Somebody said stop."""


class Stop:
    """Somebody who watches wants the play to end now, in good order: `stop()` may come from a signal's handler."""

    def __init__(self) -> None:
        self._said = asyncio.Event()

    def __call__(self) -> None:
        self._said.set()

    async def wait(self) -> None:
        """Wait until it is said."""
        await self._said.wait()

    async def unless(self, work: Coroutine[Any, Any, T]) -> T:
        """Return what the work returns. Raises `Stopped`, the work cancelled, where it is said first."""
        doing, said = asyncio.ensure_future(work), asyncio.ensure_future(self.wait())
        try:
            await asyncio.wait({doing, said}, return_when=asyncio.FIRST_COMPLETED)
            if doing.done():
                return doing.result()
            raise Stopped
        finally:
            for one in (doing, said):
                one.cancel()
            await asyncio.gather(doing, said, return_exceptions=True)
