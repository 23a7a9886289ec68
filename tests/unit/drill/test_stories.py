"""Who needs care has a truth that the nurse's questions find out, and things that happen to them."""

from collections import Counter
from functools import cache

import pytest

from services.screening.domain.guide import kobe_2022
from services.screening.domain.questions import given_answers
from services.screening.domain.suggest import Context, Decided, suggest
from shared.contracts import codes
from tsunagi.drill import scenario
from tsunagi.drill.population import Household, Person, Population
from tsunagi.drill.profiles import table
from tsunagi.drill.stories import Story

KOBE = scenario.load("kobe")


@cache
def told() -> tuple[tuple[Household, Person, Story], ...]:
    return tuple(
        (household, person, person.story)
        for household in Population(KOBE, people=12_000)
        for person in household.persons
        if person.story is not None
    )


def decided(story: Story) -> Decided:
    suggestion = suggest(kobe_2022(), story.answers, Context(welfare_open=True))
    assert isinstance(suggestion, Decided), suggestion
    return suggestion


def test_the_truth_answers_every_question_of_the_guide() -> None:
    questions = {question.code for question in kobe_2022().questions}
    for _, _, story in told():
        assert set(story.answers) == questions
        assert given_answers(kobe_2022().questions, story.answers) == story.answers


def test_the_truth_leads_to_a_suggestion_and_every_row_of_the_guide_comes_up() -> None:
    rows = Counter(decided(story).row for _, _, story in told())
    assert set(rows) == {row.id for row in kobe_2022().rows}


def test_every_destination_comes_up() -> None:
    named = {code for _, _, story in told() for code in decided(story).candidates}
    assert named == set(codes.DESTINATION)


def test_what_cannot_be_said_at_first_makes_the_guide_ask_sometimes() -> None:
    asked = 0
    for _, _, story in told():
        known = {question: answer for question, answer in story.answers.items() if question not in story.asked_again}
        asked += not isinstance(suggest(kobe_2022(), known), Decided)
    assert asked > 20


def test_there_are_many_more_candidates_than_a_hundredth_of_the_people() -> None:
    moves = {"hospital", "facility", "core-welfare", "welfare"}
    candidates = sum(bool(moves & set(decided(story).candidates)) for _, _, story in told())
    assert 0.05 < candidates / 12_000 < 0.14


def test_codes_are_those_of_the_contracts() -> None:
    for _, _, story in told():
        assert set(story.groups) <= set(codes.GROUP)
        assert story.groups
        assert set(story.aids) <= set(codes.AID)
        assert story.drives in codes.TRIP_BY
        assert story.vehicle in codes.VEHICLE
        assert story.decides_otherwise is None or story.decides_otherwise in codes.DIFFERS
        assert {story.housing, story.living} <= set(codes.AXIS)
        if story.twist is not None and story.twist.destination is not None:
            assert story.twist.destination in codes.DESTINATION_AFTER


def test_people_at_high_risk_and_on_stretchers_are_never_driven_by_the_family() -> None:
    risky = [story for _, _, story in told() if story.high_risk or "stretcher" in story.aids]
    assert risky
    assert {(story.drives, story.vehicle) for story in risky} == {("partner", "welfare")}


def test_a_family_drives_only_where_there_is_a_car_and_somebody_to_drive() -> None:
    driven = [(household, person) for household, person, story in told() if story.drives == "family"]
    assert driven
    for household, person in driven:
        assert household.has_car
        assert any(20 <= other.age < 76 for other in household.persons if other.id != person.id)


def test_of_some_households_one_member_moves_and_of_others_all_but_no_child_alone() -> None:
    larger = [(person, story) for household, person, story in told() if len(household.persons) > 1]
    assert any(story.along for _, story in larger)
    assert any(not story.along for _, story in larger)
    assert all(story.along for person, story in larger if person.age <= 12)
    assert all(person.id not in story.along for person, story in larger)


@pytest.mark.parametrize("kind", ["leaves", "hospital", "dies", "fever", "carer-gone", "doctor-answers", "moves-on"])
def test_everything_that_can_come_in_between_does_and_is_rare(kind: str) -> None:
    twists = [story.twist for _, _, story in told() if story.twist is not None and story.twist.kind == kind]
    assert 0 < len(twists) < 0.06 * len(told())
    assert len({twist.stage for twist in twists}) >= (1 if kind in {"doctor-answers", "moves-on"} else 2)


def test_a_twist_that_changes_answers_changes_something() -> None:
    for _, _, story in told():
        if story.twist is not None and story.twist.answers:
            assert not story.twist.answers.items() <= story.answers.items()


def test_a_small_child_with_a_disability_needs_help_not_for_its_age_only() -> None:
    lasting = {p.code for p in table().profiles if p.layer == "lasting"} - {"nursing-mother", "pregnant"}
    both = [story for _, person, story in told() if person.age <= 5 and lasting & set(story.profiles)]
    assert both
    assert {story.answers["only-age-or-pregnancy"] for story in both} == {"no"}


def test_every_profile_comes_up_and_all_they_may_say_are_codes_of_the_guide() -> None:
    seen = {code for _, _, story in told() for code in story.profiles}
    assert seen == {profile.code for profile in table().profiles}
    answers = {question.code: {answer.code for answer in question.answers} for question in kobe_2022().questions}
    for profile in table().profiles:
        for question, value in profile.answers.items():
            possible = {choice for _, choice in value["one_of"]} if isinstance(value, dict) else {value}
            assert possible <= answers[question], (profile.code, question)


def test_the_scenario_sets_the_share_of_every_profile_that_is_not_by_age() -> None:
    assert set(KOBE.needs) == {profile.code for profile in table().profiles if profile.layer != "age"}
