"""Watching a play while it goes on: a look at the whole system every few seconds, and a line for whoever sits by."""

import asyncio
import os
from collections.abc import Callable

from tsunagi.drill.player import measures
from tsunagi.drill.player.arrivals import in_earnest
from tsunagi.drill.player.measures import Measured, People, RealTime
from tsunagi.drill.player.progress import line, pause
from tsunagi.drill.player.queues import Queues
from tsunagi.drill.player.samples import Sample, Samples
from tsunagi.drill.player.stage import Stage
from tsunagi.stack.stack import Stack
from tsunagi.stack.usage import PLAYER, Meter, machine_busy
from tsunagi.verifying.settling import catch_up

Say = Callable[[str], None]

EVERY = 4.0
"""Real seconds between two looks."""
DRAINS = 120.0
"""Real seconds in which what is on its way must become less, or it is no longer waited for."""


class Watch:
    """The watch of one play; `async with queues` around it."""

    def __init__(self, stack: Stack, stage: Stage, queues: Queues) -> None:
        self._stack = stack
        self._stage = stage
        self._queues = queues
        self._meter = Meter()
        self._samples = Samples()
        self._before = 0.0
        self._busy = machine_busy()
        self._answers = 0
        self._people = [(0.0, registered_now(stage))]
        self._fullest = 0.0
        self._end: tuple[float, float, float] | None = None
        self._peak: float | None = None
        self._drained: float | None = None
        self._meter.look(self._pids())

    def _pids(self) -> dict[str, int | None]:
        state = self._stack.board.state()
        programs = state.programs if state else {}
        return {name: seen.pid for name, seen in programs.items()} | {PLAYER: os.getpid()}

    async def run(self, say: Say) -> None:
        """Look, and say how it stands, for ever."""
        said = 0.0
        while True:
            await asyncio.sleep(EVERY)
            sample = await self.look()
            if self._stage.pace.seconds - said >= pause(self._stage.pace.seconds) - EVERY / 2:
                said = self._stage.pace.seconds
                say(line(self._stage, sample))

    async def look(self) -> Sample:
        """Look once."""
        pace, before = self._stage.pace, dict(self._meter.cpu)
        queues = await self._queues.look()
        now = pace.seconds
        passed = max(now - self._before, 0.001)
        self._meter.look(self._pids())
        busy = machine_busy()
        machine = None if busy is None or self._busy is None else (busy - self._busy) / passed
        pace.look()
        sample = Sample(
            begins=self._before,
            ends=now,
            queues=queues,
            cores={name: (cpu - before.get(name, 0.0)) / passed for name, cpu in self._meter.cpu.items()},
            machine=machine,
            resident=dict(self._meter.resident),
            answers=self._stage.answers.count - self._answers,
            behind=pace.behind,
        )
        self._before, self._busy, self._answers = now, busy, self._stage.answers.count
        self._count_people(now)
        if self._end is None:
            self._samples.add(sample)
        return sample

    def _count_people(self, now: float) -> None:
        """Keep how many came a second in the fullest ten seconds or so."""
        self._people.append((now, registered_now(self._stage)))
        if now - self._people[0][0] >= 10:
            (begins, few), (ends, many) = self._people[0], self._people[-1]
            self._fullest = max(self._fullest, (many - few) / (ends - begins))
            self._people = self._people[-1:] if ends - begins > 20 else self._people[1:]

    async def over(self) -> None:
        """The players have ended: what comes now is no longer theirs."""
        await self.look()
        pace = self._stage.pace
        self._end = (pace.seconds, pace.kept, pace.behind)
        self._peak = self._meter.peak.get(PLAYER)

    async def drain(self, say: Say) -> None:
        """Wait until what is on its way has arrived. Raises `StackError` where it does not."""
        began = asyncio.get_running_loop().time()
        await catch_up(self._stack, DRAINS, say)
        self._drained = round(asyncio.get_running_loop().time() - began, 1)

    def measured(self) -> Measured:
        """Return what was measured until the players ended (or until now)."""
        stage, samples = self._stage, list(self._samples)
        pace, cores = stage.pace, os.cpu_count() or 1
        seconds, kept, behind = self._end or (pace.seconds, pace.kept, pace.behind)
        came = registered_now(stage) - stage.registered_before
        pressed = stage.scenario.hurried
        return Measured(
            seconds=round(seconds, 1),
            hours=round(seconds * stage.clock.rate / 3600, 2),
            stopped=stage.stopped,
            times_real_time=RealTime(
                clock=stage.clock.rate,
                kept=round(kept, 2),
                pressed=pressed,
                arrivals=round(kept * pressed, 1),
                behind_seconds=round(max((one.behind for one in samples), default=0.0), 1),
                behind_at_end_seconds=round(behind, 1),
            ),
            people=People(
                registered=came,
                per_second=round(came / seconds, 2) if seconds else 0.0,
                fullest_per_second=round(self._fullest, 2),
                in_earnest_per_second=round(in_earnest(stage.scenario, len(stage.roster)), 2),
            ),
            requests=measures.requests(stage.answers, stage.notes.refused, seconds),
            queues=measures.queues(samples),
            drained_seconds=self._drained,
            processes=measures.programs(self._meter, samples, seconds),
            postgres_logins=measures.logins(self._meter),
            machine=measures.machine(samples, cores),
            player_memory_mib=measures.memory(samples, self._peak or self._meter.peak.get(PLAYER)),
            gave_out=measures.judged(stage.answers, samples, cores),
        )


def registered_now(stage: Stage) -> int:
    """How many are registered, now or before."""
    return stage.notes.done.counts()["registered"]
