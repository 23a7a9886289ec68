"""What a fact does to a screening, and when somebody is looked at again: the policy, row by row."""

import json
from datetime import timedelta
from typing import Any

import pytest

from services.screening.domain.follow_up import FACTS, STANDINGS, Standing, load_policy, usual_policy
from services.screening.domain.guides import packaged
from services.screening.domain.suggest import Ask, Context, Decided, suggest
from shared.contracts import codes
from shared.kernel.errors import Invalid
from tests.unit.screening.screenings import GUIDE, HELPED_TO_THE_FULL, NOON, says

POLICY = usual_policy()

TABLE: list[tuple[str, Standing, dict[str, str], str | None]] = [
    # 004 マニュアル 参考①: who needs something reaches the nurse at once, who does not fills no queue (K4-064)
    ("registered", "not-asked", {"needing": "yes"}, "request sheet"),
    ("registered", "not-asked", {"needing": "no"}, None),
    ("corrected", "not-asked", {"needing": "yes", "worse": "no"}, "request sheet-corrected"),
    ("corrected", "not-asked", {"needing": "no", "worse": "yes"}, None),
    ("corrected", "waiting", {"needing": "yes", "worse": "yes"}, "request sheet-corrected"),
    ("corrected", "waiting", {"needing": "yes", "worse": "no"}, None),
    # K4-104: a change after the decision brings the person back
    ("corrected", "decided", {"needing": "yes", "worse": "yes"}, "request sheet-corrected"),
    ("corrected", "decided", {"needing": "yes", "worse": "no"}, None),
    ("corrected", "arrived", {"needing": "yes", "worse": "yes"}, "request sheet-corrected"),
    ("corrected", "ended", {"worse": "yes", "ended": "not-needed"}, "request sheet-corrected"),
    ("corrected", "ended", {"worse": "yes", "ended": "home"}, None),
    ("corrected", "ended", {"worse": "yes", "ended": "died"}, None),
    # coming back
    ("checked-in", "ended", {"ended": "home", "needing": "yes"}, "request back"),
    ("checked-in", "ended", {"ended": "home", "needing": "no"}, None),
    ("checked-in", "ended", {"ended": "died", "needing": "no"}, "request back"),
    ("checked-in", "ended", {"ended": "merged", "needing": "yes"}, None),
    ("checked-in", "waiting", {"needing": "yes"}, None),
    ("checked-in", "arrived", {"elsewhere": "yes"}, "request back"),
    ("checked-in", "arrived", {"elsewhere": "no"}, None),
    ("returned-from-hospital", "ended", {"ended": "hospital"}, "request returned"),
    ("returned-from-hospital", "not-asked", {}, "request returned"),
    # K4-040: an ambulance reaches the nurse
    ("ambulance-called", "not-asked", {}, "request ambulance"),
    ("ambulance-called", "taken", {}, "request ambulance"),
    ("ambulance-called", "decided", {"decided_for": "core-welfare", "late": "no"}, "request ambulance"),
    ("ambulance-called", "decided", {"decided_for": "hospital", "late": "no"}, None),
    ("ambulance-called", "decided", {"decided_for": "core-welfare", "late": "yes"}, None),
    ("ambulance-called", "ended", {"ended": "died"}, None),
    ("hospital-confirmed", "waiting", {}, "end hospital"),
    ("hospital-confirmed", "decided", {"late": "no"}, "end hospital"),
    ("hospital-confirmed", "decided", {"late": "yes"}, None),
    # leaving
    ("departed", "waiting", {"placed": "no", "code": "home"}, "end home"),
    ("departed", "waiting", {"placed": "no", "code": "relatives"}, "end left"),
    ("departed", "waiting", {"placed": "no", "code": "unknown"}, "end left"),
    ("departed", "taken", {"placed": "no", "code": "hospital"}, "end hospital"),
    ("departed", "waiting", {"placed": "no", "code": "other-shelter"}, None),
    ("departed", "waiting", {"placed": "no", "code": "car"}, None),
    ("departed", "decided", {"placed": "yes", "code": "welfare-shelter", "late": "no"}, None),
    ("departed", "decided", {"placed": "no", "code": "home", "late": "yes"}, None),
    ("departed", "decided", {"placed": "no", "code": "home", "late": "no"}, "end home"),
    ("died", "waiting", {}, "end died"),
    ("died", "decided", {"late": "yes"}, "end died"),
    ("merged", "taken", {}, "end merged"),
    ("unmerged", "ended", {"ended": "merged", "needing": "yes"}, "request sheet"),
    ("unmerged", "ended", {"ended": "home", "needing": "yes"}, None),
    ("forgotten", "waiting", {}, "end withdrawn"),
    # transfer: declined by all is a waiting list, not a new screening; who does not want to move is one
    ("need-ended", "decided", {"code": "person-declined"}, "request declined"),
    ("need-ended", "decided", {"code": "withdrawn"}, "request no-place"),
    ("need-ended", "decided", {"code": "not-needed"}, "end not-needed"),
    ("need-ended", "decided", {"code": "replaced"}, None),
    ("need-ended", "waiting", {"code": "withdrawn"}, None),
    ("stay-ended", "arrived", {"code": "facility-closed"}, "request no-place"),
    ("stay-ended", "arrived", {"code": "home"}, None),
]


@pytest.mark.req("K4-064", "K4-104", "K4-040")
@pytest.mark.parametrize(("fact", "standing", "about", "does"), TABLE, ids=str)
def test_what_a_fact_does(fact: str, standing: Standing, about: dict[str, str], does: str | None) -> None:
    row = POLICY.row(fact, standing, about)
    said = None if row is None or row.do == "nothing" else f"{row.do} {row.reason}"
    assert said == does


def test_every_fact_and_standing_is_tried() -> None:
    assert {fact for fact, *_ in TABLE} == FACTS
    assert {standing for _, standing, *_ in TABLE} == STANDINGS


def test_every_departure_has_been_thought_of() -> None:
    for code in codes.DESTINATION_AFTER:
        assert POLICY.row("departed", "waiting", {"placed": "no", "code": code}) is not None


@pytest.mark.req("K4-104")
@pytest.mark.parametrize(
    ("reason", "asked"),
    [
        ("due", {"urgent", "unstable", "infection"}),
        ("carer-gone", {"urgent", "unstable", "infection", "carer", "medical-carer"}),
        ("doctor-answered", {"urgent", "unstable", "infection", "doctor"}),
    ],
)
def test_a_new_round_asks_anew_what_yesterday_does_not_answer(reason: str, asked: set[str]) -> None:
    assert set(POLICY.anew(reason)) == asked
    assert asked <= {question.code for question in GUIDE.questions}


WAITS = says({**HELPED_TO_THE_FULL, "urgent": "in-doubt"})
ASKS = says({})
CLEAR = says(HELPED_TO_THE_FULL)
TIMES: list[tuple[str, Decided | Ask, float | None, float | None, float | None]] = [
    ("core-welfare", CLEAR, None, None, 24),
    ("welfare-space", CLEAR, None, None, 72),
    ("general", CLEAR, None, None, None),
    ("hospital", CLEAR, None, None, None),
    ("general", ASKS, None, None, 4),  # decided while the guide still asked
    ("hospital", WAITS, None, None, 4),  # an answer is still to come
    ("core-welfare", CLEAR, 6, None, 6),  # the medicine runs out before
    ("core-welfare", CLEAR, 60, None, 24),
    ("general", CLEAR, 60, None, 60),
    ("general", CLEAR, -1, None, None),
    ("welfare-space", CLEAR, None, 12, 12),  # the city's own hours
    ("general", CLEAR, None, 12, None),
]


@pytest.mark.req("K4-104")
@pytest.mark.parametrize(("destination", "suggestion", "changes", "hours", "again"), TIMES)
def test_when_somebody_is_looked_at_again(
    destination: str, suggestion: Decided | Ask, changes: float | None, hours: float | None, again: float | None
) -> None:
    changes_at = None if changes is None else NOON + timedelta(hours=changes)
    found = POLICY.again_at(NOON, destination, suggestion, changes_at, hours)
    assert found == (None if again is None else NOON + timedelta(hours=again))


def test_what_is_awaited_in_these_tests_is() -> None:
    assert isinstance(WAITS, Decided)
    assert WAITS.awaited == ("urgent",)
    assert isinstance(suggest(GUIDE, {}, Context()), Ask)


@pytest.mark.req("K4-103")
@pytest.mark.parametrize(
    ("destination", "answers", "at_shelter", "interim"),
    [
        ("core-welfare", {}, True, "welfare-space"),
        ("hospital", {"infection": "yes"}, True, "infection-space"),
        ("core-welfare", {}, False, None),
        ("welfare-space", {}, True, None),
        ("general", {}, True, None),
    ],
)
def test_where_somebody_waits_for_the_move(
    destination: str, answers: dict[str, str], at_shelter: bool, interim: str | None
) -> None:
    assert POLICY.interim_of(destination, answers, at_shelter=at_shelter) == interim


BROKEN: list[tuple[str, dict[str, Any]]] = [
    ("facts.1", {"facts": [{"fact": "vanished", "do": "nothing", "origin": "O"}]}),
    ("facts.1", {"facts": [{"fact": "died", "do": "end", "reason": "gone", "origin": "O"}]}),
    ("facts.1", {"facts": [{"fact": "died", "do": "end", "reason": "sheet", "origin": "O"}]}),
    ("facts.1", {"facts": [{"fact": "died", "do": "request", "reason": "died", "origin": "O"}]}),
    ("facts.1", {"facts": [{"fact": "died", "do": "nothing", "when": ["asleep"], "origin": "O"}]}),
    ("facts.1", {"facts": [{"fact": "died", "do": "nothing", "where": {"mood": ["low"]}, "origin": "O"}]}),
    ("asked_anew", {"asked_anew": {"gone": []}}),
    ("destinations", {"again": {"hours": {"moon": 1}, "awaited_hours": 1, "origin": "O"}}),
    ("again", {"again": {"hours": {"general": 0}, "awaited_hours": 1, "origin": "O"}}),
    ("welfare_shelters.kinds", {"welfare_shelters": {"kinds": ["inn"], "origin": "O"}}),
]


@pytest.mark.parametrize(("where", "change"), BROKEN)
def test_a_faulty_policy_is_refused_whole(where: str, change: dict[str, Any]) -> None:
    raw = json.dumps({**json.loads(packaged("follow-up-1")), **change}).encode()
    with pytest.raises(Invalid) as caught:
        load_policy(raw)
    assert caught.value.code == "guide.broken"
    assert caught.value.details["where"] == where


def test_what_is_no_policy_at_all_is_unreadable() -> None:
    with pytest.raises(Invalid, match=r"guide\.unreadable"):
        load_policy(b"{}")
