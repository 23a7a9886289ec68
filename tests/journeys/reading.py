"""What casework shows of a person to those who may see it: timeline, summary, hand-offs, the board (design, Promises)."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from tests.journeys.shelter import Person
from tests.journeys.telling import Answer, Somebody, soon

MAIN_WAY = (
    "registration-to-screening",
    "screening-to-acceptance",
    "acceptance-to-transport",
    "transport-to-arrival",
    "arrival-to-casework",
    "casework-to-conference",
    "conference-to-provider",
)
"""The hand-offs of the main way, in their order (domain §4)."""


def short(event_type: str) -> str:
    """Return `intake.person.registered` for `tsunagi.intake.person.registered.v1`."""
    return event_type.removeprefix("tsunagi.").rpartition(".v")[0]


def at(text: str) -> datetime:
    """Read an instant of an answer."""
    return datetime.fromisoformat(text)


def due_in(handoff: Answer) -> timedelta:
    """Return how long a hand-off has from when it was heard of."""
    return at(handoff["due"]) - at(handoff["opened_heard"])


class Reader(Somebody):
    """Somebody who may follow a person's way."""

    async def timeline(self, person: Person | UUID, **as_of: Any) -> list[Answer]:
        """Return a person's timeline, oldest first; `happened_by`, `known_by` as of when."""
        return await self.list("casework", f"/persons/{_id(person)}/timeline", order="oldest", **as_of)

    async def told(self, person: Person | UUID, **as_of: Any) -> list[str]:
        """Return what stands on the timeline, in its order, by type."""
        return [short(entry["type"]) for entry in await self.timeline(person, **as_of)]

    async def hears(self, person: Person | UUID, *types: str) -> list[Answer]:
        """Wait until all of these stand on the timeline, and return it."""

        async def heard() -> list[Answer]:
            entries = await self.timeline(person)
            missing = set(types) - {short(entry["type"]) for entry in entries}
            assert not missing, f"not on the timeline yet: {sorted(missing)}"
            return entries

        found: list[Answer] = await soon(heard)
        return found

    async def summary(self, person: Person | UUID, **as_of: Any) -> Answer:
        """Return where a person is, and who has them."""
        found: Answer = await self.ask("casework", f"/persons/{_id(person)}", **as_of)
        return found

    async def stands(self, person: Person | UUID, **expected: Any) -> Answer:
        """Wait until the shown registration is as expected, and return it."""

        async def as_expected() -> Answer:
            shown: Answer = (await self.summary(person))["registrations"][0]
            differing = {name: shown[name] for name, value in expected.items() if shown[name] != value}
            assert not differing, differing
            return shown

        found: Answer = await soon(as_expected)
        return found

    async def handoffs(self, person: Person | UUID, **as_of: Any) -> list[Answer]:
        """Return every hand-off of a person, in the order of opening."""
        found: list[Answer] = (await self.ask("casework", f"/persons/{_id(person)}/handoffs", **as_of))["items"]
        return found

    async def handoff(self, person: Person | UUID, kind: str, state: str, **expected: Any) -> Answer:
        """Wait until the last hand-off of this kind is as expected (open, taken, ended; `done=…`), and return it."""

        async def as_expected() -> Answer:
            found = [one for one in await self.handoffs(person) if one["kind"] == kind]
            assert found, f"no hand-off {kind} yet"
            wanted = {"state": state, **expected}
            assert {name: found[-1][name] for name in wanted} == wanted
            return found[-1]

        one: Answer = await soon(as_expected)
        return one

    async def takes(self, handoff: Answer) -> Answer:
        """引き受ける."""
        return await self.tell("casework", f"/handoffs/{handoff['handoff']}/take")

    async def board(self, ward: str) -> Answer:
        """Return the HQ board of a ward."""
        found: Answer = await self.ask("casework", "/board", ward=ward)
        return found

    async def figures(self, ward: str) -> dict[str, int]:
        """Return the board's figures by code."""
        return {one["code"]: one["value"] for one in (await self.board(ward))["figures"]}

    async def sees_figures(self, ward: str, **expected: int) -> None:
        """Wait until the board's figures are these."""

        async def as_expected() -> bool:
            figures = await self.figures(ward)
            assert {name: figures[name] for name in expected} == expected
            return True

        await soon(as_expected)


def _id(person: Person | UUID) -> UUID:
    return person.id if isinstance(person, Person) else person
