"""A need, and what later decisions and facts do to it (004 受入手順 ①; K4-104, K4-114)."""

from datetime import timedelta

import pytest

from services.transfer.domain import need
from services.transfer.domain.decision import Demand, Live, Promise, Verdict, settle
from services.transfer.domain.endings import ends_need, ends_stay, too_late
from services.transfer.domain.need import Change, Command, End, Meet, Open, Waitlist
from shared.contracts.envelope import Envelope
from shared.contracts.event import Event
from shared.contracts.intake_person import (
    AmbulanceCalled,
    CheckedIn,
    Departed,
    Died,
    HospitalConfirmed,
    ReturnedFromHospital,
    WentOut,
)
from shared.contracts.places import Place
from shared.contracts.transfer_facility import Received
from shared.contracts.transfer_need import NeedChanged, NeedEnded, NeedMet, NeedWaitlisted
from shared.kernel.ids import derived_id
from tests.given import given
from tests.unit.transfer.made import HOME_A, HOME_B, NOON, PERSON, PLACEMENT, POLICY, later, opened

OPENED = opened()
CHANGED = NeedChanged(screening=derived_id("second"), destination="facility")
WAITING = NeedWaitlisted(reason="declined-by-all", asked=2)
MET, ENDED = NeedMet(placement=PLACEMENT), NeedEnded(reason="left")
STATES: dict[str, list[Event]] = {
    "none": [],
    "open": [OPENED],
    "waitlisted": [OPENED, WAITING],
    "met": [OPENED, MET],
    "ended": [OPENED, ENDED],
}
TABLE: list[tuple[str, Command, list[Event] | str]] = [
    ("none", Open(OPENED), [OPENED]),
    ("none", Change(CHANGED), "need.unknown"),
    ("none", Waitlist("no-candidate", 0), "need.unknown"),
    ("none", Meet(PLACEMENT), "need.unknown"),
    ("none", End("left"), "need.unknown"),
    ("open", Open(OPENED), []),
    ("open", Change(CHANGED), [CHANGED]),
    ("open", Change(NeedChanged(screening=OPENED.screening, destination="facility")), []),
    ("open", Waitlist("declined-by-all", 2), [WAITING]),
    ("open", Meet(PLACEMENT), [MET]),
    ("open", End("left"), [ENDED]),
    ("waitlisted", Change(CHANGED), [CHANGED]),
    ("waitlisted", Waitlist("declined-by-all", 2), []),
    ("waitlisted", Waitlist("declined-by-all", 3), [NeedWaitlisted(reason="declined-by-all", asked=3)]),
    ("waitlisted", Meet(PLACEMENT), [MET]),
    ("waitlisted", End("left"), [ENDED]),
    ("met", Meet(PLACEMENT), []),
    ("met", End("left"), "need.closed"),
    ("met", Change(CHANGED), "need.closed"),
    ("ended", End("died"), []),
    ("ended", Meet(PLACEMENT), "need.closed"),
    ("ended", Waitlist("no-candidate", 0), "need.closed"),
]


@pytest.mark.parametrize(("state", "command", "outcome"), TABLE)
def test_each_command_in_each_state(state: str, command: Command, outcome: list[Event] | str) -> None:
    when = given(need, *STATES[state]).when(command)
    if isinstance(outcome, str):
        when.refused(outcome)
    else:
        when.then(*outcome)


CORE = Demand("core-welfare", ("elderly",))
ELDERLY, CHILDREN = Received(groups=("elderly",)), Received(groups=("infants",))
WAITS, ASKED = Live(CORE, None), Live(CORE, None)
PROMISED = Live(CORE, Promise("core-welfare", ELDERLY))
DECISIONS = [
    ("a first decision that moves the person opens a need", CORE, None, Verdict(opens=True)),
    ("one for the shelter opens none", Demand("general"), None, Verdict()),
    ("one for the welfare space opens none", Demand("welfare-space"), None, Verdict()),
    ("one for the infection space opens none", Demand("infection-space"), None, Verdict()),
    ("one for a hospital opens none", Demand("hospital"), None, Verdict()),
    ("a care facility opens one", Demand("facility"), None, Verdict(opens=True)),
    ("a welfare shelter opens one", Demand("welfare"), None, Verdict(opens=True)),
    ("the same again leaves requests alone", CORE, WAITS, Verdict(change=True)),
    ("another destination takes requests back", Demand("facility"), ASKED, Verdict(change=True, withdraw=True)),
    ("another aid takes requests back", Demand("core-welfare", ("elderly",), ("stretcher",)), ASKED,
     Verdict(change=True, withdraw=True)),
    ("a promise that still fits is kept", Demand("welfare", ("elderly",)), PROMISED, Verdict(change=True)),
    ("one of another kind is not", Demand("facility", ("elderly",)), PROMISED, Verdict(end="replaced", opens=True)),
    ("one for other people is not", Demand("core-welfare", ("infants",)), PROMISED,
     Verdict(end="replaced", opens=True)),
    ("back to the shelter ends the need", Demand("general"), PROMISED, Verdict(end="replaced")),
    ("to hospital ends it with that reason", Demand("hospital"), WAITS, Verdict(end="hospital")),
]  # fmt: skip


@pytest.mark.req("K4-104")
@pytest.mark.parametrize(("_name", "new", "live", "verdict"), DECISIONS, ids=[row[0] for row in DECISIONS])
def test_what_a_decision_does(_name: str, new: Demand, live: Live | None, verdict: Verdict) -> None:
    assert settle(new, live, POLICY) == verdict


def test_a_decision_made_before_the_person_died_or_left_does_nothing() -> None:
    assert settle(CORE, None, POLICY, gone=True) == Verdict()


def departed(destination: str, **fields: object) -> Departed:
    return Departed(destination=destination, **fields)  # type: ignore[arg-type]


HERE, ELSEWHERE = Place(kind="facility", shelter=HOME_A), Place(kind="shelter", shelter=HOME_B)
FACTS = [
    # what happened, how it ends a need (HOME_A is asked), how it ends a stay (at HOME_A)
    (Died(), "died", "died"),
    (AmbulanceCalled(), "hospital", None),
    (HospitalConfirmed(), "hospital", "hospital"),
    (WentOut(), None, None),
    (departed("home"), "home", "home"),
    (departed("relatives"), "left", "left"),
    (departed("hospital"), "hospital", "hospital"),
    (departed("outside-city"), "left", "left"),
    (departed("unknown"), "left", "left"),
    (departed("other-shelter"), None, None),
    (departed("welfare-shelter"), None, None),
    (departed("other", to_facility=HOME_A), None, None),
    (departed("welfare-shelter", placement=PLACEMENT), None, None),
    (departed("home", shelter=HOME_B), "home", None),
    (departed("home", shelter=HOME_A), "home", "home"),
    (departed("other-shelter", shelter=HOME_A), None, "moved-on"),
    (CheckedIn(place=ELSEWHERE), None, "moved-on"),
    (CheckedIn(place=HERE), None, None),
    (CheckedIn(place=Place()), None, None),
    (ReturnedFromHospital(place=HERE), None, None),
    (ReturnedFromHospital(place=ELSEWHERE), None, "moved-on"),
]


@pytest.mark.parametrize(("fact", "ends", "stay"), FACTS)
def test_which_fact_ends_what(fact: Event, ends: str | None, stay: str | None) -> None:
    assert ends_need(fact, POLICY, {HOME_A}) == ends
    assert ends_stay(fact, POLICY, HOME_A) == stay


def test_a_fact_from_before_is_told_late_and_ends_nothing() -> None:
    def told(precision: str) -> Envelope:
        return Envelope(
            id=PERSON, type="", source="", subject=PERSON, version=1, time=NOON, recorded_at=later(60), key=PERSON,
            topic="", actor="", channel="", correlation=PERSON, causation=PERSON, precision=precision,
        )  # fmt: skip

    assert too_late(told("minute"), NOON + timedelta(minutes=1))
    assert not too_late(told("minute"), NOON)
    assert not too_late(told("day"), NOON + timedelta(minutes=1))
    assert not too_late(told("minute"), None)
