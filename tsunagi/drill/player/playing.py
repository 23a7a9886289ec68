"""The whole play: everybody takes their place, what is to come comes, and it ends when nothing is left to do."""

import asyncio
from collections import Counter
from collections.abc import Callable, Coroutine
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

from shared.platform.clock import Clock
from tsunagi.client import Client, Failed
from tsunagi.drill.player.callers import CITY_HQ
from tsunagi.drill.player.caseworkers import Caseworkers
from tsunagi.drill.player.drivers import Drivers
from tsunagi.drill.player.front_desk import FrontDesk
from tsunagi.drill.player.headquarters import Headquarters
from tsunagi.drill.player.limits import HOURS, INTERRUPTED, REAL_TIME, UNANSWERED, WHOLE, Limits, Stop, Stopped
from tsunagi.drill.player.measures import Measured
from tsunagi.drill.player.notes import Notes
from tsunagi.drill.player.nurses import Nurses
from tsunagi.drill.player.openings import Openings
from tsunagi.drill.player.preparation import prepare
from tsunagi.drill.player.progress import clock_time
from tsunagi.drill.player.queues import Queues
from tsunagi.drill.player.stage import Stage
from tsunagi.drill.player.tablets import Tablets
from tsunagi.drill.player.twists import Twists
from tsunagi.drill.player.watching import Watch
from tsunagi.drill.player.welfare_shelters import WelfareShelters
from tsunagi.drill.population import Population
from tsunagi.stack.errors import StackError
from tsunagi.stack.stack import Stack

Say = Callable[[str], None]

ACKNOWLEDGED = "acknowledged.ndjson"
"""What the players were answered, in the stack's folder (`tsunagi verify --acknowledged`)."""
OVERTIME = timedelta(hours=6)
"""So long after its end a drill goes on in any case, to bring what is under way to an end; then only while it moves."""
SLOW = 30.0
"""Below this rate of the clock it is said beforehand how long a drill takes."""
STANDSTILL, LONGEST = 30.0, 1800.0
"""Real seconds: after how long without anything done it stands still, and how long a slow machine may take besides."""
PAUSE = timedelta(minutes=30)
"""Nor does it stand still before so much has passed on the stack's clock: people take their time."""
_LOOK, _LESS_OFTEN = 1.0, 10
"""Real seconds between two looks at what is left; where a look takes long, ten times as long."""


def notes_of(stack: Stack, population: Population) -> Notes:
    """Return the players' notes of this drill on this stack."""
    return Notes(stack.folder / "drills" / f"{population.scenario.id}-{population.seed}.json")


def acknowledged_of(stack: Stack) -> Path:
    """Return the file of what clients of this stack were answered."""
    return stack.folder / ACKNOWLEDGED


class Played(NamedTuple):
    """A play that has ended: its stage, the client closed, and what was measured."""

    stage: Stage
    measured: Measured


async def play(
    stack: Stack, population: Population, notes: Notes, say: Say, limits: Limits = WHOLE, stop: Stop | None = None
) -> Played:
    """Play the drill on a running stack to its end, or as far as `limits` say, or until `stop` is given.

    A drill that was played to its end before is sent again, and nobody else has anything to do. One that ended early
    leaves everything as it is: played again, it goes on. Raises `Failed` where a service does not answer while the
    drill is prepared; later that ends the play, and is noted as a problem.
    """
    stop = stop or Stop()
    before = notes.done.finished_for >= population.people
    say(f"making {population.people:,} people")
    async with Client.of(stack, acknowledged=acknowledged_of(stack), connections=64) as client, Queues(stack) as queues:
        stage = Stage(client, population, notes, limits)
        say(f"{len(stage.roster):,} people, {stage.roster.stories.total():,} of them need a nurse's eye")
        if not before and stage.clock.rate < SLOW:
            takes = expected(stage.clock, stage.ends, stage.deadline)
            say(f"This stack's clock runs at {stage.clock.rate:g}: the drill takes about {takes}.")
        await prepare(stage)
        say("the disaster is declared, the master of facilities imported")
        tablets = Tablets(stage)
        stage.opens()
        watch = Watch(stack, stage, queues)
        try:
            await _perform(stage, tablets, [] if before else _desks(stage), watch, say, stop)
        finally:
            notes.done.people = max(notes.done.people, population.people)
            notes.save()
        await watch.over()
        if stage.stopped != INTERRUPTED:
            say("played; waiting until what is on its way has arrived")
            try:
                await stop.unless(watch.drain(say))
            except Stopped:
                stage.stopped = INTERRUPTED
            except StackError as error:
                notes.problem(str(error))
    return Played(stage, watch.measured())


def expected(clock: Clock, ends: datetime, deadline: float | None = None) -> str:
    """Return how long a drill that ends then by this clock will take, in words; `deadline`: real seconds at most.

    Where its hours have passed, another drill was played before: all is due at once, and then goes as the clock goes.
    """
    now = clock.now()
    seconds = clock.real_seconds(ends if ends > now else now + OVERTIME)
    return clock_time(seconds if deadline is None else min(seconds, deadline))


def _desks(stage: Stage) -> list[Coroutine[Any, Any, None]]:
    """Everybody who works off a queue."""
    Twists(stage)
    wards = [ward.code for ward in stage.scenario.wards]
    rooms = [kind(stage, ward) for kind in (FrontDesk, Nurses, Headquarters, Caseworkers) for ward in wards]
    offices = [Drivers(stage, partner.code) for partner in stage.scenario.partners]
    return [*(room.run() for room in rooms), *(office.run() for office in offices), WelfareShelters(stage).run()]


async def _perform(
    stage: Stage, tablets: Tablets, desks: list[Coroutine[Any, Any, None]], watch: Watch, say: Say, stop: Stop
) -> None:
    """Let everybody act until all is done, a limit is reached, somebody says stop, or a service does not answer."""
    try:
        async with asyncio.TaskGroup() as group:
            others = [group.create_task(work) for work in (*desks, watch.run(say), _watch_over(stage))]
            acting = group.create_task(_act(stage, tablets, finish=bool(desks)))
            stopping = group.create_task(stop.wait())
            await asyncio.wait({acting, stopping}, timeout=stage.deadline, return_when=asyncio.FIRST_COMPLETED)
            if not acting.done():
                stage.stopped = INTERRUPTED if stopping.done() else REAL_TIME
            elif stage.limits.shortens(stage.scenario.hours):
                stage.stopped = HOURS
            for task in (*others, acting, stopping):
                task.cancel()
    except* Failed as failed:
        stage.stopped = UNANSWERED
        stage.notes.problem(f"a service did not answer in time, and the play ended there: {_one_of(failed)}")
    finally:
        left = list(stage.under_way)
        for work in left:
            work.cancel()
        await asyncio.gather(*left, return_exceptions=True)
    if stage.stopped is None:
        stage.notes.done.finished_for = max(stage.notes.done.finished_for, stage.population.people)


def _one_of(errors: BaseExceptionGroup[Any]) -> BaseException:
    first = errors.exceptions[0]
    return _one_of(first) if isinstance(first, BaseExceptionGroup) else first


async def _act(stage: Stage, tablets: Tablets, *, finish: bool) -> None:
    """Send everything in its time; then bring what is under way to an end, or only see the clock to the last hour."""
    await asyncio.gather(tablets.run(), Openings(stage).run())
    if stage.limits.shortens(stage.scenario.hours):
        await stage.until(stage.ends)
    elif finish:
        await _until_done(stage)


async def _watch_over(stage: Stage) -> None:
    """End the play where somebody could not go on."""
    await stage.failed.wait()
    raise stage.errors[0]


async def _until_done(stage: Stage) -> None:
    """Wait until nothing is under way and nobody waits but those on the waiting list; a slow machine takes longer."""
    now = asyncio.get_running_loop().time
    quiet, done, moved, began = 0, 0, now(), now()
    standstill, longest = patience(stage.clock.rate)
    while quiet < 2:
        looked = now()
        left = stage.unfinished = await unfinished(stage)
        quiet = 0 if left else quiet + 1
        if stage.notes.sent.total() > done:
            done, moved = stage.notes.sent.total(), now()
        stands = stage.now() > stage.ends + OVERTIME and now() - moved > standstill
        if left and (stands or now() - began > longest):
            listed = ", ".join(f"{what} {count}" for what, count in left.items())
            stage.notes.problem(f"not done when the drill was over: {listed}")
            return
        await asyncio.sleep(max(_LOOK, _LESS_OFTEN * (now() - looked)))


def patience(rate: float) -> tuple[float, float]:
    """Return after how many real seconds without anything done a drill stands still, and how many its overtime may
    take, by a clock of this rate.
    """
    return max(STANDSTILL, PAUSE.total_seconds() / rate), OVERTIME.total_seconds() / rate + LONGEST


async def unfinished(stage: Stage) -> dict[str, int]:
    """Return how much is still to be done, by what it is; empty: nothing."""
    waiting = await stage.client.count(CITY_HQ, "screening", "/screenings", state=["waiting", "taken"])
    needs = await stage.client.count(CITY_HQ, "transfer", "/needs", state=["open", "asked", "accepted"])
    left = {
        **Counter(f"under way ({task.get_name()})" for task in stage.under_way),
        "for nurses": waiting,
        "to be placed or moved": needs,
    }
    return {what: count for what, count in left.items() if count}
