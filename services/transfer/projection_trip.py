"""Events of trips → their rows, and what falls due."""

from typing import Any

from sqlalchemy import update
from sqlalchemy.dialects.postgresql import insert

from services.transfer.tables import trips
from services.transfer.taking import Takes
from services.transfer.timed import OFFER_DUE
from shared.contracts.envelope import Recorded
from shared.contracts.transfer_trip import (
    DroppedOff,
    PickedUp,
    TripAccepted,
    TripCancelled,
    TripDeclined,
    TripFailed,
    TripOffered,
    TripPlanned,
    TripStarted,
)
from shared.platform.postgres import Session
from shared.platform.timers import drop_timer, set_timer


async def _planned(session: Session, one: Recorded) -> None:
    event, envelope = one.event, one.envelope
    assert isinstance(event, TripPlanned)  # noqa: S101 - the table says so
    need = await session.fetchrow(
        "SELECT need, high_risk FROM placements JOIN needs USING (need) WHERE placement = $1", event.placement
    )
    if need is None:
        return
    await session.execute(
        insert(trips).values(
            trip=envelope.subject,
            placement=event.placement,
            need=need["need"],
            person=event.person,
            ward=envelope.ward,
            state="planned",
            by=event.by,
            vehicle=event.vehicle,
            planned_at=event.planned_at,
            from_place=event.from_place,
            to_facility=event.to_facility,
            passengers=event.passengers,
            aids=list(event.aids),
            companion=event.companion,
            high_risk=need["high_risk"],
            wanted_at=envelope.recorded_at,
            since=envelope.recorded_at,
        )
    )


async def _stands(session: Session, one: Recorded, state: str, **values: Any) -> None:
    await session.execute(
        update(trips)
        .where(trips.c.trip == one.envelope.subject)
        .values(state=state, since=one.envelope.recorded_at, until=values.pop("until", None), **values)
    )
    if state != "offered":
        await drop_timer(session, OFFER_DUE, one.envelope.subject)


async def _offered(session: Session, one: Recorded) -> None:
    event = one.event
    assert isinstance(event, TripOffered)  # noqa: S101 - the table says so
    vehicle = {"vehicle": event.vehicle} if event.vehicle else {}
    await _stands(
        session, one, "offered", by="partner", partner=event.partner, until=event.until, reason=None, **vehicle
    )
    correlation = {"correlation": str(one.envelope.correlation)}
    await set_timer(session, OFFER_DUE, one.envelope.subject, event.until, correlation)


async def _accepted(session: Session, one: Recorded) -> None:
    event = one.event
    assert isinstance(event, TripAccepted)  # noqa: S101 - the table says so
    await _stands(session, one, "accepted", partner=event.partner, pick_up_at=event.pick_up_at, reason=None)


async def _over(session: Session, one: Recorded) -> None:
    """Declined (planned again, the partner's name stays as who was asked last), failed, cancelled: with the reason."""
    event = one.event
    assert isinstance(event, TripDeclined | TripFailed | TripCancelled)  # noqa: S101 - the table says so
    state = {TripDeclined: "planned", TripFailed: "failed", TripCancelled: "cancelled"}[type(event)]
    await _stands(session, one, state, reason=event.reason)


async def _started(session: Session, one: Recorded) -> None:
    await _stands(session, one, "started")


async def _picked_up(session: Session, one: Recorded) -> None:
    await _stands(session, one, "picked-up")


async def _dropped_off(session: Session, one: Recorded) -> None:
    await _stands(session, one, "dropped-off")


TRIP: Takes = {
    TripPlanned: _planned,
    TripOffered: _offered,
    TripAccepted: _accepted,
    TripDeclined: _over,
    TripStarted: _started,
    PickedUp: _picked_up,
    DroppedOff: _dropped_off,
    TripFailed: _over,
    TripCancelled: _over,
}
