"""How somebody waits for work: they look at their queue when the bell rings, and now and then by themselves.

A bell is only a hint that it is worth looking: what there is to do always comes from the queue itself, so that a drill
that was broken off goes on where it stood.
"""

import asyncio
from collections.abc import Awaitable, Callable

SOON, SELDOM = 0.3, 3.0
"""Real seconds: until the first look after a bell, and at most between two looks."""


class Bell:
    """Rung by whoever made work for somebody else."""

    def __init__(self) -> None:
        self._rung = asyncio.Event()

    def ring(self) -> None:
        """Have whoever waits look soon."""
        self._rung.set()

    async def wait(self, seconds: float) -> bool:
        """Wait for the bell, but no longer than that; return whether it rang."""
        try:
            async with asyncio.timeout(seconds):
                await self._rung.wait()
        except TimeoutError:
            return False
        self._rung.clear()
        return True


async def attend(bell: Bell, look: Callable[[], Awaitable[int]], *, soon: float = SOON, seldom: float = SELDOM) -> None:
    """Look at a queue for ever: `look` returns how many things it found to do.

    Where there was something, or the bell rang, it looks again soon (what rang may still be on its way); the longer
    nothing comes, the longer it waits.
    """
    pause = soon
    while True:
        found = await look()
        pause = soon if found else min(pause * 2, seldom)
        if await bell.wait(pause):
            pause = soon / 2
            await asyncio.sleep(soon)
