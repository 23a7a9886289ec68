"""The relay is told that there is something to send, and not more often than it helps."""

import asyncio
from typing import Any, Self

from shared.platform import waking
from shared.platform.waking import Waker


class Pool:
    """Keeps count of what is said; the first word may fail."""

    def __init__(self, *, fails: bool = False) -> None:
        self.said = 0
        self.fails = fails

    def acquire(self, **_: object) -> Self:
        return self

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        """Nothing is given back."""

    async def execute(self, *_: object, **_more: object) -> None:
        await asyncio.sleep(0)
        if self.fails:
            self.fails = False
            raise ConnectionError
        self.said += 1


async def said(waker: Waker) -> None:
    """Wait until the waker has nothing left to say."""
    task: Any = waker._task
    await task


async def test_what_is_committed_while_a_word_is_on_its_way_is_said_as_well() -> None:
    pool: Any = Pool()
    waker = Waker(pool)
    waker.wake()
    await asyncio.sleep(0)  # the first word is on its way
    waker.wake()
    waker.wake()
    await said(waker)
    assert pool.said == 2


async def test_a_word_that_is_lost_stops_nothing() -> None:
    pool: Any = Pool(fails=True)
    waker = Waker(pool)
    waker.wake()
    await said(waker)
    waker.wake()
    await said(waker)
    assert pool.said == 1


def test_a_loaded_api_says_it_some_times_a_second() -> None:
    assert 1 / waking._LEAST <= 100
