"""What people say about a hand-off: 引き受ける, 担当を戻す, 終了; and the clock, which speaks once."""

from services.casework.domain import handoff
from services.casework.domain.handoff import End, Escalate, Known, Return, Take
from shared.contracts.casework_handoff import HandoffEnded, HandoffEscalated, HandoffReturned, HandoffTaken
from tests.given import given
from tests.unit.casework.told import at

KIND = "screening-to-acceptance"
OPEN = Known(KIND, finished=False)
FINISHED = Known(KIND, finished=True)
BY_A_FACT = Known(KIND, finished=False, owner="nurse-1")
TAKEN = HandoffTaken(kind=KIND, owner="hq-1")
ESCALATE = Escalate(OPEN, level="city-hq", due=at("11:00"), definitions="handoffs-1")
ESCALATED = HandoffEscalated(kind=KIND, level="city-hq", due_at=at("11:00"), definitions="handoffs-1")


def test_somebody_takes_it_on() -> None:
    given(handoff).when(Take(OPEN, "hq-1")).then(TAKEN)


def test_taking_what_one_has_changes_nothing() -> None:
    given(handoff, TAKEN).when(Take(OPEN, "hq-1")).then()
    given(handoff).when(Take(BY_A_FACT, "nurse-1")).then()


def test_what_somebody_has_is_not_taken_by_the_way() -> None:
    given(handoff, TAKEN).when(Take(OPEN, "hq-2")).refused("handoff.taken")
    given(handoff).when(Take(BY_A_FACT, "hq-2")).refused("handoff.taken")


def test_it_may_be_taken_over_from_somebody() -> None:
    given(handoff, TAKEN).when(Take(OPEN, "hq-2", over=True)).then(HandoffTaken(kind=KIND, owner="hq-2"))


def test_it_is_returned_to_nobody_and_taken_again() -> None:
    returned = HandoffReturned(kind=KIND, reason="shift-ends")
    given(handoff, TAKEN).when(Return(OPEN, "shift-ends")).then(returned)
    given(handoff, TAKEN, returned).when(Take(OPEN, "hq-2")).then(HandoffTaken(kind=KIND, owner="hq-2"))


def test_what_nobody_has_cannot_be_returned() -> None:
    given(handoff).when(Return(OPEN)).refused("handoff.not-taken")


def test_it_is_ended_with_a_reason_once() -> None:
    ended = HandoffEnded(kind=KIND, reason="not-needed")
    given(handoff).when(End(OPEN, "not-needed")).then(ended)
    given(handoff, ended).when(End(OPEN, "not-needed")).then()


def test_what_is_finished_is_not_touched_again() -> None:
    for command in (Take(FINISHED, "hq-1"), Return(FINISHED), End(FINISHED, "left")):
        given(handoff).when(command).refused("handoff.finished")


def test_the_clock_speaks_once_and_only_if_nobody_was_quicker() -> None:
    given(handoff).when(ESCALATE).then(ESCALATED)
    given(handoff, ESCALATED).when(ESCALATE).then()
    given(handoff, TAKEN).when(ESCALATE).then()
    for known in (FINISHED, BY_A_FACT):
        given(handoff).when(Escalate(known, "city-hq", at("11:00"), "handoffs-1")).then()
