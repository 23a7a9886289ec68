"""What the desk shows of a case, a conference, a sheet, a facility, a disaster: folded from their own events."""

from datetime import UTC, date, datetime

import pytest

from services.casework.domain.desk import CaseNow, ConferenceNow, case_now, conference_now
from services.casework.domain.disaster import disaster
from services.casework.domain.facility import facility
from services.casework.domain.sheet import sheet
from services.casework.domain.timeline import settle
from shared.contracts.casework_case import (
    CaseAssessed,
    CaseAssigned,
    CaseClosed,
    CaseOpened,
    CaseReferred,
    CaseReopened,
    CaseTakenOver,
    CaseVisited,
    ReferralAnswered,
)
from shared.contracts.casework_conference import (
    ConferenceCalled,
    ConferenceCancelled,
    ConferenceHeld,
    Member,
    MembersChanged,
    Task,
    TaskDone,
)
from shared.contracts.intake_disaster import DisasterDeclared, StageChanged
from shared.contracts.intake_household import (
    HouseholdCorrected,
    HouseholdRegistered,
    Mark,
    MemberAdded,
    RepresentativeChanged,
    SharingConfirmed,
)
from shared.contracts.places import Place
from shared.contracts.transfer_facility import (
    CapacityReported,
    FacilityChanged,
    FacilityClosed,
    FacilityListed,
    OpeningStepReported,
)
from tests.unit.casework.told import AT_SHELTER, Life, at, named

LAWYER = Member(actor="lawyer-1", role="lawyer")
REFERRAL, TASK = named("referral"), named("task")


def opened(life: Life) -> None:
    life.say(CaseOpened(person=life.person, reason="arrival", worker="one", base="base-1"), "10:00")


def case_of(life: Life) -> CaseNow:
    found = case_now(life.events)
    assert found is not None
    return found


def conference_of(life: Life) -> ConferenceNow:
    found = conference_now(life.events)
    assert found is not None
    return found


def assessed(result: str, days: int | None) -> CaseAssessed:
    return CaseAssessed(
        scheme="two-axes-1", housing="much", living="none", result=result, continues=True, visit_every_days=days
    )


def test_a_case_that_nobody_opened_is_none() -> None:
    life = Life()
    life.say(CaseClosed(reason="died"), "10:00")
    assert case_now(life.events) is None
    assert conference_now([]) is None


@pytest.mark.req("K0-008", "K0-017")
def test_a_case_with_its_visits_and_assessments() -> None:
    life = Life()
    opened(life)
    life.say(assessed("housing", 60), "10:30")
    life.say(CaseVisited(kind="outreach", outcome="absent"), "11:00")
    life.say(CaseVisited(kind="outreach", outcome="met", next_on=date(2024, 12, 1)), "12:00")
    case = case_of(life)
    assert (case.opened_for, case.opened_at, case.worker, case.base) == ("arrival", at("10:00"), "one", "base-1")
    assert (case.visits, case.visited_at, case.next_visit) == (2, at("12:00"), date(2024, 12, 1))
    life.say(assessed("living", 30), "13:00")
    case = case_of(life)
    assert (case.class_, case.assessed_at, case.next_visit) == ("living", at("13:00"), date(2024, 12, 20))
    assert [one.event.result for one in life.events if isinstance(one.event, CaseAssessed)] == ["housing", "living"]


def test_a_case_changes_hands_is_closed_and_reopened() -> None:
    life = Life()
    opened(life)
    life.say(CaseAssigned(worker="two", before="one"), "11:00")
    assert (case_of(life).worker, case_of(life).handed_to) == ("one", "two")
    life.say(CaseTakenOver(worker="two"), "12:00")
    assert (case_of(life).worker, case_of(life).handed_to) == ("two", None)
    life.say(CaseClosed(reason="self-reliant"), "13:00")
    case = case_of(life)
    assert (case.status, case.closed_at, case.closed_for) == ("closed", at("13:00"), "self-reliant")
    life.say(CaseReopened(reason="new-need"), "14:00")
    assert (case_of(life).status, case_of(life).closed_for) == ("open", None)


def test_a_referral_and_its_answer() -> None:
    life = Life()
    opened(life)
    life.say(CaseReferred(referral=REFERRAL, provider="law", consent="given"), "11:00")
    life.say(ReferralAnswered(referral=named("another"), answer="accepted"), "11:30")
    life.say(ReferralAnswered(referral=REFERRAL, answer="accepted"), "12:00")
    (referral,) = case_of(life).referrals.values()
    assert (referral.state, referral.referred_at, referral.answered_at) == ("accepted", at("11:00"), at("12:00"))


@pytest.mark.req("K0-023", "K0-025")
def test_a_conference_with_what_it_came_to() -> None:
    life = Life()
    life.say(ConferenceCalled(case=life.case, person=life.person, at=at("2d 10:00"), members=(LAWYER,)), "10:00")
    life.say(MembersChanged(case=life.case, members=(LAWYER, Member(role="family"))), "10:30")
    held = ConferenceHeld(
        case=life.case,
        present=(LAWYER,),
        city_present=True,
        decision="support-continues",
        tasks=(Task(id=TASK, owner="lawyer-1", kind="legal", due=date(2024, 12, 1)),),
        look_again_on=date(2027, 1, 1),
    )
    life.say(held, "2d 11:00")
    life.say(TaskDone(case=life.case, task=TASK), "3d 09:00")
    now = conference_of(life)
    assert (now.status, now.held_at, now.city_present, now.decision) == (
        "held",
        at("2d 11:00"),
        True,
        "support-continues",
    )
    assert [one.role for one in now.members] == ["lawyer", "family"]
    assert now.look_again_on == date(2027, 1, 1)
    assert (now.tasks[TASK].state, now.tasks[TASK].finished_at) == ("done", at("3d 09:00"))


def test_a_conference_that_did_not_take_place() -> None:
    life = Life()
    life.say(ConferenceCalled(case=life.case, person=life.person, at=at("2d 10:00")), "10:00")
    life.say(ConferenceCancelled(case=life.case, reason="withdrawn"), "11:00")
    assert (conference_of(life).status, conference_of(life).reason) == ("cancelled", "withdrawn")


def test_a_sheet_with_its_corrections() -> None:
    life = Life()
    one, other = named("one"), named("other")
    home = Place(kind="home")
    sheet_event = HouseholdRegistered(members=(one,), place=AT_SHELTER, representative=one, marks=(Mark("place", "x"),))
    life.say(sheet_event, "10:00", stream=life.household)
    life.say(
        HouseholdCorrected(fields=("damage", "place"), damage="half-destroyed", place=home),
        "11:00",
        stream=life.household,
    )
    life.say(SharingConfirmed(agreed=False), "11:10", stream=life.household)
    life.say(MemberAdded(person=other), "11:20", stream=life.household)
    life.say(RepresentativeChanged(person=other), "11:30", stream=life.household)
    now = sheet(life.household, settle(life.events).events)
    assert (now.damage, now.place_kind, now.shelter, now.sharing_confirmed) == ("half-destroyed", "home", None, False)
    assert (now.members, now.representative, now.marks) == (sorted([one, other]), other, 1)


@pytest.mark.req("K4-155")
def test_a_facility_opens_in_steps_and_closes() -> None:
    life, id_ = Life(), named("facility")
    for n, event in enumerate(
        (
            FacilityListed(name="A", kind="core-welfare", ward="28101"),
            FacilityChanged(fields=("name",), name="B"),
            OpeningStepReported(step="people-safe"),
            OpeningStepReported(step="damage-checked", ok=False),
            OpeningStepReported(step="receiving"),
            CapacityReported(total=None, lacks=("nurses",)),
        )
    ):
        life.say(event, f"10:0{n}", stream=id_)
    now = facility(id_, settle(life.events).events)
    assert (now.name, now.step, now.open, now.opened_at) == ("B", "receiving", True, at("10:04"))
    assert now.steps["damage-checked"].ok is False
    assert (now.total, now.lacks, now.reported_at) == (None, ["nurses"], at("10:05")), "unknown is not zero"
    life.say(FacilityClosed(reason="damage"), "12:00", stream=id_)
    now = facility(id_, settle(life.events).events)
    assert (now.open, now.step, now.steps, now.closed_at) == (False, None, {}, at("12:00"))


@pytest.mark.req("K4-157")
def test_a_disaster_and_its_stage() -> None:
    life, id_ = Life(), named("disaster")
    began = datetime(2024, 11, 20, 5, 46, tzinfo=UTC)
    life.say(
        DisasterDeclared(kind="quake", drill=True, title="訓練", wards=("28101",), began=began), "06:00", stream=id_
    )
    life.say(StageChanged(stage="hq"), "07:00", stream=id_)
    now = disaster(id_, settle(life.events).events)
    assert (now.kind, now.drill, now.stage, now.stage_since, now.began) == ("quake", True, "hq", at("07:00"), began)
