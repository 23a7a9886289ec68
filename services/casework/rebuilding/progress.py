"""How far a rebuild is, and how long it still takes."""

import time
from collections.abc import Callable, Mapping
from typing import Literal, NamedTuple

Phase = Literal["reading", "folding", "indexing", "catching-up", "swapping"]
SHARES: Mapping[Phase, float] = {
    "reading": 0.27,
    "folding": 0.60,
    "indexing": 0.10,
    "catching-up": 0.02,
    "swapping": 0.01,
}
"""What part of the time each phase takes, about (measured: `tsunagi bench`)."""
_EVERY = 0.5


class Progress(NamedTuple):
    """How far it is. `done` of `total` messages in this phase; `percent` and `seconds_left` are of the whole."""

    phase: Phase
    done: int
    total: int
    per_second: float
    percent: float
    seconds: float
    seconds_left: float | None
    """None: nothing is done yet by which to tell."""


Tell = Callable[[Progress], None]


class Measured:
    """Measures one rebuild; `tell` hears of it at each new phase and about twice a second."""

    def __init__(self, tell: Tell, clock: Callable[[], float] = time.monotonic) -> None:
        self._tell = tell
        self._clock = clock
        self._began = self._phase_began = self._told = clock()
        self._before = 0.0
        self._phase: Phase = "reading"
        self._done = self._total = 0

    def begin(self, phase: Phase, total: int = 0) -> None:
        """Go on to a phase that has to do with so many messages."""
        self._before = sum(share for one, share in SHARES.items() if _comes_before(one, phase))
        self._phase, self._done, self._total = phase, 0, total
        self._phase_began = self._clock()
        self._say()

    def moved(self, messages: int) -> None:
        """Note that so many messages more are done."""
        self._done += messages
        if self._clock() - self._told >= _EVERY:
            self._say()

    def now(self) -> Progress:
        """Return how far it is now."""
        now = self._clock()
        part = min(1.0, self._done / self._total) if self._total else 0.0
        whole = min(1.0, self._before + SHARES[self._phase] * part)
        seconds, in_phase = now - self._began, now - self._phase_began
        return Progress(
            self._phase,
            self._done,
            self._total,
            round(self._done / in_phase, 1) if in_phase > 0 else 0.0,
            round(100 * whole, 1),
            round(seconds, 1),
            round(seconds * (1 - whole) / whole, 1) if whole > 0 and seconds > 0 else None,
        )

    def _say(self) -> None:
        self._told = self._clock()
        self._tell(self.now())


def _comes_before(one: Phase, other: Phase) -> bool:
    order = list(SHARES)
    return order.index(one) < order.index(other)
