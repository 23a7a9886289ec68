"""The health team (保健班): a nurse takes a person from the queue, asks, and decides (004, マニュアル 参考①–③)."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from tests.journeys.reading import Reader
from tests.journeys.shelter import Person
from tests.journeys.telling import Answer, soon

SAFE = {
    "urgent": "no",
    "unstable": "no",
    "infection": "no",
    "medical-care": "no",
    "maternity-infancy": "none",
    "wandering": "no",
    "wheelchair": "no",
    "support-level": "none",
    "visual": "no",
    "hearing": "no",
    "immunity": "normal",
}
"""What is most often so, and has to be asked all the same: unknown is never no."""

CORE_WELFARE = {**SAFE, "adl": "partial", "care-level": "care-3", "carer": "always", "group-life": "moderate"}
"""Answers upon which the guide says P6: ② moderate with a carer, a core welfare shelter."""

FEVER = {**SAFE, "infection": "yes", "adl": "partial", "care-level": "care-3", "carer": "always", "group-life": "none"}
"""Answers upon which the guide says P2: the infection space."""


class Nurse(Reader):
    """A nurse of a ward's health team."""

    async def queue(self, **asked: Any) -> list[UUID]:
        """Return who waits, in the queue's order."""
        return [UUID(row["person"]) for row in await self.list("screening", "/screenings", **asked)]

    async def finds(self, person: Person, **expected: Any) -> Answer:
        """Wait until somebody is in the queue, and return their row."""

        async def row() -> Answer:
            rows = {row["person"]: row for row in await self.list("screening", "/screenings")}
            found = rows.get(str(person.id))
            assert found is not None, "not in the queue"
            assert {name: found[name] for name in expected} == expected
            return found

        found: Answer = await soon(row)
        return found

    async def takes_on(self, person: Person) -> Answer:
        return await self._of(person, "take")

    async def puts_back(self, person: Person, reason: str = "shift-ends") -> Answer:
        return await self._of(person, "release", {"reason": reason})

    async def rings_up(self, person: Person, **call: Any) -> Answer:
        return await self._of(person, "calls", {"outcome": "reached", "called": "shelter", **call})

    async def records(self, person: Person, answers: Mapping[str, str], **words: Any) -> Answer:
        """Record answers; the answer has what the guide now says."""
        return await self._of(person, "answers", {"answers": answers, **words})

    async def sees(self, person: Person) -> Answer:
        """What screening knows of a person, with the suggestion."""
        found: Answer = await self.ask("screening", f"/screenings/{person.id}")
        return found

    async def decides(self, person: Person, destination: str = "core-welfare", **more: Any) -> Answer:
        """The decision is the nurse's."""
        body = {"destination": destination, **more}
        return await self._of(person, "decision", body)

    async def screens(
        self,
        person: Person,
        destination: str = "core-welfare",
        answers: Mapping[str, str] = CORE_WELFARE,
        **decision: Any,
    ) -> Answer:
        """All of it: find in the queue, take, record, decide."""
        await self.finds(person)
        await self.takes_on(person)
        await self.records(person, answers)
        return await self.decides(person, destination, **decision)

    async def _of(self, person: Person, what: str, body: object = None) -> Answer:
        return await self.tell("screening", f"/screenings/{person.id}/{what}", body)
