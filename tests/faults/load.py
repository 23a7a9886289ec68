"""A small load on the whole system: families, a nurse, headquarters, a facility and a caseworker at their work.

Everybody works from their own queue and keeps sending under the same ids until they are answered, as people with
tablets do: whatever is killed or away meanwhile, they go on where they stood.
"""

import asyncio
import random
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import Self
from uuid import UUID

from tests.journeys.health_team import CORE_WELFARE
from tests.journeys.receiving import Facility
from tests.journeys.shelter import Household, Person
from tests.journeys.telling import Answer
from tests.journeys.ward import Ward
from tests.running import Running, eventually
from tsunagi.client import Client, Failed

PATIENCE = 240.0
"""Real seconds that a client keeps sending: longer than anything is away here."""

_PLACES = 800
"""Of one facility; whoever asks goes on to another before it is full."""
_TRIES = 20
"""So often an arrival is reported that is refused: for a moment (somebody was faster), or for good."""
_NEVER = frozenset({0, 401, 403, 405, 413, 422, 500})
"""Answers that no fault excuses: nobody answered at all, the caller may not, the body is wrong, a bug."""


class Load:
    """The load while it goes on: `async with Load(running) as load`. What everybody has done is counted in `done`."""

    def __init__(self, running: Running, *, seed: int = 1, pace: float = 0.25) -> None:
        """`pace`: seconds between two things that one of them does, on average."""
        self.running = running
        self.done: Counter[str] = Counter()
        self.refused: Counter[str] = Counter()
        self.longest = 0.0
        """The longest that anybody has waited for an answer (seconds)."""
        self._dice = random.Random(seed)
        self._pace = pace
        self._working: list[asyncio.Task[None]] = []
        self._families: list[Household] = []
        self._dear: set[UUID] = set()
        self._whose: dict[UUID, UUID] = {}
        self._accepted: list[UUID] = []
        self._tried: Counter[UUID] = Counter()
        self._arrived: list[Person] = []
        self._others: list[Ward] = []
        self._at: dict[UUID, Facility] = {}
        self._asked = 0
        """How many the present facility was asked to receive."""

    async def __aenter__(self) -> Self:
        self.client: Client = self.running.client(patience=PATIENCE)
        self.ward = await Ward(self.client).begins()
        self.facility = await self.ward.facility(places=_PLACES)
        self.begin()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        await self.stop(gently=error is None)
        if error is None:
            for ward in (self.ward, *self._others):
                await ward.ends()
        await self.client.close()

    def begin(self) -> None:
        """Let everybody begin."""
        workers = (self._family, self._family, self._nurse, self._headquarters, self._receive, self._caseworker)
        self._stopping = False
        self._working = [asyncio.create_task(self._work(worker)) for worker in workers]

    @contextmanager
    def slowly(self, pace: float) -> Iterator[None]:
        """Let everybody take their time (see `pace`): what piles up meanwhile they have to see to afterwards."""
        before, self._pace = self._pace, pace
        try:
            yield
        finally:
            self._pace = before

    async def stop(self, *, gently: bool = True) -> None:
        """Let everybody bring to its end what they are at. Raises what any of them met that no fault excuses."""
        self._stopping = True
        working, self._working = self._working, []
        if not gently:
            for one in working:
                one.cancel()
        ended = await asyncio.gather(*working, return_exceptions=True)
        for error in ended:
            if gently and isinstance(error, BaseException):
                raise error

    async def goes_on(self, *what: str, times: int = 3, within: float = 30.0) -> None:
        """Wait until each of these was done so many times more than by now."""
        before = {name: self.done[name] for name in what}

        def more() -> bool:
            self._complain()
            return all(self.done[name] >= count + times for name, count in before.items())

        await eventually(more, within)

    async def registers_somebody(self) -> Person:
        """Register somebody who needs care, and whom the facility does not decline; the others see to them."""
        somebody = await self.ward.staff.registers_one()
        self._dear.add(somebody.id)
        return somebody

    async def somebody_who_waits(self) -> Answer:
        """Return a need that nobody here looks after: somebody of another ward, decided and not asked for."""
        ward = await Ward(self.client).begins()
        self._others.append(ward)
        person = await ward.staff.registers_one()
        await ward.nurse.screens(person)
        return await ward.hq.need(person)

    def _complain(self) -> None:
        for one in self._working:
            if one.done():
                one.result()

    async def _work(self, turn: Callable[[], Awaitable[None]]) -> None:
        while not self._stopping:
            await turn()
            await asyncio.sleep(self._pace * self._dice.uniform(0.5, 1.5))

    async def _try(self, what: str, command: Awaitable[object]) -> bool:
        """Count what was answered, or refused as happens in life (somebody was faster, news has not come yet)."""
        began = time.monotonic()
        try:
            await command
        except Failed as failed:
            if failed.status in _NEVER:
                raise
            self.refused[failed.code] += 1
            return False
        finally:
            self.longest = max(self.longest, time.monotonic() - began)
        self.done[what] += 1
        return True

    async def _family(self) -> None:
        """A household hands in its sheet; somebody of an earlier one goes out, comes back, is corrected."""
        staff = self.ward.staff
        lines = staff.line(age=40), staff.line(age=80, needs=["care-3-plus"], relation="parent")
        sheet = staff.sheet(*lines)
        handed_in = staff.hands_in(sheet)
        began = time.monotonic()
        self._families.append(await handed_in)
        self.longest = max(self.longest, time.monotonic() - began)
        self.done["registered"] += 1
        if self._dice.random() < 0.2:  # the answer was not seen: the tablet sends the sheet again, under another id
            await self._try("repeated", staff.hands_in(sheet))
        earlier = self._dice.choice(self._families)
        first = earlier.representative
        match self._dice.randrange(3):
            case 0:
                if await self._try("out", staff.sees_leave(first)):
                    await self._try("back", staff.sees_return(first))
            case 1:
                await self._try("corrected", staff.corrects(first, remarks="訓練", reason="learned"))
            case 2:
                await self._try("noted", staff.notes(earlier, "訓練"))

    async def _nurse(self) -> None:
        for person in (await self.ward.nurse.queue(state="waiting", ward=self.ward.code))[:5]:
            who = Person(person, person, "")
            if await self._try("taken", self.ward.nurse.takes_on(who)):
                await self._try("answered", self.ward.nurse.records(who, CORE_WELFARE))
                await self._try("decided", self.ward.nurse.decides(who))

    async def _headquarters(self) -> None:
        hq = self.ward.hq
        for need in (await hq.list("transfer", "/needs", state="open", ward=self.ward.code))[:5]:
            await self._try("asked", self._ask(need))
        for placement in self._accepted[:3]:
            await self._try("trip", hq.plans_trip(placement))

    async def _ask(self, need: Answer) -> None:
        if self._asked >= _PLACES:
            self.facility, self._asked = await self.ward.facility(places=_PLACES), 0
        facility = self.facility
        placement = await self.ward.hq.asks(need, facility.facility, reason="wish")
        self._whose[placement], self._at[placement] = UUID(need["person"]), facility
        self._asked += 1

    async def _receive(self) -> None:
        accepted, self._accepted = self._accepted, []
        for placement in accepted:
            arrived = await self._try("arrived", self._at[placement].reports_arrival(placement))
            self._tried[placement] += 1
            if not arrived and self._tried[placement] < _TRIES:
                self._accepted.append(placement)
        for facility in dict.fromkeys((*list(self._at.values())[-_PLACES:], self.facility)):
            await self._answer(facility)

    async def _answer(self, facility: Facility) -> None:
        for placement in list(await facility.requests(state="asked"))[:5]:
            if self._whose.get(placement) not in self._dear and self._dice.random() < 0.2:
                await self._try("declined", facility.declines(placement))
            elif await self._try("accepted", facility.accepts(placement)):
                self._at[placement] = facility
                self._accepted.append(placement)
                if (person := self._whose.get(placement)) is not None:
                    self._arrived.append(Person(person, person, ""))

    async def _caseworker(self) -> None:
        if self._arrived:
            person = self._arrived.pop(0)
            await self._try("case", self.ward.caseworker.opens_case(person))
