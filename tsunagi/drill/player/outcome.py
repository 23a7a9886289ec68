"""What came of a drill, for a machine and for people: the board's figures, held against promises and players."""

import time
from typing import Any
from uuid import UUID

import msgspec

from tsunagi.client import Client
from tsunagi.drill.player.figures import Figures, ask, differences
from tsunagi.drill.player.playing import Say, acknowledged_of, notes_of, play
from tsunagi.drill.population import Population
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

    @property
    def clean(self) -> bool:
        """Whether every promise was kept and every figure is right."""
        return not (self.problems or self.lost or self.duplicated)

    def values(self) -> dict[str, Any]:
        """Return it as one flat object, as `drill --json` prints it."""
        values: dict[str, Any] = msgspec.to_builtins(self)
        figures = values.pop("figures")
        return {"scenario": values.pop("scenario"), **figures, **values, "clean": self.clean}


async def play_and_verify(stack: Stack, population: Population, say: Say) -> Outcome:
    """Play a drill on a running stack, wait until all of it has settled, and hold what casework says against it."""
    began = time.monotonic()
    notes = notes_of(stack, population)
    fresh = not notes.done.people
    stage = await play(stack, population, notes, say)
    seconds = round(time.monotonic() - began, 1)
    say("played; waiting until everything has settled")
    await settle(stack, _SETTLES_WITHIN)
    async with Client.of(stack) as asking:
        figures = await ask(asking)
    say("verifying what was promised")
    report = await verify(stack, acknowledged_of(stack), within=_SETTLES_WITHIN)
    alone = stack.layout.kind.ephemeral and fresh
    problems = [*notes.problems, *differences(figures, notes.done, alone=alone), *map(str, report.problems)]
    return Outcome(
        scenario=population.scenario.id,
        people=population.people,
        seed=population.seed,
        speed=stack.layout.kind.clock.rate,
        disaster=stage.disaster,
        figures=figures,
        lost=report.lost,
        duplicated=report.duplicated,
        seconds=seconds,
        commands=stage.client.sent,
        repeated=stage.client.repeated,
        refused=dict(notes.refused),
        problems=problems,
    )
