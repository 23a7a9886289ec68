"""How many were at each shelter at an instant: the board's numbers now, and what had happened then."""

import random
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest

from services.casework import queries_board, queries_stays
from shared.contracts.envelope import Recorded
from shared.contracts.intake_person import (
    CameBack,
    CheckedIn,
    Departed,
    PersonCorrected,
    PersonsMerged,
    PersonsUnmerged,
    WentOut,
)
from shared.contracts.places import Place
from shared.contracts.transfer_facility import FacilityListed
from shared.platform.parts import Parts
from shared.platform.permissions import Within
from tests.adapters.casework.conftest import Send, Tell
from tests.unit.casework.lives import KEPT, random_life
from tests.unit.casework.told import AT_SHELTER, SHELTER, Life, at, named

pytestmark = pytest.mark.stack

OTHER = named("other shelter")
AT_OTHER = Place(kind="shelter", shelter=OTHER)
EVERYTHING = Within(everything=True)


async def counted(send: Send, when: str | None = None, **asked: Any) -> dict[UUID, int]:
    """Ask how many were at each shelter at an instant (None: now)."""
    params = {"at": at(when).isoformat()} if when else {}
    answer = await send("GET", "/shelters/occupancy", role="city-hq", wards="*", params=params | asked)
    assert answer.status_code == 200, answer.text
    body = answer.json()
    assert body["persons"] == sum(one["persons"] for one in body["items"])
    return {UUID(one["shelter"]): one["persons"] for one in body["items"]}


async def test_late_and_corrected_facts_count_where_they_belong(send: Send, tell: Tell) -> None:
    out, late, corrected = Life("out"), Life("late"), Life("corrected")
    out.register("10:00", place=AT_SHELTER)
    out.say(WentOut(), "11:00")
    out.say(CameBack(), "18:00")
    late.register("09:00", heard="20:00", place=AT_SHELTER)
    late.say(Departed(destination="home"), "12:00", heard="3d 08:00")
    wrong = corrected.register("10:30", place=AT_SHELTER)
    corrected.say(PersonCorrected(fields=("place",), place=AT_OTHER), "14:00", corrects=wrong)
    gone = corrected.say(Departed(destination="home"), "16:00")
    corrected.say(CheckedIn(place=AT_OTHER), "16:00", heard="17:00", corrects=gone)
    await tell([*out.events, *late.events, *corrected.events])

    assert await counted(send, "08:59") == {}
    assert await counted(send, "09:00") == {SHELTER: 1}, "who came counts from that instant"
    assert await counted(send, "10:45") == {SHELTER: 2, OTHER: 1}
    assert await counted(send, "12:00") == {SHELTER: 1, OTHER: 1}, "who left counts no more from that instant"
    assert await counted(send) == {SHELTER: 1, OTHER: 1}


async def test_merged_registrations_count_once_and_where_they_were_before(send: Send, tell: Tell) -> None:
    relative, own = Life("relative's sheet"), Life("own sheet")
    relative.register("09:00", place=AT_SHELTER)
    own.register("11:00", place=AT_OTHER)
    await tell([*relative.events, *own.events])
    assert await counted(send, "12:00") == {SHELTER: 1, OTHER: 1}
    for life, other in ((relative, own), (own, relative)):
        life.say(PersonsMerged(merge=named("m"), other=other.person, kept=own.person), "15:00")
    await tell([relative.events[-1], own.events[-1]])
    assert await counted(send, "10:00") == {SHELTER: 1}
    assert await counted(send, "12:00") == {OTHER: 1}
    assert await counted(send) == {OTHER: 1}
    for life, other in ((relative, own), (own, relative)):
        life.say(PersonsUnmerged(merge=named("m"), other=other.person), "16:00")
    await tell([relative.events[-1], own.events[-1]])
    assert await counted(send, "12:00") == {SHELTER: 1, OTHER: 1}


async def test_a_ward_sees_its_own_shelters(send: Send, tell: Tell) -> None:
    here, there = Life("here"), Life("there")
    here.register("10:00", place=AT_SHELTER)
    there.register("10:00", place=AT_OTHER)
    master = Life("master")
    for shelter, ward in ((SHELTER, "28101"), (OTHER, "28102")):
        master.person = shelter
        master.say(FacilityListed(name="訓練小学校", kind="shelter", ward=ward), "08:00", stream=shelter)
    await tell([*master.events, *here.events, *there.events])
    assert await counted(send) == {SHELTER: 1, OTHER: 1}
    assert await counted(send, ward="28102") == {OTHER: 1}
    answer = await send("GET", "/shelters/occupancy", role="ward-hq", wards=("28101",))
    assert [(one["name"], one["ward"], one["persons"]) for one in answer.json()["items"]] == [
        ("訓練小学校", "28101", 1)
    ]
    assert (await send("GET", "/shelters/occupancy", role="facility")).status_code == 403
    assert (await send("GET", "/shelters/occupancy?at=2024-01-01T10:00:00", role="city-hq")).status_code == 422


@pytest.mark.req("K4-154")
@pytest.mark.parametrize("seed", range(6))
async def test_at_the_present_these_are_the_numbers_of_the_board(
    send: Send, tell: Tell, worker: Parts, seed: int
) -> None:
    dice = random.Random(seed)
    events = _kept() + [one for n in range(30) for one in random_life(f"board {seed} {n}", dice).events]
    dice.shuffle(events)
    await tell(events, dice)
    board = (await send("GET", "/board", role="city-hq", wards="*")).json()["shelters"]["items"]
    assert await counted(send) == {UUID(one["shelter"]): one["persons"] for one in board}
    async with worker.database.session() as session:
        mine = Within(wards=("28102",))
        for within, ward in ((EVERYTHING, None), (EVERYTHING, "28102"), (mine, None)):
            shown = await queries_board.shelters(session, within, ward)
            now = await queries_stays.occupancy(session, within, ward, datetime.now(UTC))
            assert {one["shelter"]: one["persons"] for one in now} == {one["shelter"]: one["persons"] for one in shown}


def _kept() -> list[Recorded]:
    """The registration under which the merged ones of random lives are shown."""
    life = Life("kept")
    life.person = KEPT
    life.register("01:30", place=AT_SHELTER)
    return life.events
