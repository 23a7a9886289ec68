"""What all actors of one play share: the people, the clock, the client, the bells, and what has been noted."""

import asyncio
from collections import defaultdict
from collections.abc import Collection, Coroutine
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from shared.kernel.ids import seeded_id
from tsunagi.client import Client, Command, Failed, Heard, Who
from tsunagi.drill.dice import Dice
from tsunagi.drill.player.bell import Bell
from tsunagi.drill.player.latencies import Answers, kind_of
from tsunagi.drill.player.limits import WHOLE, Limits
from tsunagi.drill.player.notes import Notes
from tsunagi.drill.player.pace import Pace
from tsunagi.drill.player.roster import Roster
from tsunagi.drill.population import Population


class Stage:
    """One play of one drill on one stack.

    `stopped` says why it ended early (`limits`); `unfinished` what is still to do once everything due was sent.
    """

    def __init__(self, client: Client, population: Population, notes: Notes, limits: Limits = WHOLE) -> None:
        self.client = client
        self.clock = client.clock
        self.population = population
        self.scenario = population.scenario
        self.seed = population.seed
        self.notes = notes
        self.roster = Roster(population)
        self.begins = population.quake_at
        self.limits = limits
        self.ends = limits.ends(self.begins, self.scenario.hours)
        self.deadline = limits.seconds
        self.stopped: str | None = None
        self.unfinished: dict[str, int] | None = None
        self.registered_before = notes.done.counts()["registered"]
        self.pace = Pace(self.clock, self.begins, asyncio.get_running_loop().time)
        self.answers = Answers()
        client.observer = self._heard
        self.disaster = self.id("disaster")
        self.bells: defaultdict[tuple[str, object], Bell] = defaultdict(Bell)
        self.under_way: set[asyncio.Task[None]] = set()
        self.errors: list[BaseException] = []
        self.failed = asyncio.Event()

    def id(self, *names: object) -> UUID:
        """Return the UUIDv7 that this drill always gives to these names."""
        return seeded_id(self.begins, "drill", self.scenario.id, self.seed, *names)

    def dice(self, *names: object) -> Dice:
        """Return the dice of this drill under these names."""
        return Dice(self.seed, *names)

    def command(self, *names: object, **more: Any) -> Command:
        """Return what a command says of itself; its id is that of these names, whenever it is sent."""
        return Command(self.id("command", *names), disaster=self.disaster, **more)

    def opens(self) -> None:
        """Everything is prepared: from now on it is measured."""
        self.pace = Pace(self.clock, self.begins, asyncio.get_running_loop().time)
        self.answers = Answers()

    def _heard(self, heard: Heard) -> None:
        at = self.pace.seconds
        self.answers.note(at, kind_of(heard.method, heard.service, heard.path), heard.seconds)
        self.answers.waited(at, heard.service, heard.waited)
        if heard.again is not None:
            self.answers.again(heard.again)

    def done(self, what: str, person: UUID) -> None:
        """Note that it was done for a person of this drill (`notes.WHAT`)."""
        if person in self.roster:
            self.notes.done.note(what, self.roster.seat(person))

    def now(self) -> datetime:
        """Return the stack's time."""
        return self.clock.now()

    async def until(self, instant: datetime) -> None:
        """Wait until the stack's clock says so."""
        await asyncio.sleep(self.clock.real_seconds(instant))

    async def minutes(self, count: float) -> None:
        """Let so many minutes of the stack's time pass."""
        await self.until(self.now() + timedelta(minutes=count))

    def begin(self, work: Coroutine[Any, Any, None]) -> None:
        """Have somebody do something while others go on; the drill is not over as long as it is under way."""
        task = asyncio.create_task(work, name=getattr(work, "__qualname__", None))
        self.under_way.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: "asyncio.Task[None]") -> None:
        self.under_way.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            self.errors.append(error)
            self.failed.set()

    def ring(self, desk: str, whose: object) -> None:
        """Ring at somebody's desk: it is worth looking."""
        self.bells[desk, whose].ring()

    def ring_at(self, instant: datetime, desk: str, whose: object) -> None:
        """Ring at that time."""
        asyncio.get_running_loop().call_later(self.clock.real_seconds(instant) + 0.05, self.ring, desk, whose)

    async def send(
        self,
        who: Who,
        service: str,
        path: str,
        body: object,
        command: Command,
        *,
        method: str = "POST",
        expects: Collection[str] = (),
    ) -> Any:
        """Carry out a command and return its answer; None where it was refused.

        `expects` are the codes of refusals that happen in life (somebody else was faster, the person has died); any
        other is noted as a problem. Raises `Failed` where nobody answers.
        """
        try:
            answer = await self.client.send(who, service, path, body, command, method=method)
        except Failed as failed:
            if failed.status in (0, 503):
                raise
            self.notes.refused[failed.code] += 1
            if failed.code not in expects:
                self.notes.problem(f"{method} {service}{path}: {failed.status} {failed.code} {_said(failed)}")
            return None
        self.notes.sent[service] += 1
        return answer


def _said(failed: Failed) -> str:
    """The details of a problem: codes and ids, for whoever mends it."""
    known = ("type", "title", "status", "code", "detail_ja", "detail_en", "todo_ja", "todo_en", "instance")
    return str({name: value for name, value in failed.problem.items() if name not in known})[:300]
