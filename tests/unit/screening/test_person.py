"""What is known of an evacuee from intake's events, and upon what a nurse looks again (K4-064, K4-104)."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from services.screening.domain.person import Known, learned, worse
from services.screening.domain.risk import assess_risk, risk_rules
from shared.contracts.event import Event
from shared.contracts.intake_person import (
    AmbulanceCalled,
    CameBack,
    CheckedIn,
    Departed,
    Died,
    HospitalConfirmed,
    PersonCorrected,
    PersonRegistered,
    ReturnedFromHospital,
    WentOut,
)
from shared.contracts.places import Place
from tests.unit.screening.screenings import NOON

HOUSEHOLD, SHELTER, OTHER = UUID(int=1), UUID(int=2), UUID(int=3)
HERE, THERE = Place(kind="shelter", shelter=SHELTER), Place(kind="shelter", shelter=OTHER)
LATER = NOON + timedelta(hours=5)


def registered(**fields: Any) -> Known:
    return learned(None, PersonRegistered(household=HOUSEHOLD, place=HERE, **fields), NOON)


def corrected(before: Known, **fields: Any) -> Known:
    return learned(before, PersonCorrected(fields=tuple(fields), **fields), LATER)


NEEDS: list[dict[str, Any]] = [
    {"needs": ("mental",)},
    {"care": True},
    {"power_needed": True},
    {"observations": ("fever",)},
    {"aids": ("cane",)},
    {"groups": ("visual",)},
    {},
    {"age_band": "85-plus"},
    {"communication": ("writing",)},
    {"power_needed": False},
]


@pytest.mark.req("K4-064")
@pytest.mark.parametrize("fields", NEEDS, ids=str)
def test_who_needs_a_nurse_is_told_alike_here_and_on_the_sheet(fields: dict[str, Any]) -> None:
    event = PersonRegistered(household=HOUSEHOLD, place=HERE, **fields)
    assert learned(None, event, NOON).needs_screening == event.needs_screening


@pytest.mark.parametrize(
    ("event", "presence", "place"),
    [
        (WentOut(), "out", HERE),
        (CameBack(), "present", HERE),
        (CheckedIn(place=THERE), "present", THERE),
        (ReturnedFromHospital(place=THERE), "present", THERE),
        (AmbulanceCalled(), "ambulance", HERE),
        (HospitalConfirmed(), "hospital", Place()),
        (Died(), "dead", Place()),
        (Departed(destination="home"), "left", Place()),
        (Departed(destination="welfare-shelter", placement=OTHER), "moved", Place(kind="facility")),
    ],
    ids=lambda one: type(one).__name__,
)
def test_where_a_person_is(event: Event, presence: str, place: Place) -> None:
    known = learned(registered(), event, LATER)
    assert (known.presence, known.place) == (presence, place)


def test_who_arrived_at_a_facility_stays_there_when_intake_signs_them_out() -> None:
    arrived = Known(place=Place(kind="facility", shelter=OTHER))
    assert learned(arrived, Departed(destination="welfare-shelter", placement=SHELTER), LATER).place == arrived.place


def test_a_correction_counts_for_the_fields_that_it_names_only() -> None:
    known = registered(needs=("mental",), aids=("cane",), carer="always")
    after = learned(known, PersonCorrected(fields=("needs",), needs=("mental", "physical"), carer=None), LATER)
    assert (after.needs, after.aids, after.carer) == (("mental", "physical"), ("cane",), "always")
    assert corrected(known, aids=()).aids == ()


@pytest.mark.req("K4-105", "K4-029")
def test_hours_and_days_run_from_when_they_were_said() -> None:
    known = registered(power_needed=True, power_hours=8.0, medicine_days=3)
    after = corrected(known, medicine_days=1)
    facts = after.facts(LATER)
    assert facts.power_ends == NOON + timedelta(hours=8)
    assert facts.medicine_ends == LATER + timedelta(days=1)


@pytest.mark.req("K4-104", "K4-105")
def test_when_the_power_is_out_nobody_knows_how_long_it_lasts() -> None:
    known = registered(power_needed=True, power_hours=100.0)
    out = assess_risk(risk_rules(), known.facts(NOON, power_out=True), NOON)
    assert (out.because, out.urgent) == ("power-for-unknown-time", True)
    assert assess_risk(risk_rules(), registered().facts(NOON, power_out=True), NOON).risk == "normal"


CHANGES: list[tuple[dict[str, Any], dict[str, Any], bool]] = [
    ({}, {"observations": ("fever",)}, True),
    ({"observations": ("fever",)}, {"observations": ("fever",)}, False),
    ({"observations": ("fever", "cough")}, {"observations": ("fever",)}, False),
    ({"needs": ("mental",)}, {"needs": ("mental", "physical")}, True),
    ({"aids": ("cane",)}, {"aids": ("wheelchair",)}, True),
    ({}, {"groups": ("dementia",)}, True),
    ({}, {"care": True}, True),
    ({"care": True}, {"care": False}, False),
    ({"carer": "always"}, {"carer": "sometimes"}, True),
    ({"carer": "sometimes"}, {"carer": "none"}, True),
    ({"carer": "none"}, {"carer": "always"}, False),
    ({}, {"carer": "none"}, True),
    ({}, {"carer": "always"}, False),
    ({"medicine_days": 30}, {"medicine_days": 1}, True),
    ({"medicine_days": 1}, {"medicine_days": 30}, False),
    ({}, {"medicine_days": 30}, False),
    ({}, {"power_needed": True}, True),
    ({"power_needed": True}, {"power_hours": 10.0}, False),
    ({}, {"communication": ("writing",)}, False),
    ({}, {"age_band": "0"}, True),
    ({}, {"place": THERE}, False),
]


@pytest.mark.req("K4-104")
@pytest.mark.parametrize(("before", "change", "again"), CHANGES, ids=str)
def test_upon_what_a_nurse_looks_again(before: dict[str, Any], change: dict[str, Any], again: bool) -> None:
    known = registered(**before)
    assert worse(known, corrected(known, **change), risk_rules(), LATER) is again
