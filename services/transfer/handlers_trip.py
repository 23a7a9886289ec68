"""Drives: planned once a facility has accepted, offered, taken, driven; closed by the arrival or with what ends it."""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from services.transfer.domain import dispatch, trip
from services.transfer.job import Job
from services.transfer.locking import lock_need, need_of_placement, need_of_trip
from shared.contracts.transfer_dispatch import DispatchOffered
from shared.contracts.transfer_trip import TripPlanned, TripWords
from shared.kernel.errors import NotFound, Refused
from shared.platform.parts import Parts
from shared.platform.postgres import Row, Session
from shared.platform.store import Origin
from shared.platform.streams import Outcome, transact

_PLACEMENT = "SELECT * FROM placements WHERE placement = $1"
_TRIP = "SELECT * FROM trips WHERE trip = $1"
_LIVE = "SELECT * FROM trips WHERE placement = $1 AND state = ANY($2) ORDER BY trip"
_WHERE = """
    SELECT f.facility, coalesce(f.ward, p.ward) AS ward FROM persons p LEFT JOIN facilities f ON f.facility = p.place
    WHERE p.person = $1
"""


class Planned(NamedTuple):
    """What is planned. What is None is taken from the need: the aids, the place, whether somebody comes along."""

    by: str
    planned_at: datetime
    vehicle: str | None = None
    from_place: UUID | None = None
    passengers: int | None = None
    aids: tuple[str, ...] | None = None
    companion: bool | None = None
    words: TripWords | None = None


def vehicle_for(job: Job, need: Row, by: str) -> str:
    """Return what is meant where no vehicle is named: the family's own car, an ordinary one, a welfare vehicle."""
    own = {"family": "own-car", "ambulance": "ambulance"}.get(by)
    needed = job.policy.needs_welfare_vehicle(high_risk=need["high_risk"], aids=need["aids"])
    return own or ("welfare" if needed else "ordinary")


def fits(job: Job, need: Row, vehicle: str, aids: Collection[str]) -> bool:
    """Whether this vehicle can take this person: at high risk a welfare vehicle in any case (K4-128)."""
    if need["high_risk"]:
        return vehicle in job.policy.welfare_vehicle.fit_for_high_risk
    return vehicle != "ordinary" or not job.policy.needs_welfare_vehicle(high_risk=False, aids=aids)


async def plan(parts: Parts, placement_id: UUID, trip_id: UUID, planned: Planned, origin: Origin) -> Outcome:
    """Plan the drive of somebody who was accepted.

    Raises `NotFound("placement.unknown")`, `Refused("trip.exists")` and what `domain.trip` refuses.
    """

    async def work(session: Session) -> Outcome:
        job = Job(parts, session, origin)
        need = await lock_need(session, await need_of_placement(session, placement_id))
        row = await session.fetchrow(_PLACEMENT, placement_id)
        if row is None:
            raise NotFound("placement.unknown")
        for live in await session.fetch(_LIVE, placement_id, list(trip.LIVE)):
            if live["trip"] != trip_id:
                raise Refused("trip.exists", trip=live["trip"])
        event = await _planned(job, need, row, planned)
        command = trip.Plan(
            event,
            promised=row["state"] == "accepted",
            fits=fits(job, need, event.vehicle, event.aids),
            not_before=row["from_time"],
        )
        return await job.on_trip(need, trip_id, command)

    return await transact(parts.database, work)


async def _planned(job: Job, need: Row, placement: Row, planned: Planned) -> TripPlanned:
    place = await job.session.fetchrow(_WHERE, need["person"])
    companion = planned.companion
    if companion is None:
        companion = need["companion"] or "carer-comes" in placement["conditions"]
    return TripPlanned(
        placement=placement["placement"],
        person=need["person"],
        by=planned.by,
        vehicle=planned.vehicle or vehicle_for(job, need, planned.by),
        planned_at=planned.planned_at,
        from_place=planned.from_place or (place and place["facility"]) or None,
        to_facility=placement["facility"],
        passengers=planned.passengers or 1 + companion,
        aids=tuple(need["aids"]) if planned.aids is None else planned.aids,
        companion=companion,
        words=planned.words,
    )


async def offer(
    parts: Parts, trip_id: UUID, partner_id: str, minutes: float | None, vehicle: str | None, origin: Origin
) -> Outcome:
    """Offer a trip to a partner, who has so many minutes to answer; they hear of it by Kafka as well.

    Raises `NotFound("trip.unknown" | "partner.unknown")`, `Refused("trip.partner-lacks-vehicle")` and what
    `domain.trip` refuses.
    """

    async def work(session: Session) -> Outcome:
        job = Job(parts, session, origin)
        need, row = await _locked(session, trip_id)
        partner = await session.fetchrow("SELECT * FROM partners WHERE partner = $1 AND active", partner_id)
        if partner is None:
            raise NotFound("partner.unknown", partner=partner_id)
        chosen = vehicle or (row["vehicle"] if row["vehicle"] not in _OWN else vehicle_for(job, need, "partner"))
        if chosen not in partner["vehicles"] and chosen == "ordinary" and "welfare" in partner["vehicles"]:
            chosen = "welfare"  # a welfare vehicle can take whom an ordinary car can
        if chosen not in partner["vehicles"]:
            raise Refused("trip.partner-lacks-vehicle", vehicle=chosen)
        until = origin.now + timedelta(minutes=minutes or job.settings.offer_minutes)
        suits = fits(job, need, chosen, row["aids"])
        outcome = await job.on_trip(need, trip_id, trip.Offer(partner_id, until, chosen, suits))
        if not outcome.repeated:
            place = await session.fetchrow(_WHERE, need["person"])
            offered = DispatchOffered(
                trip=trip_id,
                partner=partner_id,
                planned_at=row["planned_at"],
                until=until,
                from_place=row["from_place"],
                from_ward=(place and place["ward"]) or need["ward"],
                to_facility=row["to_facility"],
                passengers=row["passengers"],
                aids=tuple(row["aids"]),
                companion=row["companion"],
                vehicle=chosen,
            )
            await job.on_dispatch(need, trip_id, dispatch.Offer(offered))
        return outcome

    return await transact(parts.database, work)


_OWN = ("own-car", "on-foot")


async def tell(parts: Parts, trip_id: UUID, command: trip.Command, origin: Origin) -> Outcome:
    """Somebody tells of a trip: taken, declined, on the way, picked up, dropped off, broken off, cancelled."""

    async def work(session: Session) -> Outcome:
        need, _ = await _locked(session, trip_id)
        return await step(Job(parts, session, origin), need, trip_id, command)

    return await transact(parts.database, work)


async def step(job: Job, need: Row, trip_id: UUID, command: trip.Command) -> Outcome:
    """One step of a trip, and the word to the partner where the offer or the drive is off. The need is locked."""
    outcome = await job.on_trip(need, trip_id, command)
    if not outcome.repeated:
        reason = next((reason for one in outcome.events if (reason := getattr(one.event, "reason", None))), None)
        if reason is not None:
            await job.on_dispatch(need, trip_id, dispatch.Withdraw(reason))
    return outcome


async def cancel_trips(job: Job, need: Row, placement_id: UUID, reason: str) -> None:
    """Cancel the live trips of a placement."""
    for row in await job.session.fetch(_LIVE, placement_id, list(trip.LIVE)):
        await step(job, need, row["trip"], trip.Cancel(reason))


async def conclude_trips(job: Job, need: Row, placement_id: UUID) -> None:
    """The person is there: who was driving has set them down, and nobody else need drive."""
    for row in await job.session.fetch(_LIVE, placement_id, list(trip.LIVE)):
        await step(job, need, row["trip"], trip.Conclude())


async def _locked(session: Session, trip_id: UUID) -> tuple[Row, Row]:
    need = await lock_need(session, await need_of_trip(session, trip_id))
    row = await session.fetchrow(_TRIP, trip_id)
    if row is None:
        raise NotFound("trip.unknown")
    return need, row


async def partner_changed(parts: Parts, partner_id: str, fields: dict[str, Any]) -> None:
    """Enter a partner, or change one. Configuration: nothing happened to anybody, so there is no event."""

    async def work(session: Session) -> None:
        await session.execute(
            """
            INSERT INTO partners (partner, name, kind, vehicles, wards, facility, agreement, agreed_on, phone, active)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
            ON CONFLICT (partner) DO UPDATE SET name = excluded.name, kind = excluded.kind,
                vehicles = excluded.vehicles, wards = excluded.wards, facility = excluded.facility,
                agreement = excluded.agreement, agreed_on = excluded.agreed_on, phone = excluded.phone,
                active = excluded.active
            """,
            partner_id,
            *(fields[name] for name in PARTNER),
        )

    await transact(parts.database, work)


PARTNER = ("name", "kind", "vehicles", "wards", "facility", "agreement", "agreed_on", "phone", "active")
