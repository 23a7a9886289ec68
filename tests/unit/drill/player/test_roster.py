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
MANY = Population(KOBE, people=600)


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
    roster = Roster(MANY)
    stories = [(one, told) for h in MANY for one in h.persons if (told := one.story) and told.twist]
    person, twist = next((one, told.twist) for one, told in stories if told.twist and told.twist.answers)
    before = roster.story(person.id).answers
    roster.twisted(person.id)
    assert roster.story(person.id).answers == {**before, **twist.answers} != before


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
    for seat in (16, 33):
        notes.done.note("screened", seat)
    notes.save()
    again = Notes(file)
    for seat in (33, 7000):
        again.done.note("screened", seat)
    assert again.done.counts()["screened"] == 3
    assert again.done.counts()["arrived"] == again.done.finished_for == 0


@pytest.mark.parametrize(
    "content", [b"", b"[]", b'{"marks": {"screened": "not base64!"}}', b'{"marks": {"moved": "AAAA"}}']
)
def test_notes_that_cannot_be_read_are_as_if_there_were_none(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "broken.json").write_bytes(content)
    assert set(Notes(tmp_path / "broken.json").done.counts().values()) == {0}
