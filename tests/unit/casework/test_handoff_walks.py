"""Every kind of hand-off, walked: opened by its fact, due in its time, taken, done or ended by its facts."""

from datetime import timedelta

import pytest

from shared.contracts.casework_handoff import HandoffTaken
from tests.unit.casework.told import TABLES, at
from tests.unit.casework.walks import WALKS, Tell, Walk, begun

# Which lines of the requirements a kind's walk proves.
PROVES = {
    "sheet-to-hq": "K4-143",
    "hq-to-health-team": "K4-144",
    "visit-ordered-to-made": "K4-145",
    "screening-to-acceptance": "K4-146",
    "transport-need-to-hq": "K4-147",
    "transport-to-arrival": "K4-148",
    "nurse-to-care-manager": "K4-149",
    "care-manager-to-hq": "K4-149",
    "ambulance-to-hospital": "K4-151",
    "hospital-to-back": "K4-151",
    "departure-to-casework": "K4-152",
    "outreach-to-provider": "K0-004",
    "arrival-to-casework": "K0-005",
    "casework-to-conference": "K0-005",
    "conference-to-provider": "K0-005",
}


def marked(walk: Walk, *rest: object, name: str) -> object:
    marks = [pytest.mark.req(PROVES[walk.kind])] if walk.kind in PROVES else []
    return pytest.param(walk, *rest, id=f"{walk.kind}: {name}", marks=marks)


@pytest.mark.parametrize("walk", [marked(walk, name=str(n)) for n, walk in enumerate(WALKS)])
def test_its_fact_opens_it_and_nobody_has_it_until_it_is_due(walk: Walk) -> None:
    life = begun(walk)
    handoff = life.handoff(walk.kind)
    assert (handoff.state, handoff.finished, handoff.done) == ("open", False, False)
    assert handoff.opened_heard == at("11:00")
    assert handoff.due - at("11:00") == walk.due
    assert not handoff.overdue(handoff.due)
    assert handoff.overdue(handoff.due + timedelta(seconds=1))


@pytest.mark.parametrize(
    ("walk", "tell"),
    [marked(walk, tell, name=f"done {n}") for walk in WALKS for n, tell in enumerate(walk.done)],
)
def test_the_fact_that_does_it_takes_it(walk: Walk, tell: Tell) -> None:
    life = begun(walk)
    opened = life.handoff(walk.kind).handoff
    tell(life)
    handoff = next(one for one in life.traced().handoffs if one.handoff == opened)
    assert (handoff.state, handoff.finished, handoff.done) == ("taken", True, True)
    assert handoff.owner is not None
    assert handoff.closed_by == handoff.taken_by


@pytest.mark.parametrize(
    ("walk", "tell", "reason"),
    [
        marked(walk, tell, reason, name=f"ends {n} {reason}")
        for walk in WALKS
        for n, (tell, reason) in enumerate(walk.ends)
    ],
)
def test_what_makes_it_pointless_ends_it_with_the_reason(walk: Walk, tell: Tell, reason: str) -> None:
    life = begun(walk)
    opened = life.handoff(walk.kind).handoff
    tell(life)
    handoff = next(one for one in life.traced().handoffs if one.handoff == opened)
    assert (handoff.state, handoff.finished, handoff.done, handoff.reason) == ("ended", True, False, reason)


@pytest.mark.parametrize("walk", [marked(walk, name="takes") for walk in WALKS if walk.takes])
def test_who_takes_it_by_a_fact_has_it_until_it_is_returned(walk: Walk) -> None:
    assert walk.takes is not None
    assert walk.returns is not None
    life = begun(walk)
    walk.takes(life)
    taken = life.handoff(walk.kind)
    assert (taken.state, taken.finished, taken.done) == ("taken", False, False)
    assert taken.owner is not None
    assert not taken.overdue(taken.due + timedelta(days=1))
    walk.returns(life)
    returned = next(one for one in life.traced().handoffs if one.handoff == taken.handoff)
    assert (returned.state, returned.owner) == ("open", None)
    assert returned.overdue(returned.due + timedelta(days=1))


@pytest.mark.parametrize("walk", [marked(walk, name="by hand") for walk in WALKS])
def test_anybody_may_take_it_on(walk: Walk) -> None:
    life = begun(walk)
    handoff = life.handoff(walk.kind)
    life.say(HandoffTaken(kind=walk.kind, owner="hq-1"), "11:05", stream=handoff.handoff)
    taken = life.handoff(walk.kind)
    assert (taken.handoff, taken.state, taken.owner) == (handoff.handoff, "taken", "hq-1")
    assert taken.finished == TABLES.newest.kinds[walk.kind].taking_is_all
