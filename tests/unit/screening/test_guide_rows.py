"""The rows of Kobe's destination guide (domain.md §2, P0–P11): given all answers, what is suggested."""

from typing import NamedTuple

import pytest

from services.screening.domain.guide import kobe_2022
from services.screening.domain.suggest import Context, Decided, suggest

GUIDE = kobe_2022()

WELL = {
    "urgent": "no",
    "unstable": "no",
    "infection": "no",
    "medical-care": "no",
    "doctor": "not-allowed",
    "medical-carer": "none",
    "maternity-infancy": "none",
    "only-age-or-pregnancy": "no",
    "trouble": "no",
    "adl": "independent",
    "wandering": "no",
    "wheelchair": "no",
    "care-level": "none",
    "support-level": "none",
    "carer": "none",
    "admission-criteria": "not-met",
    "group-life": "none",
    "visual": "no",
    "hearing": "no",
    "immunity": "normal",
}
"""Every question answered, and nothing the matter."""


class Says(NamedTuple):
    """What a row says: destinations, or those between which the nurse decides, and what is right as well."""

    row: str
    destinations: tuple[str, ...] = ()
    nurse_decides_between: tuple[str, ...] = ()
    also_right: tuple[str, ...] = ()


def decided(**answers: str) -> Decided:
    """Suggest for a well person with these answers instead (underscores stand for hyphens)."""
    return decided_in(Context(), **answers)


def decided_in(context: Context, /, **answers: str) -> Decided:
    changed = {question.replace("_", "-"): answer for question, answer in answers.items()}
    suggestion = suggest(GUIDE, WELL | changed, context)
    assert isinstance(suggestion, Decided), suggestion
    return suggestion


def says(**answers: str) -> Says:
    given = decided(**answers)
    return Says(given.row, given.destinations, given.nurse_decides_between, given.also_right)


def nurse(row: str, *between: str) -> Says:
    return Says(row, nurse_decides_between=between)


def to(row: str, *destinations: str) -> Says:
    return Says(row, destinations)


def test_the_rows_are_those_of_the_table_in_its_order() -> None:
    assert [row.id for row in GUIDE.rows] == [f"P{number}" for number in range(12)]


@pytest.mark.req("K4-086")
def test_who_has_nothing_the_matter_stays_in_the_shelter() -> None:
    assert says() == to("P11", "general")


@pytest.mark.parametrize("urgent", ["yes", "in-doubt"])
def test_urgent_or_in_doubt_goes_to_hospital_now(urgent: str) -> None:
    given = decided(urgent=urgent)
    assert (given.row, given.destinations, given.now) == ("P0", ("hospital",), True)


def test_in_doubt_waits_for_the_answer_of_the_health_team_or_7119() -> None:
    assert decided(urgent="in-doubt").awaited == ("urgent",)
    assert decided(urgent="yes").awaited == ()
    advice = GUIDE.question("urgent").answer("in-doubt").advice
    assert "保健班" in advice
    assert "#7119" in advice


@pytest.mark.req("K4-072")
@pytest.mark.parametrize("doctor", ["allowed", "not-allowed", "not-answered"])
def test_unstable_goes_to_hospital_whatever_a_doctor_said_before(doctor: str) -> None:
    given = says(unstable="yes", medical_care="yes", doctor=doctor, medical_carer="always", infection="yes")
    assert given == to("P1", "hospital")


INFECTION = [
    ({}, ("infection-space",)),
    ({"medical_care": "yes"}, ("infection-space", "hospital")),
    ({"immunity": "weakened"}, ("infection-space", "hospital")),
    ({"adl": "full", "carer": "none"}, ("infection-space", "hospital")),
    ({"adl": "full", "carer": "sometimes"}, ("infection-space",)),
    ({"adl": "full", "carer": "always"}, ("infection-space",)),
    ({"adl": "partial", "carer": "none"}, ("infection-space",)),
    ({"group_life": "moderate", "carer": "always"}, ("infection-space",)),
    ({"maternity_infancy": "infant", "only_age_or_pregnancy": "yes"}, ("infection-space",)),
]


@pytest.mark.req("K4-085")
@pytest.mark.parametrize(("answers", "destinations"), INFECTION)
def test_signs_of_infection_come_before_every_place_in_the_shelter(
    answers: dict[str, str], destinations: tuple[str, ...]
) -> None:
    assert says(infection="yes", **answers) == to("P2", *destinations)


MEDICAL_CARE = [
    ("allowed", "always", to("P3", "core-welfare")),
    ("allowed", "partly", nurse("P3", "hospital", "core-welfare")),
    ("allowed", "none", to("P3", "hospital")),
    ("not-allowed", "always", to("P3", "hospital")),
    ("not-allowed", "partly", to("P3", "hospital")),
    ("not-allowed", "none", to("P3", "hospital")),
    ("not-answered", "always", to("P3", "hospital")),
    ("not-answered", "partly", to("P3", "hospital")),
    ("not-answered", "none", to("P3", "hospital")),
]


@pytest.mark.req("K4-070", "K4-071")
@pytest.mark.parametrize("carer", ["always", "sometimes", "none"])
@pytest.mark.parametrize(("doctor", "medical_carer", "expected"), MEDICAL_CARE)
def test_constant_medical_care_needs_the_doctors_word_and_somebody_who_can_give_it(
    doctor: str, medical_carer: str, expected: Says, carer: str
) -> None:
    given = says(medical_care="yes", doctor=doctor, medical_carer=medical_carer, carer=carer)
    assert given == expected


@pytest.mark.parametrize(("medical_carer", "awaited"), [("always", ("doctor",)), ("partly", ("doctor",)), ("none", ())])
def test_the_doctors_answer_is_awaited_only_where_it_could_change_something(
    medical_carer: str, awaited: tuple[str, ...]
) -> None:
    given = decided(medical_care="yes", doctor="not-answered", medical_carer=medical_carer)
    assert given.awaited == awaited


MATERNITY_AND_INFANCY = [
    ({"group_life": "none", "trouble": "no"}, Says("P4", ("welfare-space",), also_right=("general",))),
    ({"group_life": "none", "trouble": "yes"}, to("P4", "welfare-space")),
    ({"group_life": "mild", "trouble": "no"}, to("P4", "welfare-space")),
    ({"group_life": "moderate", "carer": "always"}, to("P4", "core-welfare")),
    ({"group_life": "moderate", "carer": "sometimes"}, nurse("P4", "core-welfare", "welfare-space")),
    ({"group_life": "moderate", "carer": "none"}, to("P4", "welfare-space")),
    ({"adl": "full", "carer": "none", "admission_criteria": "met", "trouble": "yes"}, to("P4", "welfare-space")),
]


@pytest.mark.req("K4-084")
@pytest.mark.parametrize("who", ["maternity", "newborn", "infant", "small-child"])
@pytest.mark.parametrize(("answers", "expected"), MATERNITY_AND_INFANCY)
def test_mothers_and_small_children_go_to_the_welfare_space(answers: dict[str, str], expected: Says, who: str) -> None:
    assert says(maternity_infancy=who, only_age_or_pregnancy="yes", **answers) == expected


BEYOND_AGE = [
    ({"adl": "full", "carer": "always"}, to("P7", "core-welfare")),
    ({"adl": "full", "carer": "none", "admission_criteria": "met"}, to("P5", "facility")),
    ({"group_life": "moderate", "carer": "always"}, to("P6", "core-welfare")),
    ({}, to("P10", "welfare-space")),
]


@pytest.mark.req("K4-084")
@pytest.mark.parametrize(("answers", "expected"), BEYOND_AGE)
def test_a_child_who_depends_on_more_than_age_is_read_on_and_never_ends_in_the_general_shelter(
    answers: dict[str, str], expected: Says
) -> None:
    assert says(maternity_infancy="small-child", only_age_or_pregnancy="no", **answers) == expected


EACH_BY_ITSELF = [
    {"care_level": "care-3"},
    {"care_level": "care-4"},
    {"care_level": "care-5"},
    {"care_level": "care-3-plus"},
    {"support_level": "level-4"},
    {"support_level": "level-5"},
    {"support_level": "level-6"},
    {"wandering": "yes"},
    {"wheelchair": "yes"},
    {"adl": "partial"},
    {"adl": "full"},
]


@pytest.mark.req("K4-073", "K4-074")
@pytest.mark.parametrize("need", EACH_BY_ITSELF)
def test_daily_care_needed_and_no_carer_and_criteria_met_is_a_facility(need: dict[str, str]) -> None:
    assert says(carer="none", admission_criteria="met", **need) == to("P5", "facility")


@pytest.mark.req("K4-073")
@pytest.mark.parametrize("need", EACH_BY_ITSELF)
def test_a_facility_lacks_a_condition_where_somebody_is_always_there(need: dict[str, str]) -> None:
    given = decided(carer="always", admission_criteria="met", **need)
    assert "facility" not in given.candidates
    assert given.row != "P5"


@pytest.mark.req("K4-073")
@pytest.mark.parametrize("need", EACH_BY_ITSELF)
def test_a_facility_lacks_a_condition_where_the_criteria_are_not_met(need: dict[str, str]) -> None:
    given = decided(carer="none", admission_criteria="not-met", **need)
    assert "facility" not in given.candidates
    assert given.candidates != ("general",)


@pytest.mark.req("K4-073")
@pytest.mark.parametrize(
    "answers",
    [
        {"care_level": "care-2"},
        {"care_level": "support-2"},
        {"support_level": "level-3"},
        {"adl": "watching"},
    ],
)
def test_less_than_daily_care_is_no_reason_for_a_facility(answers: dict[str, str]) -> None:
    assert says(carer="none", admission_criteria="met", **answers) == to("P11", "general")


NO_CARER = [
    ({"adl": "full"}, "undetermined", nurse("P5", "facility", "core-welfare")),
    ({"adl": "full"}, "not-met", nurse("P5", "core-welfare", "hospital")),
    ({"adl": "full", "group_life": "moderate"}, "not-met", nurse("P5", "core-welfare", "hospital")),
    ({"adl": "partial"}, "undetermined", nurse("P5", "facility", "welfare-space")),
    ({"wandering": "yes"}, "undetermined", nurse("P5", "facility", "welfare-space")),
    ({"wheelchair": "yes"}, "undetermined", nurse("P5", "facility", "welfare-space")),
    (
        {"adl": "partial", "group_life": "moderate"},
        "undetermined",
        nurse("P5", "facility", "core-welfare", "welfare-space"),
    ),
    ({"adl": "partial", "group_life": "moderate"}, "not-met", nurse("P6", "core-welfare", "welfare-space")),
    ({"adl": "partial"}, "not-met", to("P8", "welfare-space")),
    ({"wandering": "yes"}, "not-met", to("P10", "welfare-space")),
    ({"wheelchair": "yes"}, "not-met", to("P10", "welfare-space")),
    ({"support_level": "level-4"}, "not-met", to("P10", "welfare-space")),
]


@pytest.mark.req("K4-073")
@pytest.mark.parametrize(("answers", "criteria", "expected"), NO_CARER)
def test_without_a_carer_and_without_criteria_met(answers: dict[str, str], criteria: str, expected: Says) -> None:
    assert says(carer="none", admission_criteria=criteria, **answers) == expected


def test_criteria_that_cannot_be_found_out_are_awaited() -> None:
    assert decided(carer="none", adl="full", admission_criteria="undetermined").awaited == ("admission-criteria",)


SOMETIMES = [
    ({"adl": "full"}, nurse("P5", "facility", "core-welfare")),
    ({"adl": "full", "group_life": "moderate"}, nurse("P5", "facility", "core-welfare")),
    ({"adl": "partial"}, nurse("P5", "facility", "welfare-space")),
    ({"adl": "partial", "wandering": "yes"}, nurse("P5", "facility", "welfare-space")),
    ({"adl": "partial", "group_life": "moderate"}, nurse("P5", "facility", "core-welfare")),
    ({"wandering": "yes"}, nurse("P5", "facility", "welfare-space", "core-welfare")),
    ({"wandering": "yes", "group_life": "moderate"}, nurse("P5", "facility", "core-welfare")),
    ({"group_life": "moderate"}, nurse("P6", "core-welfare", "welfare-space")),
]


@pytest.mark.req("K4-091")
@pytest.mark.parametrize("criteria", ["met", "not-met", "undetermined"])
@pytest.mark.parametrize(("answers", "expected"), SOMETIMES)
def test_with_a_carer_only_sometimes_the_nurse_decides_between_named_destinations(
    answers: dict[str, str], expected: Says, criteria: str
) -> None:
    assert says(carer="sometimes", admission_criteria=criteria, **answers) == expected


@pytest.mark.parametrize("need", [{"wheelchair": "yes"}, {"care_level": "care-3"}, {"support_level": "level-4"}])
def test_who_needs_no_hand_in_daily_living_does_not_depend_on_the_carers_hours(need: dict[str, str]) -> None:
    assert says(carer="sometimes", **need) == to("P10", "welfare-space")


GROUP_LIFE = [
    ("moderate", "always", to("P6", "core-welfare")),
    ("moderate", "none", nurse("P6", "core-welfare", "welfare-space")),
    ("mild", "always", to("P10", "welfare-space")),
    ("mild", "none", to("P10", "welfare-space")),
    ("none", "none", to("P11", "general")),
]


@pytest.mark.req("K4-077", "K4-081")
@pytest.mark.parametrize(("group_life", "carer", "expected"), GROUP_LIFE)
def test_trouble_with_group_life(group_life: str, carer: str, expected: Says) -> None:
    assert says(group_life=group_life, carer=carer) == expected


@pytest.mark.req("K4-087", "K4-086")
@pytest.mark.parametrize(
    ("adl", "expected"),
    [
        ("independent", to("P11", "general")),
        ("watching", to("P11", "general")),
        ("partial", to("P8", "welfare-space")),
        ("full", to("P7", "core-welfare")),
    ],
)
def test_daily_living_has_four_answers_and_watching_over_stays_in_the_shelter(adl: str, expected: Says) -> None:
    assert says(adl=adl, carer="always") == expected
    assert [answer.code for answer in GUIDE.question("adl").answers] == [
        "independent",
        "watching",
        "partial",
        "full",
    ]


def test_wandering_with_a_carer_is_the_welfare_space_or_a_core_shelter() -> None:
    assert says(wandering="yes", carer="always") == nurse("P9", "welfare-space", "core-welfare")
    assert says(wandering="yes", carer="always", adl="partial") == to("P8", "welfare-space")


@pytest.mark.req("K4-082", "K4-083")
@pytest.mark.parametrize(
    "answers",
    [{"visual": "yes"}, {"hearing": "yes"}, {"visual": "yes", "hearing": "yes"}, {"immunity": "weakened"}],
)
@pytest.mark.parametrize("carer", ["always", "sometimes", "none"])
def test_sight_hearing_and_weak_immunity_lead_to_the_welfare_space(answers: dict[str, str], carer: str) -> None:
    assert says(carer=carer, **answers) == to("P10", "welfare-space")


@pytest.mark.parametrize("need", [{"wheelchair": "yes"}, {"care_level": "care-3"}, {"support_level": "level-6"}])
def test_wheelchair_and_high_care_levels_with_a_carer_lead_to_the_welfare_space(need: dict[str, str]) -> None:
    assert says(carer="always", **need) == to("P10", "welfare-space")


WELFARE = [
    ({"adl": "full", "carer": "always"}, ("core-welfare", "welfare")),
    ({"medical_care": "yes", "doctor": "allowed", "medical_carer": "always"}, ("core-welfare", "welfare")),
    ({"adl": "full", "carer": "sometimes"}, ("facility", "core-welfare", "welfare")),
    ({"group_life": "moderate"}, ("core-welfare", "welfare", "welfare-space")),
    ({"adl": "partial", "carer": "always"}, ("welfare-space",)),
    ({"maternity_infancy": "newborn", "only_age_or_pregnancy": "yes"}, ("welfare-space", "general")),
    ({}, ("general",)),
]


@pytest.mark.req("K4-079")
@pytest.mark.parametrize(("answers", "candidates"), WELFARE)
def test_welfare_shelters_are_candidates_like_core_shelters_once_they_are_open(
    answers: dict[str, str], candidates: tuple[str, ...]
) -> None:
    once_open, before = decided_in(Context(welfare_open=True), **answers), decided(**answers)
    assert once_open.candidates == candidates
    assert before.candidates == tuple(code for code in candidates if code != "welfare")
    assert once_open.row == before.row


def test_what_a_decision_used_stands_in_it() -> None:
    assert decided().guide == "kobe-2022@1"
    assert decided(visual="yes").remark == "本人への配慮が必要"
