"""Time is a port: one clock a process, with the epoch and the rate of its stack (design, decision 9).

A drill may run faster. Tokens, sessions, back-off and timeouts use real time and never this clock.
"""

from collections.abc import Callable
from datetime import UTC, datetime


def real_now() -> datetime:
    """Return the instant on this machine's own clock."""
    return datetime.now(UTC)


class Clock:
    """The stack's time: `epoch` was when the real clock said `started`, and since then it runs `rate` times as fast."""

    def __init__(
        self,
        epoch: datetime | None = None,
        started: datetime | None = None,
        rate: float = 1.0,
        real: Callable[[], datetime] = real_now,
    ) -> None:
        if rate <= 0:
            raise ValueError("a clock's rate is greater than 0")
        self._real = real
        self.started = started or real()
        self.epoch = (epoch or self.started).astimezone(UTC)
        self.rate = rate

    def now(self) -> datetime:
        """Return the stack's present instant, in UTC."""
        return self.epoch + (self._real() - self.started) * self.rate

    def real_seconds(self, until: datetime) -> float:
        """Return how many real seconds pass before the stack's clock says `until` (0 where it is past)."""
        return max(0.0, (until - self.now()).total_seconds() / self.rate)
