"""The order of the nurses' queue: risk, then the time left, then the time waited (K4-030, K4-105)."""

from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.screening.domain.guides import packaged
from services.screening.domain.risk import (
    NEVER,
    Risk,
    SheetFacts,
    assess_risk,
    load_risk_rules,
    queue_place,
    risk_rules,
)
from shared.contracts import codes
from shared.kernel.errors import Invalid

RULES = risk_rules()
SAID = datetime(2026, 1, 17, 6, 0, tzinfo=UTC)


def hours(number: float) -> datetime:
    """So many hours after the sheet was written."""
    return SAID + timedelta(hours=number)


def risk(now: datetime = SAID, **facts: Any) -> Risk:
    return assess_risk(RULES, SheetFacts(said_at=SAID, **facts), now)


CLASSES = [
    ({"ambulance": True}, "ambulance", "critical", True),
    ({"observations": ("short-of-breath",)}, "danger-signs", "critical", True),
    ({"power_needed": True}, "power-for-unknown-time", "critical", True),
    ({"power_needed": True, "power_hours": 40.0}, "runs-out", "critical", True),
    ({"medicine_days": 0}, "runs-out", "critical", True),
    ({"medicine_days": 1}, "runs-out", "critical", True),
    ({"medicine_days": 2}, "medicine-runs-out-soon", "high", False),
    ({"medicine_days": 3}, "medicine-runs-out-soon", "high", False),
    ({"medicine_days": 4}, "others", "normal", False),
    ({"power_needed": False, "power_hours": 1.0}, "others", "normal", False),
    ({"needs": ("intractable",)}, "health", "high", False),
    ({"needs": ("care-3-plus",)}, "health", "high", False),
    ({"observations": ("fever",)}, "health", "high", False),
    ({"age_band": "0"}, "health", "high", False),
    ({"aids": ("device",)}, "health", "high", False),
    ({"needs": ("mental",)}, "care", "raised", False),
    ({"needs": ("maternity-infant",)}, "care", "raised", False),
    ({"care": True}, "care", "raised", False),
    ({"aids": ("wheelchair",)}, "care", "raised", False),
    ({"age_band": "85-plus"}, "care", "raised", False),
    ({"age_band": "40-64"}, "others", "normal", False),
    ({"needs": ("a-code-of-tomorrow",)}, "others", "normal", False),
]


@pytest.mark.parametrize(("facts", "because", "class_", "urgent"), CLASSES)
def test_the_gravest_rule_that_a_person_meets_gives_the_class(
    facts: dict[str, Any], because: str, class_: str, urgent: bool
) -> None:
    given_risk = risk(**facts)
    assert (given_risk.because, given_risk.risk, given_risk.urgent) == (because, class_, urgent)
    assert given_risk.rules == "risk@1"


@pytest.mark.req("K4-105")
def test_whose_power_or_medicine_runs_out_first_comes_first_by_the_time_left() -> None:
    waiting = {
        "insulin for three hours": (risk(hours(21), medicine_days=1), hours(20)),
        "ventilator, twelve hours": (risk(power_needed=True, power_hours=33.0), hours(1)),
        "ventilator, one hour": (risk(power_needed=True, power_hours=22.0), hours(5)),
        "medicine ran out": (risk(hours(21), medicine_days=0), hours(20)),
        "ventilator, nobody knows": (risk(power_needed=True), hours(20)),
        "ambulance called": (risk(ambulance=True), hours(21)),
        "medicine for two days": (risk(hours(21), medicine_days=3), hours(0)),
        "intractable, waits long": (risk(needs=("intractable",)), hours(0)),
        "intractable, waits shortly": (risk(needs=("intractable",)), hours(20)),
        "old": (risk(age_band="85-plus"), hours(0)),
        "well": (risk(), hours(0)),
    }
    assert sorted(waiting, key=lambda who: queue_place(*waiting[who])) == [
        "ambulance called",
        "ventilator, nobody knows",
        "medicine ran out",
        "ventilator, one hour",
        "insulin for three hours",
        "ventilator, twelve hours",
        "medicine for two days",
        "intractable, waits long",
        "intractable, waits shortly",
        "old",
        "well",
    ]


def test_what_runs_out_is_power_or_medicine_whichever_is_first() -> None:
    assert risk(power_needed=True, power_hours=10.0, medicine_days=3).runs_out_at == hours(10)
    assert risk(power_needed=True, power_hours=100.0, medicine_days=3).runs_out_at == hours(72)
    assert risk(power_needed=True).runs_out_at is None
    assert risk(power_needed=None, power_hours=5.0).runs_out_at is None


def test_time_alone_raises_the_risk_and_it_says_when() -> None:
    ten_days = {"medicine_days": 10}
    assert risk(SAID, **ten_days).because == "others"
    assert risk(SAID, **ten_days).changes_at == hours(168)
    assert risk(hours(168), **ten_days).because == "medicine-runs-out-soon"
    assert risk(hours(168), **ten_days).changes_at == hours(216)
    assert risk(hours(216), **ten_days).because == "runs-out"
    assert risk(hours(216), **ten_days).changes_at is None


@given(
    st.builds(
        SheetFacts,
        said_at=st.just(SAID),
        power_needed=st.none() | st.booleans(),
        power_hours=st.none() | st.floats(allow_nan=False),
        medicine_days=st.none() | st.integers(),
        needs=st.lists(st.sampled_from(sorted(codes.NEED))).map(tuple),
        ambulance=st.booleans(),
    ),
    st.floats(-1000, 1000),
)
@settings(deadline=None)
def test_the_risk_stays_until_it_says_that_it_changes(facts: SheetFacts, later: float) -> None:
    now = hours(later)
    before = assess_risk(RULES, facts, now)
    assert queue_place(before, SAID) <= (before.rank, NEVER, SAID)
    if before.changes_at is not None:
        assert before.changes_at > now
        assert assess_risk(RULES, facts, before.changes_at - timedelta(microseconds=1)) == before
        assert assess_risk(RULES, facts, before.changes_at).rank < before.rank
    else:
        assert assess_risk(RULES, facts, now + timedelta(days=36500)) == before


def test_every_code_of_the_rules_is_one_of_the_contracts() -> None:
    assert RULES.based_on.startswith("004")
    for rule in RULES.rules:
        assert rule.risk in codes.RISK
        assert set(rule.needs) <= set(codes.NEED)
        assert set(rule.observations) <= set(codes.OBSERVATION)
        assert set(rule.aids) <= set(codes.AID)
        assert set(rule.age_bands) <= set(codes.AGE_BAND)
    for named, known in (
        ({code for rule in RULES.rules for code in rule.needs}, codes.NEED),
        ({code for rule in RULES.rules for code in rule.observations}, codes.OBSERVATION),
        ({code for rule in RULES.rules for code in rule.aids}, codes.AID),
    ):
        assert named == set(known), "a need, sign or aid that no rule weighs"


@pytest.mark.parametrize(
    "rules",
    [
        [],
        [{"code": "a", "risk": "high", "title": "", "origin": "city"}],
        [{"code": "a", "risk": "high", "title": "", "origin": "city", "everybody": True}] * 2,
    ],
)
def test_rules_that_leave_somebody_out_or_stand_twice_are_refused(rules: list[dict[str, Any]]) -> None:
    with pytest.raises(Invalid) as problem:
        load_risk_rules(msgspec.json.encode(msgspec.json.decode(packaged("risk-1")) | {"rules": rules}))
    assert problem.value.code == "guide.broken"
