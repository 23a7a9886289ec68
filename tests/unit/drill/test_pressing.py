"""A drill presses time: what takes days in earnest takes hours, by one factor for all that comes by itself."""

from datetime import timedelta

import pytest

from tsunagi.drill import scenario
from tsunagi.drill.acts import in_order
from tsunagi.drill.facilities import openings
from tsunagi.drill.population import Population
from tsunagi.drill.pressing import pressed

KOBE = scenario.load("kobe")


def test_all_people_have_come_before_the_drill_is_over() -> None:
    people = Population(pressed(KOBE), people=1000)
    sheets = [act.at for act in in_order(people) if act.kind == "sheet"]
    assert max(sheets) < people.quake_at + timedelta(hours=KOBE.hours)
    assert sum(len(household.persons) for household in people) >= 1000


def test_pressing_changes_when_things_come_and_nobody_who_comes() -> None:
    slow, fast = Population(KOBE, people=200), Population(pressed(KOBE), people=200)
    assert [h.ward for h in slow] == [h.ward for h in fast]
    assert [len(h.persons) for h in slow] == [len(h.persons) for h in fast]
    assert [p.story and p.story.answers for h in slow for p in h.persons] == [
        p.story and p.story.answers for h in fast for p in h.persons
    ]


def test_who_goes_out_is_back_before_leaving_for_good() -> None:
    acts = list(in_order(Population(pressed(KOBE), people=3000)))
    left = {act.person: act.at for act in acts if act.kind == "departs"}
    assert all(act.at < left[act.person] for act in acts if act.kind == "back" and act.person in left)


@pytest.mark.parametrize("kind", ["core-welfare", "welfare", "care-facility", "hospital"])
def test_some_facilities_of_every_kind_receive_before_the_drill_is_over(kind: str) -> None:
    until = KOBE.quake_at + timedelta(hours=KOBE.hours)
    opened = [one for one in openings(pressed(KOBE), KOBE.seed, 1000) if one.kind == kind and one.opens]
    assert any(one.steps[-1].at < until for one in opened)


def test_how_long_people_take_is_not_pressed() -> None:
    assert pressed(KOBE).replies == KOBE.replies
    assert pressed(KOBE).drives == KOBE.drives


def test_a_pressed_scenario_is_not_pressed_again() -> None:
    assert pressed(pressed(KOBE)) == pressed(KOBE)
