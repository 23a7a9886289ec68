"""Hand-offs beyond their table: one at a time, late and early facts, several at once, what people say about them."""

import pytest

from services.casework.domain.handoffs import counts
from shared.contracts.casework_case import CaseOpened
from shared.contracts.casework_conference import ConferenceHeld, Task
from shared.contracts.casework_handoff import HandoffEnded, HandoffEscalated, HandoffReturned, HandoffTaken
from shared.contracts.intake_person import CheckedIn, Departed, Died, PersonCorrected
from shared.contracts.places import Place
from shared.contracts.screening_screening import (
    ScreeningReleased,
    ScreeningRequested,
    ScreeningTaken,
    VisitMade,
    VisitOrdered,
)
from shared.contracts.transfer_need import NeedMet, NeedOpened
from shared.contracts.transfer_placement import ArrivalReported
from shared.contracts.transfer_trip import PickedUp, TripAccepted, TripCancelled, TripFailed
from tests.unit.casework.told import AT_SHELTER, CORE, Life, at

REQUEST = ScreeningRequested(reason="sheet", risk="raised")


def arrived_life() -> Life:
    """The main way as far as the arrival, without a hitch."""
    life = Life()
    life.register("10:00", representative=True)
    life.say(REQUEST, "10:01")
    life.say(ScreeningTaken(nurse="nurse-1"), "10:10")
    life.decide("10:20")
    life.say(NeedOpened(person=life.person, destination="core-welfare"), "10:21")
    life.ask("10:25")
    life.accept("10:40")
    life.plan_trip("10:45", planned="11:30")
    life.say(TripAccepted(partner="taxi-1"), "10:50")
    life.say(PickedUp(), "11:30")
    life.say(ArrivalReported(facility=CORE, need=life.need), "11:50")
    life.say(NeedMet(placement=life.id("placement")), "11:51")
    life.say(Departed(destination="welfare-shelter", placement=life.id("placement")), "11:52")
    return life


@pytest.mark.req("K0-005", "K4-146", "K4-148")
def test_the_main_way_leaves_nothing_open() -> None:
    life = arrived_life()
    assert life.kinds("open") == ["arrival-to-casework"]
    life.say(CaseOpened(person=life.person, reason="arrival", worker="worker-1"), "13:00")
    held = ConferenceHeld(case=life.case, present=(), city_present=True, decision="support-continues")
    life.say(held, "2d 10:00")
    assert life.kinds("open", "ended") == []
    assert life.kinds("taken") == [
        "sheet-to-hq",
        "registration-to-screening",
        "hq-to-health-team",
        "screening-to-acceptance",
        "acceptance-to-transport",
        "transport-need-to-hq",
        "transport-to-arrival",
        "arrival-to-casework",
        "casework-to-conference",
    ]
    assert all(one.finished and one.done for one in life.traced().handoffs)
    assert life.traced().standing == "case"


def test_opened_is_taken_and_ended_and_open() -> None:
    life = arrived_life()
    life.say(Died(), "12:00")
    figures = counts(life.traced().handoffs, at("3d 10:00"))
    assert figures["opened"] == figures["taken"] + figures["ended"] + figures["open"] == 8
    assert (figures["ended"], figures["overdue"]) == (1, 0)


def test_two_facts_of_one_opening_open_one() -> None:
    life = Life()
    life.register("10:00")
    life.say(REQUEST, "10:01")
    assert life.kinds("open").count("registration-to-screening") == 1


def test_urgency_heard_later_shortens_the_time_from_then() -> None:
    life = Life()
    life.register("10:00")
    assert life.handoff("registration-to-screening").due == at("11:00")
    life.say(ScreeningRequested(reason="fever", risk="high", urgent=True), "10:10")
    handoff = life.handoff("registration-to-screening")
    assert (handoff.urgent, handoff.due) == (True, at("10:25"))


def test_power_for_a_device_is_urgent_from_the_sheet_on() -> None:
    life = Life()
    life.register("10:00", power_needed=True)
    assert life.handoff("registration-to-screening").due == at("10:15")


def test_the_time_runs_from_when_it_was_heard() -> None:
    life = Life()
    life.register("08:00", heard="12:00")
    handoff = life.handoff("registration-to-screening")
    assert (handoff.opened_at, handoff.opened_heard, handoff.due) == (at("08:00"), at("12:00"), at("13:00"))


def test_who_needs_no_care_waits_for_no_nurse() -> None:
    life = Life()
    life.register("10:00", needs=())
    assert life.kinds("open") == []
    life.say(PersonCorrected(fields=("care",), care=True), "10:30")
    assert life.kinds("open") == ["registration-to-screening"]


def test_a_registration_keyed_in_after_the_nurse_decided_opens_nothing_again() -> None:
    life = Life()
    life.decide("09:00", "general")
    life.register("10:00")
    assert life.kinds("open") == []


def test_put_back_into_the_queue_means_that_nobody_has_the_person() -> None:
    life = Life()
    life.register("10:00")
    life.say(REQUEST, "10:01")
    life.say(ScreeningTaken(nurse="nurse-1"), "10:10")
    life.say(ScreeningReleased(nurse="nurse-1"), "10:30")
    assert life.kinds("open") == ["registration-to-screening", "hq-to-health-team"]
    assert life.handoff("registration-to-screening").overdue(at("11:01")), "its clock has not been set back"
    assert life.handoff("hq-to-health-team").due == at("11:00")


@pytest.mark.req("K4-145")
def test_a_visit_at_which_nobody_was_met_is_still_to_be_made() -> None:
    life = Life()
    life.register("10:00")
    life.say(VisitOrdered(), "10:10")
    life.say(VisitMade(outcome="absent"), "11:00")
    assert life.handoff("visit-ordered-to-made").state == "open"


def test_an_acceptance_keyed_in_after_the_arrival_opens_what_is_done_already() -> None:
    life = Life()
    life.register("10:00")
    life.decide("10:20")
    life.ask("10:25")
    arrival = life.say(ArrivalReported(facility=CORE, need=life.need), "11:50")
    life.accept("12:30")
    handoff = life.handoff("acceptance-to-transport")
    assert (handoff.state, handoff.done, handoff.taken_by) == ("taken", True, arrival)


@pytest.mark.req("K4-127", "K4-147")
def test_a_drive_that_breaks_off_opens_the_search_for_another() -> None:
    life = Life()
    life.register("10:00")
    life.decide("10:20")
    life.ask("10:25")
    life.accept("10:30")
    life.plan_trip("10:35", planned="11:30")
    life.say(TripAccepted(partner="taxi-1"), "10:50")
    life.say(TripFailed(reason="road"), "11:40")
    assert life.kinds("open") == ["acceptance-to-transport"]
    assert life.handoff("transport-to-arrival").reason == "replaced"
    second = life.id("second trip")
    life.plan_trip("11:45", planned="13:00", trip=second)
    life.say(TripAccepted(partner="taxi-2"), "11:50", stream=second)
    assert life.handoff("transport-to-arrival").due == at("13:30")
    assert life.kinds("open") == ["transport-to-arrival"]


def test_a_drive_called_off_before_another_does_not_end_the_other_s_arrival() -> None:
    life = Life()
    life.register("10:00")
    life.decide("10:20")
    life.ask("10:25")
    life.accept("10:30")
    life.plan_trip("10:35")
    life.say(TripCancelled(reason="replaced"), "10:40")
    second = life.id("second trip")
    life.plan_trip("10:45", trip=second)
    life.say(TripAccepted(partner="family"), "10:50", stream=second)
    assert life.kinds("open") == ["transport-to-arrival"]


def test_the_shelter_signing_out_who_has_arrived_opens_nothing() -> None:
    assert [one.kind for one in arrived_life().traced().handoffs].count("transport-to-arrival") == 1


def test_each_provider_named_in_a_conference_is_a_hand_off_of_its_own() -> None:
    life = arrived_life()
    life.say(CaseOpened(person=life.person, reason="arrival"), "13:00")
    tasks = tuple(
        Task(id=life.id("task", n), owner="worker-1", kind="refer", provider=provider)
        for n, provider in enumerate(("law", "city-housing", None))
    )
    life.say(ConferenceHeld(case=life.case, present=(), city_present=True, decision="refer", tasks=tasks), "14:00")
    found = [one for one in life.traced().handoffs if one.kind == "conference-to-provider"]
    assert [(one.owner, one.about) for one in found] == [("law", tasks[0].id), ("city-housing", tasks[1].id)]
    assert len({one.handoff for one in found}) == 2


def test_taken_returned_ended_by_people() -> None:
    life = Life()
    life.register("10:00")
    id_ = life.handoff("registration-to-screening").handoff
    life.say(HandoffTaken(kind="registration-to-screening", owner="hq-1"), "10:05", stream=id_)
    life.say(HandoffReturned(kind="registration-to-screening"), "11:30", stream=id_)
    handoff = life.handoff("registration-to-screening")
    assert (handoff.state, handoff.owner, handoff.late) == ("open", None, False)
    assert handoff.overdue(at("11:31"))
    life.say(HandoffTaken(kind="registration-to-screening", owner="hq-2"), "11:40", stream=id_)
    assert life.handoff("registration-to-screening").late, "for ten minutes nobody had it although it was due"
    life.say(HandoffEnded(kind="registration-to-screening", reason="not-needed"), "12:00", stream=id_)
    handoff = life.handoff("registration-to-screening")
    assert (handoff.state, handoff.finished, handoff.reason) == ("taken", True, "not-needed")


def test_ended_by_a_person_without_being_taken() -> None:
    life = Life()
    life.register("10:00")
    id_ = life.handoff("registration-to-screening").handoff
    life.say(HandoffEnded(kind="registration-to-screening", reason="mistake"), "10:05", stream=id_)
    handoff = life.handoff("registration-to-screening")
    assert (handoff.state, handoff.reason, handoff.finished) == ("ended", "mistake", True)


def test_an_escalation_is_kept_even_if_somebody_was_quicker() -> None:
    life = Life()
    life.register("10:00")
    life.say(ScreeningTaken(nurse="nurse-1"), "10:10")
    life.decide("10:20", "general")
    id_ = life.handoff("registration-to-screening").handoff
    life.say(HandoffEscalated(kind="registration-to-screening", level="ward-hq"), "11:00", stream=id_)
    handoff = life.handoff("registration-to-screening")
    assert (handoff.state, handoff.level, handoff.escalated_at) == ("taken", "ward-hq", at("11:00"))


def test_what_is_said_of_a_hand_off_counts_once_its_opening_is_heard() -> None:
    life = Life()
    life.register("10:00")
    id_ = life.handoff("registration-to-screening").handoff
    life.say(HandoffTaken(kind="registration-to-screening", owner="hq-1"), "10:05", stream=id_)
    opening, said = life.events
    life.events = [said]
    assert life.traced().handoffs == []
    life.events = [said, opening]
    assert life.handoff("registration-to-screening").owner == "hq-1"


def test_a_corrected_opening_is_the_same_hand_off() -> None:
    life = Life()
    life.register("10:00")
    departed = life.say(Departed(destination="home"), "12:00")
    id_ = life.handoff("departure-to-casework").handoff
    life.say(HandoffTaken(kind="departure-to-casework", owner="worker-1"), "12:10", stream=id_)
    life.say(Departed(destination="relatives"), "11:00", heard="12:20", corrects=departed)
    handoff = life.handoff("departure-to-casework")
    assert (handoff.handoff, handoff.owner, handoff.opened_at) == (id_, "worker-1", at("11:00"))


def test_a_death_that_was_none_ends_nothing() -> None:
    life = Life()
    life.register("10:00")
    died = life.say(Died(), "10:30")
    assert life.kinds("ended") == ["registration-to-screening"]
    life.say(CheckedIn(place=Place(kind="shelter", shelter=AT_SHELTER.shelter)), "10:40", corrects=died)
    assert life.kinds("open") == ["registration-to-screening"]


def test_screened_again_after_a_change_begins_anew() -> None:
    life = Life()
    life.register("10:00")
    life.decide("10:20", "general")
    life.say(ScreeningRequested(reason="fever", risk="high", round=2), "2d 09:00")
    found = [one for one in life.traced().handoffs if one.kind == "registration-to-screening"]
    assert [one.state for one in found] == ["taken", "open"]
