"""How far a drill is played, and how somebody ends it."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from tests.jumping import run
from tsunagi.drill.player.limits import WHOLE, Limits, Stop, Stopped

QUAKE = datetime(2026, 1, 17, tzinfo=UTC)


def test_a_whole_drill_ends_with_its_hours() -> None:
    assert WHOLE.ends(QUAKE, 9) == QUAKE + timedelta(hours=9)
    assert not WHOLE.shortens(9)
    assert WHOLE.seconds is None


@pytest.mark.parametrize(("hours", "ends", "shortened"), [(2, 2, True), (9, 9, False), (20, 9, False)])
def test_a_shortened_drill_ends_with_the_hours_asked_for(hours: float, ends: float, shortened: bool) -> None:
    limits = Limits(hours=hours)
    assert limits.ends(QUAKE, 9) == QUAKE + timedelta(hours=ends)
    assert limits.shortens(9) == shortened


def test_minutes_are_those_of_the_wall() -> None:
    assert Limits(minutes_real=3).seconds == 180
    assert not Limits(minutes_real=3).shortens(9)


def test_work_that_nobody_stops_is_done() -> None:
    async def work() -> int:
        await asyncio.sleep(60)
        return 7

    async def done() -> None:
        assert await Stop().unless(work()) == 7

    run(done())


def test_work_is_broken_off_when_somebody_says_stop() -> None:
    broken_off = []

    async def work() -> None:
        try:
            await asyncio.sleep(600)
        finally:
            broken_off.append(asyncio.get_running_loop().time())

    async def stopped() -> None:
        stop = Stop()
        asyncio.get_running_loop().call_later(5, stop)
        with pytest.raises(Stopped):
            await stop.unless(work())
        with pytest.raises(Stopped):
            await stop.unless(work())

    run(stopped())
    assert broken_off[:1] == [5.0]


def test_what_goes_wrong_in_the_work_is_heard() -> None:
    async def work() -> None:
        raise LookupError

    async def failed() -> None:
        with pytest.raises(LookupError):
            await Stop().unless(work())

    run(failed())
