"""What other services say, and what it does to the nurses' queue, on a real PostgreSQL."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from services.screening import queries
from services.screening.settings import ScreeningSettings
from services.screening.tables import metadata
from shared.contracts.event import Event
from shared.contracts.intake_person import (
    AmbulanceCalled,
    CheckedIn,
    Departed,
    Died,
    HospitalConfirmed,
    PersonCorrected,
    PersonForgotten,
    PersonsMerged,
    PersonsUnmerged,
    ReturnedFromHospital,
    WentOut,
)
from shared.contracts.places import Place
from shared.contracts.screening_screening import ScreeningEnded, ScreeningRequested
from shared.contracts.transfer_facility import FacilityChanged, FacilityClosed, FacilityListed, OpeningStepReported
from shared.contracts.transfer_need import NeedEnded, NeedOpened, NeedWaitlisted
from shared.contracts.transfer_placement import ArrivalReported, PlacementAccepted, PlacementDeclined, PlacementEnded
from shared.platform.migrate import differences
from tests.adapters.screening.calls import CORE, decide, in_queue
from tests.adapters.screening.conftest import Send
from tests.adapters.screening.made import FACILITY, HERE, SHELTER, World, an_id
from tests.fresh import FreshDatabase


async def test_the_migrations_make_the_tables_that_are_declared(fresh: FreshDatabase) -> None:
    assert await differences(metadata, fresh.dsn()) == []


async def state(world: World, person: UUID) -> str:
    row = await world.row(person)
    return row["state"] if row else "not-asked"


@pytest.mark.req("K4-064", "K4-030", "K4-031")
async def test_who_needs_something_waits_at_once_and_the_others_fill_no_queue(world: World, send: Send) -> None:
    needs = await world.register()
    power = await world.register(power_needed=True, communication=("no-telephone", "writing"))
    well = await world.register(needs=())
    queue = await in_queue(send)
    assert list(queue) == [str(power), str(needs)]
    line = queue[str(power)]
    assert (line["risk"], line["urgent"], line["reason"]) == ("critical", True, "sheet")
    assert line["communication"] == ["no-telephone", "writing"]
    assert line["how_to_talk"] == "左の耳に話す"
    assert line["place"] == {
        "kind": "shelter", "shelter": str(SHELTER), "name": None, "lodging": "building", "presence": "present",
    }  # fmt: skip
    assert await world.events(well) == []


async def test_what_came_twice_is_asked_for_once(world: World) -> None:
    person = await world.register()
    await world.tell(PersonCorrected(fields=("observations",), observations=("confused",)), person, times=3)
    events = await world.events(person)
    assert [type(one) for one in events] == [ScreeningRequested, ScreeningRequested]
    assert isinstance(events[1], ScreeningRequested)
    assert (events[1].raised, events[1].risk, events[1].urgent, events[1].reason) == (
        True, "critical", True, "sheet-corrected",
    )  # fmt: skip
    assert await world.dead_letters() == 0


async def test_the_name_is_shown_as_soon_as_the_key_has_come_whichever_is_first(world: World, send: Send) -> None:
    person = await world.register()
    assert (await in_queue(send))[str(person)]["name"] == "秘密山キヨ"
    await world.forget(person)
    assert (await in_queue(send))[str(person)]["name"] is None


@pytest.mark.parametrize(
    ("event", "ended"),
    [
        (Died(), "died"),
        (HospitalConfirmed(), "hospital"),
        (Departed(destination="home"), "home"),
        (Departed(destination="relatives"), "left"),
        (PersonForgotten(reason="asked"), "withdrawn"),
    ],
    ids=lambda one: getattr(one, "destination", type(one).__name__),
)
async def test_what_ends_the_wait(world: World, event: Event, ended: str) -> None:
    person = await world.register()
    await world.tell(event, person)
    row = await world.row(person)
    assert row is not None
    assert (row["state"], row["ended"]) == ("ended", ended)
    assert (await world.events(person))[-1] == ScreeningEnded(reason=ended, policy="follow-up@1")


@pytest.mark.parametrize(
    "event", [WentOut(), Departed(destination="other-shelter")], ids=lambda one: type(one).__name__
)
async def test_who_is_out_or_moves_to_another_shelter_goes_on_waiting(world: World, event: Event) -> None:
    person = await world.register()
    await world.tell(event, person)
    assert await state(world, person) == "waiting"


@pytest.mark.req("K4-040", "K4-104")
async def test_an_ambulance_reaches_the_nurse_and_the_way_back_is_a_new_round(world: World, send: Send) -> None:
    person = await world.register(needs=())
    await world.tell(AmbulanceCalled(), person)
    line = (await in_queue(send))[str(person)]
    assert (line["reason"], line["risk"], line["place"]["presence"]) == ("ambulance", "critical", "ambulance")
    await world.tell(HospitalConfirmed(), person)
    assert await state(world, person) == "ended"
    await world.tell(ReturnedFromHospital(place=HERE), person)
    row = await world.row(person)
    assert row is not None
    assert (row["state"], row["round"], row["reason"], row["risk"]) == ("waiting", 2, "returned", "normal")


async def test_a_death_that_was_none_is_taken_back_by_an_arrival(world: World) -> None:
    person = await world.register()
    await world.tell(Died(), person)
    await world.tell(PersonCorrected(fields=("observations",), observations=("fever",)), person)
    assert await state(world, person) == "ended"
    await world.tell(CheckedIn(place=HERE), person)
    assert await state(world, person) == "waiting"
    assert await world.dead_letters() == 0


@pytest.mark.req("K4-104")
async def test_a_change_after_the_decision_brings_the_person_back_and_both_stay_on_record(
    world: World, send: Send
) -> None:
    person = await world.register()
    await decide(send, person)
    await world.tell(PersonCorrected(fields=("communication",), communication=("writing",)), person)
    assert await state(world, person) == "decided"
    await world.tell(PersonCorrected(fields=("observations",), observations=("fever",)), person)
    row = await world.row(person)
    assert row is not None
    assert (row["state"], row["round"], row["destination"]) == ("waiting", 2, None)
    history = (await send("GET", f"/screenings/{person}")).json()["history"]
    assert [one["type"].split(".")[3] for one in history] == ["requested", "taken", "answered", "decided", "requested"]
    answers = (await send("GET", f"/screenings/{person}")).json()["answers"]
    assert {one["question"] for one in answers} == set(CORE) - {"urgent", "unstable", "infection"}


async def test_what_happened_before_the_decision_and_was_told_late_ends_nothing(world: World, send: Send) -> None:
    person = await world.register()
    await decide(send, person)
    await world.tell(Departed(destination="home"), person, at=world.ago(hours=1))
    assert await state(world, person) == "decided"
    await world.tell(Departed(destination="home"), person)
    assert await state(world, person) == "ended"


async def followed(send: Send) -> dict[str, dict[str, Any]]:
    answer = await send("GET", "/screenings/following")
    return {row["person"]: row["move"] for row in answer.json()["items"]}


async def decision_of(world: World, person: UUID) -> UUID:
    row = await world.row(person)
    assert row is not None
    assert isinstance(row["decision"], UUID)
    return row["decision"]


@pytest.mark.req("K4-096", "K4-103")
async def test_the_team_follows_the_move_until_the_arrival(world: World, send: Send) -> None:
    person, need, placement = await world.register(), an_id(), an_id()
    await world.tell(FacilityListed(name="訓練の里", kind="core-welfare", ward="28101"), FACILITY)
    await decide(send, person)
    assert await followed(send) == {str(person): {"state": "none", "facility": None, "name": None}}
    decision = await decision_of(world, person)
    await world.tell(NeedOpened(person=person, screening=decision, destination="core-welfare"), need, key=person)
    await world.tell(NeedWaitlisted(reason="nobody-left"), need, key=person)
    assert (await followed(send))[str(person)]["state"] == "waitlisted"
    assert await state(world, person) == "decided", "declined by all is a waiting list, and no new screening"
    await world.tell(PlacementAccepted(facility=FACILITY, need=need), placement, key=person)
    assert (await followed(send))[str(person)] == {"state": "accepted", "facility": str(FACILITY), "name": "訓練の里"}
    await world.tell(PlacementDeclined(facility=FACILITY, need=need, reason="full"), placement, key=person)
    assert (await followed(send))[str(person)]["state"] == "waitlisted"
    await world.tell(ArrivalReported(facility=FACILITY, need=need), placement, key=person)
    assert await followed(send) == {}
    await world.tell(Departed(destination="welfare-shelter", shelter=SHELTER, placement=placement), person)
    line = (await in_queue(send, "decided"))[str(person)]
    assert line["move"]["state"] == "arrived"
    assert line["place"]["kind"] == "facility"
    assert line["place"]["name"] == "訓練の里"


@pytest.mark.req("K4-096")
async def test_an_arrival_that_is_heard_before_its_need_counts_all_the_same(world: World, send: Send) -> None:
    person, need, placement = await world.register(), an_id(), an_id()
    await decide(send, person)
    decision = await decision_of(world, person)
    await world.tell(ArrivalReported(facility=FACILITY, need=need), placement, key=person)
    assert list(await followed(send)) == [str(person)]
    await world.tell(NeedOpened(person=person, screening=decision, destination="core-welfare"), need, key=person)
    assert await followed(send) == {}


@pytest.mark.req("K4-096")
async def test_a_move_within_the_shelter_is_followed_until_the_person_is_lodged_there(world: World, send: Send) -> None:
    person = await world.register()
    await decide(send, person, "welfare-space", reason="wish")
    assert list(await followed(send)) == [str(person)]
    await world.tell(CheckedIn(place=Place(kind="shelter", shelter=SHELTER, lodging="welfare-space")), person)
    assert await followed(send) == {}


@pytest.mark.parametrize(
    ("reason", "after"),
    [("person-declined", "waiting"), ("withdrawn", "waiting"), ("replaced", "decided"), ("not-needed", "ended")],
)
async def test_what_the_end_of_a_need_does(world: World, send: Send, reason: str, after: str) -> None:
    person, need = await world.register(), an_id()
    await decide(send, person)
    decision = await decision_of(world, person)
    await world.tell(NeedOpened(person=person, screening=decision, destination="core-welfare"), need, key=person)
    await world.tell(NeedEnded(reason=reason), need, key=person)
    assert await state(world, person) == after


async def test_the_end_of_a_need_of_an_earlier_decision_does_nothing(world: World, send: Send) -> None:
    person, need = await world.register(), an_id()
    await decide(send, person)
    first = await decision_of(world, person)
    await world.tell(NeedOpened(person=person, screening=first, destination="core-welfare"), need, key=person)
    assert (await send("POST", f"/screenings/{person}/request", {"reason": "carer-gone"})).status_code == 200
    await decide(send, person, "welfare-space", reason="wish")
    await world.tell(NeedEnded(reason="withdrawn"), need, key=person)
    assert await state(world, person) == "decided"


async def test_who_must_leave_a_facility_that_closes_is_looked_at_again(world: World, send: Send) -> None:
    person, need, placement = await world.register(), an_id(), an_id()
    await decide(send, person)
    decision = await decision_of(world, person)
    await world.tell(NeedOpened(person=person, screening=decision, destination="core-welfare"), need, key=person)
    await world.tell(ArrivalReported(facility=FACILITY, need=need), placement, key=person)
    await world.tell(CheckedIn(place=Place(kind="facility", shelter=FACILITY)), person)
    assert await state(world, person) == "decided"
    await world.tell(PlacementEnded(facility=FACILITY, need=need, reason="facility-closed"), placement, key=person)
    row = await world.row(person)
    assert row is not None
    assert (row["state"], row["reason"]) == ("waiting", "no-place")


async def test_who_is_seen_elsewhere_after_the_arrival_is_looked_at_again(world: World, send: Send) -> None:
    person, need, placement = await world.register(), an_id(), an_id()
    await decide(send, person)
    decision = await decision_of(world, person)
    await world.tell(NeedOpened(person=person, screening=decision, destination="core-welfare"), need, key=person)
    await world.tell(ArrivalReported(facility=FACILITY, need=need), placement, key=person)
    await world.tell(CheckedIn(place=HERE), person)
    row = await world.row(person)
    assert row is not None
    assert (row["state"], row["reason"]) == ("waiting", "back")


@pytest.mark.parametrize("first", ["kept", "other"])
async def test_of_two_registrations_of_one_person_the_one_that_is_shown_waits(world: World, first: str) -> None:
    kept = await world.register(needs=())
    other = await world.register(observations=("short-of-breath",))
    merge = an_id()
    told = {
        "kept": (PersonsMerged(merge=merge, other=other, kept=kept), kept),
        "other": (PersonsMerged(merge=merge, other=kept, kept=kept), other),
    }
    for side in sorted(told, key=lambda side: side != first):
        await world.tell(*told[side])
    assert await state(world, other) == "ended"
    row = await world.row(kept)
    assert row is not None
    assert (row["state"], row["risk"], row["urgent"]) == ("waiting", "critical", True)
    await world.tell(PersonsUnmerged(merge=merge, other=kept), other)
    assert await state(world, other) == "waiting"
    assert await world.dead_letters() == 0


async def suggested(send: Send) -> list[str]:
    answer = await send("POST", "/screenings/suggest", {"answers": CORE})
    assert answer.status_code == 200, answer.text
    found: list[str] = answer.json()["candidates"]
    return found


@pytest.mark.req("K4-079", "K4-080")
async def test_welfare_shelters_are_candidates_once_one_is_open_but_no_community_centre(
    world: World, send: Send
) -> None:
    centre, welfare = an_id(), an_id()
    await world.tell(FacilityListed(name="訓練センター", kind="community-welfare-centre", ward="28101"), centre)
    await world.tell(OpeningStepReported(step="receiving"), centre)
    await world.tell(FacilityListed(name="訓練ホーム", kind="welfare", ward="28102"), welfare)
    await world.tell(OpeningStepReported(step="damage-checked"), welfare)
    assert await suggested(send) == ["core-welfare"]
    await world.tell(OpeningStepReported(step="receiving"), welfare)
    assert await suggested(send) == ["core-welfare", "welfare"]
    await world.tell(FacilityChanged(fields=("kind",), kind="community-welfare-centre"), welfare)
    assert await suggested(send) == ["core-welfare"]
    await world.tell(FacilityChanged(fields=("kind",), kind="lodging"), welfare)
    assert await suggested(send) == ["core-welfare", "welfare"]
    await world.tell(FacilityClosed(), welfare)
    assert await suggested(send) == ["core-welfare"]


@pytest.mark.req("K4-079")
async def test_a_city_says_how_many_must_be_open_and_whether_its_wards_count_apart(world: World) -> None:
    for ward in ("28101", "28102"):
        facility = an_id()
        await world.tell(FacilityListed(name="訓練ホーム", kind="welfare", ward=ward), facility)
        await world.tell(OpeningStepReported(step="receiving"), facility)
    settings = world.parts.policy(ScreeningSettings)

    async def is_open(ward: str | None, **policy: Any) -> bool:
        async with world.parts.database.session() as session:
            return await queries.welfare_open(session, settings.model_copy(update=policy), ward)

    assert await is_open("28110")
    assert await is_open("28110", welfare_open_least=2)
    assert not await is_open("28110", welfare_open_least=3)
    assert not await is_open("28110", welfare_open_within="ward")
    assert await is_open("28101", welfare_open_within="ward")
    assert not await is_open("28101", welfare_open_within="ward", welfare_open_least=2)


async def test_a_place_whose_opening_was_heard_before_its_name_is_open(world: World, send: Send) -> None:
    welfare = an_id()
    await world.tell(OpeningStepReported(step="receiving"), welfare)
    await world.tell(FacilityListed(name="訓練ホーム", kind="welfare", ward="28101"), welfare)
    assert await suggested(send) == ["core-welfare", "welfare"]


async def test_days_of_medicine_are_counted_from_when_they_were_said(world: World) -> None:
    person = await world.register(medicine_days=10)
    said = world.ago(hours=2)
    await world.tell(PersonCorrected(fields=("medicine_days",), medicine_days=2), person, at=said)
    row = await world.row(person)
    assert row is not None
    assert row["runs_out_at"] == said + timedelta(days=2)
    assert row["because"] == "medicine-runs-out-soon"
