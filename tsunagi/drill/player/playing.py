"""The whole play: everybody takes their place, what is to come comes, and it ends when nothing is left to do."""

import asyncio
from collections import Counter
from collections.abc import Callable, Coroutine
from datetime import timedelta
from pathlib import Path
from typing import Any

from tsunagi.client import Client
from tsunagi.drill.player.callers import CITY_HQ
from tsunagi.drill.player.caseworkers import Caseworkers
from tsunagi.drill.player.drivers import Drivers
from tsunagi.drill.player.front_desk import FrontDesk
from tsunagi.drill.player.headquarters import Headquarters
from tsunagi.drill.player.notes import Notes
from tsunagi.drill.player.nurses import Nurses
from tsunagi.drill.player.openings import Openings
from tsunagi.drill.player.preparation import prepare
from tsunagi.drill.player.progress import line, tell
from tsunagi.drill.player.stage import Stage
from tsunagi.drill.player.tablets import Tablets
from tsunagi.drill.player.twists import Twists
from tsunagi.drill.player.welfare_shelters import WelfareShelters
from tsunagi.drill.population import Population
from tsunagi.stack.stack import Stack

Say = Callable[[str], None]

ACKNOWLEDGED = "acknowledged.ndjson"
"""What the players were answered, in the stack's folder (`tsunagi verify --acknowledged`)."""
OVERTIME = timedelta(hours=6)
"""So long after its end a drill goes on in any case, to bring what is under way to an end; then only while it moves."""
SLOW = 30.0
"""Below this rate of the clock it is said beforehand how long a drill takes."""
STANDSTILL, LONGEST = 30.0, 1800.0
"""Real seconds: after how long without anything done it stands still, and how long overtime may be at most."""
_LOOK = 1.0


def notes_of(stack: Stack, population: Population) -> Notes:
    """Return the players' notes of this drill on this stack."""
    return Notes(stack.folder / "drills" / f"{population.scenario.id}-{population.seed}.json")


def acknowledged_of(stack: Stack) -> Path:
    """Return the file of what clients of this stack were answered."""
    return stack.folder / ACKNOWLEDGED


async def play(stack: Stack, population: Population, notes: Notes, say: Say) -> Stage:
    """Play the drill to its end on a running stack; return its stage, the client closed, for what was counted.

    A drill that was played to its end before is sent again, and nobody else has anything to do. Raises `Failed` where
    a service does not answer in time.
    """
    before = notes.done.finished and notes.done.people >= population.people
    async with Client.of(stack, acknowledged=acknowledged_of(stack), connections=64) as client:
        stage = Stage(client, population, notes)
        say(f"{len(stage.roster)} people, {stage.roster.stories.total()} of them need a nurse's eye")
        if not before and stage.clock.rate < SLOW:
            hours = stage.scenario.hours / stage.clock.rate
            say(f"This stack's clock runs at {stage.clock.rate:g}: the drill takes about {hours:.1f} hours.")
        try:
            await prepare(stage)
            say("the disaster is declared, the master of facilities imported")
            await _perform(stage, [] if before else _desks(stage), say)
            notes.done.finished = True
        finally:
            notes.done.people = max(notes.done.people, population.people)
            notes.save()
        say(line(stage))
    return stage


def _desks(stage: Stage) -> list[Coroutine[Any, Any, None]]:
    """Everybody who works off a queue."""
    Twists(stage)
    wards = [ward.code for ward in stage.scenario.wards]
    rooms = [kind(stage, ward) for kind in (FrontDesk, Nurses, Headquarters, Caseworkers) for ward in wards]
    offices = [Drivers(stage, partner.code) for partner in stage.scenario.partners]
    return [*(room.run() for room in rooms), *(office.run() for office in offices), WelfareShelters(stage).run()]


async def _perform(stage: Stage, desks: list[Coroutine[Any, Any, None]], say: Say) -> None:
    async with asyncio.TaskGroup() as group:
        others = [group.create_task(desk) for desk in (*desks, tell(stage, say), _watch(stage))]
        try:
            await asyncio.gather(Tablets(stage).run(), Openings(stage).run())
            if desks:
                await _until_done(stage)
        finally:
            for task in (*others, *stage.under_way):
                task.cancel()


async def _watch(stage: Stage) -> None:
    """End the play where somebody could not go on."""
    await stage.failed.wait()
    raise stage.errors[0]


async def _until_done(stage: Stage) -> None:
    """Wait until nothing is under way and nobody waits but those on the waiting list; a slow machine takes longer."""
    now = asyncio.get_running_loop().time
    quiet, done, moved, began = 0, 0, now(), now()
    while quiet < 2:
        left = await unfinished(stage)
        quiet = 0 if left else quiet + 1
        if stage.notes.sent.total() > done:
            done, moved = stage.notes.sent.total(), now()
        stands = stage.now() > stage.ends + OVERTIME and now() - moved > STANDSTILL
        if left and (stands or now() - began > LONGEST):
            listed = ", ".join(f"{what} {count}" for what, count in left.items())
            stage.notes.problem(f"not done when the drill was over: {listed}")
            return
        await asyncio.sleep(_LOOK)


async def unfinished(stage: Stage) -> dict[str, int]:
    """Return how much is still to be done, by what it is; empty: nothing."""
    waiting = await stage.client.every(CITY_HQ, "screening", "/screenings", state=["waiting", "taken"])
    needs = await stage.client.every(CITY_HQ, "transfer", "/needs", state=["open", "asked", "accepted"])
    left = {
        **Counter(f"under way ({task.get_name()})" for task in stage.under_way),
        "for nurses": len(waiting),
        "to be placed or moved": len(needs),
    }
    return {what: count for what, count in left.items() if count}
