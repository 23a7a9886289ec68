"""Who has come so far, as one bit a seat: what is known of a whole city fits into a few hundred kilobytes.

A seat is a household's number and a member's place in it, so that it is the same in every play, however many people.
"""

import base64
import zlib
from typing import Self

SEATS = 16
"""So many seats has a household; none has more members."""


def seat_of(number: int, turn: int) -> int:
    """Return the seat of a household's member. Raises ValueError where a household has no such seat."""
    if not 0 <= turn < SEATS:
        raise ValueError(f"household {number} has more than {SEATS} members")
    return number * SEATS + turn


class Marks:
    """A set of seats. `len(marks)` is how many there are, without counting."""

    __slots__ = ("_bits", "_count")

    def __init__(self) -> None:
        self._bits = bytearray()
        self._count = 0

    def __len__(self) -> int:
        return self._count

    def __contains__(self, seat: int) -> bool:
        at, bit = divmod(seat, 8)
        return at < len(self._bits) and bool(self._bits[at] >> bit & 1)

    def add(self, seat: int) -> bool:
        """Mark a seat; return whether it was not marked before."""
        if seat in self:
            return False
        at, bit = divmod(seat, 8)
        if at >= len(self._bits):
            self._bits.extend(bytes(at + 1 - len(self._bits)))
        self._bits[at] |= 1 << bit
        self._count += 1
        return True

    def held(self) -> int:
        """Return how many bytes that takes."""
        return len(self._bits)

    def written(self) -> str:
        """Return the marks as text, for a file."""
        return base64.b64encode(zlib.compress(self._bits)).decode()

    @classmethod
    def read(cls, text: str) -> Self:
        """Return the marks of such a text. Raises ValueError where it is none."""
        marks = cls()
        try:
            marks._bits = bytearray(zlib.decompress(base64.b64decode(text, validate=True)))
        except zlib.error as error:
            raise ValueError(f"no marks: {error}") from error
        marks._count = sum(byte.bit_count() for byte in marks._bits)
        return marks
