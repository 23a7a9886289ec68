"""The main way of one person, whole: from the survey sheet at the shelter to the case conference."""

from datetime import timedelta
from uuid import UUID

import pytest

from tests.journeys.casework import CITY_WELFARE
from tests.journeys.health_team import CORE_WELFARE
from tests.journeys.reading import MAIN_WAY, due_in, short
from tests.journeys.receiving import Facility
from tests.journeys.shelter import Person
from tests.journeys.ward import Ward

WAY = [
    "intake.household.registered",
    "intake.person.registered",
    "screening.screening.requested",
    "screening.screening.taken",
    "screening.screening.call-attempted",
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

CONDITION = "歩行に介助が必要、夜間は見守り"


@pytest.mark.req(
    "K4-022", "K4-064", "K4-067", "K4-077", "K4-092", "K4-096", "K4-114", "K4-116", "K4-118", "K4-126", "K4-143",
    "K4-144", "K4-146", "K4-148", "K4-153", "K0-003", "K0-005", "K0-014", "K0-018", "K0-020", "K0-023", "K0-026",
)  # fmt: skip
async def test_from_the_sheet_to_the_case_conference(ward: Ward) -> None:
    shelter = await ward.facility(places=1)
    kiyo = await stands_on_a_sheet(ward)
    await is_screened(ward, kiyo)
    placement = await is_accepted(ward, kiyo, shelter)
    await is_driven_by_the_family(ward, kiyo, placement)
    await arrives(ward, kiyo, shelter, placement)
    await is_taken_over_by_casework(ward, kiyo)
    await nothing_is_left_open(ward, kiyo)
    await the_timeline_tells_all_of_it(ward, kiyo, shelter)


async def stands_on_a_sheet(ward: Ward) -> Person:
    """The household hands in its sheet; HQ has it at once, and only who has needs comes before the nurse."""
    staff = ward.staff
    taro, kiyo = await staff.registers(
        staff.line("訓練 太郎", age=50),
        staff.line("訓練 キヨ", age=86, needs=["care-3-plus"], aids=["wheelchair"], relation="parent"),
    )
    # (Her key may come a moment after her; then so does her name.)
    await ward.nurse.finds(kiyo, risk="high", reason="sheet", name="訓練 キヨ")
    assert taro.id not in await ward.nurse.queue()
    assert due_in(await ward.hq.handoff(kiyo, "registration-to-screening", "open")) == timedelta(minutes=60)
    assert due_in(await ward.hq.handoff(kiyo, "hq-to-health-team", "open")) == timedelta(minutes=30)
    seen = await ward.hq.handoff(taro, "sheet-to-hq", "open")
    await ward.hq.takes(seen)
    await ward.hq.handoff(taro, "sheet-to-hq", "taken", done=True, owner=ward.hq.id)
    [has_it] = await staff.list("casework", "/handoffs", person=taro.id, kind="sheet-to-hq", state="done")
    assert has_it["owner"] == ward.hq.id
    await ward.hq.sees_figures(
        ward.code, sheets=1, persons=2, needing_care=1, waiting_for_nurse=1, decided=0, to_be_moved=0
    )
    return kiyo


async def is_screened(ward: Ward, kiyo: Person) -> None:
    """The nurse takes her, asks, and decides as the guide suggests; what is not answered is asked for, never assumed."""
    nurse, hq = ward.nurse, ward.hq
    await nurse.takes_on(kiyo)
    await hq.handoff(kiyo, "registration-to-screening", "taken", done=False, owner=nurse.id)
    await hq.handoff(kiyo, "hq-to-health-team", "taken", done=True, owner=nurse.id)
    await nurse.rings_up(kiyo, with_whom="長女")
    await hq.sees_figures(ward.code, phoned=1)
    await nurse.records(kiyo, {"urgent": "no"})
    asking = (await nurse.sees(kiyo))["suggestion"]
    assert (asking["kind"], asking["questions"][0]["code"]) == ("ask", "unstable")
    assert asking["safest_meanwhile"] != "general"
    await nurse.records(kiyo, CORE_WELFARE)
    suggestion = (await nurse.sees(kiyo))["suggestion"]
    assert (suggestion["row"], [one["code"] for one in suggestion["destinations"]]) == ("P6", ["core-welfare"])
    await nurse.decides(kiyo, condition=CONDITION)
    await hq.handoff(kiyo, "registration-to-screening", "taken", done=True)
    assert await follows(ward) == {kiyo.id}


async def follows(ward: Ward) -> set[UUID]:
    """Return whose move the health team follows."""
    return {UUID(row["person"]) for row in await ward.nurse.list("screening", "/screenings/following")}


async def is_accepted(ward: Ward, kiyo: Person, shelter: Facility) -> UUID:
    """HQ sees the need and the candidates, and asks: a place is held until the facility has answered."""
    hq = ward.hq
    need = await hq.need(kiyo, destination="core-welfare")
    assert due_in(await hq.handoff(kiyo, "screening-to-acceptance", "open")) == timedelta(minutes=60)
    best, *_ = await hq.candidates(need)
    assert (best["facility"], best["free"], best["same_ward"]) == (str(shelter.facility), 1, True)
    placement = await hq.asks(need)
    assert await hq.places(shelter.facility) == {"held": 1}
    assert (await shelter.requests())[placement]["state"] == "asked"
    await hq.sees_figures(ward.code, waiting_for_nurse=0, decided=1, to_be_moved=1, asked=1, accepted=0)
    await shelter.accepts(placement)
    assert await hq.places(shelter.facility) == {"promised": 1}
    await hq.handoff(kiyo, "screening-to-acceptance", "taken", done=True)
    return placement


async def is_driven_by_the_family(ward: Ward, kiyo: Person, placement: UUID) -> None:
    """The family drives, and says so; she counts as moved, and not yet as arrived."""
    hq = ward.hq
    assert due_in(await hq.handoff(kiyo, "acceptance-to-transport", "open")) == timedelta(minutes=60)
    trip = await hq.plans_trip(placement, by="family", driver="長男")
    await hq.sees_figures(ward.code, accepted=1, moved=0)
    for step in ("accept", "start", "pick-up", "drop-off"):
        await hq.family(trip, step)
    await hq.handoff(kiyo, "acceptance-to-transport", "taken", done=True)
    await hq.handoff(kiyo, "transport-to-arrival", "open")
    await hq.sees_figures(ward.code, moved=1, arrived=0)


async def arrives(ward: Ward, kiyo: Person, shelter: Facility, placement: UUID) -> None:
    """The facility reports the arrival: the place is taken for good, and the shelter has her no more."""
    hq = ward.hq
    await shelter.reports_arrival(placement)
    assert await hq.places(shelter.facility) == {"taken": 1}
    await hq.handoff(kiyo, "transport-to-arrival", "taken", done=True, owner=shelter.id)
    assert due_in(await hq.handoff(kiyo, "arrival-to-casework", "open")) == timedelta(hours=24)
    await hq.stands(kiyo, facility=str(shelter.facility), presence="moved", need="met", standing="hand-off")
    assert kiyo.id not in await ward.staff.roster()
    await hq.sees_figures(ward.code, arrived=1, to_be_moved=0, cases_open=0)
    assert await follows(ward) == set()


async def is_taken_over_by_casework(ward: Ward, kiyo: Person) -> None:
    """A case, an assessment, a conference with agenda, decision and tasks, and the answer of the provider."""
    worker, hq = ward.caseworker, ward.hq
    case = await worker.opens_case(kiyo)
    await hq.handoff(kiyo, "arrival-to-casework", "taken", done=True, owner=worker.id)
    assert due_in(await hq.handoff(kiyo, "casework-to-conference", "open")) == timedelta(days=7)
    await worker.assesses(case, wishes="元の家の近くに戻りたい")
    assert (await worker.case(case))["class"] == "both"
    conference = await worker.calls_conference(case)
    await hq.handoff(kiyo, "casework-to-conference", "taken", done=False)
    task = worker.task(words="申込みに同行する")
    said = {"shared": "避難所での様子", "issues": ["住まい", "通院"], "measures": ["公営住宅の申込み"]}
    await worker.holds(conference, task, goal="災害公営住宅に移る", **said)
    await hq.handoff(kiyo, "casework-to-conference", "taken", done=True)

    record = await worker.conference(conference)
    words = record["history"][-1]["words"]
    assert {name: words[name] for name in said} == said
    assert (words["goals"], words["tasks"]) == (["災害公営住宅に移る"], ["申込みに同行する"])
    assert record["agenda"] == ["information", "issues", "measures", "goals", "roles"]
    assert (record["decision"], record["city_present"]) == ("refer", True)
    assert {**CITY_WELFARE, "present": True} in record["members"]
    assert [(one["owner"], one["provider"], one["state"]) for one in record["tasks"]] == [
        (worker.id, "city-housing", "open")
    ]

    to_provider = await hq.handoff(kiyo, "conference-to-provider", "open", owner="city-housing")
    assert due_in(to_provider) == timedelta(days=3)
    referral = await worker.refers(case, conference=conference, task=task["task"])
    await worker.hears_answer(case, referral)
    await hq.handoff(kiyo, "conference-to-provider", "taken", done=True)


async def nothing_is_left_open(ward: Ward, kiyo: Person) -> None:
    """Every hand-off of the main way is closed, none was ever overdue, and somebody has her."""
    handoffs = {one["kind"]: one for one in await ward.hq.handoffs(kiyo)}
    assert {kind: handoffs[kind]["done"] for kind in MAIN_WAY} == dict.fromkeys(MAIN_WAY, True)
    assert [kind for kind, one in handoffs.items() if one["state"] == "open" or one["ever_overdue"]] == []
    await ward.hq.stands(kiyo, standing="case", case_state="open")
    await ward.hq.sees_figures(ward.code, cases_open=1, lost=0)
    assert await ward.hq.list("casework", "/handoffs", person=kiyo.id, state="unfinished") == []


async def the_timeline_tells_all_of_it(ward: Ward, kiyo: Person, shelter: Facility) -> None:
    """In the order in which it happened, with who did it, in what words, and what led to it."""
    entries = await ward.hq.hears(kiyo, *WAY)
    assert [short(entry["type"]) for entry in entries] == WAY
    by_type = {short(entry["type"]): entry for entry in entries}
    who = {
        "intake.person.registered": ward.staff.id,
        "screening.screening.decided": ward.nurse.id,
        "transfer.placement.requested": ward.hq.id,
        "transfer.placement.accepted": shelter.id,
        "casework.conference.held": ward.caseworker.id,
    }
    assert {name: by_type[name]["actor"] for name in who} == who
    picked_up = by_type["transfer.trip.picked-up"]
    assert (picked_up["said_by"], picked_up["channel"]) == ("family", "phone")
    assert by_type["transfer.placement.requested"]["words"] == {"condition": CONDITION}
    for effect, cause in REACTIONS.items():
        assert by_type[effect]["causation"] == by_type[cause]["event"], effect
        assert by_type[effect]["correlation"] == by_type[cause]["correlation"], effect
        assert by_type[effect]["channel"] == "worker"
