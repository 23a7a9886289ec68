"""Whether a play keeps up with the stack's clock: what is due is sent at once, or it waits for the system.

The clock is not stopped for anybody. Where the system (or the player) is too slow, what people do reaches it later
than it should, and the play is behind: `reached` is the instant up to which everything due was sent and answered.
"""

from collections import deque
from collections.abc import Callable
from datetime import datetime, timedelta
from heapq import heappop, heappush
from typing import NamedTuple

from shared.platform.clock import Clock

RECENT = 30.0
"""Real seconds over which it is told how fast a play gets on now."""
TRIFLE = 2.0
"""Real seconds: to be so far behind is no more than to be on the way."""


class _Mark(NamedTuple):
    at: float
    reached: datetime


class Pace:
    """One play's. `real` is a clock of real seconds (the event loop's)."""

    def __init__(self, clock: Clock, begins: datetime, real: Callable[[], float]) -> None:
        self._clock = clock
        self._real = real
        self._began = real()
        self._from = max(begins, clock.now())
        self._waits = clock.real_seconds(begins)
        self._late_start = clock.now() - begins > timedelta(seconds=TRIFLE) * clock.rate
        self._limit = clock.rate
        self._waiting: list[datetime] = []
        self._answered: dict[datetime, int] = {}
        self._marks: deque[_Mark] = deque([_Mark(0.0, self._from)])
        self.sheets = 0
        self.caught_up = not self._late_start

    def due(self, at: datetime) -> None:
        """Something is due since that instant of the stack's clock, and is being sent."""
        if self._late_start:
            self._from, self._late_start = min(self._from, at), False
            self._limit = float("inf")
        heappush(self._waiting, at)

    def sent(self, at: datetime) -> None:
        """It was answered."""
        self._answered[at] = self._answered.get(at, 0) + 1
        while self._waiting and (times := self._answered.get(self._waiting[0])):
            first = heappop(self._waiting)
            if times == 1:
                del self._answered[first]
            else:
                self._answered[first] = times - 1

    def held(self) -> int:
        """Return how many instants are held in mind: what is on its way, and where the play stood of late."""
        return len(self._waiting) + len(self._answered) + len(self._marks)

    @property
    def seconds(self) -> float:
        """Real seconds since the play began."""
        return self._real() - self._began

    @property
    def reached(self) -> datetime:
        """The instant up to which everything due was sent and answered."""
        now = self._clock.now()
        return min(now, self._waiting[0]) if self._waiting else now

    @property
    def behind(self) -> float:
        """By how many real seconds the play is behind the clock; what was overdue when it began does not count."""
        reached = self.reached  # asked for first: time goes on between two looks at the clock
        behind = (self._clock.now() - reached).total_seconds() / self._clock.rate
        self.caught_up = self.caught_up or behind < TRIFLE
        return behind if self.caught_up else 0.0

    @property
    def kept(self) -> float:
        """How many seconds of the stack's time were played in one real second, so far; before the quake, nothing.

        More than the clock's rate only where a play sends what was overdue when it began.
        """
        passed, seconds = (self.reached - self._from).total_seconds(), self.seconds - self._waits
        return min(self._limit, max(0.0, passed / seconds)) if seconds > 0 else self._clock.rate

    def look(self) -> None:
        """Note where the play stands, for the pace of late; every few seconds."""
        self._marks.append(_Mark(self.seconds, self.reached))
        while len(self._marks) > 2 and self._marks[1].at <= self.seconds - RECENT:
            self._marks.popleft()

    def left(self, until: datetime) -> float | None:
        """Return in how many real seconds the play will have got there, at the pace of late; None: it stands still."""
        to_go = (until - self.reached).total_seconds()
        by_the_clock = self._clock.real_seconds(until)
        if to_go <= 0 or (self.caught_up and self.behind < TRIFLE):
            return by_the_clock
        first = self._marks[0]
        passed = (self.reached - first.reached).total_seconds()
        if passed <= 0:
            return None
        return max(by_the_clock, to_go * (self.seconds - first.at) / passed)
