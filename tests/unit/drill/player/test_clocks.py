"""By which clock a drill is played, and when its quake is."""

from datetime import UTC, datetime, timedelta

import pytest

from shared.platform.clock import Clock
from tsunagi.drill import scenario
from tsunagi.drill.player.clocks import STARTING, new_clock, quake_at
from tsunagi.drill.player.playing import LONGEST, STANDSTILL, expected, patience

KOBE = scenario.load("kobe")


def test_half_a_day_is_played_in_little_more_than_a_minute() -> None:
    clock = new_clock(KOBE, people=1000)
    assert 60 <= KOBE.hours * 3600 / clock.rate <= 100


@pytest.mark.parametrize(("people", "slower"), [(100, 1.0), (1000, 1.0), (2000, 0.5), (10_000, 0.1)])
def test_more_people_take_more_time(people: int, slower: float) -> None:
    assert new_clock(KOBE, people).rate == pytest.approx(new_clock(KOBE, 1000).rate * slower)


def test_a_speed_that_somebody_asks_for_is_taken() -> None:
    assert new_clock(KOBE, 50_000, speed=90).rate == 90


def test_a_new_stack_is_up_when_the_quake_comes() -> None:
    clock = new_clock(KOBE, 1000)
    assert clock.epoch + timedelta(seconds=STARTING) * clock.rate == KOBE.quake_at
    assert quake_at(KOBE, clock.epoch) == KOBE.quake_at


@pytest.mark.parametrize("epoch", [datetime(2026, 11, 21, tzinfo=UTC), datetime(2020, 1, 1, tzinfo=UTC)])
def test_on_a_stack_with_another_clock_the_drill_begins_with_it(epoch: datetime) -> None:
    assert quake_at(KOBE, epoch) == epoch


def test_a_drill_on_a_slow_clock_is_given_the_time_that_its_people_take() -> None:
    standstill, longest = patience(480)
    assert (standstill, longest) == (STANDSTILL, LONGEST + 6 * 3600 / 480)
    standstill, longest = patience(2)
    assert standstill == 900
    assert longest == LONGEST + 3 * 3600


@pytest.mark.parametrize(
    ("rate", "ends_in", "deadline", "words"),
    [
        (60, timedelta(hours=14), None, "14 min"),
        (1, timedelta(hours=14), None, "14 h 00 min"),
        (1, timedelta(hours=14), 600.0, "10 min"),
        (1, timedelta(hours=-5), None, "6 h 00 min"),  # its hours have passed: another drill was played before
    ],
)
def test_it_is_said_how_long_a_drill_takes(rate: float, ends_in: timedelta, deadline: float | None, words: str) -> None:
    here = datetime(2026, 11, 21, tzinfo=UTC)
    clock = Clock(here, here, rate, real=lambda: here)
    assert expected(clock, here + ends_in, deadline) == words
