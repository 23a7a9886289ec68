"""A person's way: where they are, how far everybody has come with them, and whether anybody has them at all."""

from collections.abc import Callable
from uuid import UUID

import pytest

from services.casework.domain.journey import STANDINGS, Journey, standing
from services.casework.domain.steps import journey
from services.casework.domain.timeline import settle
from shared.contracts.casework_case import CaseAssigned, CaseClosed, CaseOpened, CaseReopened, CaseVisited
from shared.contracts.casework_handoff import HandoffEnded
from shared.contracts.intake_person import (
    AmbulanceCalled,
    CameBack,
    CheckedIn,
    Departed,
    Died,
    HospitalConfirmed,
    PersonCorrected,
    PersonsMerged,
    ReturnedFromHospital,
    WentOut,
)
from shared.contracts.places import Place
from shared.contracts.screening_screening import (
    CallAttempted,
    ScreeningEnded,
    ScreeningRequested,
    VisitMade,
    VisitOrdered,
)
from shared.contracts.transfer_placement import ArrivalReported, PlacementDeclined, PlacementEnded
from shared.contracts.transfer_trip import PickedUp, TripAccepted, TripDeclined, TripOffered
from tests.unit.casework.told import AT_SHELTER, CORE, OTHER_CORE, SHELTER, Life, at, named

HOME = Place(kind="home")
Tell = Callable[[Life], object]


def way(life: Life) -> Journey:
    return journey(life.person, settle(life.events).events)


def moved(life: Life) -> None:
    life.decide("10:20")
    life.ask("10:25")
    life.accept("10:30")
    life.say(ArrivalReported(facility=CORE, need=life.need), "11:00")


@pytest.mark.parametrize(
    ("tells", "presence", "place"),
    [
        ((), "present", "shelter"),
        ((WentOut(),), "out", "shelter"),
        ((WentOut(), CameBack()), "present", "shelter"),
        ((CheckedIn(place=HOME),), "present", "home"),
        ((Departed(destination="relatives"),), "left", "shelter"),
        ((Departed(destination="hospital"),), "ambulance", "shelter"),
        ((AmbulanceCalled(), HospitalConfirmed(), Departed(destination="hospital")), "hospital", "shelter"),
        ((HospitalConfirmed(), ReturnedFromHospital(place=AT_SHELTER)), "present", "shelter"),
        ((Died(), WentOut(), Departed(destination="home"), AmbulanceCalled()), "dead", "shelter"),
        ((PersonCorrected(fields=("place",), place=HOME),), "present", "home"),
        ((Departed(destination="home"), PersonCorrected(fields=("place",), place=HOME)), "left", "shelter"),
    ],
)
def test_where_the_person_is(tells: tuple[object, ...], presence: str, place: str) -> None:
    life = Life()
    life.register("10:00")
    for n, event in enumerate(tells):
        life.say(event, f"11:{n:02}")  # type: ignore[arg-type]  # a tuple of events
    assert (way(life).presence, way(life).place_kind) == (presence, place)


def test_after_the_arrival_the_person_is_in_the_facility_until_they_leave_it() -> None:
    life = Life()
    life.register("10:00")
    moved(life)
    assert (way(life).presence, way(life).facility, way(life).placed) == ("moved", CORE, "arrived")
    life.say(PlacementEnded(facility=CORE, need=life.need, reason="hospital"), "12:00")
    assert (way(life).presence, way(life).facility, way(life).placed) == ("ambulance", None, "none")


def test_no_state_goes_back_because_an_earlier_step_was_keyed_in_later() -> None:
    life = Life()
    life.register("10:00")
    life.decide("10:20")
    life.ask("10:25")
    life.plan_trip("10:30")
    life.say(PickedUp(), "10:50")
    life.say(ArrivalReported(facility=CORE, need=life.need), "11:00")
    life.accept("11:30")
    life.say(TripOffered(partner="taxi-1", until=at("12:00")), "11:31")
    life.say(TripAccepted(partner="taxi-1"), "11:32")
    state = way(life)
    assert state.placed == "arrived"
    assert [one.state for one in state.trips.values()] == ["picked-up"]
    assert state.trips[life.id("trip")].partner == "taxi-1"


def test_a_drive_declined_waits_again_since_it_was_first_wanted() -> None:
    life = Life()
    life.plan_trip("10:30")
    life.say(TripOffered(partner="taxi-1", until=at("12:00")), "10:40")
    life.say(TripDeclined(partner="taxi-1", reason="silent"), "12:00")
    one = way(life).trips[life.id("trip")]
    assert (one.state, one.partner, one.wanted_at) == ("planned", None, at("10:30"))


def test_several_facilities_asked_at_once_are_kept_apart() -> None:
    life = Life()
    life.register("10:00")
    life.ask("10:20")
    life.ask("10:20", OTHER_CORE, life.id("second"))
    life.say(PlacementDeclined(facility=CORE, need=life.need, reason="full"), "10:30")
    assert way(life).placed == "asked"
    assert {one.facility: one.state for one in way(life).placements.values()} == {CORE: "declined", OTHER_CORE: "asked"}


@pytest.mark.req("K4-159")
def test_every_ward_that_was_ever_responsible_still_sees_the_person() -> None:
    life = Life()
    life.register("10:00")
    life.say(CheckedIn(place=AT_SHELTER), "2d 10:00", ward="28102")
    assert (way(life).ward, way(life).wards) == ("28102", ["28101", "28102"])


@pytest.mark.parametrize(
    ("event", "contact"),
    [
        (CallAttempted(outcome="reached"), True),
        (CallAttempted(outcome="no-answer"), False),
        (VisitMade(outcome="met"), True),
        (VisitMade(outcome="absent"), False),
        (CaseVisited(kind="outreach", outcome="met"), True),
        (CaseVisited(kind="outreach", outcome="absent"), False),
        (VisitOrdered(), False),
    ],
)
@pytest.mark.req("K0-006")
def test_only_who_met_or_reached_the_person_had_contact(event: object, contact: bool) -> None:
    life = Life()
    life.register("10:00")
    life.say(event, "11:00")  # type: ignore[arg-type]  # one of several events
    assert way(life).last_contact == at("11:00" if contact else "10:00")


def test_a_caseworker_changes() -> None:
    life = Life()
    life.say(CaseOpened(person=life.person, reason="arrival", worker="one"), "10:00")
    life.say(CaseAssigned(worker="two", before="one"), "11:00")
    assert (way(life).case, way(life).case_state, way(life).worker) == (life.case, "open", "two")


STANDS: dict[str, tuple[Tell, ...]] = {
    "unregistered": (lambda life: life.say(WentOut(), "10:00"),),
    "hand-off": (lambda life: life.register("10:00"),),
    "shelter": (lambda life: life.register("10:00", needs=()),),
    "outside": (lambda life: life.register("10:00", needs=(), place=HOME),),
    "dead": (lambda life: life.register("10:00", needs=()), lambda life: life.say(Died(), "11:00")),
    "left": (
        lambda life: life.register("10:00", needs=()),
        lambda life: life.say(Departed(destination="relatives"), "11:00"),
    ),
    "case": (
        lambda life: life.register("10:00", needs=()),
        lambda life: life.say(CaseOpened(person=life.person, reason="outreach"), "11:00"),
        lambda life: life.say(
            HandoffEnded(kind="casework-to-conference", reason="not-needed"), "11:05", stream=_conference(life)
        ),
    ),
    "closed": (
        lambda life: life.register("10:00", needs=()),
        lambda life: life.say(CaseOpened(person=life.person, reason="outreach"), "11:00"),
        lambda life: life.say(CaseClosed(reason="self-reliant"), "12:00"),
    ),
    "merged": (
        lambda life: life.register("10:00", needs=()),
        lambda life: life.say(PersonsMerged(merge=named("merge"), other=named("kept"), kept=named("kept")), "11:00"),
    ),
    "signed-off": (
        lambda life: life.register("10:00"),
        lambda life: life.say(ScreeningEnded(reason="not-needed"), "10:30"),
        lambda life: life.say(Departed(destination="home"), "11:00"),
        lambda life: life.say(
            HandoffEnded(kind="departure-to-casework", reason="not-needed"),
            "11:30",
            stream=life.handoff("departure-to-casework").handoff,
        ),
    ),
}


def _conference(life: Life) -> UUID:
    return life.handoff("casework-to-conference").handoff


@pytest.mark.parametrize("code", STANDS)
def test_who_has_the_person(code: str) -> None:
    life = Life()
    for tell in STANDS[code]:
        tell(life)
    assert life.traced().standing == code
    assert code in STANDINGS


def test_a_reopened_case_has_the_person_again() -> None:
    life = Life()
    for tell in STANDS["closed"]:
        tell(life)
    life.say(CaseReopened(reason="new-need"), "13:00")
    assert life.traced().standing == "hand-off"


@pytest.mark.parametrize(
    "state",
    [
        {"presence": "left", "needs": ["physical"]},
        {"presence": "left", "destination": "core-welfare"},
        {"presence": "moved"},
        {"presence": "hospital"},
        {"presence": "ambulance"},
        {"presence": "present", "place_kind": "unknown"},
        {"presence": "present", "place_kind": "shelter", "shelter": None},
    ],
)
def test_who_is_nowhere_and_with_nobody_is_lost(state: dict[str, object]) -> None:
    found = Journey(person=named("somebody"), registered_heard=at("10:00"), **state)  # type: ignore[arg-type]
    assert standing(found, handed=False) == "lost"
    assert standing(found, handed=True) == "hand-off"


@pytest.mark.parametrize(
    ("state", "code"),
    [
        ({"presence": "present", "place_kind": "shelter", "shelter": SHELTER, "screening": "requested"}, "queue"),
        ({"presence": "left", "needs": ["physical"], "need": "waitlisted"}, "queue"),
        ({"presence": "moved", "facility": CORE}, "facility"),
        ({"presence": "present", "place_kind": "facility"}, "facility"),
        ({"presence": "left", "needs": ["physical"], "case_state": "closed"}, "closed"),
        ({"presence": "left", "needs": ["physical"], "signed_off": True}, "signed-off"),
    ],
)
def test_standings_that_no_hand_off_stands_before(state: dict[str, object], code: str) -> None:
    found = Journey(person=named("somebody"), registered_heard=at("10:00"), **state)  # type: ignore[arg-type]
    assert standing(found, handed=False) == code


@pytest.mark.req("K4-153")
def test_how_far_each_step_has_come_is_an_instant() -> None:
    life = Life()
    life.register("10:00")
    life.say(ScreeningRequested(reason="sheet", risk="raised"), "10:01")
    life.say(CallAttempted(outcome="no-answer"), "10:10")
    life.say(VisitOrdered(), "10:20")
    life.say(VisitMade(outcome="absent"), "10:50")
    state = way(life)
    assert (state.requested_at, state.phoned_at, state.visit_ordered_at) == (at("10:01"), at("10:10"), at("10:20"))
    assert state.visit_made_at is None, "nobody was met"
    life.say(VisitMade(outcome="met"), "11:10")
    life.decide("11:20")
    life.ask("11:30")
    life.accept("11:40")
    life.say(PickedUp(), "11:50")
    life.say(ArrivalReported(facility=CORE, need=life.need), "12:00")
    life.say(PlacementEnded(facility=CORE, need=life.need, reason="home"), "2d 12:00")
    state = way(life)
    assert (state.visit_made_at, state.decided_at, state.asked_at) == (at("11:10"), at("11:20"), at("11:30"))
    assert (state.accepted_at, state.moved_at, state.arrived_at) == (at("11:40"), at("11:50"), at("12:00"))
    (placement,) = state.placements.values()
    assert (placement.asked_at, placement.answered_at, placement.ended_at) == (at("11:30"), at("11:40"), at("2d 12:00"))
