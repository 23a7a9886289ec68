"""Who sees what of a person, state by state (K4-165, K4-166)."""

from typing import get_args

import pytest

from services.transfer.domain import placement, trip
from services.transfer.domain.visibility import ALL, FACILITY, FACTS, NOTHING, PARTNER, Sees, of_placement, of_trip

PLACEMENTS = [
    ("asked", FACTS),
    ("accepted", ALL),
    ("arrived", ALL),
    ("declined", NOTHING),
    ("expired", NOTHING),
    ("withdrawn", NOTHING),
    ("ended", NOTHING),
    ("some later state", NOTHING),
]
TRIPS = [
    ("planned", NOTHING),
    ("offered", FACTS),
    ("accepted", ALL),
    ("started", ALL),
    ("picked-up", ALL),
    ("dropped-off", FACTS),
    ("failed", NOTHING),
    ("cancelled", NOTHING),
    ("some later state", NOTHING),
]


@pytest.mark.req("K4-165")
@pytest.mark.parametrize(("state", "sees"), PLACEMENTS)
def test_what_a_facility_sees_of_a_person(state: str, sees: Sees) -> None:
    assert of_placement(state, cares=False) == sees
    assert of_placement(state, cares=True) == ALL


@pytest.mark.req("K4-166")
@pytest.mark.parametrize(("state", "sees"), TRIPS)
def test_what_a_partner_sees_of_a_person(state: str, sees: Sees) -> None:
    assert of_trip(state) == sees


def test_every_state_is_provided_for() -> None:
    assert {"none", *FACILITY} == set(get_args(placement.Stage))
    assert {"none", *PARTNER} == set(get_args(trip.Stage))
