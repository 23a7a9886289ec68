"""What came of a drill, for a machine and for people: the board's figures, held against promises and players."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import msgspec

from tsunagi.client import Client, Failed
from tsunagi.drill.player.figures import Figures, ask, differences
from tsunagi.drill.player.limits import INTERRUPTED, WHOLE, Limits, Stop, Stopped
from tsunagi.drill.player.measures import Measured
from tsunagi.drill.player.playing import Say, acknowledged_of, notes_of, play
from tsunagi.drill.player.telling_measures import told_measures
from tsunagi.drill.population import Population
from tsunagi.stack.errors import StackError
from tsunagi.stack.stack import Stack
from tsunagi.verifying import verify
from tsunagi.verifying.settling import settle

_SETTLES_WITHIN = 180.0


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """A drill that was played and verified. `figures` are casework's; `problems` are sentences, none is none."""

    scenario: str
    people: int
    seed: int
    speed: float
    disaster: UUID
    figures: Figures
    lost: int
    duplicated: int
    seconds: float
    commands: int
    repeated: int
    refused: dict[str, int]
    problems: list[str]
    measured: Measured

    @property
    def clean(self) -> bool:
        """Whether every promise was kept and every figure is right."""
        return not (self.problems or self.lost or self.duplicated)

    def values(self) -> dict[str, Any]:
        """Return it as one flat object, as `drill --json` prints it."""
        values: dict[str, Any] = msgspec.to_builtins(self)
        figures = values.pop("figures")
        return {"scenario": values.pop("scenario"), **figures, **values, "clean": self.clean}


class Unfinished(Exception):
    """Somebody ended the play: what had been done until then, for whoever did, and what was measured."""

    def __init__(self, done: Mapping[str, int], measured: Measured) -> None:
        super().__init__("ended before its end")
        self.measured = measured
        self.done = dict(done)

    def values(self) -> dict[str, Any]:
        """Return it as one object, as `drill --json` prints it."""
        return {**self.done, "clean": None, "measured": msgspec.to_builtins(self.measured)}


async def play_and_verify(
    stack: Stack, population: Population, say: Say, limits: Limits = WHOLE, stop: Stop | None = None
) -> Outcome:
    """Play a drill on a running stack, wait until all of it has settled, and hold what casework says against it.

    Raises `Unfinished` where somebody said stop: then nothing is waited for.
    """
    notes, stop = notes_of(stack, population), stop or Stop()
    fresh = not notes.done.people
    stage, measured = await play(stack, population, notes, say, limits, stop)
    # Where the play was cut off, something may have been done of which the players never heard.
    alone = stack.layout.kind.ephemeral and fresh and measured.stopped is None
    if measured.stopped == INTERRUPTED:
        raise Unfinished(notes.done.counts(), measured)
    try:
        figures = await stop.unless(_figures(stack, still=alone))
        say("verifying what was promised")
        report = await stop.unless(verify(stack, acknowledged_of(stack), within=_SETTLES_WITHIN))
    except Stopped:
        raise Unfinished(notes.done.counts(), measured) from None
    except (Failed, StackError) as error:
        for line in told_measures(measured):
            say(line)
        raise StackError(f"The drill was played, and could not be verified: {error}") from error
    found = differences(figures, notes.done.counts(), alone=alone)
    return Outcome(
        scenario=population.scenario.id,
        people=population.people,
        seed=population.seed,
        speed=stack.layout.kind.clock.rate,
        disaster=stage.disaster,
        figures=figures,
        lost=report.lost,
        duplicated=report.duplicated,
        seconds=measured.seconds,
        commands=stage.client.sent,
        repeated=stage.client.repeated,
        refused=dict(notes.refused),
        problems=[*notes.problems, *found, *map(str, report.problems)],
        measured=measured,
    )


async def _figures(stack: Stack, *, still: bool) -> Figures:
    """Ask for the figures; `still`: when nothing at all happens any more, so that they must be exactly right."""
    if still:
        await settle(stack, _SETTLES_WITHIN)
    async with Client.of(stack) as asking:
        return await ask(asking)
