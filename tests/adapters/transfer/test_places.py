"""A place is never promised twice (design, decision 7), on a real PostgreSQL, with everybody at once."""

import asyncio
from collections import Counter
from collections.abc import Awaitable
from uuid import UUID

import pytest

from services.transfer.tables import metadata
from shared.contracts.intake_person import Departed
from shared.kernel.errors import Problem
from shared.platform.migrate import differences
from shared.platform.parts import Parts
from tests.adapters.transfer import made
from tests.fresh import FreshDatabase

pytestmark = pytest.mark.stack


async def outcome(awaited: Awaitable[object]) -> str:
    try:
        await awaited
    except Problem as problem:
        return problem.code
    return "done"


async def test_the_migration_makes_the_declared_tables(fresh: FreshDatabase) -> None:
    assert await differences(metadata, fresh.dsn()) == []


async def test_fifty_requests_at_once_for_three_places_hold_three(parts: Parts) -> None:
    facility = await made.a_facility(parts, 3)
    needs = [await made.a_need(parts) for _ in range(50)]
    outcomes = await asyncio.gather(*(outcome(made.asks(parts, need, facility)) for need in needs))
    assert Counter(outcomes) == {"done": 3, "facility.full": 47}
    held = await made.rows(parts, "SELECT placement FROM places WHERE facility = $1 AND state = 'held'", facility)
    requested = await made.rows(parts, "SELECT stream FROM events WHERE type LIKE '%placement.requested%'")
    assert {one["placement"] for one in held} == {one["stream"] for one in requested}


async def test_a_group_has_no_more_places_than_it_was_given_however_many_ask_at_once(parts: Parts) -> None:
    facility = await made.a_facility(parts, 20, groups={"elderly": 2})
    needs = [await made.a_need(parts) for _ in range(16)]
    outcomes = await asyncio.gather(*(outcome(made.asks(parts, need, facility)) for need in needs))
    assert Counter(outcomes) == {"done": 2, "facility.full": 14}
    others = await made.a_need(parts, groups=("physical",))
    assert await outcome(made.asks(parts, others, facility)) == "done", "another group is not bound"


async def test_while_places_come_and_go_none_is_promised_twice(parts: Parts) -> None:
    facilities = [await made.a_facility(parts, 2) for _ in range(3)]
    people = [await made.a_person(parts) for _ in range(30)]
    needs = [await made.a_need(parts, person) for person in people]

    async def one(need: UUID, turn: int) -> None:
        await outcome(made.asks(parts, need))
        for placement in await made.live(parts, need):
            say = made.declines if turn % 3 == 0 else made.accepts
            await outcome(say(parts, placement["placement"]))

    async def reports() -> None:
        for total in (1, 4, 0, 2, 3):
            await asyncio.gather(*(outcome(made.reports(parts, facility, total)) for facility in facilities))

    async def timers() -> None:
        for _ in range(6):
            await made.fires(parts)

    async def leaves(person: UUID) -> None:
        await made.happens(parts, person, Departed(destination="home"))

    await asyncio.gather(
        *(one(need, turn) for turn, need in enumerate(needs)),
        *(leaves(person) for person in people[::4]),
        reports(),
        timers(),
        timers(),
    )
    for _ in range(3):
        await made.fires(parts)
    live = await made.rows(parts, "SELECT placement, facility FROM placements WHERE state IN ('asked', 'accepted')")
    placed = await made.rows(parts, "SELECT placement FROM places WHERE placement IS NOT NULL")
    assert {one["placement"] for one in live} == {one["placement"] for one in placed}
    for facility in facilities:
        counted = await made.places_of(parts, facility)
        over = counted.pop("over", 0)
        assert sum(counted.values()) - over == 3, "as many as were reported last, and what was promised beyond is over"
    open_now = await made.rows(parts, "SELECT need FROM needs WHERE state = 'open'")
    assert open_now == [], "everybody is asked for, accepted, or in sight on the waiting list"


async def test_fewer_places_than_were_promised_are_marked_and_nobody_is_dropped(parts: Parts) -> None:
    facility = await made.a_facility(parts, 3)
    placements = [(await made.asks(parts, await made.a_need(parts))).stream for _ in range(3)]
    await made.accepts(parts, placements[0])
    await made.reports(parts, facility, 1)
    assert await made.places_of(parts, facility) == {"held": 2, "promised": 1, "over": 2}
    await made.declines(parts, placements[1])
    assert await made.places_of(parts, facility) == {"held": 1, "promised": 1, "over": 1}
    await made.arrives(parts, placements[0])
    await made.reports(parts, facility, 4)
    assert await made.places_of(parts, facility) == {"free": 2, "held": 1, "taken": 1}


async def test_a_facility_of_unknown_capacity_is_asked_without_a_hold_and_its_yes_makes_the_place(parts: Parts) -> None:
    facility = await made.a_facility(parts, None)
    needs = [await made.a_need(parts) for _ in range(4)]
    first, *_ = [await made.asks(parts, need) for need in needs[:3]]
    assert await made.places_of(parts, facility) == {}
    await made.asks(parts, needs[3])
    assert await made.state_of(parts, needs[3]) == "waitlisted", "three at a time, where nobody knows the places"
    await made.accepts(parts, first.stream)
    assert await made.places_of(parts, facility) == {"promised": 1}
    await made.fires(parts)
    assert await made.state_of(parts, needs[3]) == "asked", "an answer lets the next one be asked for"


@pytest.mark.req("K4-107")
async def test_reserved_places_are_not_for_emergency_admissions(parts: Parts) -> None:
    core = await made.a_facility(parts, 1, reserved=1)
    emergency = await made.a_need(parts, destination="facility", emergency_admission=True)
    assert await outcome(made.asks(parts, emergency, core)) == "facility.full"
    await made.reports(parts, core, 2, reserved=1)
    assert await outcome(made.asks(parts, emergency, core, reason=None)) == "placement.reason-missing"
    assert await outcome(made.asks(parts, emergency, core)) == "done"
    screened = await made.a_need(parts)
    assert await outcome(made.asks(parts, screened, core)) == "done"
    assert await made.places_of(parts, core) == {"held": 2}


async def test_full_means_full_a_place_that_somebody_just_holds_is_waited_for(parts: Parts) -> None:
    facility = await made.a_facility(parts, 1)
    need = await made.a_need(parts)
    async with parts.database.transaction() as rival:
        await rival.execute("SELECT id FROM places WHERE facility = $1 FOR UPDATE", facility)
        asking = asyncio.create_task(outcome(made.asks(parts, need, facility)))
        await somebody_waits(parts)
    assert await asking == "done", "the rival gave it back"


async def somebody_waits(parts: Parts) -> None:
    """Wait until a session waits for a lock of another."""
    async with asyncio.timeout(5):
        while not await made.rows(parts, "SELECT pid FROM pg_locks WHERE NOT granted"):  # noqa: ASYNC110 - no event
            await asyncio.sleep(0.01)


async def test_however_many_ask_for_one_person_at_once_no_more_are_asked_than_may_be(parts: Parts) -> None:
    facilities = [await made.a_facility(parts) for _ in range(8)]
    need = await made.a_need(parts)
    outcomes = await asyncio.gather(*(outcome(made.asks(parts, need, facility)) for facility in facilities))
    assert Counter(outcomes) == {"done": 3, "need.asked-enough": 5}


async def test_of_two_facilities_that_accept_at_the_same_moment_one_has_the_person(parts: Parts) -> None:
    facilities = [await made.a_facility(parts) for _ in range(3)]
    need = await made.a_need(parts)
    asked = [(await made.asks(parts, need, facility)).stream for facility in facilities]
    outcomes = await asyncio.gather(*(outcome(made.accepts(parts, placement)) for placement in asked))
    assert Counter(outcomes) == {"done": 1, "placement.withdrawn": 2}
    states = await made.rows(parts, "SELECT state FROM placements WHERE need = $1 ORDER BY state", need)
    assert [one["state"] for one in states] == ["accepted", "withdrawn", "withdrawn"]
