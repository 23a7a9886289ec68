"""At the caseworker's desk: cases, assessments, conferences, referrals (000)."""

from typing import Any
from uuid import UUID

from tests.journeys.reading import Reader
from tests.journeys.shelter import Person
from tests.journeys.telling import Answer

CITY_WELFARE = {"actor": "city-welfare-1", "role": "city-welfare", "confidential": True}
FAMILY = {"role": "family"}


class Caseworker(Reader):
    """A caseworker of a ward."""

    async def opens_case(self, person: Person, reason: str = "arrival") -> UUID:
        answer = await self.tell("casework", "/cases", {"person": person.id, "reason": reason, "worker": self.id})
        return UUID(answer["stream"])

    async def visits(self, case: UUID, **found: Any) -> Answer:
        body = {"kind": "outreach", "outcome": "met", **found}
        return await self.tell("casework", f"/cases/{case}/visits", body)

    async def assesses(self, case: UUID, housing: str = "much", living: str = "some", **words: Any) -> Answer:
        body = {"housing": housing, "living": living, **words}
        return await self.tell("casework", f"/cases/{case}/assessments", body)

    async def calls_conference(self, case: UUID, *members: dict[str, Any], **more: Any) -> UUID:
        body = {
            "case": case,
            "at": self.client.clock.now(),
            "members": members or (CITY_WELFARE, FAMILY),
            "agenda": ["information", "issues", "measures", "goals", "roles"],
            **more,
        }
        return UUID((await self.tell("casework", "/conferences", body))["stream"])

    async def records_confidentiality(self, conference: UUID, member: str) -> Answer:
        return await self.tell("casework", f"/conferences/{conference}/confidentiality", {"member": member})

    async def changes_members(self, conference: UUID, *members: dict[str, Any], **words: Any) -> Answer:
        return await self.tell("casework", f"/conferences/{conference}/members", {"members": members, **words})

    def task(self, owner: str | None = None, **more: Any) -> dict[str, Any]:
        """Return a task that connects the person with a provider (つなぎ)."""
        return {
            "task": str(self.fresh()),
            "owner": owner or self.id,
            "kind": "refer",
            "provider": "city-housing",
            "due": "2030-01-31",
            **more,
        }

    async def holds(self, conference: UUID, *tasks: dict[str, Any], **more: Any) -> Answer:
        """Record a conference that refers the person to whoever the tasks name."""
        body = {
            "present": [CITY_WELFARE, FAMILY],
            "city_present": True,
            "decision": "refer",
            "goals": [{"term": "long", "by": "2031-03-31", "words": more.pop("goal", "")}],
            "tasks": tasks,
            **more,
        }
        return await self.tell("casework", f"/conferences/{conference}/hold", body)

    async def refers(self, case: UUID, **more: Any) -> UUID:
        referral = self.fresh()
        body = {"referral": referral, "provider": "city-housing", "consent": "given", **more}
        await self.tell("casework", f"/cases/{case}/referrals", body)
        return referral

    async def hears_answer(self, case: UUID, referral: UUID, answer: str = "accepted", **words: Any) -> Answer:
        body = {"answer": answer, **words}
        return await self.tell("casework", f"/cases/{case}/referrals/{referral}/answer", body)

    async def conference(self, conference: UUID) -> Answer:
        found: Answer = await self.ask("casework", f"/conferences/{conference}")
        return found

    async def case(self, case: UUID) -> Answer:
        found: Answer = await self.ask("casework", f"/cases/{case}")
        return found
