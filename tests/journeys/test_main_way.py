"""The main way of one person, whole: from the survey sheet at the shelter to the case conference (the issue, 1–6)."""

from datetime import timedelta
from uuid import UUID

import pytest

from tests.journeys.casework import CITY_WELFARE
from tests.journeys.health_team import CORE_WELFARE
from tests.journeys.reading import MAIN_WAY, due_in, short
from tests.journeys.ward import Ward

WAY = [
    "intake.household.registered",
    "intake.person.registered",
    "screening.screening.requested",
    "screening.screening.taken",
    "screening.screening.answered",
    "screening.screening.answered",
    "screening.screening.decided",
    "transfer.need.opened",
    "transfer.placement.requested",
    "transfer.placement.accepted",
    "transfer.trip.planned",
    "transfer.trip.accepted",
    "transfer.trip.started",
    "transfer.trip.picked-up",
    "transfer.trip.dropped-off",
    "transfer.placement.arrival-reported",
    "transfer.need.met",
    "intake.person.departed",
    "casework.case.opened",
    "casework.case.assessed",
    "casework.conference.called",
    "casework.conference.held",
    "casework.case.referred",
    "casework.case.referral-answered",
]
"""Everything that happens to one person on the main way, in the order in which it happens."""

REACTIONS = {
    "screening.screening.requested": "intake.person.registered",
    "transfer.need.opened": "screening.screening.decided",
    "intake.person.departed": "transfer.placement.arrival-reported",
}
"""What services do by themselves, and because of which event."""


@pytest.mark.req(
    "K4-022", "K4-064", "K4-067", "K4-077", "K4-114", "K4-116", "K4-117", "K4-118", "K4-126", "K4-144", "K4-146",
    "K4-148", "K4-153", "K0-003", "K0-005", "K0-014", "K0-018", "K0-020", "K0-023",
)  # fmt: skip
async def test_from_the_sheet_to_the_case_conference(ward: Ward) -> None:
    staff, nurse, hq, caseworker = ward.staff, ward.nurse, ward.hq, ward.caseworker
    shelter = await ward.facility(places=1)

    # 1 The household hands in its sheet; only who has needs comes before the nurse.
    taro, kiyo = await staff.registers(
        staff.line("訓練 太郎", age=50),
        staff.line("訓練 キヨ", age=86, needs=["care-3-plus"], aids=["wheelchair"], relation="parent"),
    )
    waits = await nurse.finds(kiyo, risk="high", reason="sheet")
    assert waits["name"] == "訓練 キヨ"
    assert taro.id not in await nurse.queue()
    opened = await hq.handoff(kiyo, "registration-to-screening", "open")
    assert due_in(opened) == timedelta(minutes=60)
    await hq.sees_figures(ward.code, sheets=1, persons=2, needing_care=1, waiting_for_nurse=1, decided=0)

    # 2 The nurse takes her, asks, and decides as the guide suggests.
    await nurse.takes_on(kiyo)
    await hq.handoff(kiyo, "registration-to-screening", "taken", done=False, owner=nurse.id)
    await nurse.records(kiyo, {"urgent": "no"})
    asking = (await nurse.sees(kiyo))["suggestion"]
    assert asking["kind"] == "ask"
    assert asking["questions"][0]["code"] == "unstable"
    assert asking["safest_meanwhile"] != "general"
    await nurse.records(kiyo, CORE_WELFARE)
    suggestion = (await nurse.sees(kiyo))["suggestion"]
    assert (suggestion["row"], [one["code"] for one in suggestion["destinations"]]) == ("P6", ["core-welfare"])
    await nurse.decides(kiyo, condition="歩行に介助が必要、夜間は見守り")
    await hq.handoff(kiyo, "registration-to-screening", "taken", done=True)

    # 3 HQ sees the need, the candidates, and asks; a place is held until the facility answers.
    need = await hq.need(kiyo, destination="core-welfare")
    await hq.handoff(kiyo, "screening-to-acceptance", "open")
    candidates = await hq.candidates(need)
    assert candidates[0]["facility"] == str(shelter.facility)
    placement = await hq.asks(need)
    assert await hq.places(shelter.facility) == {"held": 1}
    asked = (await shelter.requests())[placement]
    assert asked["state"] == "asked"
    await hq.sees_figures(ward.code, waiting_for_nurse=0, decided=1, to_be_moved=1, asked=1, accepted=0)
    await shelter.accepts(placement)
    await hq.handoff(kiyo, "screening-to-acceptance", "taken", done=True)
    await hq.handoff(kiyo, "acceptance-to-transport", "open")

    # 4 The family drives.
    trip = await hq.plans_trip(placement, by="family")
    for step in ("accept", "start", "pick-up", "drop-off"):
        await hq.family(trip, step)
    await hq.handoff(kiyo, "acceptance-to-transport", "taken", done=True)
    await hq.handoff(kiyo, "transport-to-arrival", "open")

    # 5 The facility reports the arrival: the place is taken for good.
    await shelter.reports_arrival(placement)
    assert await hq.places(shelter.facility) == {"taken": 1}
    arrived = await hq.handoff(kiyo, "arrival-to-casework", "open")
    assert due_in(arrived) == timedelta(hours=24)
    await hq.stands(kiyo, facility=str(shelter.facility), presence="moved", need="met", standing="hand-off")
    assert set(await staff.roster()) == {taro.id}
    await hq.sees_figures(ward.code, accepted=1, moved=1, arrived=1, to_be_moved=0, cases_open=0)

    # 6 Casework: a case, an assessment, a conference with agenda, decisions and tasks, and the provider's answer.
    case = await caseworker.opens_case(kiyo)
    assert due_in(await hq.handoff(kiyo, "casework-to-conference", "open")) == timedelta(days=7)
    assert (await hq.handoff(kiyo, "arrival-to-casework", "taken", done=True))["owner"] == caseworker.id
    await caseworker.assesses(case, wishes="元の家の近くに戻りたい")
    assert (await caseworker.case(case))["class"] == "both"
    conference = await caseworker.calls_conference(case)
    await hq.handoff(kiyo, "casework-to-conference", "taken", done=False)
    task = caseworker.task(words="申込みに同行する")
    await caseworker.holds(conference, task, goal="災害公営住宅に移る", issues=["住まい", "通院"])
    record = await caseworker.conference(conference)
    assert record["agenda"] == ["information", "issues", "measures", "goals", "roles"]
    assert (record["decision"], record["city_present"]) == ("refer", True)
    assert {"actor": CITY_WELFARE["actor"], "role": "city-welfare", "confidential": True, "present": True} in record[
        "members"
    ]
    assert [one["owner"] for one in record["tasks"]] == [caseworker.id]
    assert due_in(await hq.handoff(kiyo, "conference-to-provider", "open", owner="city-housing")) == timedelta(days=3)
    referral = await caseworker.refers(case, conference=conference, task=task["task"])
    await caseworker.hears_answer(case, referral)
    await hq.handoff(kiyo, "conference-to-provider", "taken", done=True)

    # Every hand-off of the main way is closed, none was ever overdue.
    handoffs = {one["kind"]: one for one in await hq.handoffs(kiyo)}
    assert set(MAIN_WAY) <= set(handoffs)
    assert {kind: handoffs[kind]["done"] for kind in MAIN_WAY} == dict.fromkeys(MAIN_WAY, True)
    assert not [kind for kind in MAIN_WAY if handoffs[kind]["ever_overdue"]]
    await hq.sees_figures(ward.code, cases_open=1, lost=0)

    # The timeline tells all of it, in the order in which it happened, with who did it and what led to it.
    entries = await hq.hears(kiyo, *WAY)
    assert [short(entry["type"]) for entry in entries] == WAY
    assert sorted(entries, key=lambda entry: entry["settles"]) == entries
    by_type = {short(entry["type"]): entry for entry in entries}
    assert {name: by_type[name]["actor"] for name in ("intake.person.registered", "screening.screening.decided")} == {
        "intake.person.registered": staff.id,
        "screening.screening.decided": nurse.id,
    }
    assert by_type["transfer.placement.accepted"]["actor"] == shelter.id
    assert (by_type["transfer.trip.picked-up"]["said_by"], by_type["transfer.trip.picked-up"]["channel"]) == (
        "family",
        "phone",
    )
    assert by_type["transfer.placement.requested"]["words"] == {"condition": "歩行に介助が必要、夜間は見守り"}
    for effect, cause in REACTIONS.items():
        assert by_type[effect]["causation"] == by_type[cause]["event"], effect
        assert by_type[effect]["correlation"] == by_type[cause]["correlation"], effect
        assert by_type[effect]["channel"] == "worker"
    assert {UUID(one) for one in (by_type["transfer.need.met"]["causation"],)} == {
        UUID(by_type["transfer.placement.arrival-reported"]["causation"])
    }
