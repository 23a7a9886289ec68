"""How each kind of hand-off comes and goes, as a table: what tests and readers walk."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any, NamedTuple

from shared.contracts.casework_case import (
    CaseAssessed,
    CaseAssigned,
    CaseClosed,
    CaseOpened,
    CaseReferred,
    CaseTakenOver,
    CaseVisited,
    ReferralAnswered,
)
from shared.contracts.casework_conference import ConferenceCalled, ConferenceCancelled, ConferenceHeld, Task
from shared.contracts.casework_handoff import HandoffEscalated
from shared.contracts.intake_person import (
    AmbulanceCalled,
    CheckedIn,
    Departed,
    Died,
    HospitalConfirmed,
    PersonCorrected,
    ReturnedFromHospital,
)
from shared.contracts.places import Place
from shared.contracts.screening_screening import (
    ScreeningEnded,
    ScreeningReleased,
    ScreeningRequested,
    ScreeningTaken,
    VisitMade,
    VisitOrdered,
)
from shared.contracts.transfer_need import NeedEnded, NeedOpened
from shared.contracts.transfer_placement import (
    ArrivalReported,
    PlacementDeclined,
    PlacementEnded,
    PlacementWithdrawn,
)
from shared.contracts.transfer_trip import (
    PickedUp,
    TripAccepted,
    TripCancelled,
    TripDeclined,
    TripFailed,
    TripOffered,
    TripStarted,
)
from tests.unit.casework.told import AT_SHELTER, CORE, Life, at

Tell = Callable[[Life], object]
REQUEST = ScreeningRequested(reason="sheet", risk="raised")
URGENT = ScreeningRequested(reason="sheet", risk="critical", urgent=True)
ARRIVAL = ArrivalReported(facility=CORE, need=Life().need)
OPENED = CaseOpened(person=Life().person, reason="arrival", worker="worker-1")
NO_NEED: dict[str, Any] = {"needs": ()}


def say(event: object, when: str = "12:00") -> Tell:
    return lambda life: life.say(event, when)  # type: ignore[arg-type]


def assessed(*, continues: bool = True, result: str = "both") -> CaseAssessed:
    return CaseAssessed(scheme="two-axes-1", housing="much", living="much", result=result, continues=continues)


def held(life: Life, *, refers: bool = True) -> ConferenceHeld:
    task = Task(id=life.id("task"), owner="worker-1", kind="refer", provider="law" if refers else None)
    return ConferenceHeld(case=life.case, present=(), city_present=True, decision="refer", tasks=(task,))


def referred(life: Life, *, by_task: bool = True) -> CaseReferred:
    task = life.id("task") if by_task else None
    return CaseReferred(referral=life.id("referral"), provider="law", consent="given", task=task)


def answered(life: Life, reply: str) -> ReferralAnswered:
    return ReferralAnswered(referral=life.id("referral"), answer=reply)


class Walk(NamedTuple):
    """How one kind comes and goes: what is told before, what opens it (at 11:00), and each way in which it is over."""

    kind: str
    due: timedelta
    opens: Tell
    before: tuple[Tell, ...] = ()
    takes: Tell | None = None
    returns: Tell | None = None
    done: tuple[Tell, ...] = ()
    ends: tuple[tuple[Tell, str], ...] = ()


MINUTES, HOURS, DAYS = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
REGISTERED: Tell = lambda life: life.register("09:00")  # noqa: E731
DECIDED: Tell = lambda life: life.decide("10:00")  # noqa: E731
ASKED: Tell = lambda life: life.ask("10:10")  # noqa: E731
ACCEPTED: Tell = lambda life: life.accept("10:20")  # noqa: E731
PLANNED: Tell = lambda life: life.plan_trip("10:30", planned="15:00")  # noqa: E731
MOVING = (REGISTERED, DECIDED, ASKED, ACCEPTED, PLANNED)
ARRIVED = (*MOVING, say(ARRIVAL, "10:50"))
IN_CASE = (*ARRIVED, say(OPENED, "10:55"))
DIED = (say(Died()), "died")
LEFT = (say(Departed(destination="home")), "left")

WALKS = (
    Walk(
        "sheet-to-hq",
        30 * MINUTES,
        lambda life: life.register("11:00", representative=True),
        done=(say(ScreeningTaken(nurse="nurse-1")), lambda life: life.ask("12:00"), say(OPENED)),
        ends=(LEFT, DIED),
    ),
    Walk(
        "registration-to-screening",
        60 * MINUTES,
        lambda life: life.register("11:00"),
        takes=say(ScreeningTaken(nurse="nurse-1")),
        returns=say(ScreeningReleased(nurse="nurse-1"), "12:01"),
        done=(lambda life: life.decide("12:00"),),
        ends=((say(ScreeningEnded(reason="not-needed")), "not-needed"), LEFT, DIED),
    ),
    Walk(
        "registration-to-screening",
        15 * MINUTES,
        say(URGENT, "11:00"),
        before=(lambda life: life.register("09:00", **NO_NEED),),
        done=(lambda life: life.decide("12:00"),),
    ),
    Walk(
        "registration-to-screening",
        60 * MINUTES,
        say(PersonCorrected(fields=("needs",), needs=("physical",)), "11:00"),
        before=(lambda life: life.register("09:00", **NO_NEED),),
        ends=((say(PersonCorrected(fields=("needs",))), "not-needed"),),
    ),
    Walk(
        "hq-to-health-team",
        30 * MINUTES,
        say(REQUEST, "11:00"),
        before=(REGISTERED,),
        done=(say(ScreeningTaken(nurse="nurse-1")), lambda life: life.decide("12:00")),
        ends=((say(ScreeningEnded(reason="merged")), "merged"), LEFT, DIED),
    ),
    Walk(
        "visit-ordered-to-made",
        4 * HOURS,
        say(VisitOrdered(nurse="nurse-2"), "11:00"),
        before=(REGISTERED, say(REQUEST, "09:01")),
        done=(say(VisitMade(outcome="met")), say(VisitMade(outcome="not-found"))),
        ends=((lambda life: life.decide("12:00"), "not-needed"), LEFT, DIED),
    ),
    Walk(
        "screening-to-acceptance",
        60 * MINUTES,
        lambda life: life.decide("11:00"),
        before=(REGISTERED,),
        done=(lambda life: life.accept("12:00"),),
        ends=(
            (lambda life: life.decide("12:00", "general"), "replaced"),
            (say(NeedEnded(reason="withdrawn")), "withdrawn"),
            LEFT,
            DIED,
        ),
    ),
    Walk(
        "screening-to-acceptance",
        60 * MINUTES,
        say(PlacementDeclined(facility=CORE, need=Life().need, reason="damage"), "11:00"),
        before=(
            REGISTERED,
            DECIDED,
            lambda life: life.say(NeedOpened(person=life.person, destination="core-welfare"), "10:01"),
            ASKED,
            ACCEPTED,
        ),
        done=(lambda life: life.accept("12:00", placement=life.id("second placement")),),
    ),
    Walk(
        "acceptance-to-transport",
        60 * MINUTES,
        lambda life: life.accept("11:00"),
        before=(REGISTERED, DECIDED, ASKED, PLANNED),
        done=(
            say(TripAccepted(partner="taxi-1")),
            say(TripStarted()),
            say(PickedUp()),
            say(ARRIVAL),
            lambda life: life.say(Departed(destination="welfare-shelter", placement=life.id("placement")), "12:00"),
        ),
        ends=(
            (say(PlacementWithdrawn(facility=CORE, need=Life().need, reason="hospital")), "hospital"),
            (say(PlacementDeclined(facility=CORE, need=Life().need, reason="damage")), "withdrawn"),
            (say(NeedEnded(reason="left")), "left"),
            LEFT,
            DIED,
        ),
    ),
    Walk(
        "acceptance-to-transport",
        60 * MINUTES,
        say(TripFailed(reason="breakdown"), "11:00"),
        before=(*MOVING, say(TripAccepted(partner="taxi-1"), "10:40")),
        done=(say(TripAccepted(partner="taxi-2")),),
    ),
    Walk(
        "transport-need-to-hq",
        30 * MINUTES,
        lambda life: life.plan_trip("11:00"),
        before=(REGISTERED, DECIDED, ASKED, ACCEPTED),
        takes=say(TripOffered(partner="taxi-1", until=at("13:00"))),
        returns=say(TripDeclined(partner="taxi-1", reason="no-vehicle"), "12:01"),
        done=(say(TripAccepted(partner="taxi-1")), say(PickedUp())),
        ends=((say(TripCancelled(reason="replaced")), "replaced"), (say(TripFailed(reason="road")), "replaced"), DIED),
    ),
    Walk(
        "transport-to-arrival",
        4 * HOURS + 30 * MINUTES,  # planned for 15:00
        say(TripAccepted(partner="taxi-1"), "11:00"),
        before=MOVING,
        done=(say(ARRIVAL),),
        ends=(
            (say(TripFailed(reason="breakdown")), "replaced"),
            (say(TripCancelled(reason="hospital")), "hospital"),
            (say(PlacementWithdrawn(facility=CORE, need=Life().need, reason="left")), "left"),
            (say(AmbulanceCalled()), "hospital"),
            DIED,
        ),
    ),
    Walk(
        "transport-to-arrival",
        30 * MINUTES,
        lambda life: life.say(Departed(destination="welfare-shelter", placement=life.id("placement")), "11:00"),
        before=(REGISTERED, DECIDED, ASKED, ACCEPTED),
        done=(say(ARRIVAL),),
    ),
    Walk(
        "arrival-to-casework",
        24 * HOURS,
        say(ARRIVAL, "11:00"),
        before=MOVING,
        done=(say(OPENED),),
        ends=((say(PlacementEnded(facility=CORE, need=Life().need, reason="home")), "home"), DIED),
    ),
    Walk(
        "departure-to-casework",
        3 * DAYS,
        say(Departed(destination="home"), "11:00"),
        before=(REGISTERED,),
        done=(say(CheckedIn(place=AT_SHELTER)), say(OPENED)),
        ends=(DIED,),
    ),
    Walk(
        "departure-to-casework",
        3 * DAYS,
        say(Departed(destination="other-shelter"), "11:00"),
        before=(lambda life: life.register("09:00", **NO_NEED),),
        done=(say(CheckedIn(place=AT_SHELTER)),),
    ),
    Walk(
        "departure-to-casework",
        3 * DAYS,
        say(PlacementEnded(facility=CORE, need=Life().need, reason="home"), "11:00"),
        before=ARRIVED,
        done=(say(OPENED),),
    ),
    Walk(
        "place-unknown-to-found",
        24 * HOURS,
        lambda life: life.register("11:00", place=Place(kind="shelter")),
        done=(
            say(CheckedIn(place=AT_SHELTER)),
            say(PersonCorrected(fields=("place",), place=AT_SHELTER)),
            say(HospitalConfirmed()),
        ),
        ends=(LEFT, DIED),
    ),
    Walk(
        "casework-to-conference",
        7 * DAYS,
        say(OPENED, "11:00"),
        before=ARRIVED,
        takes=lambda life: life.say(ConferenceCalled(case=life.case, person=life.person, at=at("2d 10:00")), "12:00"),
        returns=lambda life: life.say(ConferenceCancelled(case=life.case, reason="withdrawn"), "12:01"),
        done=(lambda life: life.say(held(life), "12:00"),),
        ends=(
            (say(assessed(continues=False, result="self-reliant")), "not-needed"),
            (say(CaseClosed(reason="declined")), "declined"),
            DIED,
        ),
    ),
    Walk(
        "casework-to-conference",
        7 * DAYS,
        say(assessed(result="living"), "11:00"),
        before=(*IN_CASE, say(assessed(), "10:56"), lambda life: life.say(held(life, refers=False), "10:57")),
        done=(lambda life: life.say(held(life), "12:00", stream=life.id("second conference")),),
    ),
    Walk(
        "conference-to-provider",
        3 * DAYS,
        lambda life: life.say(held(life), "11:00"),
        before=(*IN_CASE, lambda life: life.say(referred(life), "11:30")),
        done=(
            lambda life: life.say(answered(life, "accepted"), "12:00"),
            lambda life: life.say(answered(life, "done"), "12:00"),
        ),
        ends=(
            (lambda life: life.say(answered(life, "withdrawn"), "12:00"), "withdrawn"),
            (say(CaseClosed(reason="moved-away")), "moved-away"),
            DIED,
        ),
    ),
    Walk(
        "conference-to-provider",
        3 * DAYS,
        lambda life: life.say(referred(life, by_task=False), "11:00"),
        before=IN_CASE,
        done=(lambda life: life.say(answered(life, "accepted"), "12:00"),),
    ),
    Walk(
        "nurse-to-care-manager",
        2 * HOURS,
        lambda life: life.decide("11:00", "facility", emergency_admission=True),
        before=(REGISTERED,),
        done=(lambda life: life.accept("12:00"),),
        ends=((lambda life: life.decide("12:00", "general"), "replaced"), LEFT, DIED),
    ),
    Walk(
        "care-manager-to-hq",
        60 * MINUTES,
        lambda life: life.say(
            HandoffEscalated(kind="nurse-to-care-manager", level="ward-hq"), "11:00", stream=life.id("hand-off")
        ),
        before=(REGISTERED, lambda life: life.decide("09:00", "facility", emergency_admission=True)),
        done=(lambda life: life.accept("12:00"),),
        ends=((say(NeedEnded(reason="withdrawn")), "withdrawn"), LEFT, DIED),
    ),
    Walk(
        "ambulance-to-hospital",
        2 * HOURS,
        say(AmbulanceCalled(), "11:00"),
        before=(REGISTERED,),
        done=(say(HospitalConfirmed()),),
        ends=(
            (say(CheckedIn(place=AT_SHELTER)), "found-elsewhere"),
            (say(ReturnedFromHospital(place=AT_SHELTER)), "found-elsewhere"),
            DIED,
        ),
    ),
    Walk(
        "ambulance-to-hospital",
        2 * HOURS,
        lambda life: life.decide("11:00", "hospital"),
        before=(REGISTERED,),
        done=(say(HospitalConfirmed()),),
        ends=((lambda life: life.decide("12:00", "welfare-space"), "replaced"),),
    ),
    Walk(
        "ambulance-to-hospital",
        2 * HOURS,
        say(PlacementEnded(facility=CORE, need=Life().need, reason="hospital"), "11:00"),
        before=ARRIVED,
        done=(say(HospitalConfirmed()),),
    ),
    Walk(
        "hospital-to-back",
        24 * HOURS,
        say(HospitalConfirmed(), "11:00"),
        before=(REGISTERED, say(AmbulanceCalled(), "10:00")),
        done=(
            say(ReturnedFromHospital(place=AT_SHELTER)),
            say(CheckedIn(place=AT_SHELTER)),
            say(Departed(destination="home")),
        ),
        ends=(DIED,),
    ),
    Walk(
        "outreach-to-provider",
        24 * HOURS,
        say(CaseVisited(kind="outreach", outcome="met", urgent=True), "11:00"),
        before=IN_CASE,
        done=(
            lambda life: life.say(answered(life, "accepted"), "12:00"),
            say(AmbulanceCalled()),
            say(ScreeningTaken(nurse="nurse-1")),
        ),
        ends=((say(CaseClosed(reason="handed-over")), "handed-over"), DIED),
    ),
    Walk(
        "caseworker-change",
        3 * DAYS,
        say(CaseAssigned(worker="worker-2", before="worker-1"), "11:00"),
        before=IN_CASE,
        done=(say(CaseTakenOver(worker="worker-2")),),
        ends=(
            (say(CaseAssigned(worker="worker-3", before="worker-2")), "replaced"),
            (say(CaseClosed(reason="moved-away")), "moved-away"),
            DIED,
        ),
    ),
)


def begun(walk: Walk) -> Life:
    life = Life()
    for tell in walk.before:
        tell(life)
    walk.opens(life)
    return life
