"""The people of a drill while it is played, and the players' own notes."""

from pathlib import Path
from uuid import UUID

import pytest

from tsunagi.drill import scenario
from tsunagi.drill.player.notes import Notes
from tsunagi.drill.player.roster import Roster
from tsunagi.drill.population import Population

KOBE = scenario.load("kobe")
PEOPLE = Population(KOBE, people=60)


def test_everybody_is_found_by_their_id_with_household_and_story() -> None:
    roster = Roster(PEOPLE)
    for household in PEOPLE:
        for person in household.persons:
            assert roster.household_of(person.id) == household
            assert roster.person(person.id) == person
            assert person.story is None or roster.story(person.id) == person.story
    assert len(roster) == sum(len(household.persons) for household in PEOPLE)
    assert roster.stories.total() == sum(person.story is not None for h in PEOPLE for person in h.persons)


def test_a_stranger_is_not_of_this_drill() -> None:
    with pytest.raises(KeyError):
        Roster(PEOPLE).person(UUID(int=7))


def test_somebody_without_a_story_answers_every_question_and_needs_nothing() -> None:
    roster = Roster(PEOPLE)
    well = next(person for h in PEOPLE for person in h.persons if person.story is None)
    told = roster.story(well.id)
    assert told.answers["urgent"] == "no"
    assert "unknown" not in told.answers.values()
    assert told.twist is None


def test_what_has_changed_is_true_from_then_on() -> None:
    roster = Roster(PEOPLE)
    person = next(person for h in PEOPLE for person in h.persons if person.story and person.story.twist is None)
    before = roster.story(person.id).answers
    roster.change(person.id, {"infection": "yes"})
    assert roster.story(person.id).answers == {**before, "infection": "yes"}


def test_a_stage_is_told_of_once() -> None:
    roster, told = Roster(PEOPLE), []
    roster.listen(lambda person, stage: told.append((person, stage)))
    person = next(iter(PEOPLE)).persons[0].id
    for _ in range(3):
        roster.reach(person, "decided")
    roster.reach(UUID(int=7), "decided")
    assert told == [(person, "decided")]


def test_what_the_players_did_is_kept_from_play_to_play_each_once(tmp_path: Path) -> None:
    file = tmp_path / "drills" / "kobe-1.json"
    notes = Notes(file)
    notes.done.screened |= {UUID(int=1), UUID(int=2)}
    notes.save()
    again = Notes(file)
    again.done.screened |= {UUID(int=2), UUID(int=3)}
    assert again.done.counts()["screened"] == 3
    assert not again.done.finished
