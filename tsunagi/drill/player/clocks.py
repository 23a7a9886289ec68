"""Which clock a drill is played by: the stack's own, and for a new stack the one that suits the scenario."""

from datetime import datetime, timedelta
from typing import NamedTuple

from tsunagi.drill.scenario import Scenario

USUAL_RATE = 480.0
"""Eight minutes a second: a day of work in little more than a minute."""
USUAL_PEOPLE = 1000
STARTING = 25.0
"""Real seconds that a stack takes to come up, more or less: its clock begins so long before the quake."""


class NewClock(NamedTuple):
    """The clock of a stack that is made for a drill."""

    rate: float
    epoch: datetime


def new_clock(scenario: Scenario, people: int, speed: float | None = None) -> NewClock:
    """Return the clock for a new stack. More people than usual take more time: what does not fit must not hurry."""
    rate = speed or round(USUAL_RATE * min(1.0, USUAL_PEOPLE / max(people, 1)), 1)
    return NewClock(rate, scenario.quake_at - timedelta(seconds=STARTING * rate))


def quake_at(scenario: Scenario, epoch: datetime) -> datetime:
    """Return when the quake is on a stack whose clock began at `epoch`.

    Where that was just before the scenario's own quake, it is that; on any other stack the drill begins with its clock.
    """
    before = scenario.quake_at - epoch
    return scenario.quake_at if timedelta(0) <= before <= timedelta(days=7) else epoch
