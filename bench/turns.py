"""Ours beside the floor, turn by turn: A B, then B A, so that what drifts, drifts for both."""

from collections.abc import Sequence
from statistics import median
from typing import Any, Literal

Side = Literal["ours", "floor"]


def order(turn: int) -> tuple[Side, Side]:
    """Return which side goes first in this turn."""
    return ("ours", "floor") if turn % 2 == 0 else ("floor", "ours")


def compared(ours: Sequence[float], floor: Sequence[float], digits: int = 1) -> dict[str, Any]:
    """Return both sides' medians, and the median of their ratios turn by turn, with all of these."""
    ratios = [mine / its for mine, its in zip(ours, floor, strict=True)]
    return {
        "ours": round(median(ours), digits),
        "floor": round(median(floor), digits),
        "ratio": round(median(ratios), 3),
        "ratios": [round(one, 3) for one in ratios],
    }
