"""The drive by a partner: offered, declined, silent, taken; no name before it is taken, and never a diagnosis."""

import json

import pytest

from shared.contracts.topics import EVENT_TOPICS
from tests.journeys.headquarters import MOMENT
from tests.journeys.receiving import Partner
from tests.journeys.shelter import Person
from tests.journeys.telling import Answer, refused, soon
from tests.journeys.traces import found_in, on_topics
from tests.journeys.ward import Ward
from tests.journeys.ways import Way, asked
from tests.running import Running

CONDITION = "心不全のため酸素2Lを使用"
"""What the nurse says to the facility, and nobody else: a diagnosis."""

NAME, PICK_UP, PHONE = "移送 ハナ", "体育館の北口、青いテント", "090-5550-1234"
PRIVATE = ("name", "person", "placement", "pick_up", "phone", "note", "driver")
"""What a partner is told once it has taken the drive."""


async def rides(ward: Ward) -> Way:
    """Somebody in a wheelchair who was accepted, and whose family cannot drive."""
    facility = await ward.facility()
    [hana] = await ward.staff.registers(ward.staff.line(NAME, needs=["care-3-plus"], aids=["wheelchair"]))
    way = await asked(ward, facility, hana, condition=CONDITION)
    await facility.accepts(way.placement)
    return way


def of_the_person(shown: Answer) -> set[str]:
    """Return what of a drive's private part is shown."""
    return {name for name in PRIVATE if shown.get(name) is not None}


@pytest.mark.req("K4-127", "K4-147", "K4-160", "K4-166")
async def test_declined_by_one_and_not_answered_by_another_it_is_taken_by_the_third(
    ward: Ward, running: Running
) -> None:
    way = await rides(ward)
    declines, is_silent, drives = [await ward.partner(name, "welfare") for name in ("first", "second", "third")]

    # The shelter reports the need to HQ: it stands open, in sight, until a vehicle is taken.
    trip = await ward.staff.asks_for_drive(way.placement, pick_up=PICK_UP, phone=PHONE)
    assert (await ward.hq.trip(trip, "planned"))["vehicle"] == "welfare"
    [waits] = await ward.hq.list("transfer", "/transport-needs", ward=ward.code)
    assert (waits["person"], waits["vehicle"]) == (str(way.person.id), "welfare")
    opened = await ward.hq.handoff(way.person, "transport-need-to-hq", "open")
    [on_board] = (await ward.hq.board(ward.code))["trips"]["items"]
    assert (on_board["trip"], on_board["state"]) == (str(trip), "planned")
    assert on_board["waiting_seconds"] >= 0

    # Offered to the first, who sees what driving needs, and says no.
    await ward.hq.offers_trip(trip, declines.code)
    offered = await declines.sees(trip)
    assert (offered["from_place"], offered["to_facility"]) == (str(ward.staff.shelter), str(way.facility.facility))
    assert (offered["aids"], offered["passengers"], offered["vehicle"]) == (["wheelchair"], 2, "welfare")
    assert not of_the_person(offered)
    await ward.hq.handoff(way.person, "transport-need-to-hq", "taken", done=False)
    await declines.declines(trip)
    back = await ward.hq.handoff(way.person, "transport-need-to-hq", "open")
    assert back["handoff"] == opened["handoff"]

    # Offered to the second, who does not answer in time: it comes back to HQ.
    await ward.hq.offers_trip(trip, is_silent.code, minutes=MOMENT)
    assert (await ward.hq.trip(trip, "planned"))["reason"] == "silent"

    # The third takes it, and learns whom to fetch, and where; those before see it no more.
    await ward.hq.offers_trip(trip, drives.code)
    assert not of_the_person(await drives.sees(trip))
    await drives.accepts(trip)
    taken = await drives.sees(trip)
    assert taken["name"]["name"] == NAME
    assert (taken["pick_up"], taken["phone"]) == (PICK_UP, PHONE)
    for other in (declines, is_silent):
        assert trip not in await other.trips()
        with refused("access.denied"):
            await other.sees(trip)
        with refused("access.denied"):
            await other.accepts(trip)
    await ward.hq.handoff(way.person, "transport-need-to-hq", "taken", done=True)
    await ward.hq.handoff(way.person, "acceptance-to-transport", "taken", done=True)

    await drives.sets_out(trip)
    await drives.picks_up(trip)
    await drives.drops_off(trip)
    assert "name" not in of_the_person(await drives.sees(trip))
    await way.facility.reports_arrival(way.placement)
    await ward.hq.handoff(way.person, "transport-to-arrival", "taken", done=True)

    # Never a diagnosis; and on the partners' topic neither the person nor a word.
    assert CONDITION not in json.dumps([offered, taken], ensure_ascii=False)
    await only_codes_for_partners(running, trip_of=str(trip), person=way.person)


async def only_codes_for_partners(running: Running, trip_of: str, person: Person) -> None:
    """Look at the partners' topic, raw: the trip is on it, and nothing of the person."""
    assert "transfer.dispatch" in EVENT_TOPICS

    async def told() -> bool:
        [topic] = [one for one in await on_topics(running.stack) if one.where == "topic transfer.dispatch"]
        assert topic.content.count(trip_of.encode()) >= 3  # offered to each of the three
        words = (str(person.id), str(person.household), person.name, CONDITION, PICK_UP, PHONE, "sealed")
        assert found_in([topic], words) == set()
        return True

    await soon(told)


@pytest.mark.req("K4-128")
async def test_who_is_at_high_risk_gets_a_welfare_vehicle_in_any_case(ward: Ward) -> None:
    facility = await ward.facility()
    way = await asked(ward, facility, high_risk=True)
    await facility.accepts(way.placement)
    with refused("trip.needs-welfare-vehicle"):
        await ward.hq.plans_trip(way.placement, by="family")
    trip = await ward.staff.asks_for_drive(way.placement)
    taxi, welfare = await ward.partner("taxi", "ordinary"), await ward.partner("care", "welfare")
    with refused("trip.partner-lacks-vehicle"):
        await ward.hq.offers_trip(trip, taxi.code)
    await ward.hq.offers_trip(trip, welfare.code)
    assert (await welfare.sees(trip))["vehicle"] == "welfare"


@pytest.mark.req("K4-129")
async def test_who_can_ride_an_ordinary_car_goes_by_taxi(ward: Ward) -> None:
    way = await asked(ward, await ward.facility())
    await way.facility.accepts(way.placement)
    taxi = await ward.partner(
        "taxi", "ordinary", agreement="災害時における輸送業務に関する協定", agreed_on="2014-07-01"
    )
    trip = await ward.staff.asks_for_drive(way.placement)
    await ward.hq.offers_trip(trip, taxi.code)
    await taxi.accepts(trip)
    assert ((await taxi.sees(trip))["vehicle"], (await ward.hq.trip(trip))["partner"]) == ("ordinary", taxi.code)
    known = {one["partner"]: one for one in await ward.hq.ask("transfer", "/partners")}
    assert known[taxi.code]["agreed_on"] == "2014-07-01"


@pytest.mark.req("K4-117")
async def test_nobody_is_driven_before_a_facility_has_accepted(ward: Ward) -> None:
    way = await asked(ward, await ward.facility())
    with refused("trip.not-accepted"):
        await ward.hq.plans_trip(way.placement)


async def test_a_drive_that_broke_off_leaves_the_need_for_one_open(ward: Ward) -> None:
    way = await rides(ward)
    partner: Partner = await ward.partner("care", "welfare")
    trip = await ward.staff.asks_for_drive(way.placement)
    await ward.hq.offers_trip(trip, partner.code)
    await partner.accepts(trip)
    await partner.tell("transfer", f"/trips/{trip}/fail", {"reason": "road"})
    await ward.hq.handoff(way.person, "acceptance-to-transport", "open")
    again = await ward.staff.asks_for_drive(way.placement)
    await ward.hq.offers_trip(again, partner.code)
    await partner.accepts(again)
    await ward.hq.handoff(way.person, "acceptance-to-transport", "taken", done=True)
