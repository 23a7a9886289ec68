"""Late, repeated, out of order: what arrives late settles where it happened, and what was known when stays readable."""

from datetime import timedelta

import pytest

from tests.journeys.reading import at, short
from tests.journeys.telling import refused, soon
from tests.journeys.ward import Ward
from tests.journeys.ways import decided
from tests.running import Running


@pytest.mark.req("K4-168")
async def test_a_sheet_that_comes_three_times_and_late_is_one_registration(ward: Ward) -> None:
    staff, now = ward.staff, ward.client.clock.now()
    written = now - timedelta(hours=5)
    sheet = staff.sheet(staff.line("訓練 遅子", needs=["care-3-plus"]), written_at=written.isoformat())

    # The tablet sends it when the network is back; the answer is lost, and it sends again; a colleague keys in the paper.
    first = await staff.hands_in(sheet, device_now=now + timedelta(hours=9))
    again = await staff.hands_in(sheet)
    paper = await staff.hands_in(sheet, channel="paper")

    assert first.answer == again.answer == paper.answer
    assert ward.client.repeated == 2
    person = first.representative
    entries = await ward.hq.hears(person, "screening.screening.requested")
    assert [short(entry["type"]) for entry in entries] == [
        "intake.household.registered",
        "intake.person.registered",
        "screening.screening.requested",
    ]
    registered = entries[1]
    assert at(registered["happened"]) == written
    assert at(registered["recorded_at"]) >= now
    assert registered["device_offset"] == pytest.approx(9 * 3600, abs=120)  # the wrong clock is kept, never refused
    await ward.hq.sees_figures(ward.code, sheets=1, persons=1)
    # From when it was heard, and not from when it was written, runs the time of whoever has to act.
    handoff = await ward.hq.handoff(person, "registration-to-screening", "open")
    assert at(handoff["due"]) - at(registered["recorded_at"]) == timedelta(minutes=60)
    assert not handoff["overdue"]


async def test_the_same_id_with_other_content_is_a_conflict_and_changes_nothing(ward: Ward) -> None:
    staff = ward.staff
    sheet = staff.sheet(staff.line("訓練 二郎"))
    household = await staff.hands_in(sheet)
    with refused("household.differs"):
        await staff.hands_in({**sheet, "members": [{**sheet["members"][0], "name": "別人 三郎"}]})

    async def named() -> bool:
        entries = await ward.hq.hears(household.representative, "intake.person.registered")
        assert entries[1]["words"], "her key has not come yet"
        return bool(entries[1]["words"]["name"] == "訓練 二郎")

    assert await soon(named)


async def test_a_correction_that_comes_before_anybody_has_heard_of_the_sheet_counts(
    ward: Ward, running: Running
) -> None:
    relay = running.stack.process("intake", "relay")
    relay.stop()  # what intake is told now reaches the others only later, and all at once
    try:
        person = await ward.staff.registers_one(name="訓練 四郎", needs=["intractable"])
        await ward.staff.corrects(person, needs=["care-3-plus"], medicine_days=1, reason="misread")
        await ward.staff.sees_leave(person)
        await ward.staff.sees_return(person)
    finally:
        relay.start()

    entries = await ward.hq.hears(person, "screening.screening.requested")
    assert [short(entry["type"]) for entry in entries][:4] == [
        "intake.household.registered",
        "intake.person.registered",
        "intake.person.corrected",
        "intake.person.went-out",
    ]
    await ward.hq.stands(person, needs=["care-3-plus"], presence="present", screening="requested")
    waits = await ward.nurse.finds(person, round=1)
    assert waits["needs"] == ["care-3-plus"]


@pytest.mark.req("K4-023", "K4-168")
async def test_what_had_happened_and_what_was_known_are_read_apart(ward: Ward) -> None:
    staff, hq = ward.staff, ward.hq
    now = ward.client.clock.now()
    sheet = staff.sheet(
        staff.line("訓練 六子", needs=["care-3-plus"]), written_at=(now - timedelta(hours=6)).isoformat()
    )
    person = (await staff.hands_in(sheet)).representative
    await hq.hears(person, "screening.screening.requested")
    known_then = ward.client.clock.now()

    # Only now it is told that she left for her daughter's three hours ago, and came back an hour ago.
    left, back = now - timedelta(hours=3), now - timedelta(hours=1)
    await staff.checks_in(person, happened=back)
    await staff.signs_out(person, "relatives", happened=left)
    entries = await hq.hears(person, "intake.person.departed", "intake.person.checked-in")

    # It settles where it happened, whatever the order in which it was told.
    told = [short(entry["type"]) for entry in entries if entry["service"] == "intake"]
    assert told == [
        "intake.household.registered",
        "intake.person.registered",
        "intake.person.departed",
        "intake.person.checked-in",
    ]
    meanwhile = left + timedelta(hours=1)
    before = left - timedelta(hours=1)
    presence = {
        "before she left": (await presence_of(ward, person, happened_by=before)),
        "while she was away, as we know now": (await presence_of(ward, person, happened_by=meanwhile)),
        "while she was away, as we knew then": (
            await presence_of(ward, person, happened_by=meanwhile, known_by=known_then)
        ),
        "now": (await presence_of(ward, person)),
    }
    assert presence == {
        "before she left": "present",
        "while she was away, as we know now": "left",
        "while she was away, as we knew then": "present",
        "now": "present",
    }
    # The shelter's roster tells the same.
    assert person.id not in await staff.roster(happened_by=meanwhile)
    assert person.id in await staff.roster(happened_by=meanwhile, known_by=known_then)
    assert person.id in await staff.roster()


async def presence_of(ward: Ward, person: object, **as_of: object) -> str:
    shown = await ward.hq.summary(person, **as_of)  # type: ignore[arg-type]  # a person
    presence: str = shown["registrations"][0]["presence"]
    return presence


async def test_hand_offs_are_read_as_they_stood_then(ward: Ward) -> None:
    person = await ward.staff.registers_one()
    await ward.hq.handoff(person, "registration-to-screening", "open")
    registered = ward.client.clock.now()
    await decided(ward, person)
    await ward.hq.handoff(person, "registration-to-screening", "taken", done=True)

    async def states(**as_of: object) -> dict[str, str]:
        return {one["kind"]: one["state"] for one in await ward.hq.handoffs(person, **as_of)}

    then = {"sheet-to-hq": "open", "registration-to-screening": "open", "hq-to-health-team": "open"}
    assert await states(known_by=registered) == then
    assert await states(happened_by=registered) == then
    now = await states()
    assert (now["registration-to-screening"], now["screening-to-acceptance"]) == ("taken", "open")
