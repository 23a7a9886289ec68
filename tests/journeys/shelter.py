"""At the emergency shelter: the household's sheet, and who comes, goes, falls ill or dies (避難所班)."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from tests.journeys.telling import Answer, Somebody, said


class Person(NamedTuple):
    """Somebody on a sheet, under the id that the tablet chose."""

    id: UUID
    household: UUID
    name: str


@dataclass(frozen=True)
class Household:
    """A household's sheet as it was handed in, and what was answered. It is the people on it, in their order."""

    id: UUID
    people: tuple[Person, ...]
    sheet: dict[str, Any]
    answer: Answer

    def __iter__(self) -> Iterator[Person]:
        return iter(self.people)

    @property
    def representative(self) -> Person:
        return self.people[0]


class ShelterStaff(Somebody):
    """A member of staff with a tablet, at one shelter."""

    shelter: UUID
    ward: str

    def line(self, name: str = "訓練 花子", **fields: Any) -> dict[str, Any]:
        """Return one line of a sheet (⑫–⑭)."""
        return {"id": str(self.fresh()), "name": name, **fields}

    def sheet(self, *lines: dict[str, Any], **fields: Any) -> dict[str, Any]:
        """Return a sheet of this shelter with these lines; the first speaks for the household."""
        members = [{**line, "representative": number == 0} for number, line in enumerate(lines)]
        return {
            "id": str(self.fresh()),
            "ward": self.ward,
            "place": {"kind": "shelter", "shelter": str(self.shelter), "lodging": "building"},
            "written_at": self.client.clock.now().isoformat(),
            "sharing_confirmed": True,
            "members": members,
            **fields,
        }

    async def hands_in(self, sheet: dict[str, Any], **how: Any) -> Household:
        """Send a sheet; the answer comes when it is durable."""
        answer = await self.tell("intake", "/households", sheet, **how)
        household = UUID(sheet["id"])
        people = tuple(Person(UUID(one["id"]), household, one.get("name", "")) for one in sheet["members"])
        return Household(household, people, sheet, answer)

    async def registers(self, *lines: dict[str, Any], **fields: Any) -> Household:
        """Write a sheet and hand it in at once."""
        return await self.hands_in(self.sheet(*lines, **fields))

    async def registers_one(self, **fields: Any) -> Person:
        """Register somebody who needs care and is alone."""
        return (await self.registers(self.line(**({"needs": ["care-3-plus"]} | fields)))).representative

    async def corrects(self, person: Person, *, happened: datetime | None = None, **fields: Any) -> Answer:
        return await self.tell("intake", f"/persons/{person.id}/corrections", fields, happened=happened)

    async def corrects_sheet(self, household: Household, **fields: Any) -> Answer:
        return await self.tell("intake", f"/households/{household.id}/corrections", fields)

    async def notes(self, household: Household, text: str, recorder: str | None = None) -> Answer:
        return await self.tell("intake", f"/households/{household.id}/notes", said(text=text, recorder=recorder))

    async def checks_in(self, person: Person, shelter: UUID | None = None, **how: Any) -> Answer:
        return await self._of(person, "check-in", {"kind": "shelter", "shelter": shelter or self.shelter}, **how)

    async def signs_out(self, person: Person, destination: str = "home", **more: Any) -> Answer:
        """退所, with 退所先."""
        return await self._of(person, "departure", {"destination": destination}, **more)

    async def sees_leave(self, person: Person, **how: Any) -> Answer:
        """一時外出."""
        return await self._of(person, "out", **how)

    async def sees_return(self, person: Person, **how: Any) -> Answer:
        return await self._of(person, "back", **how)

    async def calls_ambulance(self, person: Person, **how: Any) -> Answer:
        return await self._of(person, "ambulance", **how)

    async def learns_hospital(self, person: Person, hospital: str | None = None) -> Answer:
        """It is known that a hospital has the person."""
        return await self._of(person, "hospital", said(hospital=hospital))

    async def reports_death(self, person: Person, **how: Any) -> Answer:
        return await self._of(person, "death", **how)

    async def asks_for_drive(self, placement: UUID, **more: Any) -> UUID:
        """移送の依頼: the family cannot drive; ward HQ is to find somebody."""
        trip = self.fresh()
        planned_at = self.client.clock.now() + timedelta(minutes=20)
        body = {"trip": trip, "by": "partner", "planned_at": planned_at, **more}
        await self.tell("transfer", f"/placements/{placement}/trips", body)
        return trip

    async def roster(self, **as_of: Any) -> dict[UUID, Answer]:
        """避難所避難者名簿: who is here, by id."""
        rows = await self.list("intake", f"/shelters/{self.shelter}/roster", **as_of)
        return {UUID(row["person"]): row for row in rows}

    async def record(self, person: Person) -> Answer:
        """What intake holds of a person, with its history."""
        record: Answer = await self.ask("intake", f"/persons/{person.id}")
        return record

    async def _of(self, person: Person, what: str, body: dict[str, Any] | None = None, **how: Any) -> Answer:
        return await self.tell("intake", f"/persons/{person.id}/{what}", body or {}, **how)
