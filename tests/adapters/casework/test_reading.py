"""A person's timeline, summary and hand-offs by API: in order, as of any instant, words opened for who may."""

import msgspec
import pytest

from shared.contracts.envelope import Recorded
from shared.contracts.intake_household import HouseholdRegistered, HouseholdWords
from shared.contracts.intake_person import (
    CheckedIn,
    Departed,
    PersonRegistered,
    PersonsMerged,
    PersonsUnmerged,
    PersonWords,
)
from shared.contracts.places import Place
from shared.contracts.transfer_facility import FacilityListed
from shared.contracts.transfer_placement import ArrivalReported
from shared.platform.parts import Parts
from tests.adapters.casework.conftest import Send, Tell
from tests.adapters.casework.made import SECRET, Keys, fresh_id, fresh_life, types
from tests.unit.casework.told import AT_SHELTER, CORE, OTHER_CORE, Life

pytestmark = pytest.mark.stack


@pytest.mark.req("K0-003", "K4-168")
async def test_the_timeline_is_in_the_order_of_happening_whatever_the_order_of_hearing(send: Send, tell: Tell) -> None:
    life = fresh_life()
    life.register("10:00", heard="10:05")
    life.say(Departed(destination="home"), "12:00")
    life.say(CheckedIn(place=AT_SHELTER), "10:30", heard="18:00")
    await tell(life.events)

    answer = await send("GET", f"/persons/{life.person}/timeline?order=oldest")

    items = answer.json()["items"]
    assert types(items) == ["intake.person.registered", "intake.person.checked-in", "intake.person.departed"]
    assert (items[1]["happened"], items[1]["recorded_at"]) == ("2024-11-20T10:30:00Z", "2024-11-20T18:00:00Z")
    assert items[1]["facts"]["place"]["shelter"] == str(AT_SHELTER.shelter)
    newest = (await send("GET", f"/persons/{life.person}/timeline")).json()["items"]
    assert types(newest) == types(items)[::-1]


async def test_it_is_read_page_by_page(send: Send, tell: Tell) -> None:
    life = fresh_life()
    life.register("10:00")
    for n in range(9):
        life.say(CheckedIn(place=AT_SHELTER), f"11:0{n}")
    await tell(life.events)
    for order in ("oldest", "newest"):
        found, after = [], ""
        while True:
            path = f"/persons/{life.person}/timeline?order={order}&limit=3{after}"
            page = (await send("GET", path)).json()
            found += [one["event"] for one in page["items"]]
            if page["next"] is None:
                break
            after = f"&after={page['next']}"
        assert len(found) == len(set(found)) == 10


async def test_both_senses_of_as_of(send: Send, tell: Tell) -> None:
    life = fresh_life()
    life.register("10:00")
    life.decide("10:20")
    life.say(Departed(destination="home"), "11:00", heard="15:00")
    await tell(life.events)
    path = f"/persons/{life.person}"

    then = (await send("GET", f"{path}?happened_by=2024-11-20T12:00:00Z")).json()["registrations"][0]
    assert then["presence"] == "left", "with what is known today"
    known = (await send("GET", f"{path}?known_by=2024-11-20T12:00:00Z")).json()["registrations"][0]
    assert known["presence"] == "present", "as it was known then"
    both = f"{path}/handoffs?happened_by=2024-11-20T10:10:00Z&known_by=2024-11-20T16:00:00Z"
    assert [one["kind"] for one in (await send("GET", both)).json()["items"]] == ["registration-to-screening"]
    line = f"{path}/timeline?known_by=2024-11-20T12:00:00Z"
    assert len((await send("GET", line)).json()["items"]) == 2
    before = await send("GET", f"{path}?known_by=2024-11-20T09:00:00Z")
    assert (before.status_code, before.json()["code"]) == (404, "person.unknown")
    late = (await send("GET", f"{path}/handoffs?known_by=2024-11-20T11:30:00Z")).json()["items"]
    assert {one["kind"]: one["overdue"] for one in late}["screening-to-acceptance"] is True
    assert {one["kind"]: one["overdue"] for one in late}["registration-to-screening"] is False


async def test_a_corrected_event_says_by_what(send: Send, tell: Tell) -> None:
    life = fresh_life()
    life.register("10:00")
    wrong = life.say(Departed(destination="home"), "11:00")
    right = life.say(CheckedIn(place=AT_SHELTER), "11:00", heard="11:30", corrects=wrong)
    await tell(life.events)
    items = (await send("GET", f"/persons/{life.person}/timeline?order=oldest")).json()["items"]
    assert {one["event"]: one["corrected_by"] for one in items}[str(wrong)] == str(right)
    before = await send("GET", f"/persons/{life.person}/timeline?order=oldest&known_by=2024-11-20T11:10:00Z")
    assert before.json()["items"][1]["corrected_by"] is None


async def test_words_are_opened_for_who_may_and_whose_key_has_come(
    send: Send, tell: Tell, keys: Keys, parts: Parts
) -> None:
    life = fresh_life()
    words = PersonWords(name=SECRET, remarks="そばアレルギー")
    life.say(PersonRegistered(household=life.household, place=AT_SHELTER, words=words), "10:00")
    await tell([keys.seal(life.events[0], life.person)])
    path = f"/persons/{life.person}/timeline"

    late = (await send("GET", path)).json()["items"][0]
    assert (late["words"], late["words_are"]) == (None, "late")
    await keys.tell(life.person)
    opened = (await send("GET", path)).json()["items"][0]
    assert (opened["words"]["name"], opened["words_are"]) == (SECRET, "open")
    assert "sealed" not in opened["facts"]
    summary = (await send("GET", f"/persons/{life.person}")).json()["registrations"][0]
    assert summary["name"]["name"] == SECRET

    closed = await send("GET", path, role="auditor", wards="*")
    assert (closed.json()["items"][0]["words_are"], SECRET in closed.text) == ("closed", False)

    await keys.forget(life.person)
    parts.keyring.drop(life.person)
    gone = await send("GET", path)
    assert (gone.json()["items"][0]["words_are"], SECRET in gone.text) == ("forgotten", False)
    assert SECRET not in (await send("GET", f"/persons/{life.person}")).text


async def test_what_the_household_said_stands_on_each_member_s_timeline(send: Send, tell: Tell, keys: Keys) -> None:
    life = fresh_life()
    life.register("10:00")
    household = fresh_life()
    household.person = household.household = life.household
    sheet = HouseholdRegistered(members=(life.person,), place=AT_SHELTER, words=HouseholdWords(address=f"{SECRET}町"))
    household.say(sheet, "10:00", stream=life.household)
    await keys.tell(life.household)
    await tell([*life.events, keys.seal(household.events[0], life.household)])
    items = (await send("GET", f"/persons/{life.person}/timeline?order=oldest")).json()["items"]
    assert sorted(types(items)) == ["intake.household.registered", "intake.person.registered"]
    said = next(one for one in items if one["person"] is None)
    assert (said["household"], said["words"]["address"]) == (str(life.household), f"{SECRET}町")


async def test_merged_registrations_are_read_as_one_and_two_promises_are_a_conflict(send: Send, tell: Tell) -> None:
    one, other = fresh_life(), fresh_life()
    for life, facility in ((one, CORE), (other, OTHER_CORE)):
        life.register("10:00")
        life.ask("10:10", facility)
        life.accept("10:20", facility)
    merge = fresh_id()
    one.say(PersonsMerged(merge=merge, other=other.person, kept=other.person), "11:00")
    other.say(PersonsMerged(merge=merge, other=one.person, kept=other.person), "11:00")
    await tell([*one.events, *other.events])

    page = (await send("GET", f"/persons/{one.person}/timeline")).json()
    assert page["person"] == str(other.person)
    assert sorted(page["registrations"]) == sorted([str(one.person), str(other.person)])
    assert len(page["items"]) == 8
    summary = (await send("GET", f"/persons/{one.person}")).json()
    assert [entry["code"] for entry in summary["conflicts"]] == ["two-placements"]
    before = (await send("GET", f"/persons/{one.person}?known_by=2024-11-20T10:30:00Z")).json()
    assert (len(before["registrations"]), before["conflicts"]) == (1, [])

    one.say(PersonsUnmerged(merge=merge, other=other.person), "12:00")
    other.say(PersonsUnmerged(merge=merge, other=one.person), "12:00")
    await tell([one.events[-1], other.events[-1]])
    apart = (await send("GET", f"/persons/{one.person}")).json()
    assert (len(apart["registrations"]), apart["conflicts"]) == (1, [])
    assert len((await send("GET", f"/persons/{one.person}/timeline")).json()["items"]) == 5
    then = (await send("GET", f"/persons/{one.person}?known_by=2024-11-20T11:30:00Z")).json()
    assert len(then["registrations"]) == 2, "as it was known then, they were one"


@pytest.mark.req("K4-159")
async def test_a_person_moved_to_another_ward_is_seen_by_both(send: Send, tell: Tell) -> None:
    life = fresh_life()
    life.register("10:00")
    life.say(CheckedIn(place=AT_SHELTER), "12:00", ward="28102")
    await tell(life.events)
    for ward, status in (("28101", 200), ("28102", 200), ("28103", 403)):
        answer = await send("GET", f"/persons/{life.person}/timeline", role="ward-hq", wards=(ward,))
        assert answer.status_code == status


@pytest.mark.req("K4-159")
async def test_the_ward_of_the_shelter_that_is_asked_sees_the_person(send: Send, tell: Tell) -> None:
    facility, life = fresh_life(), fresh_life()
    facility.person = fresh_id()
    await tell([*_listed(facility, "28109"), *_asked(life, facility)])
    answer = await send("GET", f"/persons/{life.person}/timeline", role="ward-hq", wards=("28109",))
    assert answer.status_code == 200


def _listed(facility: Life, ward: str) -> list[Recorded]:
    facility.say(FacilityListed(name="訓練", kind="core-welfare", ward=ward), "08:00", stream=facility.person)
    return list(facility.events)


def _asked(life: Life, facility: Life) -> list[Recorded]:
    life.register("10:00")
    life.ask("10:10", facility.person)
    return list(life.events)


@pytest.mark.req("K4-169")
async def test_who_looked_is_kept_and_can_be_listed(send: Send, tell: Tell) -> None:
    life = fresh_life()
    life.register("10:00")
    await tell(life.events)
    await send("GET", f"/persons/{life.person}/timeline", subject="worker-1")
    await send("GET", f"/persons/{life.person}", role="auditor", subject="auditor-1", wards="*")
    await send("GET", f"/persons/{life.person}/timeline", wards=("28105",))
    listed = (await send("GET", f"/persons/{life.person}/views", role="auditor", wards="*")).json()["items"]
    assert [(one["actor"], one["what"], one["opened"]) for one in listed] == [
        ("auditor-1", "summary", False),
        ("worker-1", "timeline", True),
    ], "who was refused saw nothing"


async def test_nobody_is_known_of_whom_nothing_was_heard(send: Send) -> None:
    answer = await send("GET", f"/persons/{fresh_id()}/timeline")
    assert (answer.status_code, answer.json()["code"]) == (404, "person.unknown")


async def test_a_person_at_home_is_on_the_outreach_list_and_one_lost_on_that_of_the_lost(
    send: Send, tell: Tell, worker: Parts
) -> None:
    home, lost = fresh_life(), fresh_life()
    home.register("10:00", needs=(), place=Place(kind="home"))
    lost.register("10:00", needs=())
    lost.ask("10:10")
    lost.say(ArrivalReported(facility=CORE, need=lost.need), "11:00")
    await tell([*home.events, *lost.events])
    assert str(home.person) in (await send("GET", "/outreach?limit=200")).text
    assert (await send("GET", "/lost")).json()["items"] == []
    async with worker.database.session() as session:
        await session.execute("UPDATE people SET standing = 'lost' WHERE person = $1", lost.person)
    assert [one["person"] for one in (await send("GET", "/lost")).json()["items"]] == [str(lost.person)]
    assert msgspec.json.decode((await send("GET", "/lost", wards=("28102",))).content)["items"] == []


@pytest.mark.req("K0-006")
async def test_who_has_been_silent_for_long_is_listed(send: Send, tell: Tell) -> None:
    life = fresh_life()
    life.register("10:00")
    await tell(life.events)
    assert str(life.person) in (await send("GET", "/silent?days=0&limit=200")).text
    assert str(life.person) not in (await send("GET", "/silent?days=3000&limit=200")).text
