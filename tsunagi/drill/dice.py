"""Chance that can be played again: every draw is a function of its names (seed, household, aspect) and its turn.

Made of BLAKE2b and not of `random`, whose methods may draw otherwise in another Python: the same seed must give the
same people everywhere and for ever. Each aspect has dice of its own, so that one draw more there shifts nothing here.
"""

from collections.abc import Sequence
from hashlib import blake2b
from itertools import pairwise
from struct import Struct
from typing import TypeVar

T = TypeVar("T")

_WORDS = Struct("<8Q")
_FRACTION = 2.0**-53


class Dice:
    """Dice under a name: `Dice(seed, "household", 17)` always falls the same way."""

    __slots__ = ("_block", "_key", "_words")

    def __init__(self, *names: object) -> None:
        self._key = "\x1f".join(map(str, names)).encode()
        self._block = 0
        self._words: list[int] = []

    def share(self) -> float:
        """Return a number from 0 up to, but not including, 1."""
        if not self._words:
            digest = blake2b(self._key, salt=self._block.to_bytes(16, "little")).digest()
            self._words = list(_WORDS.unpack(digest))
            self._block += 1
        return (self._words.pop() >> 11) * _FRACTION

    def chance(self, share: float) -> bool:
        """Return True in this share of all throws (0 to 1)."""
        return self.share() < share

    def between(self, low: int, high: int, lean: float = 1) -> int:
        """Return a whole number from `low` to `high`, both included; `lean` above 1 makes the lower ones likelier."""
        share = self.share() if lean == 1 else self.share() ** lean
        return low + int(share * (high - low + 1))

    def pick(self, choices: Sequence[T]) -> T:
        """Return one of the choices, each as likely."""
        return choices[int(self.share() * len(choices))]

    def weighted(self, choices: Sequence[tuple[float, T]]) -> T:
        """Return one of the choices, each as likely as its weight (in front) says."""
        at = self.share() * sum(weight for weight, _ in choices)
        for weight, choice in choices:
            at -= weight
            if at < 0:
                return choice
        return choices[-1][1]

    def some(self, choices: Sequence[T], count: int) -> tuple[T, ...]:
        """Return `count` different choices (all, where there are fewer), in the order in which they stand."""
        left = list(range(len(choices)))
        taken = [left.pop(int(self.share() * len(left))) for _ in range(min(count, len(choices)))]
        return tuple(choices[at] for at in sorted(taken))

    def along(self, curve: Sequence[tuple[float, float]]) -> float:
        """Return a value along a curve of (value, share up to there): straight between its points, shares 0 to 1."""
        share = self.share()
        for (low, from_share), (high, to_share) in pairwise(curve):
            if share < to_share:
                return low + (high - low) * (share - from_share) / (to_share - from_share)
        return curve[-1][0]
