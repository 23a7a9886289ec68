"""Where a person stayed from when until when, whatever came late, was corrected or was taken back."""

import itertools
from datetime import datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.casework.domain.handoffs import trace
from services.casework.domain.stays import STAYING
from services.casework.domain.timeline import settle
from shared.contracts.intake_person import (
    AmbulanceCalled,
    CameBack,
    CheckedIn,
    Departed,
    Died,
    HospitalConfirmed,
    PersonCorrected,
    ReturnedFromHospital,
    WentOut,
)
from shared.contracts.places import Place
from tests.unit.casework.lives import lives
from tests.unit.casework.told import AT_SHELTER, DAY_0, SHELTER, TABLES, Life, at, named

OTHER = named("other shelter")
AT_OTHER = Place(kind="shelter", shelter=OTHER)
HOME = Place(kind="home")
Spell = tuple[str, UUID | None, datetime, datetime | None]


def stays(life: Life) -> list[Spell]:
    return [(one.place_kind, one.shelter, one.since, one.until) for one in life.traced().journey.stays]


def spell(shelter: UUID, since: str, until: str | None = None) -> Spell:
    return "shelter", shelter, at(since), at(until) if until else None


@pytest.fixture
def life() -> Life:
    one = Life()
    one.register("10:00", place=AT_SHELTER)
    return one


@pytest.mark.req("K4-023")
def test_from_the_registration_until_the_departure(life: Life) -> None:
    assert stays(life) == [spell(SHELTER, "10:00")]
    life.say(Departed(destination="home"), "15:00")
    assert stays(life) == [spell(SHELTER, "10:00", "15:00")]


def test_moving_to_another_shelter_ends_one_stay_and_begins_another(life: Life) -> None:
    life.say(CheckedIn(place=AT_OTHER), "12:00")
    life.say(CheckedIn(place=HOME), "13:00")
    assert stays(life) == [
        spell(SHELTER, "10:00", "12:00"),
        spell(OTHER, "12:00", "13:00"),
        ("home", None, at("13:00"), None),
    ]


def test_being_out_for_a_while_is_staying(life: Life) -> None:
    life.say(WentOut(), "11:00")
    life.say(CameBack(), "18:00")
    assert stays(life) == [spell(SHELTER, "10:00")]


def test_an_ambulance_ends_no_stay_and_a_hospital_does(life: Life) -> None:
    life.say(AmbulanceCalled(), "11:00")
    assert stays(life) == [spell(SHELTER, "10:00")]
    life.say(HospitalConfirmed(), "12:00")
    life.say(ReturnedFromHospital(place=AT_SHELTER), "3d 09:00")
    assert stays(life) == [spell(SHELTER, "10:00", "12:00"), spell(SHELTER, "3d 09:00")]


def test_what_is_heard_late_settles_where_it_belongs(life: Life) -> None:
    life.say(CheckedIn(place=AT_OTHER), "14:00")
    life.say(Departed(destination="home"), "12:00", heard="2d 10:00")
    assert stays(life) == [spell(SHELTER, "10:00", "12:00"), spell(OTHER, "14:00")]


def test_a_sheet_from_paper_begins_when_they_came_and_not_when_it_was_keyed_in() -> None:
    life = Life()
    life.register("07:00", heard="20:00", place=AT_SHELTER)
    assert stays(life) == [spell(SHELTER, "07:00")]


def test_a_corrected_place_counts_from_where_the_wrong_one_began() -> None:
    life = Life()
    registered = life.register("10:00", place=AT_SHELTER)
    life.say(PersonCorrected(fields=("place",), place=AT_OTHER), "16:00", corrects=registered)
    assert stays(life) == [spell(OTHER, "10:00")]


def test_a_departure_that_was_none_ends_nothing(life: Life) -> None:
    departed = life.say(Departed(destination="home"), "15:00")
    life.say(WentOut(), "15:00", heard="19:00", corrects=departed)
    assert stays(life) == [spell(SHELTER, "10:00")]


def test_going_and_being_back_at_one_instant_is_one_stay(life: Life) -> None:
    life.say(Departed(destination="other-shelter"), "12:00")
    life.say(CheckedIn(place=AT_SHELTER), "12:00", heard="12:10")
    assert stays(life) == [spell(SHELTER, "10:00")]


def test_the_dead_stay_nowhere(life: Life) -> None:
    life.say(Died(), "11:00")
    life.say(CheckedIn(place=AT_OTHER), "12:00")
    assert stays(life) == [spell(SHELTER, "10:00", "11:00")]


def test_the_ward_of_a_stay_is_the_last_that_was_responsible_during_it(life: Life) -> None:
    life.say(CheckedIn(place=AT_OTHER), "12:00", ward="28102")
    life.say(WentOut(), "13:00", ward="28103")
    assert [one.ward for one in life.traced().journey.stays] == ["28101", "28103"]


@settings(max_examples=300, deadline=None)
@given(life=lives(), minutes=st.integers(0, 600))
def test_at_any_instant_the_stay_is_where_the_way_was_then(life: Life, minutes: int) -> None:
    instant = DAY_0 + timedelta(minutes=minutes)
    way = trace(TABLES, life.person, settle(life.events, happened_by=instant)).journey
    expected = [(way.place_kind, way.shelter)] if way.presence in STAYING else []
    found = life.traced().journey.stays
    assert [one.place for one in found if one.since <= instant and (not one.until or one.until > instant)] == expected


@settings(max_examples=200, deadline=None)
@given(life=lives())
def test_stays_follow_one_another_and_each_has_a_length(life: Life) -> None:
    found = life.traced().journey.stays
    assert len({one.stay for one in found}) == len(found)
    assert all(one.until is None or one.since < one.until for one in found)
    assert all(one.until is not None and one.until <= then.since for one, then in itertools.pairwise(found))
