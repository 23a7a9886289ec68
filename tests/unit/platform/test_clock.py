"""The one clock of a stack: where it begins, how fast it runs, and that it speaks UTC."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from shared.platform.clock import Clock

STARTED = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
QUAKE = datetime(2026, 1, 17, 5, 46, tzinfo=timezone(timedelta(hours=9)))


def clock(rate: float, real_seconds: float) -> Clock:
    return Clock(QUAKE, STARTED, rate, real=lambda: STARTED + timedelta(seconds=real_seconds))


@pytest.mark.parametrize(("rate", "passed"), [(1.0, 10), (60.0, 600), (0.5, 5)])
def test_it_runs_at_its_rate_from_its_epoch_on(rate: float, passed: int) -> None:
    assert clock(rate, 10).now() == QUAKE + timedelta(seconds=passed)


def test_it_speaks_utc_whatever_its_epoch_was_written_in() -> None:
    assert clock(60, 10).now().isoformat() == "2026-01-16T20:56:00+00:00"


def test_how_long_really_until_then() -> None:
    assert clock(60, 0).real_seconds(QUAKE + timedelta(minutes=5)) == pytest.approx(5)
    assert clock(60, 10).real_seconds(QUAKE) == 0


def test_a_clock_that_stands_still_is_none() -> None:
    with pytest.raises(ValueError, match="greater than 0"):
        Clock(rate=0)
