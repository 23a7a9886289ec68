"""The timeline's row is the inbox; whatever the order, repetition and batching, the rows come out the same."""

import random
from uuid import UUID

import pytest

from services.casework.rebuild import fingerprints
from services.casework.tables import PROJECTED, metadata
from shared.contracts.envelope import Recorded
from shared.contracts.intake_household import HouseholdRegistered, SharingConfirmed
from shared.contracts.intake_person import CheckedIn, Departed
from shared.contracts.places import Place
from shared.contracts.transfer_facility import (
    CapacityReported,
    FacilityClosed,
    FacilityListed,
    OpeningStepReported,
)
from shared.platform.migrate import differences
from shared.platform.parts import Parts
from shared.platform.settling import Settling
from tests.adapters.casework.conftest import Tell
from tests.adapters.platform.made import message
from tests.fresh import FreshDatabase
from tests.unit.casework.lives import random_life
from tests.unit.casework.told import AT_SHELTER, CORE, Life, at, named

pytestmark = pytest.mark.stack


async def emptied(parts: Parts) -> None:
    async with parts.database.session() as session:
        for table in PROJECTED:
            await session.execute(f'DELETE FROM "{table.name}"')


async def digests(parts: Parts) -> dict[str, str]:
    async with parts.database.session() as session:
        return await fingerprints(session)


async def test_the_migrations_make_the_tables_that_are_declared(fresh: FreshDatabase) -> None:
    assert await differences(metadata, fresh.dsn()) == []


async def test_an_event_has_its_effect_once(tell: Tell, worker: Parts, settling: Settling) -> None:
    life = Life()
    life.register("10:00")
    await tell(life.events)
    before = await digests(worker)
    await tell(life.events * 3)
    after = await digests(worker)
    assert {table for table in before if before[table] != after[table]} == {"heard"}, "how far, and nothing else"
    async with worker.database.session() as session:
        row = await session.fetchrow("SELECT * FROM timeline")
        assert row is not None
        assert (row["person"], row["household"], row["position"]) == (life.person, life.household, 0)
        assert bytes(row["value"]) == life.events[0].value
        person = await session.fetchrow("SELECT * FROM people")
        assert person is not None
        assert (person["standing"], person["needs"], person["shelter"]) == (
            "hand-off",
            ["care-3-plus"],
            AT_SHELTER.shelter,
        )


@pytest.mark.parametrize("seed", range(12))
async def test_any_order_repetition_and_batching_gives_the_same_rows(tell: Tell, worker: Parts, seed: int) -> None:
    dice = random.Random(seed)
    lives = [random_life(f"somebody {seed} {n}", dice) for n in range(6)]
    events = [one for life in lives for one in life.events]
    numbered = {one.envelope.id: n for n, one in enumerate(events)}
    dice.shuffle(events)
    await tell(events, dice)
    first = await rows_but_places(worker)

    await emptied(worker)
    again = [*events, *dice.sample(events, 10)]
    dice.shuffle(again)
    await tell(again, dice)
    assert await rows_but_places(worker) == first
    assert len(numbered) == len(first["timeline"])


async def rows_but_places(parts: Parts) -> dict[str, list[dict[str, object]]]:
    """Every projected row but where it stood on the log, which differs with the order of arrival."""
    found: dict[str, list[dict[str, object]]] = {}
    async with parts.database.session() as session:
        for table in PROJECTED:
            if table.name != "heard":
                rows = [dict(row) for row in await session.fetch(f'SELECT * FROM "{table.name}"')]
                for row in rows:
                    row.pop("part", None)
                    row.pop("position", None)
                found[table.name] = sorted(rows, key=lambda row: str(sorted(row.items(), key=str)))
    return found


async def test_what_a_correction_takes_away_goes(tell: Tell, worker: Parts) -> None:
    life = Life()
    life.register("10:00", needs=())
    departed = life.say(Departed(destination="other-shelter"), "11:00")
    await tell(life.events)
    life.say(CheckedIn(place=AT_SHELTER), "11:00", heard="11:10", corrects=departed)
    await tell(life.events[2:])
    async with worker.database.session() as session:
        assert await session.fetchval("SELECT count(*) FROM handoffs") == 0
        assert await session.fetchval("SELECT standing FROM people") == "shelter"


async def test_households_and_facilities_are_folded_by_their_own_keys(tell: Tell, worker: Parts) -> None:
    household, events = _household()
    await tell([*events, *_facility()])
    async with worker.database.session() as session:
        sheet = await session.fetchrow("SELECT * FROM households WHERE household = $1", household)
        assert sheet is not None
        assert (sheet["sheet_no"], sheet["sharing_confirmed"], sheet["shelter"]) == ("12", True, AT_SHELTER.shelter)
        facility = await session.fetchrow("SELECT * FROM facilities WHERE facility = $1", CORE)
        assert facility is not None
        assert (facility["name"], facility["open"], facility["step"], facility["total"]) == (
            "訓練基幹",
            True,
            "receiving",
            4,
        )
        assert facility["steps"]["receiving"]["ok"] is True
    closed = _facility()
    life = Life("facility")
    life.person = CORE
    life.say(FacilityClosed(reason="damage"), "20:00", stream=CORE)
    await tell([*closed, *life.events])
    async with worker.database.session() as session:
        facility = await session.fetchrow("SELECT * FROM facilities WHERE facility = $1", CORE)
        assert facility is not None
        assert (facility["open"], facility["step"], facility["closed_at"]) == (False, None, at("20:00"))


def _household() -> tuple[UUID, list[Recorded]]:
    life = Life("household")
    life.person = life.household  # the key of what a household says is the household
    sheet = HouseholdRegistered(members=(named("a"),), place=AT_SHELTER, sheet_no="12")
    life.say(sheet, "10:00", stream=life.household)
    life.say(SharingConfirmed(agreed=True), "10:05", stream=life.household)
    return life.household, life.events


def _facility() -> list[Recorded]:
    life = Life("facility")
    life.person = CORE
    life.say(FacilityListed(name="訓練基幹", kind="core-welfare", ward="28101"), "08:00", stream=CORE)
    life.say(OpeningStepReported(step="people-safe"), "09:00", stream=CORE)
    life.say(OpeningStepReported(step="receiving"), "09:30", stream=CORE)
    life.say(CapacityReported(total=4), "09:40", stream=CORE)
    return life.events


async def test_how_far_each_partition_was_heard_is_kept(settling: Settling, worker: Parts) -> None:
    life = Life()
    life.register("10:00")
    life.say(CheckedIn(place=Place(kind="home")), "09:00", heard="11:00")
    first, second = life.events
    await settling.store(
        [settling.read(message(first, 7, partition=3)), settling.read(message(second, 9, partition=3))]
    )
    await settling.store([settling.read(message(first, 12, partition=3))])
    async with worker.database.session() as session:
        rows = [tuple(row) for row in await session.fetch("SELECT * FROM heard")]
    assert rows == [("intake.person", 3, 12, at("11:00"))]


async def test_what_cannot_be_read_is_laid_aside_and_its_neighbours_are_kept(settling: Settling, worker: Parts) -> None:
    life = Life()
    life.register("10:00")
    good = message(life.events[0], 0)
    await settling.settle([settling.read(good._replace(offset=1, value=b"\xff")), settling.read(good)])
    async with worker.database.session() as session:
        assert await session.fetchval("SELECT count(*) FROM timeline") == 1
        assert await session.fetchval("SELECT count(*) FROM dead_letters") == 1
