"""What an operator does while everything goes on: the timeline made anew, and what was laid aside put right."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import UUID

import asyncpg

from services.casework.tables import PROJECTED
from shared.contracts.topics import PARTITIONS
from shared.platform.partitioning import hashes_of
from tests.journeys.commands import tsunagi
from tests.journeys.shelter import Person
from tests.journeys.telling import soon
from tests.journeys.ward import Ward
from tests.journeys.ways import arrived, asked, decided
from tests.running import Running
from tsunagi.stack.stack import Stack
from tsunagi.verifying.settling import settle


async def dumped(stack: Stack) -> dict[str, set[str]]:
    """Return every row that casework has folded from the log, by table."""
    connection = await asyncpg.connect(stack.dsn("casework"))
    try:
        return {
            table.name: {row[0] for row in await connection.fetch(f'SELECT t::text FROM "{table.name}" t')}
            for table in PROJECTED
        }
    finally:
        await connection.close()


async def test_the_timeline_made_anew_is_the_same_row_for_row_while_everything_goes_on(
    ward: Ward, running: Running
) -> None:
    stack = running.stack
    facility = await ward.facility(places=3)
    case = await ward.caseworker.opens_case(await heard(ward, (await arrived(ward, facility)).person))
    await ward.caseworker.assesses(case)
    waits = await asked(ward, facility)
    await settle(stack, 30)
    before = await dumped(stack)
    assert all(before[name] for name in ("timeline", "people", "handoffs", "placements", "households", "facilities"))

    # Sheets come in while it is being made: none of them is missed, and what was there is as it was.
    rebuilding = asyncio.create_task(tsunagi(stack, "rebuild", "casework", "--json"))
    meanwhile = [await ward.staff.registers_one()]
    while not rebuilding.done():
        meanwhile.append(await ward.staff.registers_one())
        await asyncio.wait([rebuilding], timeout=0.1)
    done = await rebuilding
    assert done.code == 0, done.said
    assert done.json["events"] >= len(before["timeline"])
    await settle(stack, 30)
    after = await dumped(stack)
    assert {name for name in before if name != "heard" and not before[name] <= after[name]} == set()
    for person in meanwhile:
        await ward.hq.stands(person, screening="requested")

    # In a quiet moment it is the same to the last row.
    await settle(stack, 30)
    quiet = await dumped(stack)
    assert (await tsunagi(stack, "rebuild", "casework")).code == 0
    assert await dumped(stack) == quiet

    # And the worker goes on from there.
    await facility.accepts(waits.placement)
    await ward.hq.handoff(waits.person, "acceptance-to-transport", "open")


async def heard(ward: Ward, person: Person) -> Person:
    await ward.hq.hears(person, "transfer.placement.arrival-reported")
    return person


@asynccontextmanager
async def refusing(stack: Stack, person: UUID) -> AsyncIterator[None]:
    """Have transfer's database refuse whatever is about this person, as a fault in a release would."""
    connection = await asyncpg.connect(stack.dsn("transfer"))
    try:
        await connection.execute(f"ALTER TABLE persons ADD CONSTRAINT refused CHECK (person <> '{person}')")
        try:
            yield
        finally:
            await connection.execute("ALTER TABLE persons DROP CONSTRAINT refused")
    finally:
        await connection.close()


def partition_of(person: UUID) -> int:
    return hashes_of([str(person).encode()])[0] % PARTITIONS


async def test_what_one_service_cannot_take_is_laid_aside_shown_and_replayed_when_it_can(
    ward: Ward, running: Running
) -> None:
    stack, staff = running.stack, ward.staff
    await ward.facility()
    name = "秘密沢 フミ"
    poison = staff.sheet(staff.line(name, needs=["care-3-plus"]))
    person = UUID(poison["members"][0]["id"])
    line = next(line for line in iter(staff.line, None) if partition_of(UUID(line["id"])) == partition_of(person))

    async with refusing(stack, person):
        fumi = (await staff.hands_in(poison)).representative
        neighbour = (await staff.registers({**line, "needs": ["care-3-plus"]})).representative
        # Who comes after on the same partition passes, and so does the same person elsewhere.
        await ward.nurse.screens(neighbour)
        await ward.hq.need(neighbour)
        await ward.nurse.finds(fumi)
        await ward.hq.stands(fumi, screening="requested")

        async def laid_aside() -> list[dict[str, object]]:
            ran = await tsunagi(stack, "dead-letters", "list", "--service", "transfer", "--json")
            found = [one for one in ran.json["items"] if one["key"] == str(person)]
            assert ran.code == 1
            assert {one["topic"] for one in found} == {"intake.person", "screening.screening"}
            return found

        letters = await soon(laid_aside)
        assert all("refused" in str(one["reason"]) or "constraint" in str(one["reason"]).lower() for one in letters)
        first = letters[0]
        shown = await tsunagi(
            stack, "dead-letters", "show", "transfer", f"{first['topic']}/{first['partition']}/{first['offset']}"
        )
        assert (shown.code, shown.json["body"]["needs"]) == (0, ["care-3-plus"])
        assert name.encode() not in shown.printed
        assert "sealed" not in shown.json["body"]
        # As long as the reason lasts, it is refused again, and stays.
        again = await tsunagi(stack, "dead-letters", "replay", "--service", "transfer", "--json")
        assert again.code == 1
        assert all(one["reason"] for one in again.json["items"])

    replayed = await tsunagi(stack, "dead-letters", "replay", "--service", "transfer", "--json")
    assert replayed.code == 0, replayed.said
    assert {one["reason"] for one in replayed.json["items"]} == {None}
    assert (await tsunagi(stack, "dead-letters", "list")).code == 0
    # It had its effect: the way goes on as if nothing had been.
    _, need = await decided(ward, fumi)
    assert need["name"]["name"] == name
    assert need["place_now"] == str(staff.shelter)
