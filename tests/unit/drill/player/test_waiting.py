"""How actors wait: a bell is a hint to look soon; without one they look more and more seldom."""

import asyncio

import pytest

from tsunagi.drill.player.bell import Bell, attend


class Desk:
    """A desk at which so many things are found, one look after the other."""

    def __init__(self, *found: int) -> None:
        self.found = list(found)
        self.looks: list[float] = []

    async def look(self) -> int:
        self.looks.append(asyncio.get_running_loop().time())
        return self.found.pop(0) if self.found else 0

    def pauses(self) -> list[float]:
        return [later - earlier for earlier, later in zip(self.looks, self.looks[1:], strict=False)]


async def _attend(desk: Desk, bell: Bell, seconds: float) -> None:
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(seconds):
            await attend(bell, desk.look, soon=0.02, seldom=0.16)


async def test_an_empty_desk_is_looked_at_more_and_more_seldom() -> None:
    desk = Desk()
    await _attend(desk, Bell(), 0.9)
    pauses = desk.pauses()
    assert pauses[0] < 0.07
    assert pauses[-1] > 0.12
    assert len(pauses) < 10


async def test_who_found_something_looks_again_soon() -> None:
    desk = Desk(1, 2, 1, 1)
    await _attend(desk, Bell(), 0.3)
    assert max(desk.pauses()[:4]) < 0.06


async def test_the_bell_calls_to_an_early_look_and_cannot_be_missed() -> None:
    desk, bell = Desk(), Bell()
    bell.ring()
    bell.ring()
    loop = asyncio.get_running_loop()
    loop.call_later(0.5, bell.ring)
    began = loop.time()
    await _attend(desk, bell, 0.7)
    assert any(0.5 < look - began < 0.6 for look in desk.looks)


async def test_a_bell_that_rang_before_is_heard_once() -> None:
    bell = Bell()
    bell.ring()
    assert await bell.wait(0.01)
    assert not await bell.wait(0.01)
