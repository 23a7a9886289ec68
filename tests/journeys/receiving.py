"""Those who receive and those who drive: welfare shelters and transport partners (004 受入手順 ②–⑤)."""

from typing import Any
from uuid import UUID

from tests.journeys.telling import Answer, Somebody, said

STEPS = ("people-safe", "damage-checked", "space-made", "receiving")


class Facility(Somebody):
    """A welfare shelter, which sees only what it is asked."""

    facility: UUID

    async def opens(self, **more: Any) -> None:
        for step in STEPS:
            await self.tell("transfer", f"/facilities/{self.facility}/opening-steps", {"step": step, **more})

    async def closes(self, reason: str = "no-longer-needed") -> Answer:
        return await self.tell("transfer", f"/facilities/{self.facility}/closing", {"reason": reason})

    async def reports_places(self, total: int | None, **more: Any) -> Answer:
        return await self.tell("transfer", f"/facilities/{self.facility}/capacity", said(total=total, **more))

    async def requests(self, **asked: Any) -> dict[UUID, Answer]:
        """Return what it sees of those it was asked for, by placement."""
        rows = await self.list("transfer", "/placements", **asked)
        return {UUID(row["placement"]): row for row in rows}

    async def sees(self, placement: UUID) -> Answer:
        found: Answer = await self.ask("transfer", f"/placements/{placement}")
        return found

    async def accepts(self, placement: UUID, **how: Any) -> Answer:
        return await self._of(placement, "accept", how)

    async def declines(self, placement: UUID, reason: str = "staff", **more: Any) -> Answer:
        return await self._of(placement, "decline", {"reason": reason, **more})

    async def reports_arrival(self, placement: UUID) -> Answer:
        return await self._of(placement, "arrival")

    async def _of(self, placement: UUID, what: str, body: object = None) -> Answer:
        return await self.tell("transfer", f"/placements/{placement}/{what}", body)


class Partner(Somebody):
    """A transport partner, which sees only what it is offered."""

    code: str

    async def trips(self, **asked: Any) -> dict[UUID, Answer]:
        rows = await self.list("transfer", "/trips", **asked)
        return {UUID(row["trip"]): row for row in rows}

    async def sees(self, trip: UUID) -> Answer:
        found: Answer = await self.ask("transfer", f"/trips/{trip}")
        return found

    async def accepts(self, trip: UUID, **more: Any) -> Answer:
        return await self._of(trip, "accept", more)

    async def declines(self, trip: UUID, reason: str = "no-driver") -> Answer:
        return await self._of(trip, "decline", {"reason": reason})

    async def sets_out(self, trip: UUID) -> Answer:
        return await self._of(trip, "start")

    async def picks_up(self, trip: UUID) -> Answer:
        return await self._of(trip, "pick-up")

    async def drops_off(self, trip: UUID) -> Answer:
        return await self._of(trip, "drop-off")

    async def _of(self, trip: UUID, what: str, body: object = None) -> Answer:
        return await self.tell("transfer", f"/trips/{trip}/{what}", body)
