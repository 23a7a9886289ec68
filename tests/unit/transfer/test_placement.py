"""A placement's rules, state by state (004 受入手順 ②–⑤)."""

import pytest

from services.transfer.domain import placement
from services.transfer.domain.placement import Accept, Ask, Command, Decline, End, Expire, ReportArrival, Withdraw
from shared.contracts.event import Event
from shared.contracts.transfer_placement import (
    ArrivalReported,
    PlacementAccepted,
    PlacementDeclined,
    PlacementEnded,
    PlacementExpired,
    PlacementWithdrawn,
)
from tests.given import given
from tests.unit.transfer.made import HOME_A, HOME_B, NEED, later, requested

REQUESTED = requested()
ACCEPTED = PlacementAccepted(facility=HOME_A, need=NEED)
DECLINED = PlacementDeclined(facility=HOME_A, need=NEED, reason="staff")
EXPIRED = PlacementExpired(facility=HOME_A, need=NEED)
WITHDRAWN = PlacementWithdrawn(facility=HOME_A, need=NEED, reason="left")
ARRIVED = ArrivalReported(facility=HOME_A, need=NEED)
ENDED = PlacementEnded(facility=HOME_A, need=NEED, reason="home")

STATES: dict[str, list[Event]] = {
    "none": [],
    "asked": [REQUESTED],
    "accepted": [REQUESTED, ACCEPTED],
    "arrived": [REQUESTED, ACCEPTED, ARRIVED],
    "declined": [REQUESTED, DECLINED],
    "expired": [REQUESTED, EXPIRED],
    "withdrawn": [REQUESTED, WITHDRAWN],
    "ended": [REQUESTED, ACCEPTED, ARRIVED, ENDED],
}
ASK, ACCEPT, LATE, DECLINE = Ask(REQUESTED), Accept(), Accept(late=True), Decline("staff")
DUE, TOO_EARLY, WITHDRAW = Expire(later(30)), Expire(later(29)), Withdraw("left")
ARRIVE, ARRIVE_LATE, END = ReportArrival(), ReportArrival(late=True), End("home")

TABLE: list[tuple[str, Command, list[Event] | str]] = [
    ("none", ASK, [REQUESTED]),
    ("none", ACCEPT, "placement.unknown"),
    ("none", DECLINE, "placement.unknown"),
    ("none", DUE, []),
    ("none", WITHDRAW, "placement.unknown"),
    ("none", ARRIVE, "placement.unknown"),
    ("none", END, "placement.unknown"),
    ("asked", ASK, []),
    ("asked", ACCEPT, [ACCEPTED]),
    ("asked", LATE, [ACCEPTED]),
    ("asked", DECLINE, [DECLINED]),
    ("asked", DUE, [EXPIRED]),
    ("asked", TOO_EARLY, []),
    ("asked", WITHDRAW, [WITHDRAWN]),
    ("asked", ARRIVE, [ACCEPTED, ARRIVED]),
    ("asked", END, "placement.not-arrived"),
    ("accepted", ASK, []),
    ("accepted", ACCEPT, []),
    ("accepted", DECLINE, [DECLINED]),
    ("accepted", DUE, []),
    ("accepted", WITHDRAW, [WITHDRAWN]),
    ("accepted", ARRIVE, [ARRIVED]),
    ("accepted", END, "placement.not-arrived"),
    ("arrived", ASK, []),
    ("arrived", ACCEPT, []),
    ("arrived", DECLINE, "placement.arrived"),
    ("arrived", DUE, []),
    ("arrived", WITHDRAW, "placement.arrived"),
    ("arrived", ARRIVE, []),
    ("arrived", END, [ENDED]),
    ("declined", ACCEPT, "placement.declined"),
    ("declined", LATE, "placement.declined"),
    ("declined", DECLINE, []),
    ("declined", DUE, []),
    ("declined", WITHDRAW, []),
    ("declined", ARRIVE, "placement.declined"),
    ("declined", END, "placement.not-arrived"),
    ("expired", ACCEPT, "placement.expired"),
    ("expired", LATE, [ACCEPTED]),
    ("expired", DECLINE, []),
    ("expired", DUE, []),
    ("expired", WITHDRAW, []),
    ("expired", ARRIVE, "placement.expired"),
    ("expired", ARRIVE_LATE, [ACCEPTED, ARRIVED]),
    ("expired", END, "placement.not-arrived"),
    ("withdrawn", ACCEPT, "placement.withdrawn"),
    ("withdrawn", LATE, "placement.withdrawn"),
    ("withdrawn", DECLINE, []),
    ("withdrawn", DUE, []),
    ("withdrawn", WITHDRAW, []),
    ("withdrawn", ARRIVE, "placement.withdrawn"),
    ("withdrawn", END, "placement.not-arrived"),
    ("ended", ACCEPT, "placement.ended"),
    ("ended", DECLINE, "placement.ended"),
    ("ended", DUE, []),
    ("ended", WITHDRAW, []),
    ("ended", ARRIVE, "placement.ended"),
    ("ended", END, []),
]


@pytest.mark.req("K4-116")
@pytest.mark.parametrize(("state", "command", "outcome"), TABLE, ids=[f"{s}-{type(c).__name__}" for s, c, _ in TABLE])
def test_each_command_in_each_state(state: str, command: Command, outcome: list[Event] | str) -> None:
    when = given(placement, *STATES[state]).when(command)
    if isinstance(outcome, str):
        when.refused(outcome)
    else:
        when.then(*outcome)


@pytest.mark.req("K4-116")
def test_an_unanswered_request_expires_at_its_time_and_not_before() -> None:
    given(placement, REQUESTED).when(Expire(later(29.9))).then()
    given(placement, REQUESTED).when(Expire(later(30))).then(EXPIRED)


def test_an_acceptance_carries_its_conditions_and_what_is_lacking() -> None:
    command = Accept(conditions=("carer-comes", "from-a-time"), from_time=later(90), lacks=("beds",))
    given(placement, REQUESTED).when(command).then(
        PlacementAccepted(
            facility=HOME_A,
            need=NEED,
            conditions=("carer-comes", "from-a-time"),
            from_time=later(90),
            lacks=("beds",),
        )
    )


def test_the_same_id_for_another_facility_is_a_conflict() -> None:
    given(placement, REQUESTED).when(Ask(requested(HOME_B))).refused("placement.differs")
