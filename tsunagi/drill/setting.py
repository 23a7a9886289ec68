"""What a stack is made for: the clock and the city of a drill of any kind, and who looks at its pages."""

from typing import NamedTuple

from shared.kernel.errors import NotFound
from tsunagi.client import Who
from tsunagi.drill import scenario
from tsunagi.drill.headcounts import playing, published
from tsunagi.drill.player.callers import looking_on, those_with_pages
from tsunagi.drill.player.clocks import NewClock, new_clock
from tsunagi.stack.layout import CITY


class Setting(NamedTuple):
    """`clock`: for a new stack; `city`: JIS code of six digits; `guests`: who has pages, and where they work."""

    clock: NewClock
    city: str
    guests: list[tuple[str, Who]]


def names() -> tuple[str, ...]:
    """Return the names of all drills that come with the software."""
    return tuple(sorted((*scenario.names(), *published.names())))


def setting(name: str, speed: float | None = None, people: int | None = None) -> Setting:
    """Return the setting of a drill, for so many people where it is not published how many.

    Raises `NotFound("drill.scenario-unknown")`, which names those that there are.
    """
    if name in published.names():
        facts = published.load(name)
        return Setting(playing.new_clock(facts, speed), facts.city, looking_on(facts.ward, ""))
    if name not in scenario.names():
        raise NotFound("drill.scenario-unknown", scenario=name, known=", ".join(names()))
    known = scenario.load(name)
    return Setting(new_clock(known, people or known.people, speed), CITY, those_with_pages(known))
