"""What a decision says of a person to those who receive and drive them."""

from typing import Any

import pytest

from services.screening.domain.guide import kobe_2022
from services.screening.domain.person import Known
from services.screening.domain.profile import (
    AGE_GROUPS,
    ANSWER_AIDS,
    ANSWER_GROUPS,
    NEED_GROUPS,
    OBSERVED_AIDS,
    OBSERVED_GROUPS,
    profile,
)
from services.screening.domain.team import TEAMS, team_at
from shared.contracts import codes

GROUPS: list[tuple[dict[str, Any], dict[str, str], tuple[str, ...]]] = [
    ({}, {}, ("care-needing",)),
    ({"needs": ("care-3-plus",), "age_band": "85-plus"}, {}, ("elderly",)),
    ({"needs": ("physical", "intractable")}, {}, ("physical", "intractable")),
    ({"needs": ("maternity-infant",), "age_band": "0"}, {}, ("infants",)),
    ({"needs": ("maternity-infant",), "age_band": "18-39"}, {}, ("maternity",)),
    ({"needs": ("maternity-infant",)}, {"maternity-infancy": "newborn"}, ("infants",)),
    ({"groups": ("visual",)}, {"hearing": "yes"}, ("visual", "hearing")),
    ({}, {"wandering": "yes", "care-level": "care-4"}, ("dementia", "elderly")),
    ({}, {"wandering": "no", "care-level": "support-1"}, ("care-needing",)),
    ({}, {"medical-care": "yes"}, ("medical-care",)),
    ({"observations": ("fever",)}, {}, ("ill",)),
]


@pytest.mark.parametrize(("known", "answers", "groups"), GROUPS, ids=str)
def test_groups_as_facilities_name_them(
    known: dict[str, Any], answers: dict[str, str], groups: tuple[str, ...]
) -> None:
    assert profile(Known(**known), answers).groups == groups


AIDS: list[tuple[dict[str, Any], dict[str, str], tuple[str, ...]]] = [
    ({"aids": ("cane",)}, {}, ("cane",)),
    ({}, {"wheelchair": "yes"}, ("wheelchair",)),
    ({"aids": ("electric-wheelchair",)}, {"wheelchair": "yes"}, ("electric-wheelchair",)),
    ({"observations": ("bedridden",)}, {}, ("stretcher",)),
    ({"power_needed": True}, {}, ("device",)),
]


@pytest.mark.parametrize(("known", "answers", "aids"), AIDS, ids=str)
def test_what_a_drive_has_to_reckon_with(known: dict[str, Any], answers: dict[str, str], aids: tuple[str, ...]) -> None:
    assert profile(Known(**known), answers).aids == aids


HIGH: list[tuple[dict[str, Any], dict[str, str], bool]] = [
    ({"power_needed": True}, {}, True),
    ({"aids": ("device",)}, {}, True),
    ({"needs": ("physical", "intellectual")}, {"adl": "full"}, True),
    ({"needs": ("physical", "intellectual"), "observations": ("bedridden",)}, {}, True),
    ({"needs": ("physical", "intellectual")}, {"adl": "partial"}, False),
    ({"needs": ("physical",)}, {"adl": "full"}, False),
    ({"power_needed": False}, {}, False),
]


@pytest.mark.req("K4-128")
@pytest.mark.parametrize(("known", "answers", "high"), HIGH, ids=str)
def test_who_needs_a_welfare_vehicle_in_any_case(known: dict[str, Any], answers: dict[str, str], high: bool) -> None:
    assert profile(Known(**known), answers).high_risk is high


@pytest.mark.parametrize(
    ("known", "answers", "companion"),
    [
        ({}, {}, False),
        ({"carer": "always"}, {}, True),
        ({"carer": "always"}, {"carer": "none"}, False),
        ({}, {"carer": "sometimes"}, True),
        ({}, {"medical-carer": "partly"}, True),
        ({"age_band": "3-5"}, {}, True),
    ],
)
def test_who_rides_along(known: dict[str, Any], answers: dict[str, str], companion: bool) -> None:
    assert profile(Known(**known), answers).companion is companion


def test_the_tables_speak_of_what_there_is() -> None:
    answers = {(q.code, a.code) for q in kobe_2022().questions for a in q.answers}
    assert set(ANSWER_GROUPS) | set(ANSWER_AIDS) <= answers
    assert set(NEED_GROUPS) <= set(codes.NEED)
    assert set(AGE_GROUPS) <= set(codes.AGE_BAND)
    assert set(OBSERVED_GROUPS) | set(OBSERVED_AIDS) <= set(codes.OBSERVATION)
    named = (*NEED_GROUPS.values(), *AGE_GROUPS.values(), *ANSWER_GROUPS.values(), *OBSERVED_GROUPS.values())
    assert set(named) <= set(codes.GROUP)
    assert {*OBSERVED_AIDS.values(), *ANSWER_AIDS.values()} <= set(codes.AID)


@pytest.mark.req("K4-097")
@pytest.mark.parametrize(
    ("stage", "name", "stands_by"),
    [(None, "保健班", False), ("possible", "保健班", True), ("alert-hq", "保健班", True), ("hq", "保健救護班", True)],
)
def test_the_team_has_the_name_of_the_stage(stage: str | None, name: str, stands_by: bool) -> None:
    assert (team_at(stage).ja, team_at(stage).stands_by) == (name, stands_by)
    assert set(TEAMS) == set(codes.STAGE)
