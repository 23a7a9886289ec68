"""A trip's rules, state by state (004 (3)①; K4-117, K4-126…K4-129)."""

import pytest

from services.transfer.domain import dispatch, trip
from services.transfer.domain.trip import (
    Accept,
    Cancel,
    Command,
    Conclude,
    Decline,
    DropOff,
    ExpireOffer,
    Fail,
    Offer,
    PickUp,
    Plan,
    Start,
)
from shared.contracts.event import Event
from shared.contracts.transfer_dispatch import DispatchOffered, DispatchWithdrawn
from shared.contracts.transfer_trip import (
    DroppedOff,
    PickedUp,
    TripAccepted,
    TripCancelled,
    TripDeclined,
    TripFailed,
    TripOffered,
    TripStarted,
)
from tests.given import given
from tests.unit.transfer.made import HOME_A, TRIP, later, planned

BY_FAMILY = planned()
TO_FIND = planned(by="partner", vehicle="ordinary")
OFFERED = TripOffered(partner="taxi", until=later(15))
TAKEN = TripAccepted(partner="taxi")
STARTED, PICKED_UP, DROPPED = TripStarted(), PickedUp(), DroppedOff()

STATES: dict[str, list[Event]] = {
    "none": [],
    "family": [BY_FAMILY],
    "planned": [TO_FIND],
    "offered": [TO_FIND, OFFERED],
    "accepted": [TO_FIND, OFFERED, TAKEN],
    "started": [TO_FIND, OFFERED, TAKEN, STARTED],
    "picked-up": [TO_FIND, OFFERED, TAKEN, STARTED, PICKED_UP],
    "dropped-off": [TO_FIND, OFFERED, TAKEN, STARTED, PICKED_UP, DROPPED],
    "failed": [TO_FIND, OFFERED, TAKEN, TripFailed(reason="road")],
    "cancelled": [TO_FIND, TripCancelled(reason="died")],
}
PLAN = Plan(TO_FIND, promised=True, fits=True)
OFFER, OTHER_OFFER = Offer("taxi", later(15), "ordinary", fits=True), Offer("van", later(15), "ordinary", fits=True)
ACCEPT, STRANGER, FAMILY = Accept("taxi"), Accept("van"), Accept("family")
DECLINE, DUE = Decline("taxi", "road"), ExpireOffer(later(15))
START, PICK_UP, DROP, FAIL, CANCEL, THERE = Start(), PickUp(), DropOff(), Fail("road"), Cancel("died"), Conclude()
DECLINED, SILENT = TripDeclined(partner="taxi", reason="road"), TripDeclined(partner="taxi", reason="silent")

TABLE: list[tuple[str, Command, list[Event] | str]] = [
    ("none", PLAN, [TO_FIND]),
    ("none", OFFER, "trip.unknown"),
    ("none", START, "trip.unknown"),
    ("none", CANCEL, []),
    ("none", THERE, []),
    ("planned", PLAN, []),
    ("planned", OFFER, [OFFERED]),
    ("planned", ACCEPT, "trip.not-offered"),
    ("planned", FAMILY, "trip.not-offered"),
    ("planned", DECLINE, []),
    ("planned", DUE, []),
    ("planned", START, "trip.not-taken"),
    ("planned", PICK_UP, "trip.not-taken"),
    ("planned", DROP, "trip.not-taken"),
    ("planned", FAIL, "trip.not-taken"),
    ("planned", CANCEL, [TripCancelled(reason="died")]),
    ("planned", THERE, [TripCancelled(reason="not-needed")]),
    ("family", FAMILY, [TripAccepted(partner="family")]),
    ("family", Decline("family", "no-vehicle"), [TripDeclined(partner="family", reason="no-vehicle")]),
    ("family", OFFER, [TripOffered(partner="taxi", until=later(15), vehicle="ordinary")]),
    ("family", START, "trip.not-taken"),
    ("offered", OFFER, []),
    ("offered", OTHER_OFFER, "trip.offered-already"),
    ("offered", ACCEPT, [TAKEN]),
    ("offered", STRANGER, "trip.not-offered"),
    ("offered", DECLINE, [DECLINED]),
    ("offered", Decline("van", "road"), "trip.not-offered"),
    ("offered", DUE, [SILENT]),
    ("offered", ExpireOffer(later(14)), []),
    ("offered", START, "trip.not-taken"),
    ("offered", CANCEL, [TripCancelled(reason="died")]),
    ("offered", THERE, [TripCancelled(reason="not-needed")]),
    ("accepted", OTHER_OFFER, "trip.taken"),
    ("accepted", ACCEPT, []),
    ("accepted", STRANGER, "trip.not-offered"),
    ("accepted", DECLINE, [DECLINED]),
    ("accepted", DUE, []),
    ("accepted", START, [STARTED]),
    ("accepted", PICK_UP, [PICKED_UP]),
    ("accepted", DROP, [DROPPED]),
    ("accepted", FAIL, [TripFailed(reason="road")]),
    ("accepted", THERE, [DROPPED]),
    ("started", DECLINE, "trip.under-way"),
    ("started", START, []),
    ("started", PICK_UP, [PICKED_UP]),
    ("started", FAIL, [TripFailed(reason="road")]),
    ("started", CANCEL, [TripCancelled(reason="died")]),
    ("picked-up", START, []),
    ("picked-up", PICK_UP, []),
    ("picked-up", DROP, [DROPPED]),
    ("picked-up", THERE, [DROPPED]),
    ("dropped-off", START, []),
    ("dropped-off", DROP, []),
    ("dropped-off", FAIL, "trip.over"),
    ("dropped-off", CANCEL, []),
    ("dropped-off", THERE, []),
    ("dropped-off", OFFER, "trip.over"),
    ("failed", FAIL, []),
    ("failed", OFFER, "trip.over"),
    ("failed", START, "trip.over"),
    ("failed", THERE, []),
    ("cancelled", ACCEPT, "trip.over"),
    ("cancelled", DROP, "trip.over"),
    ("cancelled", CANCEL, []),
]


@pytest.mark.parametrize(("state", "command", "outcome"), TABLE, ids=[f"{s}-{type(c).__name__}" for s, c, _ in TABLE])
def test_each_command_in_each_state(state: str, command: Command, outcome: list[Event] | str) -> None:
    when = given(trip, *STATES[state]).when(command)
    if isinstance(outcome, str):
        when.refused(outcome)
    else:
        when.then(*outcome)


@pytest.mark.req("K4-117")
def test_no_trip_before_the_facility_has_accepted() -> None:
    given(trip).when(Plan(TO_FIND, promised=False, fits=True)).refused("trip.not-accepted")


@pytest.mark.req("K4-128")
def test_a_person_at_high_risk_gets_no_ordinary_car() -> None:
    given(trip).when(Plan(BY_FAMILY, promised=True, fits=False)).refused("trip.needs-welfare-vehicle")
    given(trip, TO_FIND).when(Offer("taxi", later(15), "ordinary", fits=False)).refused("trip.needs-welfare-vehicle")


def test_no_trip_before_the_time_from_which_the_facility_receives() -> None:
    given(trip).when(Plan(TO_FIND, promised=True, fits=True, not_before=later(61))).refused("trip.too-early")
    given(trip).when(Plan(TO_FIND, promised=True, fits=True, not_before=later(60))).then(TO_FIND)


@pytest.mark.req("K4-126", "K4-127")
def test_where_the_family_cannot_a_partner_is_offered_the_same_trip() -> None:
    given(trip, BY_FAMILY, TripDeclined(partner="family", reason="no-vehicle")).when(OFFER).then(
        TripOffered(partner="taxi", until=later(15), vehicle="ordinary")
    )


def test_after_a_silence_another_partner_is_offered_the_trip() -> None:
    given(trip, TO_FIND, OFFERED, SILENT).when(OTHER_OFFER).then(TripOffered(partner="van", until=later(15)))
    given(trip, TO_FIND, OFFERED, SILENT).when(ACCEPT).refused("trip.not-offered")


DISPATCH = DispatchOffered(trip=TRIP, partner="taxi", planned_at=later(60), until=later(15), to_facility=HOME_A)


def test_what_a_partner_hears_is_taken_back_once() -> None:
    off = DispatchWithdrawn(trip=TRIP, partner="taxi", reason="silent")
    given(dispatch).when(dispatch.Offer(DISPATCH)).then(DISPATCH)
    given(dispatch, DISPATCH).when(dispatch.Offer(DISPATCH)).then()
    given(dispatch, DISPATCH).when(dispatch.Withdraw("silent")).then(off)
    given(dispatch, DISPATCH, off).when(dispatch.Withdraw("silent")).then()


@pytest.mark.req("K4-166")
def test_a_dispatch_has_no_field_that_could_name_or_describe_a_person() -> None:
    assert set(DispatchOffered.__struct_fields__) == {
        "trip",
        "partner",
        "planned_at",
        "until",
        "from_place",
        "from_ward",
        "to_facility",
        "passengers",
        "aids",
        "companion",
        "vehicle",
    }
    assert DispatchOffered.SEALED is None
