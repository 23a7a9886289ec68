"""A case conference: called with members for one person, confidentiality first, held, its tasks."""

from dataclasses import replace

import msgspec
import pytest

from services.casework.domain import conference
from services.casework.domain.conference import (
    Call,
    Cancel,
    ChangeMembers,
    FinishTask,
    Hold,
    RecordConfidentiality,
)
from shared.contracts.casework_conference import (
    ConferenceCalled,
    ConferenceCancelled,
    ConferenceHeld,
    ConferenceWords,
    Goal,
    Member,
    MembersChanged,
    Task,
    TaskDone,
)
from tests.given import given
from tests.unit.casework.told import at, named

CASE, PERSON = named("case"), named("person")
WHEN = at("2d 10:00")
LAWYER = Member(actor="lawyer-1", role="lawyer")
SWORN = msgspec.structs.replace(LAWYER, confidential=True)
DAUGHTER = Member(role="family")
TASK = Task(id=named("task"), owner="lawyer-1", kind="legal", provider="law")
CALLED = ConferenceCalled(case=CASE, person=PERSON, at=WHEN, members=(LAWYER, DAUGHTER), agenda=("issues",))
SWORN_IN = MembersChanged(case=CASE, members=(SWORN, DAUGHTER))
HOLD = Hold((LAWYER, DAUGHTER), city_present=True, decision="refer", tasks=(TASK,))
HELD = ConferenceHeld(
    case=CASE, present=(SWORN, DAUGHTER), city_present=True, agenda=("issues",), decision="refer", tasks=(TASK,)
)


def call(*, case_open: bool = True, members: tuple[Member, ...] = (LAWYER, DAUGHTER)) -> Call:
    return Call(CASE, PERSON, WHEN, case_open, members, ("issues",))


@pytest.mark.req("K0-019")
def test_it_is_called_for_one_person_with_members_chosen_for_them() -> None:
    given(conference).when(call()).then(CALLED)
    given(conference).when(call(case_open=False)).refused("case.closed")
    given(conference).when(call(members=(LAWYER, LAWYER))).refused("member.repeated")
    given(conference, CALLED).when(call()).refused("conference.called-already")


@pytest.mark.req("K0-024")
def test_confidentiality_is_recorded_before_anybody_sees_anything() -> None:
    given(conference, CALLED).when(HOLD).refused("conference.confidentiality-missing")
    given(conference, CALLED).when(RecordConfidentiality("lawyer-1")).then(SWORN_IN)
    given(conference, CALLED, SWORN_IN).when(RecordConfidentiality("lawyer-1")).then()
    given(conference, CALLED).when(RecordConfidentiality("stranger")).refused("member.unknown")


@pytest.mark.req("K0-022")
def test_the_circle_changes_and_what_was_recorded_stays() -> None:
    doctor = Member(actor="doctor-1", role="doctor")
    given(conference, CALLED, SWORN_IN).when(ChangeMembers((LAWYER, doctor))).then(
        MembersChanged(case=CASE, members=(SWORN, doctor))
    )
    given(conference, CALLED, SWORN_IN).when(ChangeMembers((SWORN, DAUGHTER))).then()


@pytest.mark.req("K0-020", "K0-023")
def test_it_is_held_with_decision_tasks_and_the_city_present() -> None:
    given(conference, CALLED, SWORN_IN).when(HOLD).then(HELD)
    given(conference, CALLED, SWORN_IN, HELD).when(HOLD).refused("conference.held-already")
    given(conference, CALLED, SWORN_IN, HELD).when(Cancel("withdrawn")).refused("conference.held-already")


def test_who_refers_names_a_provider() -> None:
    task = msgspec.structs.replace(TASK, provider=None)
    given(conference, CALLED, SWORN_IN).when(replace(HOLD, tasks=(task,))).refused("conference.no-provider")


def test_goals_and_tasks_and_their_words_stand_at_the_same_places() -> None:
    words = ConferenceWords(goals=("move into public housing", "and another"), tasks=("ask the lawyer",))
    hold = replace(HOLD, goals=(Goal(term="long"),), words=words)
    given(conference, CALLED, SWORN_IN).when(hold).refused("conference.words-differ")
    right = ConferenceWords(goals=("move into public housing",), tasks=("ask the lawyer",))
    held = msgspec.structs.replace(HELD, goals=(Goal(term="long"),), words=right)
    given(conference, CALLED, SWORN_IN).when(replace(hold, words=right)).then(held)


@pytest.mark.req("K0-020")
def test_each_task_is_finished_once() -> None:
    done = TaskDone(case=CASE, task=TASK.id)
    given(conference, CALLED, SWORN_IN, HELD).when(FinishTask(TASK.id)).then(done)
    given(conference, CALLED, SWORN_IN, HELD, done).when(FinishTask(TASK.id, "dropped")).then()
    given(conference, CALLED, SWORN_IN, HELD).when(FinishTask(named("other"))).refused("task.unknown")


def test_what_is_cancelled_stays_cancelled() -> None:
    cancelled = ConferenceCancelled(case=CASE, reason="withdrawn")
    given(conference, CALLED).when(Cancel("withdrawn")).then(cancelled)
    given(conference, CALLED, cancelled).when(Cancel("withdrawn")).then()
    given(conference, CALLED, cancelled).when(HOLD).refused("conference.cancelled")
    given(conference).when(HOLD).refused("conference.unknown")
