"""How actors wait: a bell is a hint to look soon; without one they look more and more seldom.

Time is the loop's own and jumps to whatever comes next, so that nothing here depends on the machine.
"""

import asyncio

import pytest

from tests.jumping import run
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


async def attended(desk: Desk, bell: Bell, seconds: float) -> None:
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(seconds):
            await attend(bell, desk.look, soon=0.25, seldom=2.0)


def test_an_empty_desk_is_looked_at_more_and_more_seldom() -> None:
    desk = Desk()
    run(attended(desk, Bell(), 10))
    assert desk.pauses() == pytest.approx([0.5, 1.0, 2.0, 2.0, 2.0, 2.0])


def test_who_found_something_looks_again_soon() -> None:
    desk = Desk(1, 2, 1, 1)
    run(attended(desk, Bell(), 2))
    assert desk.pauses()[:5] == pytest.approx([0.25, 0.25, 0.25, 0.25, 0.5])


def test_the_bell_calls_to_an_early_look_and_cannot_be_missed() -> None:
    desk, bell = Desk(), Bell()
    bell.ring()
    bell.ring()

    async def rung() -> None:
        asyncio.get_running_loop().call_later(6.5, bell.ring)
        await attended(desk, bell, 8)

    run(rung())
    assert desk.looks[:2] == pytest.approx([0, 0.25]), "what rang before it began to look"
    assert 6.75 in desk.looks, "and soon after it rings: what rang may still be on its way"


def test_a_bell_that_rang_before_is_heard_once() -> None:
    async def heard() -> None:
        bell = Bell()
        bell.ring()
        assert await bell.wait(1)
        assert not await bell.wait(1)

    run(heard())
