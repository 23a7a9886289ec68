"""Lives as they might be, for property tests: any facts of any services, at any times, late, corrected, merged."""

from collections.abc import Callable
from datetime import timedelta
from random import Random
from uuid import UUID

from hypothesis import strategies as st

from shared.contracts.casework_case import CaseAssessed, CaseAssigned, CaseClosed, CaseOpened, CaseVisited
from shared.contracts.casework_conference import ConferenceCalled, ConferenceHeld, Task
from shared.contracts.casework_handoff import HandoffEnded, HandoffEscalated, HandoffReturned, HandoffTaken
from shared.contracts.event import Event
from shared.contracts.intake_person import (
    AmbulanceCalled,
    CheckedIn,
    Departed,
    Died,
    HospitalConfirmed,
    PersonCorrected,
    PersonRegistered,
    PersonsMerged,
    PersonsUnmerged,
    ReturnedFromHospital,
)
from shared.contracts.places import Place
from shared.contracts.screening_screening import (
    ScreeningDecided,
    ScreeningEnded,
    ScreeningReleased,
    ScreeningRequested,
    ScreeningTaken,
    Suggestion,
    VisitMade,
    VisitOrdered,
)
from shared.contracts.transfer_need import NeedEnded, NeedOpened
from shared.contracts.transfer_placement import (
    ArrivalReported,
    PlacementAccepted,
    PlacementDeclined,
    PlacementEnded,
    PlacementRequested,
    PlacementWithdrawn,
)
from shared.contracts.transfer_trip import PickedUp, TripAccepted, TripCancelled, TripFailed, TripOffered, TripPlanned
from shared.kernel.ids import derived_id
from tests.unit.casework.told import AT_SHELTER, CORE, DAY_0, Life, named

SUGGESTION = Suggestion(guide="kobe-2022@1")
KEPT = named("kept")
Tell = Callable[[Life], tuple[Event, UUID | None]]


def _plain(event: Event) -> Tell:
    return lambda _life: (event, None)


def _decided(destination: str) -> Tell:
    event = ScreeningDecided(
        nurse="nurse-1",
        destination=destination,
        suggestion=SUGGESTION,
        emergency_admission=destination == "facility",
    )
    return _plain(event)


def _of_placement(make: Callable[[Life], Event]) -> list[Tell]:
    return [lambda life, n=n: (make(life), life.id("placement", n)) for n in (1, 2)]  # type: ignore[misc]


def _of_trip(make: Callable[[Life], Event]) -> list[Tell]:
    return [lambda life, n=n: (make(life), life.id("trip", n)) for n in (1, 2)]  # type: ignore[misc]


def _of_handoff(event: Event) -> Tell:
    """Something that a person says about the hand-off which the first registration opens."""
    return lambda life: (event, derived_id("hand-off", "registration-to-screening", named("first", life.name)))


FACTS: tuple[Tell, ...] = (
    *map(
        _plain,
        (
            CheckedIn(place=AT_SHELTER),
            CheckedIn(place=Place(kind="home")),
            PersonCorrected(fields=("care", "place"), care=True, place=Place(kind="car")),
            Departed(destination="home"),
            Departed(destination="hospital"),
            Departed(destination="other-shelter"),
            Died(),
            AmbulanceCalled(),
            HospitalConfirmed(),
            ReturnedFromHospital(place=AT_SHELTER),
            PersonsMerged(merge=named("merge"), other=KEPT, kept=KEPT),
            PersonsUnmerged(merge=named("merge"), other=KEPT),
            ScreeningRequested(reason="sheet", risk="raised"),
            ScreeningRequested(reason="fever", risk="critical", urgent=True, round=2),
            ScreeningTaken(nurse="nurse-1"),
            ScreeningReleased(nurse="nurse-1"),
            ScreeningEnded(reason="left"),
            VisitOrdered(),
            VisitMade(outcome="met"),
            NeedEnded(reason="withdrawn"),
            CaseAssigned(worker="two", before="one"),
            CaseVisited(kind="outreach", outcome="met", urgent=True),
            CaseClosed(reason="self-reliant"),
            CaseAssessed(scheme="s", housing="much", living="much", result="both", continues=True),
            CaseAssessed(scheme="s", housing="none", living="none", result="self-reliant", continues=False),
        ),
    ),
    *map(_decided, ("hospital", "facility", "core-welfare", "general")),
    lambda life: (NeedOpened(person=life.person, destination="core-welfare"), None),
    lambda life: (CaseOpened(person=life.person, reason="arrival", worker="one"), None),
    lambda life: (ConferenceCalled(case=life.case, person=life.person, at=DAY_0), None),
    lambda life: (
        ConferenceHeld(
            case=life.case,
            present=(),
            city_present=True,
            decision="refer",
            tasks=(Task(id=life.id("task"), owner="one", kind="refer", provider="law"),),
        ),
        None,
    ),
    *_of_placement(lambda life: PlacementRequested(need=life.need, person=life.person, facility=CORE, until=DAY_0)),
    *_of_placement(lambda life: PlacementAccepted(facility=CORE, need=life.need)),
    *_of_placement(lambda life: PlacementDeclined(facility=CORE, need=life.need, reason="full")),
    *_of_placement(lambda life: PlacementWithdrawn(facility=CORE, need=life.need, reason="withdrawn")),
    *_of_placement(lambda life: ArrivalReported(facility=CORE, need=life.need)),
    *_of_placement(lambda life: PlacementEnded(facility=CORE, need=life.need, reason="home")),
    *_of_trip(
        lambda life: TripPlanned(
            placement=life.id("placement", 1),
            person=life.person,
            by="partner",
            vehicle="ordinary",
            planned_at=DAY_0 + timedelta(hours=3),
            to_facility=CORE,
        )
    ),
    *_of_trip(lambda _life: TripOffered(partner="taxi-1", until=DAY_0)),
    *_of_trip(lambda _life: TripAccepted(partner="taxi-1")),
    *_of_trip(lambda _life: PickedUp()),
    *_of_trip(lambda _life: TripFailed(reason="road")),
    *_of_trip(lambda _life: TripCancelled(reason="replaced")),
    *map(
        _of_handoff,
        (
            HandoffTaken(kind="registration-to-screening", owner="hq-1"),
            HandoffReturned(kind="registration-to-screening"),
            HandoffEnded(kind="registration-to-screening", reason="mistake"),
            HandoffEscalated(kind="registration-to-screening", level="ward-hq"),
        ),
    ),
)

_said = st.tuples(
    st.integers(0, len(FACTS) - 1),
    st.integers(1, 300),  # when it happened, in minutes
    st.one_of(st.just(0), st.integers(-5, 240)),  # how much later it was heard (a clock may be ahead)
    st.one_of(st.none(), st.none(), st.integers(0, 30)),  # which earlier event it corrects
    st.sampled_from(("minute", "minute", "minute", "day", "unknown")),
    st.sampled_from(("28101", "28101", "28102", None)),
)


@st.composite
def lives(draw: st.DrawFn, name: str = "somebody", most: int = 14) -> Life:
    """Draw a life: a registration at some time, and any facts around it, in the order in which they were written."""
    life = Life(name)
    registered = PersonRegistered(
        household=life.household,
        place=draw(st.sampled_from((AT_SHELTER, Place()))),
        representative=draw(st.booleans()),
        needs=draw(st.sampled_from(((), ("care-3-plus",)))),
    )
    life.say(registered, "00:30", heard="00:40", id=named("first", name))
    for which, happened, later, corrects, precision, ward in draw(st.lists(_said, max_size=most)):
        event, stream = FACTS[which](life)
        time = DAY_0 + timedelta(minutes=happened)
        heard = time + timedelta(minutes=later)
        target = life.events[corrects].envelope.id if corrects is not None and corrects < len(life.events) else None
        life.say(
            event,
            "00:00",
            heard=f"{(heard - DAY_0).days}d {heard:%H:%M}",
            stream=stream,
            time=time,
            corrects=target,
            precision=precision,
            ward=ward,
        )
    return life


def random_life(name: str, dice: Random, most: int = 14) -> Life:
    """Make a life of the same facts by dice, where hypothesis cannot follow (a database is asked)."""
    life = Life(name)
    life.say(
        PersonRegistered(household=life.household, place=AT_SHELTER, representative=True, needs=("care-3-plus",)),
        "00:30",
        heard="00:40",
        id=named("first", name),
    )
    for _ in range(dice.randint(0, most)):
        event, stream = dice.choice(FACTS)(life)
        time = DAY_0 + timedelta(minutes=dice.randint(1, 300))
        heard = time + timedelta(minutes=dice.choice((0, 0, 0, dice.randint(-5, 240))))
        target = dice.choice(life.events).envelope.id if dice.random() < 0.15 else None
        life.say(
            event,
            "00:00",
            heard=f"{(heard - DAY_0).days}d {heard:%H:%M}",
            stream=stream,
            time=time,
            corrects=target,
            precision=dice.choice(("minute", "minute", "minute", "day", "unknown")),
            ward=dice.choice(("28101", "28101", "28102", None)),
        )
    return life
