"""Whether a play keeps up with its clock: real time is a number here, which jumps."""

from datetime import UTC, datetime, timedelta

import pytest

from shared.platform.clock import Clock
from tsunagi.drill.player.pace import RECENT, Pace

QUAKE = datetime(2026, 1, 17, tzinfo=UTC)
RATE = 60.0


class Wall:
    """Real time, and the stack's clock over it, which stands at the quake (or so many minutes after it)."""

    def __init__(self, minutes: float = 0) -> None:
        self.seconds = 0.0
        started = datetime(2030, 1, 1, tzinfo=UTC)
        real = lambda: started + timedelta(seconds=self.seconds)  # noqa: E731
        self.clock = Clock(QUAKE + timedelta(minutes=minutes), started, RATE, real)
        self.pace = Pace(self.clock, QUAKE, lambda: self.seconds)

    def passes(self, seconds: float) -> None:
        for _ in range(int(seconds)):
            self.seconds += 1
            self.pace.look()


def after(minutes: float) -> datetime:
    return QUAKE + timedelta(minutes=minutes)


def test_where_all_is_answered_at_once_the_clock_is_kept() -> None:
    wall = Wall()
    for minute in range(1, 40):
        wall.passes(1)
        wall.pace.due(after(minute))
        wall.pace.sent(after(minute))
    assert (wall.pace.behind, wall.pace.kept) == (0, RATE)
    assert wall.pace.left(after(100)) == pytest.approx(61)


def test_waiting_for_the_quake_is_not_being_slow() -> None:
    wall = Wall(minutes=-30)
    wall.passes(20)
    assert wall.pace.kept == RATE
    wall.passes(20)
    assert wall.pace.kept == RATE
    assert wall.pace.left(after(70)) == pytest.approx(60)


def test_what_is_due_and_not_answered_is_how_far_behind_it_is() -> None:
    wall = Wall()
    for minute in (1, 2, 3):
        wall.pace.due(after(minute))
    wall.passes(20)
    assert wall.pace.reached == after(1)
    assert wall.pace.behind == pytest.approx(19)
    wall.pace.sent(after(2))
    assert wall.pace.reached == after(1), "what came later does not make up for it"
    wall.pace.sent(after(1))
    assert wall.pace.reached == after(3)
    wall.pace.sent(after(3))
    assert wall.pace.behind == 0


def test_two_at_one_instant_are_two() -> None:
    wall = Wall()
    wall.pace.due(after(1))
    wall.pace.due(after(1))
    wall.passes(5)
    wall.pace.sent(after(1))
    assert wall.pace.reached == after(1)
    wall.pace.sent(after(1))
    assert wall.pace.reached == wall.clock.now()


def test_a_system_at_half_the_clocks_rate_is_said_to_keep_half_and_takes_twice_as_long() -> None:
    wall = Wall()
    for second in range(1, 101):
        wall.pace.due(after(second / 2))
        wall.passes(1)
        wall.pace.sent(after(second / 2))
    wall.pace.due(after(50))
    assert wall.pace.kept == pytest.approx(RATE / 2, rel=0.02)
    assert wall.pace.behind == pytest.approx(50)
    assert wall.pace.left(after(80)) == pytest.approx(60, rel=0.03)


def test_the_time_left_follows_the_pace_of_late_and_not_of_long_ago() -> None:
    wall = Wall()
    wall.pace.due(after(1))
    wall.passes(100)
    for second in range(1, int(RECENT) + 2):
        wall.pace.sent(after(second))
        wall.pace.due(after(second + 1))
        wall.passes(1)
    assert wall.pace.left(after(92)) == pytest.approx(60, rel=0.05), "a minute a second for a while now"


def test_a_play_that_stands_still_has_no_time_left_to_tell() -> None:
    wall = Wall()
    wall.pace.due(after(1))
    wall.passes(100)
    assert wall.pace.left(after(80)) is None


def test_what_was_overdue_before_the_play_is_not_its_being_behind() -> None:
    wall = Wall(minutes=600)
    for minute in range(1, 50):
        wall.pace.due(after(minute))
    wall.passes(20)
    assert wall.pace.behind == 0
    for minute in range(1, 31):
        wall.pace.sent(after(minute))
    assert wall.pace.kept == pytest.approx(30 * 60 / 20), "it catches up, faster than any clock"
    for minute in range(31, 50):
        wall.pace.sent(after(minute))
    assert wall.pace.behind == 0
    wall.pace.due(wall.clock.now())
    wall.passes(20)
    assert wall.pace.behind == pytest.approx(20), "once it has caught up, it has to keep up"


def test_nothing_is_kept_of_what_was_answered() -> None:
    wall = Wall()
    for second in range(1, 5000):
        wall.pace.due(after(second))
        wall.passes(1)
        wall.pace.sent(after(second))
    assert wall.pace.held() <= RECENT + 3
