"""Where an event settles, whatever the order in which it was heard; corrections; as of any instant, in both senses."""

from datetime import UTC, datetime

import pytest

from services.casework.domain.timeline import order_key, settle, settles_at
from shared.contracts.intake_person import CheckedIn, Departed, Died, PersonCorrected, PersonsMerged, PersonsUnmerged
from shared.contracts.places import Place
from shared.contracts.transfer_placement import ArrivalReported, PlacementWithdrawn
from shared.contracts.transfer_trip import TripCancelled
from shared.kernel.ids import new_id
from tests.unit.casework.told import AT_SHELTER, CORE, Life, at, named

HOME = Place(kind="home")


def ids(life: Life, **bounds: datetime) -> list[object]:
    return [one.envelope.id for one in settle(life.events, **bounds).events]


def test_a_late_fact_settles_where_it_happened() -> None:
    life = Life()
    registered = life.register("10:00")
    departed = life.say(Departed(destination="home"), "12:00")
    checked_in = life.say(CheckedIn(place=AT_SHELTER), "10:30", heard="18:00")
    assert ids(life) == [registered, checked_in, departed]


def test_what_is_said_to_lie_ahead_settles_when_it_was_heard() -> None:
    life = Life()
    life.say(CheckedIn(place=HOME), "10:00", time=at("11:30"))
    assert settles_at(life.events[0].envelope) == at("10:00")


@pytest.mark.parametrize(
    ("heard", "settles"),
    [
        ("18:00", datetime(2024, 11, 20, 14, 59, 59, 999_999, tzinfo=UTC)),
        ("12:00", at("12:00")),
    ],
    ids=["to the end of the day in Japan", "not later than it was heard"],
)
def test_a_fact_known_to_the_day_settles_as_late_on_that_day_as_it_can_have_been(heard: str, settles: datetime) -> None:
    life = Life()
    life.say(CheckedIn(place=HOME), "01:00", heard=heard, precision="day")
    assert settles_at(life.events[0].envelope) == settles


def test_a_fact_of_which_nobody_knows_when_settles_when_it_was_heard() -> None:
    life = Life()
    life.say(CheckedIn(place=HOME), "01:00", heard="12:00", precision="unknown")
    assert settles_at(life.events[0].envelope) == at("12:00")


def test_at_one_instant_the_order_is_the_same_everywhere() -> None:
    life = Life()
    life.register("10:00")
    life.say(CheckedIn(place=AT_SHELTER), "10:00")
    life.say(ArrivalReported(facility=CORE, need=life.need), "10:00")
    keys = [order_key(one) for one in life.events]
    assert len(set(keys)) == 3
    assert [key[2] for key in sorted(keys)] == ["intake", "intake", "transfer"]


def test_what_one_command_did_in_several_streams_counts_in_the_order_in_which_it_did_it() -> None:
    life = Life()
    withdrawn, cancelled = [new_id(at("10:00")) for _ in range(2)]
    life.say(TripCancelled(reason="died"), "10:00", id=cancelled)
    life.say(PlacementWithdrawn(facility=CORE, need=life.need, reason="died"), "10:00", id=withdrawn)
    ordered = sorted(life.events, key=order_key)
    assert [one.envelope.id for one in ordered] == [withdrawn, cancelled]


@pytest.mark.req("K4-168")
def test_both_senses_of_as_of_are_apart() -> None:
    life = Life()
    registered = life.register("10:00")
    late = life.say(CheckedIn(place=HOME), "10:30", heard="18:00")
    departed = life.say(Departed(destination="home"), "12:00")
    assert ids(life, happened_by=at("11:00")) == [registered, late], "with what we know today"
    assert ids(life, known_by=at("13:00")) == [registered, departed], "as we knew it then"
    assert ids(life, happened_by=at("11:00"), known_by=at("13:00")) == [registered]


def test_a_correction_stands_in_the_place_of_what_it_corrects() -> None:
    life = Life()
    life.register("10:00")
    died = life.say(Died(), "11:00")
    alive = life.say(CheckedIn(place=AT_SHELTER), "11:00", heard="11:40", corrects=died)
    again = life.say(CheckedIn(place=HOME), "11:10", heard="12:00", corrects=alive)
    assert ids(life)[1:] == [again]
    assert settle(life.events).root(again) == died
    assert ids(life, known_by=at("11:50"))[1:] == [alive], "before the second correction was heard"
    assert ids(life, known_by=at("11:30"))[1:] == [died], "before any was heard"


def test_a_correction_of_fields_counts_right_after_what_it_corrects() -> None:
    life = Life()
    registered = life.register("10:00", place=HOME)
    moved = life.say(CheckedIn(place=AT_SHELTER), "11:00")
    corrected = life.say(PersonCorrected(fields=("place",), place=Place(kind="car")), "12:00", corrects=registered)
    assert ids(life) == [registered, corrected, moved]
    assert ids(life, happened_by=at("10:30")) == [registered, corrected]


def test_a_correction_of_what_never_came_counts_by_itself() -> None:
    life = Life()
    checked_in = life.say(CheckedIn(place=HOME), "11:00", corrects=named("never heard"))
    assert ids(life) == [checked_in]


def test_a_ring_of_corrections_does_no_harm() -> None:
    life = Life()
    one, other = named("one"), named("other")
    life.say(PersonCorrected(fields=("sex",)), "10:00", id=one, corrects=other)
    life.say(PersonCorrected(fields=("sex",)), "11:00", id=other, corrects=one)
    assert len(ids(life)) == 2


def test_a_merge_that_was_taken_back_never_counted() -> None:
    life = Life()
    merge, other = named("merge"), named("other person")
    life.register("10:00")
    merged = life.say(PersonsMerged(merge=merge, other=other, kept=other), "11:00")
    life.say(PersonsUnmerged(merge=merge, other=other), "12:00")
    assert merged not in ids(life)
    assert merged in ids(life, known_by=at("11:30"))
