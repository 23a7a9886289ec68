"""The ward's headquarters (区災害対策本部): asks facilities, arranges drives, keeps those who wait in sight."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from tests.journeys.reading import Reader
from tests.journeys.shelter import Person
from tests.journeys.telling import Answer, said, soon

MOMENT = 0.02
"""A time to answer, in minutes: as good as none, for a test of silence."""


class WardHq(Reader):
    """Headquarters of a ward, or of the city."""

    async def need(self, person: Person, state: str = "open", **expected: Any) -> Answer:
        """Wait until there is a need for a person in this state, and return it."""

        async def as_expected() -> Answer:
            found = await self.list("transfer", "/needs", person=person.id)
            assert found, "no need yet"
            last = found[-1]
            wanted = {"state": state, **expected}
            assert {name: last[name] for name in wanted} == wanted
            return last

        found: Answer = await soon(as_expected)
        return found

    async def candidates(self, need: Answer) -> list[Answer]:
        found: list[Answer] = (await self.ask("transfer", f"/needs/{need['need']}/candidates"))["items"]
        return found

    async def asks(
        self, need: Answer, facility: UUID | None = None, *, minutes: float | None = None, **more: Any
    ) -> UUID:
        """Ask a facility (the best candidate, where none is named); return the placement."""
        placement = self.fresh()
        body = said(placement=placement, facility=facility, minutes=minutes, **more)
        await self.tell("transfer", f"/needs/{need['need']}/placements", body)
        return placement

    async def placements(self, need: Answer) -> list[Answer]:
        """Return who was asked for a need, the first first."""
        return await self.list("transfer", "/placements", need=need["need"])

    async def placement(self, need: Answer, state: str, **expected: Any) -> Answer:
        """Wait until the last placement of a need is in this state, and return it."""

        async def as_expected() -> Answer:
            found = await self.placements(need)
            assert found, "nobody was asked yet"
            wanted = {"state": state, **expected}
            assert {name: found[-1][name] for name in wanted} == wanted
            return found[-1]

        found: Answer = await soon(as_expected)
        return found

    async def waiting(self, ward: str | None = None) -> list[UUID]:
        """Return the waiting list."""
        return [UUID(row["person"]) for row in await self.list("transfer", "/waiting-list", ward=ward)]

    async def withdraws(self, placement: UUID, reason: str = "withdrawn") -> Answer:
        return await self.tell("transfer", f"/placements/{placement}/withdraw", {"reason": reason})

    async def ends_need(self, need: Answer, reason: str) -> Answer:
        return await self.tell("transfer", f"/needs/{need['need']}/end", {"reason": reason})

    async def plans_trip(self, placement: UUID, by: str = "family", **more: Any) -> UUID:
        trip = self.fresh()
        planned_at = self.client.clock.now() + timedelta(minutes=20)
        body = {"trip": trip, "by": by, "planned_at": planned_at, **more}
        await self.tell("transfer", f"/placements/{placement}/trips", body)
        return trip

    async def offers_trip(self, trip: UUID, partner: str, *, minutes: float | None = None) -> Answer:
        return await self.tell("transfer", f"/trips/{trip}/offer", said(partner=partner, minutes=minutes))

    async def family(self, trip: UUID, step: str, **more: Any) -> Answer:
        """The family tells HQ of its drive: accept, start, pick-up, drop-off."""
        return await self.tell("transfer", f"/trips/{trip}/{step}", more or {}, said_by="family", channel="phone")

    async def trip(self, trip: UUID, state: str | None = None) -> Answer:
        """Return a trip, once it is in this state."""

        async def as_expected() -> Answer:
            found: Answer = await self.ask("transfer", f"/trips/{trip}")
            assert state in (None, found["state"]), found["state"]
            return found

        found: Answer = await soon(as_expected)
        return found

    async def facility(self, facility: UUID) -> Answer:
        found: Answer = await self.ask("transfer", f"/facilities/{facility}")
        return found

    async def places(self, facility: UUID) -> dict[str, int]:
        """Return how many places a facility has by what they are, those that there are none of left out."""
        shown = (await self.facility(facility))["places"]
        return {name: shown[name] for name in ("free", "held", "promised", "taken", "over") if shown[name]}

    async def enters(self, facility: UUID, **facts: Any) -> Answer:
        """Enter a facility into the master."""
        return await self.tell("transfer", "/facilities", {"id": facility, **facts})

    async def enters_partner(self, code: str, **facts: Any) -> None:
        await self.tell("transfer", f"/partners/{code}", facts, method="PUT")

    async def merges(self, kept: Person, other: Person) -> UUID:
        """Two registrations are one person."""
        merge = self.fresh()
        await self.tell("intake", f"/persons/{kept.id}/merge", {"merge": merge, "other": other.id})
        return merge

    async def unmerges(self, kept: Person, other: Person, merge: UUID) -> Answer:
        return await self.tell("intake", f"/persons/{kept.id}/unmerge", {"merge": merge, "other": other.id})
