"""The line that shows how far a play is: what it counts, how long it says that it will take, what it admits."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any, cast

import pytest

from shared.platform.clock import Clock
from tsunagi.drill.player.pace import Pace
from tsunagi.drill.player.progress import OFTEN, SELDOM, clock_time, left, line, pause, waiting
from tsunagi.drill.player.samples import Sample
from tsunagi.drill.player.stage import Stage

QUAKE = datetime(2026, 1, 16, 20, 46, tzinfo=UTC)
DONE = {"registered": 1500, "screened": 239, "placed": 38, "moved": 3, "arrived": 2, "cases": 1, "conferences": 0}
SAMPLE = Sample(begins=0, ends=4, answers=400, queues={"intake.outbox": 7, "casework.worker": 1200, "intake.worker": 3})


class Wall:
    def __init__(self, **stage: Any) -> None:
        self.seconds = 0.0
        began = datetime(2030, 1, 1, tzinfo=UTC)
        clock = Clock(QUAKE, began, 60.0, lambda: began + timedelta(seconds=self.seconds))
        self.pace = Pace(clock, QUAKE, lambda: self.seconds)
        values = {"deadline": None, "unfinished": None, "ends": QUAKE + timedelta(hours=9), **stage}
        notes = SimpleNamespace(done=SimpleNamespace(counts=lambda: DONE))
        roster = range(222_127)
        self.stage = cast(Stage, SimpleNamespace(pace=self.pace, now=clock.now, notes=notes, roster=roster, **values))


def test_the_line_says_when_who_how_fast_what_waits_and_how_long_yet() -> None:
    wall = Wall()
    wall.seconds = 60
    assert line(wall.stage, SAMPLE) == (
        "06:46  registered 1,500/222,127  screened 239  placed 38  moved 3  arrived 2  cases 1  conferences 0"
        "  100 requests/s  60 × real time  lag: outboxes 7, workers 1,203 (casework 1,200)  left 8 min"
    )


def test_a_play_that_is_behind_says_so() -> None:
    wall = Wall()
    wall.pace.due(QUAKE)
    wall.seconds = 60
    assert "BEHIND 60 s" in line(wall.stage, SAMPLE)
    assert "0 × real time" in line(wall.stage, SAMPLE)


def test_a_play_of_some_minutes_is_over_when_they_are() -> None:
    wall = Wall(deadline=90.0)
    wall.seconds = 30
    assert left(wall.stage) == "left 60 s"


def test_when_all_is_sent_it_says_what_is_yet_to_do() -> None:
    wall = Wall(unfinished=dict(Counter({"for nurses": 1200, "to be placed or moved": 3})))
    assert left(wall.stage) == "almost over, yet to do: 1,203"


def test_a_play_that_stands_still_says_so() -> None:
    wall = Wall()
    wall.pace.due(QUAKE)
    wall.seconds = 60
    wall.pace.look()
    wall.seconds = 90
    assert left(wall.stage) == "left ?"


@pytest.mark.parametrize(
    ("queues", "said"),
    [
        (None, "lag ?"),
        ({}, "lag: outboxes 0, workers 0"),
        ({"a.outbox": 3, "b.outbox": 2, "a.worker": 0}, "lag: outboxes 5, workers 0"),
    ],
)
def test_what_waits_is_told_in_a_word(queues: dict[str, int] | None, said: str) -> None:
    assert waiting(queues) == said


@pytest.mark.parametrize(
    ("seconds", "said"), [(0, "0 s"), (99, "99 s"), (100, "2 min"), (5940, "99 min"), (14_700, "4 h 05 min")]
)
def test_a_time_is_as_exact_as_it_matters(seconds: float, said: str) -> None:
    assert clock_time(seconds) == said


def test_a_play_of_hours_says_a_word_a_minute() -> None:
    assert pause(10) == OFTEN
    assert OFTEN < pause(1200) < SELDOM
    assert pause(20_000) == SELDOM
