"""Waiting for what is on its way: as long as it becomes less, and no longer. Time jumps."""

import asyncio

import pytest

from tests.jumping import run
from tsunagi.stack.errors import StackError
from tsunagi.verifying.settling import until_nothing


class Way:
    """So many are on their way, and fewer each time that somebody looks."""

    def __init__(self, *left: int) -> None:
        self.left = list(left)

    async def look(self) -> dict[str, int]:
        left = self.left.pop(0) if len(self.left) > 1 else self.left[0]
        return {"casework.worker": left, "intake.outbox": 0}


def test_it_is_waited_until_nothing_is_left() -> None:
    way = Way(5, 3, 3, 1, 0)
    run(until_nothing(way.look, 10))
    assert way.left == [0]


def test_what_becomes_less_is_waited_for_however_long_it_takes() -> None:
    said: list[str] = []

    async def hours() -> None:
        await until_nothing(Way(*range(50_000, -1, -1)).look, 10, said.append)
        assert asyncio.get_running_loop().time() > 9000

    run(hours())
    assert said[0].startswith("still on its way: casework.worker 49,9")
    assert "intake.outbox" not in said[0]


def test_what_does_not_arrive_is_named_and_not_waited_for() -> None:
    async def stuck() -> None:
        with pytest.raises(StackError, match=r"For 60 s nothing .* is on its way: casework"):
            await until_nothing(Way(9, 8, 7).look, 60)
        assert 60 < asyncio.get_running_loop().time() < 62

    run(stuck())
