"""Playing published headcounts on a stack: staff at the shelters send what happened, and the counts are asked for."""

import asyncio
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any, NamedTuple
from uuid import UUID

import msgspec

from shared.kernel.ids import seeded_id
from shared.kernel.japan import JAPAN
from tsunagi.client import CITY_HQ, Client, Command, Failed
from tsunagi.drill.headcounts.hearing import Act
from tsunagi.drill.headcounts.moves import Plan
from tsunagi.drill.headcounts.people import Household, household, sheet
from tsunagi.drill.headcounts.published import Published, Snapshot
from tsunagi.drill.player.callers import staff
from tsunagi.drill.player.clocks import STARTING, NewClock

Say = Callable[[str], None]

USUAL_RATE = 86_400.0
"""A day a second: eight months in about four minutes. What does not fit into its day is sent as soon as it can be."""
AT_ONCE = 16
"""So many tablets send at the same moment."""
EVERY = 4.0
"""Real seconds between two lines about how it stands."""
GRACE, LOOK = 120.0, 0.25
"""Real seconds: for how long in all it is waited until what was answered is counted, and between two looks."""
_MOST_PROBLEMS = 50
_PATHS = {"check-in": "check-in", "departure": "departure", "out": "out", "back": "back"}


def new_clock(facts: Published, speed: float | None = None) -> NewClock:
    """Return the clock for a new stack: before it all began by as long as a stack takes to come up."""
    rate = speed or USUAL_RATE
    return NewClock(rate, facts.began - timedelta(seconds=STARTING * rate))


class Mismatch(NamedTuple):
    """A shelter at which the system counts otherwise than was published."""

    at: datetime
    shelter: str
    published: int
    counted: int


class Play:
    """One play of published headcounts. What has happened is sent when the stack's clock says so, or later."""

    def __init__(self, client: Client, facts: Published, plan: Plan, seed: int) -> None:
        self.facts = facts
        self.plan = plan
        self.seed = seed
        self.disaster = self._id("disaster")
        self.problems: list[str] = []
        self.refused: Counter[str] = Counter()
        self.exact_in_time = 0
        self._client = client
        self._listed = facts.listed
        self._shelters = tuple(row.id for row in self._listed)
        self._sent = self._asked = 0
        self._registered: set[int] = set()
        self._gate = asyncio.Semaphore(AT_ONCE)
        self._before: dict[int, asyncio.Task[None]] = {}
        self._answers: dict[int, bytes] = {}
        self._grace = GRACE

    async def run(self, say: Say) -> None:
        """Play all of it. Raises `Failed` where a service does not answer in time."""
        await self._prepare()
        say(f"{self.plan.people} people in {len(self.plan.arrivals)} households, {len(self.facts.snapshots)} instants")
        async with asyncio.TaskGroup() as group:
            telling = group.create_task(self._tell(say))
            await self._perform(group)
            telling.cancel()
        say(self._line())

    async def count(self, at: datetime | None) -> dict[UUID, int]:
        """Ask casework how many were at each shelter at an instant (None: now)."""
        told = await self._client.get(CITY_HQ, "casework", "/shelters/occupancy", at=at and at.isoformat())
        return {UUID(item["shelter"]): item["persons"] for item in told["items"]}

    async def mismatches(self, snapshot: Snapshot) -> list[Mismatch]:
        """Ask how many were at each shelter at a snapshot's instant; return where it is not what was published."""
        counted = await self.count(snapshot.at)
        return [
            Mismatch(snapshot.at, row.name, published, counted.get(row.id, 0))
            for row, published in zip(self._listed, snapshot.counts, strict=True)
            if counted.get(row.id, 0) != published
        ]

    async def _prepare(self) -> None:
        """Declare the disaster (a drill) and import the shelters; what is there already stays as it is."""
        body = {
            "kind": self.facts.kind,
            "title": self.facts.title["ja"],
            "began": self.facts.began.isoformat(),
            "wards": [self.facts.ward],
            "stage": "hq",
        }
        command = self._command("disaster", happened=self.facts.began)
        await self._send(CITY_HQ, "intake", f"/disasters/{self.disaster}", body, command, method="PUT")
        rows = {"rows": [msgspec.to_builtins(row) for row in self._listed]}
        await self._send(CITY_HQ, "transfer", "/facilities/import", rows, self._command("facilities"), method="PUT")

    async def _perform(self, group: asyncio.TaskGroup) -> None:
        """Send every act when its time has come; look at each instant once all that belongs to it was answered."""
        looks = sorted(zip(self.plan.heard, self.facts.instants, strict=True))
        for act in self.plan.acts:
            while looks and looks[0][0] < act.sent:
                group.create_task(self._look(looks.pop(0)[1], list(self._before.values())))
            await asyncio.sleep(self._client.clock.real_seconds(act.sent))
            await self._gate.acquire()
            task = group.create_task(self._after(self._before.get(act.number), act))
            self._before[act.number] = task
        left = [group.create_task(self._look(snapshot, list(self._before.values()))) for _, snapshot in looks]
        await asyncio.gather(*self._before.values(), *left)

    async def _after(self, before: "asyncio.Task[None] | None", act: Act) -> None:
        try:
            if before is not None:
                await asyncio.wait([before])
            await (self._sheet(act) if act.kind == "sheet" else self._movement(act))
            self._sent += 1
        finally:
            self._gate.release()

    async def _sheet(self, act: Act) -> None:
        """Hand in a sheet; once more, it is another command, and must be answered as the first was."""
        arrival = self.plan.arrivals[act.number]
        body = msgspec.json.encode(sheet(self.facts, self.seed, arrival, self._shelters))
        command = self._command("sheet", act.number, act.again, happened=act.at)
        receipt = await self._send(staff(self.facts.ward), "intake", "/households", body, command)
        if receipt is None:
            return
        said = sha256(msgspec.json.encode(receipt)).digest()
        if self._answers.setdefault(act.number, said) != said:
            self._problem(f"household {act.number}: a repeated sheet was answered otherwise than the first")
        self._registered.add(act.number)

    async def _movement(self, act: Act) -> None:
        """Say where somebody went; once more, it is the same command."""
        person = self._household(act.number).persons[act.member or 0]
        body: dict[str, Any] = {}
        if act.kind == "check-in" and act.shelter is not None:
            body = {"kind": "shelter", "shelter": self._shelters[act.shelter]}
        elif act.kind == "departure":
            body = {"destination": act.destination}
        command = self._command(act.kind, act.number, act.turn, happened=act.at)
        await self._send(staff(self.facts.ward), "intake", f"/persons/{person}/{_PATHS[act.kind]}", body, command)

    async def _send(self, who: Any, service: str, path: str, body: object, command: Command, **more: Any) -> Any:
        """Carry out a command and return its answer; a refusal is a problem: nothing here is to be refused."""
        try:
            return await self._client.send(who, service, path, body, command, **more)
        except Failed as failed:
            if failed.status in (0, 503):
                raise
            self.refused[failed.code] += 1
            self._problem(f"{service}{path}: {failed.status} {failed.code}")
            return None

    async def _look(self, snapshot: Snapshot, sent: "list[asyncio.Task[None]]") -> None:
        """Ask for an instant while the story goes on, as soon as what had happened until then was answered."""
        if sent:
            await asyncio.wait(sent)
        while await self.mismatches(snapshot):
            if self._grace <= 0:
                break
            self._grace -= LOOK
            await asyncio.sleep(LOOK)
        else:
            self.exact_in_time += 1
        self._asked += 1

    async def _tell(self, say: Say) -> None:
        while True:
            await asyncio.sleep(EVERY)
            say(self._line())

    def _line(self) -> str:
        """Say how it stands, and how long it takes still."""
        people = sum(self.plan.arrivals[number].size for number in self._registered)
        now = self._client.clock.now().astimezone(JAPAN)
        last = self.plan.acts[-1].sent
        left = self._client.clock.real_seconds(last)
        return (
            f"{now:%Y-%m-%d %H:%M}  registered {people}/{self.plan.people}  sent {self._sent}/{len(self.plan.acts)}  "
            f"instants {self._asked}/{len(self.facts.snapshots)}, {self.exact_in_time} equal"
            + (f"  about {left:.0f} s left" if left else "")
        )

    def _household(self, number: int) -> Household:
        return household(self.facts, self.seed, self.plan.arrivals[number])

    def _id(self, *names: object) -> UUID:
        return seeded_id(self.facts.began, "drill", self.facts.id, self.seed, *names)

    def _command(self, *names: object, happened: datetime | None = None) -> Command:
        return Command(self._id("command", *names), happened=happened, disaster=self.disaster)

    def _problem(self, sentence: str) -> None:
        if len(self.problems) < _MOST_PROBLEMS:
            self.problems.append(sentence)
