"""The line of people in shelters since the onset, as figures to be drawn: points, silences, lines of the grid."""

from datetime import datetime, timedelta
from itertools import pairwise
from typing import NamedTuple

from services.casework.domain.situation import Trend

WIDTH, HEIGHT = 560.0, 192.0
_HEADROOM = 1.15


class Silence(NamedTuple):
    """A time in which nothing was heard: where it is drawn, and where its words stand (shares of the whole)."""

    points: str
    x: float
    y: float
    begins: datetime
    ends: datetime
    named: bool
    """Whether there is room for the words."""


class Grid(NamedTuple):
    y: float
    share: float
    value: int


class Drawn(NamedTuple):
    """The trend to be drawn. `lines` and `area` are points of polylines in a box of WIDTH by HEIGHT."""

    began: datetime
    ends: datetime
    peak: int
    last: int
    lines: tuple[str, ...]
    silences: tuple[Silence, ...]
    area: str
    grid: tuple[Grid, ...]


def drawn(trend: Trend, people: int, silent_after: timedelta) -> Drawn | None:
    """Draw the trend of one scope, which ends at `people`; None where nothing has been heard since the onset.

    It goes to the instant up to which it was reckoned: what came since is no silence.
    """
    now = trend.at
    changes: dict[int, list[int]] = {}
    for one in trend.changes:
        at = max(0, round((one.begins - trend.began) / trend.step))
        came, went = changes.setdefault(at, [0, 0])
        changes[at] = [came + one.came, went + one.went]
    if not changes or now <= trend.began:
        return None
    span = now - trend.began
    marks: list[tuple[float, int]] = [(0.0, 0)]
    standing = 0
    for at in sorted(changes):
        begins, ends = at * trend.step / span, min(1.0, (at + 1) * trend.step / span)
        if begins > marks[-1][0]:
            marks.append((begins, standing))
        standing += changes[at][0] - changes[at][1]
        marks.append((ends, standing))
    if marks[-1][0] < 1.0:
        marks.append((1.0, people))
    marks[-1] = (marks[-1][0], people)
    top = max(1, *(value for _, value in marks)) * _HEADROOM
    return _draw(trend.began, now, marks, top, silent_after / span)


def _draw(began: datetime, now: datetime, marks: list[tuple[float, int]], top: float, silent: float) -> Drawn:
    def point(share: float, value: float) -> str:
        return f"{share * WIDTH:.1f},{HEIGHT - value / top * HEIGHT:.1f}"

    lines: list[list[str]] = [[point(*marks[0])]]
    silences: list[Silence] = []
    for (x, value), (next_x, next_value) in pairwise(marks):
        if next_x - x > silent and x > 0:
            middle = (x + next_x) / 2
            silences.append(
                Silence(
                    f"{point(x, value)} {point(next_x, next_value)}",
                    middle,
                    1 - (value + next_value) / 2 / top,
                    began + (now - began) * x,
                    began + (now - began) * next_x,
                    named=next_x - x > 0.16,
                )
            )
            lines.append([point(next_x, next_value)])
        else:
            lines[-1].append(point(next_x, next_value))
    outline = " ".join(point(*mark) for mark in marks)
    return Drawn(
        began=began,
        ends=now,
        peak=max(value for _, value in marks),
        last=marks[-1][1],
        lines=tuple(" ".join(line) for line in lines if len(line) > 1),
        silences=tuple(silences),
        area=f"0,{HEIGHT:.0f} {outline} {WIDTH:.0f},{HEIGHT:.0f}",
        grid=tuple(Grid(HEIGHT - value / top * HEIGHT, 1 - value / top, value) for value in _round_numbers(top)),
    )


def _round_numbers(top: float) -> list[int]:
    """One or two round numbers well below the top: 1, 2 or 5 and noughts."""
    size = 1
    while size * 10 <= top:
        size *= 10
    step = next((one for one in (5 * size, 2 * size, size, size // 2) if 0 < one <= top * 0.8), 0)
    return [value for value in (step, 2 * step) if 0 < value <= top * 0.8]
