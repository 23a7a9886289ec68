"""Asking for places: declined by all, silence, conditions, fewer places than promised, two who want the last one."""

import asyncio
from datetime import timedelta
from uuid import UUID

import pytest

from tests.journeys.headquarters import MOMENT
from tests.journeys.reading import at
from tests.journeys.telling import refused, soon
from tests.journeys.ward import Ward
from tests.journeys.ways import accepted, asked, decided
from tsunagi.client import Failed


@pytest.mark.req("K4-116", "K4-146")
async def test_declined_by_all_she_waits_in_sight_and_is_asked_for_again_when_there_is_a_place(ward: Ward) -> None:
    near, far = await ward.facility(places=2), await ward.facility(places=1)
    way = await asked(ward, near)

    # A refusal needs no hand of HQ: the next candidate is asked.
    await near.declines(way.placement, "staff")
    second = await ward.hq.placement(way.need, "asked", facility=str(far.facility))
    await far.declines(UUID(second["placement"]), "full")

    # Nobody is left: she is on the waiting list, and everybody who answers for her sees it.
    need = await ward.hq.need(way.person, "waitlisted", reason="declined-by-all", asked=2)
    assert await ward.hq.waiting() == [way.person.id]
    await ward.hq.sees_figures(ward.code, waitlisted=1, to_be_moved=1, lost=0)
    await ward.hq.handoff(way.person, "screening-to-acceptance", "open")
    await ward.hq.stands(way.person, need="waitlisted", standing="hand-off")
    assert [one["reason"] for one in await ward.hq.placements(need)] == ["staff", "full"]

    # A place appears: its facility is asked at once.
    await far.reports_places(1)
    third = await ward.hq.placement(need, "asked", facility=str(far.facility))
    assert await ward.hq.waiting() == []
    await far.accepts(UUID(third["placement"]))
    await ward.hq.handoff(way.person, "screening-to-acceptance", "taken", done=True)
    assert await ward.hq.places(far.facility) == {"promised": 1}
    assert await ward.hq.places(near.facility) == {"free": 2}


@pytest.mark.req("K4-116")
async def test_a_facility_that_stays_silent_is_passed_over_for_the_next(ward: Ward) -> None:
    silent, other = await ward.facility(places=2), await ward.facility(places=1)
    person, need = await decided(ward)
    placement = await ward.hq.asks(need, minutes=MOMENT)
    assert (await silent.sees(placement))["about"] is not None

    following = await ward.hq.placement(need, "asked", facility=str(other.facility))

    first = (await ward.hq.placements(need))[0]
    assert (first["placement"], first["state"], first["facility"]) == (
        str(placement),
        "expired",
        str(silent.facility),
    )
    assert await ward.hq.places(silent.facility) == {"free": 2}
    assert (await silent.sees(placement))["about"] is None
    with refused("placement.expired"):
        await silent.accepts(placement)  # the next is asked: two promises for one person must not be
    await other.accepts(UUID(following["placement"]))
    entries = await ward.hq.hears(person, "transfer.placement.expired", "transfer.placement.accepted")
    [expired] = [one for one in entries if one["type"] == "tsunagi.transfer.placement.expired.v1"]
    assert (expired["actor"], expired["channel"]) == ("timer", "timer")


@pytest.mark.req("K4-116", "K1-029")
async def test_an_acceptance_on_condition_binds_the_drive(ward: Ward) -> None:
    facility = await ward.facility()
    way = await asked(ward, facility)
    from_time = ward.client.clock.now() + timedelta(hours=2)
    # By telephone: HQ keys in whose word it was.
    await ward.hq.tell(
        "transfer",
        f"/placements/{way.placement}/accept",
        {"conditions": ["carer-comes", "from-a-time"], "from_time": from_time, "lacks": ["beds"]},
        channel="phone",
        said_by="facility",
    )
    [shown] = await ward.hq.placements(way.need)
    assert (shown["channel"], shown["said_by"], shown["lacks"]) == ("phone", "facility", ["beds"])
    assert shown["conditions"] == ["carer-comes", "from-a-time"]
    with refused("trip.too-early"):
        await ward.hq.plans_trip(way.placement)
    trip = await ward.hq.plans_trip(way.placement, planned_at=from_time + timedelta(minutes=5))
    planned = await ward.hq.trip(trip, "planned")
    assert (planned["companion"], planned["passengers"]) == (True, 2)


@pytest.mark.req("K1-025")
async def test_fewer_places_than_promised_are_marked_and_nobody_is_dropped(ward: Ward) -> None:
    facility = await ward.facility(places=2)
    first, second = await accepted(ward, facility), await accepted(ward, facility)
    assert await ward.hq.places(facility.facility) == {"promised": 2}

    await facility.reports_places(1)

    assert await ward.hq.places(facility.facility) == {"promised": 2, "over": 1}
    states = {UUID(row["placement"]): row["state"] for row in (await facility.requests()).values()}
    assert states == {first.placement: "accepted", second.placement: "accepted"}
    third, need = await decided(ward)
    with refused("facility.full"):
        await ward.hq.asks(need, facility.facility, reason="wish")
    # Who comes is received; who no longer comes frees nothing that is not there.
    await facility.reports_arrival(first.placement)
    await ward.hq.withdraws(second.placement)
    assert await ward.hq.places(facility.facility) == {"taken": 1}
    await ward.hq.stands(third, need="open")


async def test_the_last_places_are_promised_once_however_many_ask_at_the_same_moment(ward: Ward) -> None:
    facility = await ward.facility(places=2)
    people = await asyncio.gather(*(ward.staff.registers_one() for _ in range(5)))
    needs = [need for _, need in await asyncio.gather(*(decided(ward, person) for person in people))]

    async def ask(need: dict[str, object]) -> str:
        try:
            await ward.hq.asks(need, facility.facility, reason="wish")
        except Failed as no:
            return no.code
        return "held"

    answers = await asyncio.gather(*(ask(need) for need in needs))

    assert sorted(answers) == ["facility.full"] * 3 + ["held"] * 2
    assert await ward.hq.places(facility.facility) == {"held": 2}


@pytest.mark.req("K4-118")
async def test_who_was_accepted_and_is_not_reported_to_have_arrived_is_overdue(ward: Ward) -> None:
    facility = await ward.facility(places=2)
    late, on_time = await accepted(ward, facility), await accepted(ward, facility)
    long_ago = ward.client.clock.now() - timedelta(minutes=31)
    await ward.hq.plans_trip(late.placement, planned_at=long_ago)
    await ward.hq.plans_trip(on_time.placement)
    overdue = await ward.hq.list("transfer", "/placements", overdue=True, ward=ward.code)
    assert [row["placement"] for row in overdue] == [str(late.placement)]
    await facility.reports_arrival(late.placement)
    assert await ward.hq.list("transfer", "/placements", overdue=True, ward=ward.code) == []


@pytest.mark.req("K4-114")
async def test_without_a_nurses_decision_a_place_is_looked_for_only_with_the_reason(ward: Ward) -> None:
    facility = await ward.facility()
    person = await ward.staff.registers_one()
    await ward.nurse.finds(person)
    await ward.hq.stands(person, screening="requested")
    wanted = {"need": ward.hq.fresh(), "person": person.id, "destination": "core-welfare"}

    async def opens(**more: str) -> bool:
        await ward.hq.tell("transfer", "/needs", {**wanted, **more})
        return True

    with refused("body.unreadable"):
        await opens()
    await soon(lambda: opens(exception="no-nurse"))
    need = await ward.hq.need(person, exception="no-nurse", screening=None)
    await ward.hq.asks(need)
    assert await ward.hq.places(facility.facility) == {"held": 1}
    await ward.hq.handoff(person, "screening-to-acceptance", "open")


@pytest.mark.req("K3-035")
async def test_an_arrival_frees_the_place_before_and_a_second_move_follows_the_first(ward: Ward) -> None:
    first, second = await ward.facility(places=1), await ward.facility(places=0)
    way = await accepted(ward, first)
    await first.reports_arrival(way.placement)
    await ward.hq.stands(way.person, facility=str(first.facility))

    await ward.staff.tell(
        "screening", f"/screenings/{way.person.id}/request", {"reason": "observed", "observations": ["unwell"]}
    )
    await second.reports_places(1)
    again = await asked(ward, second, way.person)
    await second.accepts(again.placement)
    await second.reports_arrival(again.placement)

    assert await ward.hq.places(first.facility) == {"free": 1}
    assert await ward.hq.places(second.facility) == {"taken": 1}
    entries = await ward.hq.hears(way.person, "transfer.placement.ended")
    assert [one["facts"]["reason"] for one in entries if "placement.ended" in one["type"]] == ["moved-on"]
    assert at(entries[0]["settles"]) <= at(entries[-1]["settles"])
    await ward.hq.stands(way.person, facility=str(second.facility))
