"""What a decision records, and when it needs a reason (004 めやす: a guide, not a rule)."""

from datetime import timedelta
from typing import Any

import pytest

from services.screening.domain import screening as rules
from services.screening.domain.commands import Decide
from services.screening.domain.decision import Details
from services.screening.domain.suggest import Context
from shared.contracts.event import Event
from shared.contracts.screening_screening import DecisionWords, ScreeningDecided, ScreeningTaken, Suggestion
from tests.given import Given, given
from tests.unit.screening.screenings import (
    GUIDE,
    HELPED_TO_THE_FULL,
    KATO,
    NOON,
    SATO,
    STABLE,
    answered,
    requested,
)

BY_GUIDE = Suggestion(guide="kobe-2022@1", row="P7", destinations=("core-welfare",), candidates=("core-welfare",))


def taken(answers: dict[str, str]) -> Given[rules.State, Event]:
    return given(rules, requested(), ScreeningTaken(nurse=SATO), answered(answers))


def decide(destination: str, *, welfare_open: bool = False, nurse: str = SATO, **details: Any) -> Decide:
    return Decide(nurse, destination, GUIDE, Context(welfare_open=welfare_open), Details(**details))


def decision(told: Given[rules.State, Event]) -> ScreeningDecided:
    assert told._problem is None, told._problem
    assert told._happened is not None
    (event,) = told._happened
    assert isinstance(event, ScreeningDecided)
    return event


@pytest.mark.req("K4-067", "K4-068", "K4-093")
def test_a_decision_keeps_guide_version_row_and_answers() -> None:
    taken(HELPED_TO_THE_FULL).when(decide("core-welfare")).then(
        ScreeningDecided(
            nurse=SATO, destination="core-welfare", suggestion=BY_GUIDE, answers=HELPED_TO_THE_FULL, round=1
        )
    )


@pytest.mark.req("K4-068")
def test_a_nurse_may_decide_otherwise_with_a_reason_and_both_stay() -> None:
    taken(HELPED_TO_THE_FULL).when(decide("general")).refused("screening.reason-missing")
    words = DecisionWords(reason="家族と離れたくない")
    made = decision(taken(HELPED_TO_THE_FULL).when(decide("general", reason="wish", words=words)))
    assert (made.destination, made.differs, made.reason) == ("general", True, "wish")
    assert made.suggestion == BY_GUIDE
    assert made.words == words


@pytest.mark.req("K4-079")
def test_welfare_shelters_may_be_chosen_once_they_are_open() -> None:
    taken(HELPED_TO_THE_FULL).when(decide("welfare")).refused("screening.reason-missing")
    made = decision(taken(HELPED_TO_THE_FULL).when(decide("welfare", welfare_open=True)))
    assert not made.differs
    assert made.suggestion.welfare_open
    assert made.suggestion.candidates == ("core-welfare", "welfare")


@pytest.mark.req("K4-092", "K4-068")
def test_a_decision_while_the_guide_still_asks_needs_a_reason_and_says_what_was_open() -> None:
    told = taken({"urgent": "no"}).when(decide("welfare-space"))
    told.refused("screening.reason-missing")
    assert told._problem is not None
    assert told._problem.details["ask"]
    made = decision(taken({"urgent": "no"}).when(decide("welfare-space", reason="urgent")))
    assert made.differs
    assert made.suggestion.ask[0] == "unstable"
    assert made.suggestion.meanwhile == "welfare-space"
    assert made.suggestion.destinations == ()


@pytest.mark.req("K4-091")
def test_where_the_nurse_decides_between_destinations_each_is_right() -> None:
    answers = {**STABLE, "medical-care": "yes", "doctor": "allowed", "medical-carer": "partly"}
    for destination in ("hospital", "core-welfare"):
        made = decision(taken(answers).when(decide(destination)))
        assert made.suggestion.nurse_decides
        assert not made.differs


def test_a_reason_that_is_not_due_is_kept() -> None:
    made = decision(taken(HELPED_TO_THE_FULL).when(decide("core-welfare", reason="household")))
    assert (made.differs, made.reason) == (False, "household")


@pytest.mark.req("K4-076", "K4-101")
def test_an_admission_says_of_which_kind_it_is_and_whether_it_is_an_emergency() -> None:
    alone = {**STABLE, "adl": "full", "carer": "none", "admission-criteria": "met"}
    taken(alone).when(decide("facility")).refused("screening.admission-kind-missing")
    taken(alone).when(decide("facility", admission_kind="hotel")).refused("screening.admission-kind-missing")
    made = decision(taken(alone).when(decide("facility", admission_kind="short-stay", emergency_admission=True)))
    assert (made.admission_kind, made.emergency_admission) == ("short-stay", True)


@pytest.mark.parametrize("details", [{"admission_kind": "short-stay"}, {"emergency_admission": True}], ids=str)
def test_nothing_but_an_admission_is_one(details: dict[str, Any]) -> None:
    taken(HELPED_TO_THE_FULL).when(decide("core-welfare", **details)).refused("screening.not-an-admission")


@pytest.mark.req("K4-067", "K4-065")
def test_no_other_nurse_decides() -> None:
    taken(HELPED_TO_THE_FULL).when(decide("core-welfare", nurse=KATO)).refused("screening.taken")


def test_an_ambulance_makes_the_move_urgent() -> None:
    made = decision(taken({"urgent": "yes"}).when(decide("hospital")))
    assert made.suggestion.now
    assert made.urgent


def test_what_the_nurse_says_of_the_person_goes_with_the_decision() -> None:
    said: dict[str, Any] = {
        "interim": "welfare-space", "groups": ("elderly",), "aids": ("wheelchair",), "high_risk": True,
        "companion": True, "again_at": NOON + timedelta(hours=24), "explained": True, "agreed": True,
    }  # fmt: skip
    made = decision(taken(HELPED_TO_THE_FULL).when(decide("core-welfare", **said)))
    assert {name: getattr(made, name) for name in said} == said


def test_an_answer_to_a_guide_before_this_one_does_not_stand_in_the_way() -> None:
    made = decision(taken({**HELPED_TO_THE_FULL, "gone": "yes", "visual": "a-bit"}).when(decide("core-welfare")))
    assert made.answers == HELPED_TO_THE_FULL
