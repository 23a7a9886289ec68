"""From the acceptance to the arrival, and what ends it on the way (004 受入手順 ④⑤; (3)①)."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from services.transfer import handlers_need, handlers_placement, handlers_trip
from services.transfer.domain import trip
from services.transfer.handlers_trip import PARTNER, Planned
from shared.contracts.event import Event
from shared.contracts.intake_person import (
    AmbulanceCalled,
    CheckedIn,
    Departed,
    Died,
    HospitalConfirmed,
    PersonsMerged,
)
from shared.contracts.places import Place
from shared.contracts.transfer_need import NeedOpened
from shared.contracts.transfer_trip import TripWords
from shared.kernel.ids import derived_id
from shared.platform.parts import Parts
from shared.platform.streams import Outcome
from tests.adapters.transfer import made
from tests.adapters.transfer.test_asking import refused

pytestmark = pytest.mark.stack


async def a_partner(parts: Parts, name: str = "taxi", *vehicles: str) -> str:
    fields: dict[str, Any] = dict.fromkeys(PARTNER)
    fields |= {"name": name, "kind": "taxi", "vehicles": list(vehicles or ["ordinary"]), "wards": [], "active": True}
    await handlers_trip.partner_changed(parts, name, fields)
    return name


async def accepted(parts: Parts, **fields: Any) -> tuple[UUID, UUID]:
    """A need and its accepted placement."""
    need = await made.a_need(parts, **fields)
    placement = (await made.asks(parts, need)).stream
    await made.accepts(parts, placement)
    return need, placement


async def plan(parts: Parts, placement: UUID, by: str = "partner", **fields: Any) -> UUID:
    trip_id = made.fresh_id()
    at = fields.pop("planned_at", parts.clock.now() + timedelta(hours=1))
    await handlers_trip.plan(parts, placement, trip_id, Planned(by, at, **fields), made.by(parts))
    return trip_id


async def tell(parts: Parts, trip_id: UUID, command: trip.Command) -> Outcome:
    return await handlers_trip.tell(parts, trip_id, command, made.by(parts))


async def offer(parts: Parts, trip_id: UUID, partner: str, vehicle: str | None = None) -> Outcome:
    return await handlers_trip.offer(parts, trip_id, partner, None, vehicle, made.by(parts))


async def told_to_partners(parts: Parts) -> list[str]:
    return [
        one["type"].split(".")[3]
        for one in await made.rows(parts, "SELECT type FROM events WHERE topic = 'transfer.dispatch' ORDER BY id")
    ]


@pytest.mark.req("K4-117", "K4-118", "K4-129")
async def test_the_whole_way_of_one_person(parts: Parts) -> None:
    shelter = await made.a_facility(parts, 0, kind="shelter")
    home = await made.a_facility(parts)
    person = await made.a_person(parts, shelter)
    need = await made.a_need(parts, person)
    placement = (await made.asks(parts, need)).stream
    await refused("trip.not-accepted", plan(parts, placement))
    await made.accepts(parts, placement)
    trip_id = await plan(parts, placement, words=TripWords(pick_up="体育館の入口"))
    taxi = await a_partner(parts)
    await offer(parts, trip_id, taxi)
    for command in (trip.Accept(taxi), trip.Start(), trip.PickUp(), trip.DropOff()):
        await tell(parts, trip_id, command)
    assert await made.state_of(parts, need) == "accepted", "set down is not arrived"
    await made.arrives(parts, placement)
    assert await made.state_of(parts, need) == "met"
    assert await made.places_of(parts, home) == {"taken": 1}
    assert await made.types_of(parts, trip_id) == [
        "planned", "offered", "accepted", "started", "picked-up", "dropped-off",
    ]  # fmt: skip
    row = await made.row(parts, "SELECT from_place, vehicle FROM trips WHERE trip = $1", trip_id)
    assert dict(row) == {"from_place": shelter, "vehicle": "ordinary"}
    [dispatch] = await made.rows(parts, "SELECT * FROM events WHERE topic = 'transfer.dispatch'")
    assert dispatch["key"] == trip_id
    assert str(person).encode() not in dispatch["value"] + dispatch["headers"]


async def test_a_trip_that_nobody_answers_goes_back_to_hq(parts: Parts) -> None:
    await made.a_facility(parts)
    _, placement = await accepted(parts)
    trip_id = await plan(parts, placement)
    taxi, other = await a_partner(parts, "taxi"), await a_partner(parts, "van")
    await offer(parts, trip_id, taxi)
    await refused("trip.offered-already", offer(parts, trip_id, other))
    made.passes(parts, minutes=16)
    await made.fires(parts)
    assert (await made.types_of(parts, trip_id))[-1] == "declined"
    await refused("trip.not-offered", tell(parts, trip_id, trip.Accept(taxi)))
    await offer(parts, trip_id, other)
    await tell(parts, trip_id, trip.Accept(other))
    assert await told_to_partners(parts) == ["offered", "withdrawn", "offered"]


@pytest.mark.req("K4-128")
async def test_a_person_at_high_risk_rides_in_a_welfare_vehicle(parts: Parts) -> None:
    await made.a_facility(parts)
    _, placement = await accepted(parts, high_risk=True)
    await refused("trip.needs-welfare-vehicle", plan(parts, placement, "family"))
    await refused("trip.needs-welfare-vehicle", plan(parts, placement, vehicle="ordinary"))
    trip_id = await plan(parts, placement)
    taxi, van = await a_partner(parts, "taxi"), await a_partner(parts, "van", "welfare")
    await refused("trip.partner-lacks-vehicle", offer(parts, trip_id, taxi))
    await refused("trip.needs-welfare-vehicle", offer(parts, trip_id, taxi, "ordinary"))
    await offer(parts, trip_id, van)


@pytest.mark.req("K4-126", "K4-127")
async def test_the_family_drives_first_and_hq_finds_somebody_where_it_cannot(parts: Parts) -> None:
    await made.a_facility(parts)
    _, placement = await accepted(parts)
    trip_id = await plan(parts, placement, "family")
    await refused("trip.exists", plan(parts, placement, "partner"))
    await tell(parts, trip_id, trip.Decline("family", "no-vehicle"))
    taxi = await a_partner(parts)
    await offer(parts, trip_id, taxi)
    row = await made.row(parts, "SELECT by, vehicle, state FROM trips WHERE trip = $1", trip_id)
    assert dict(row) == {"by": "partner", "vehicle": "ordinary", "state": "offered"}


async def test_after_a_breakdown_another_trip_is_planned(parts: Parts) -> None:
    await made.a_facility(parts)
    _, placement = await accepted(parts)
    trip_id, taxi = await plan(parts, placement), await a_partner(parts)
    await offer(parts, trip_id, taxi)
    await tell(parts, trip_id, trip.Accept(taxi))
    await tell(parts, trip_id, trip.Fail("breakdown"))
    await plan(parts, placement)
    assert await told_to_partners(parts) == ["offered", "withdrawn"]


ARRIVALS = [("offered", "cancelled"), ("accepted", "dropped-off"), ("picked-up", "dropped-off")]


@pytest.mark.parametrize(("stage", "ends"), ARRIVALS)
async def test_an_arrival_closes_the_trip_as_far_as_it_had_come(parts: Parts, stage: str, ends: str) -> None:
    await made.a_facility(parts)
    _, placement = await accepted(parts)
    trip_id, taxi = await plan(parts, placement), await a_partner(parts)
    await offer(parts, trip_id, taxi)
    for command in (trip.Accept(taxi), trip.PickUp())[: ARRIVALS.index((stage, ends))]:
        await tell(parts, trip_id, command)
    await made.arrives(parts, placement)
    assert (await made.types_of(parts, trip_id))[-1] == ends


async def test_who_arrives_before_the_answer_was_accepted_thereby(parts: Parts) -> None:
    home, other = await made.a_facility(parts), await made.a_facility(parts)
    need = await made.a_need(parts)
    here, there = [(await made.asks(parts, need, facility)).stream for facility in (home, other)]
    await made.arrives(parts, here)
    assert await made.types_of(parts, here) == ["requested", "accepted", "arrival-reported"]
    assert await made.types_of(parts, there) == ["requested", "withdrawn"]
    assert (await made.places_of(parts, home), await made.places_of(parts, other)) == ({"taken": 1}, {"free": 1})
    assert (await made.arrives(parts, here)).repeated


FACTS: list[tuple[str, Event, str]] = [
    ("goes home", Departed(destination="home"), "home"),
    ("goes to relatives", Departed(destination="relatives"), "left"),
    ("is taken by ambulance", AmbulanceCalled(), "hospital"),
    ("is in hospital", HospitalConfirmed(), "hospital"),
    ("dies", Died(), "died"),
]


@pytest.mark.parametrize(("_name", "fact", "reason"), FACTS, ids=[row[0] for row in FACTS])
async def test_what_happens_to_the_person_ends_everything_that_is_under_way(
    parts: Parts, _name: str, fact: Event, reason: str
) -> None:
    home = await made.a_facility(parts)
    person = await made.a_person(parts)
    need, placement = await accepted(parts, person=person)
    trip_id, taxi = await plan(parts, placement), await a_partner(parts)
    await offer(parts, trip_id, taxi)
    await made.happens(parts, person, fact)
    ended = await made.row(parts, "SELECT state, reason FROM needs WHERE need = $1", need)
    assert dict(ended) == {"state": "ended", "reason": reason}
    assert await made.types_of(parts, placement) == ["requested", "accepted", "withdrawn"]
    assert (await made.types_of(parts, trip_id))[-1] == "cancelled"
    assert await told_to_partners(parts) == ["offered", "withdrawn"]
    assert await made.places_of(parts, home) == {"free": 1}


async def test_who_leaves_for_the_facility_that_was_asked_is_on_the_way(parts: Parts) -> None:
    home = await made.a_facility(parts)
    person = await made.a_person(parts)
    need, _ = await accepted(parts, person=person)
    await made.happens(parts, person, Departed(destination="other", to_facility=home))
    assert await made.state_of(parts, need) == "accepted"


async def test_a_departure_from_before_the_decision_ends_nothing(parts: Parts) -> None:
    await made.a_facility(parts)
    person = await made.a_person(parts)
    need, _ = await accepted(parts, person=person)
    before = parts.clock.now() - timedelta(hours=2)
    await made.happens(parts, person, Departed(destination="home"), happened=before)
    assert await made.state_of(parts, need) == "accepted"


async def test_who_died_is_not_to_be_moved_whatever_was_decided_before(parts: Parts) -> None:
    person = await made.a_person(parts)
    await made.happens(parts, person, Died())
    await made.a_need(parts, person)
    assert await made.rows(parts, "SELECT need FROM needs") == []


async def test_leaving_the_facility_frees_its_place(parts: Parts) -> None:
    home = await made.a_facility(parts, 2)
    person = await made.a_person(parts)
    _, placement = await accepted(parts, person=person)
    await made.arrives(parts, placement)
    await made.happens(parts, person, Departed(destination="welfare-shelter", placement=placement))
    await made.happens(parts, person, AmbulanceCalled())
    assert await made.places_of(parts, home) == {"free": 1, "taken": 1}, "the place is kept till a hospital has them"
    await made.happens(parts, person, HospitalConfirmed())
    assert await made.places_of(parts, home) == {"free": 2}
    assert (await made.types_of(parts, placement))[-1] == "ended"
    _, second = await accepted(parts)
    await made.arrives(parts, second)
    await handlers_placement.end_stay(parts, second, "home", made.by(parts))
    assert await made.places_of(parts, home) == {"free": 2}


async def test_who_is_seen_at_another_place_after_the_arrival_has_moved_on(parts: Parts) -> None:
    home = await made.a_facility(parts)
    person = await made.a_person(parts)
    _, placement = await accepted(parts, person=person)
    await made.arrives(parts, placement)
    late = parts.clock.now() - timedelta(hours=3)
    await made.happens(parts, person, CheckedIn(place=Place(kind="shelter", shelter=made.fresh_id())), happened=late)
    assert await made.places_of(parts, home) == {"taken": 1}, "told late: that was before"
    await made.happens(parts, person, CheckedIn(place=Place(kind="shelter", shelter=made.fresh_id())))
    assert await made.places_of(parts, home) == {"free": 1}


async def test_arriving_elsewhere_ends_the_former_stay(parts: Parts) -> None:
    home = await made.a_facility(parts)
    person = await made.a_person(parts)
    _, first = await accepted(parts, person=person)
    await made.arrives(parts, first)
    await made.a_facility(parts, kind="care-facility")
    _, second = await accepted(parts, person=person, destination="facility")
    await made.arrives(parts, second)
    assert (await made.types_of(parts, first))[-1] == "ended"
    assert await made.places_of(parts, home) == {"free": 1}


@pytest.mark.req("K4-104")
async def test_a_later_decision_replaces_the_earlier_one(parts: Parts) -> None:
    await made.a_facility(parts)
    person = await made.a_person(parts)
    need = await made.a_need(parts, person)
    placement = (await made.asks(parts, need)).stream
    again = await made.a_need(parts, person, destination="welfare")
    assert await made.types_of(parts, again) == [], "the need goes on"
    assert await made.types_of(parts, need) == ["opened", "changed"]
    assert await made.types_of(parts, placement) == ["requested", "withdrawn"]
    await made.fires(parts)
    [asked] = await made.live(parts, need)
    await made.accepts(parts, asked["placement"])
    await made.a_need(parts, person, destination="core-welfare")
    assert len(await made.live(parts, need)) == 1, "what was promised still fits"
    other = await made.a_need(parts, person, destination="facility")
    assert await made.types_of(parts, other) == ["opened"]
    assert (await made.types_of(parts, need))[-1] == "ended"
    await made.a_need(parts, person, destination="general")
    assert (await made.types_of(parts, other))[-1] == "ended"


async def test_the_same_decision_twice_opens_one_need(parts: Parts) -> None:
    person = await made.a_person(parts)
    recorded = await made.told(parts, person, made.decision())
    for _ in range(2):
        await made.hears(parts, recorded.envelope.topic, recorded)
    assert await made.types_of(parts, derived_id("need", recorded.envelope.id)) == ["opened"]


@pytest.mark.req("K4-119")
async def test_straight_from_home_is_told_apart(parts: Parts) -> None:
    need = await made.a_need(parts, place=Place(kind="home"))
    row = await made.row(parts, "SELECT straight_from_home FROM needs WHERE need = $1", need)
    assert row["straight_from_home"]


async def by_hand(parts: Parts, person: UUID) -> UUID:
    need = made.fresh_id()
    opened = NeedOpened(person=person, destination="core-welfare", exception="no-nurse")
    await handlers_need.open_by_hand(parts, need, opened, made.WARD, made.by(parts))
    return need


@pytest.mark.req("K4-114")
async def test_hq_opens_a_need_by_hand_once_and_for_somebody_who_is_known(parts: Parts) -> None:
    home = await made.a_facility(parts, 1, reserved=1)
    person = await made.a_person(parts)
    need = await by_hand(parts, person)
    await refused("need.open-already", by_hand(parts, person))
    await refused("person.unknown", by_hand(parts, made.fresh_id()))
    await refused("facility.full", made.asks(parts, need, home))
    decided = await made.a_need(parts, person)
    assert await made.types_of(parts, decided) == [], "the nurse's decision continues it"
    assert await made.types_of(parts, need) == ["opened", "changed"]
    await made.asks(parts, need, home)
    await handlers_need.end_by_hand(parts, need, "person-declined", made.by(parts))
    assert await made.places_of(parts, home) == {"free": 1}
    await refused("need.closed", made.asks(parts, need, home))


async def test_of_two_registrations_of_one_person_the_need_that_has_come_further_goes_on(parts: Parts) -> None:
    await made.a_facility(parts, 2)
    one, other = await made.a_person(parts), await made.a_person(parts)
    behind, ahead = await made.a_need(parts, one), await made.a_need(parts, other)
    await made.asks(parts, ahead)
    for person, alias in ((one, other), (other, one)):
        merged = PersonsMerged(merge=derived_id("merge"), other=alias, kept=one)
        await made.happens(parts, person, merged)
    assert (await made.state_of(parts, behind), await made.state_of(parts, ahead)) == ("ended", "asked")
    await made.happens(parts, one, Died())
    assert await made.state_of(parts, ahead) == "ended", "whoever died under one id died under both"


async def test_two_promises_for_one_person_are_a_conflict_to_be_seen_and_nothing_is_dropped(parts: Parts) -> None:
    await made.a_facility(parts, 2)
    one, other = await made.a_person(parts), await made.a_person(parts)
    needs = [(await accepted(parts, person=person))[0] for person in (one, other)]
    await made.happens(parts, one, PersonsMerged(merge=derived_id("merge"), other=other, kept=one))
    assert [await made.state_of(parts, need) for need in needs] == ["accepted", "accepted"]
