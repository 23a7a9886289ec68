"""Two sheets for one person: merged, reads unite and two places become a conflict in sight; unmerged, they part."""

from tests.journeys.reading import short
from tests.journeys.telling import soon
from tests.journeys.ward import Ward
from tests.journeys.ways import accepted, asked


async def test_two_registrations_unite_and_part_again(ward: Ward) -> None:
    one, two = await ward.facility(places=1), await ward.facility(places=1)
    here = await accepted(ward, one, await ward.staff.registers_one(name="訓練 重子"))
    there = await accepted(ward, two, await ward.staff.registers_one(name="訓練 かさね"))

    merge = await ward.hq.merges(here.person, there.person)

    # Reads unite over both ids, whichever is asked for; the kept one is shown.
    async def united() -> bool:
        for person in (here.person, there.person):
            shown = await ward.hq.summary(person)
            assert shown["person"] == str(here.person.id)
            assert [row["person"] for row in shown["registrations"]] == [str(here.person.id), str(there.person.id)]
        return True

    await soon(united)
    told = await ward.hq.timeline(there.person)
    assert {entry["person"] for entry in told if entry["person"]} == {str(here.person.id), str(there.person.id)}
    assert sum(short(entry["type"]) == "transfer.placement.accepted" for entry in told) == 2
    await ward.hq.sees_figures(ward.code, persons=1)

    # Two places for one person: nobody decides that alone, and nothing is dropped.
    [conflict] = (await ward.hq.summary(here.person))["conflicts"]
    assert conflict["code"] == "two-placements"
    assert set(conflict["placements"]) == {str(here.placement), str(there.placement)}
    assert await ward.hq.places(one.facility) == await ward.hq.places(two.facility) == {"promised": 1}
    assert (await ward.hq.need(here.person, "accepted"))["same_person"] == [there.need["need"]]

    await ward.hq.unmerges(here.person, there.person, merge)

    async def parted() -> bool:
        for person in (here.person, there.person):
            shown = await ward.hq.summary(person)
            assert [row["person"] for row in shown["registrations"]] == [str(person.id)]
            assert shown["conflicts"] == []
        return True

    await soon(parted)
    told = await ward.hq.timeline(there.person)
    assert {entry["person"] for entry in told if entry["person"]} == {str(there.person.id)}
    await ward.hq.sees_figures(ward.code, persons=2)
    assert (await ward.hq.need(here.person, "accepted"))["same_person"] == []
    # As of then, it was one person.
    merged_at = max(
        entry["recorded_at"]
        for entry in await ward.hq.timeline(here.person)
        if short(entry["type"]) == "intake.person.merged"
    )
    then = await ward.hq.summary(here.person, known_by=merged_at)
    assert len(then["registrations"]) == 2


async def test_of_two_requests_for_one_person_the_one_that_has_come_further_goes_on(ward: Ward) -> None:
    one, two = await ward.facility(places=1), await ward.facility(places=1)
    further = await accepted(ward, one)
    behind = await asked(ward, two)

    await ward.hq.merges(further.person, behind.person)

    await ward.hq.need(behind.person, "ended", reason="merged")
    assert await ward.hq.places(two.facility) == {"free": 1}
    assert await ward.hq.places(one.facility) == {"promised": 1}
    await ward.hq.need(further.person, "accepted")
    await ward.hq.hears(behind.person, "transfer.placement.withdrawn")
    assert (await ward.hq.summary(further.person))["conflicts"] == []
