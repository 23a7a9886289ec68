"""HTTP in: drives; planned by staff, answered and reported by the partner, or keyed in for partner or family."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Query

from services.transfer import handlers_trip, queries
from services.transfer.coded import PartnerId, WardCode
from services.transfer.domain import trip
from services.transfer.models import Ending, FailBody, LeaveBody, OfferBody, TakeBody, TripBody
from services.transfer.settings import TransferSettings
from services.transfer.shown import TransportNeed, TripShown, trip_shown
from shared.contracts.transfer_trip import TripWords
from shared.kernel.errors import NotFound
from shared.platform.access import Answer, Call, action, allow, answer
from shared.platform.paging import Listed, Paged, encode_mark, listed
from shared.platform.personal import names_of

router = APIRouter(tags=["trips"])


@router.get("/transport-needs", **action("trip.needs"))
async def list_transport_needs(
    call: Annotated[Call, Depends(allow("trip.needs"))], page: Paged, ward: WardCode | None = None
) -> Listed[TransportNeed]:
    """Who was accepted and for whom nobody drives yet, with place and waiting time; the longest waiting first."""
    async with call.parts.database.session() as session:
        after = page.after(tuple[datetime, UUID])
        rows = await queries.transport_needs(session, call.within(), ward, after, page.limit + 1)
        names = await names_of(session, {row["person"] for row in rows})
    rules = call.parts.policy(TransferSettings).rules

    def needed(row: dict[str, Any]) -> str:
        welfare = rules.needs_welfare_vehicle(high_risk=row["high_risk"], aids=row["aids"])
        return "welfare" if welfare else "ordinary"

    return listed(
        rows,
        page,
        mark=lambda row: (row["waiting_since"], row["placement"]),
        show=lambda row: TransportNeed.of(row, names, call.now, needed(row)),
    )


@router.post("/placements/{placement_id}/trips", **action("trip.plan"))
async def plan(placement_id: UUID, body: TripBody, call: Annotated[Call, Depends(allow("trip.plan"))]) -> Answer:
    """Plan the drive of somebody who was accepted: by the family first; else HQ finds somebody (K4-126, K4-127)."""
    async with call.parts.database.session() as session:
        row = await queries.placement(session, placement_id)
    call.reach(wards=(row["ward"], row["facility_ward"]), facility=row["facility"])
    return answer(await handlers_trip.plan(call.parts, placement_id, body.id(), body.planned(), call.origin()))


@router.get("/trips", **action("trip.list"))
async def list_trips(
    call: Annotated[Call, Depends(allow("trip.list"))],
    page: Paged,
    state: Annotated[
        list[str] | None,
        Query(description="planned, offered, accepted, started, picked-up, dropped-off, failed, cancelled"),
    ] = None,
    partner: PartnerId | None = None,
    ward: WardCode | None = None,
) -> Listed[TripShown]:
    """Drives of the caller's wards or facilities, or offered to the caller's partners; the longest wanted first."""
    within = call.within()
    async with call.parts.database.session() as session:
        after = page.after(tuple[datetime, UUID])
        rows = await queries.trips(session, within, state, partner, ward, after, page.limit + 1)
        names = await names_of(session, {row["person"] for row in rows})
    shown = [trip_shown(row, call.caller, within, names, call.now) for row in rows[: page.limit]]
    following = None
    if len(rows) > page.limit:
        last = rows[page.limit - 1]
        following = encode_mark((last["wanted_at"], last["trip"]))
    return Listed(items=[one for one in shown if one is not None], next=following)


@router.get("/trips/{trip_id}", **action("trip.read"))
async def read_trip(trip_id: UUID, call: Annotated[Call, Depends(allow("trip.read"))]) -> TripShown:
    """One drive; who it is for, where exactly and whom to ring up once the partner has accepted."""
    async with call.parts.database.session() as session:
        row = await queries.trip(session, trip_id)
        call.reach(wards=(row["ward"], row["facility_ward"]), facility=row["to_facility"], partner=row["partner"])
        names = await names_of(session, [row["person"]])
        words = await queries.words_of_trip(session, call.parts.keyring, trip_id)
    shown = trip_shown(row, call.caller, call.within(), names, call.now)
    if shown is None:
        raise NotFound("trip.unknown")
    if shown.person is not None and isinstance(words, TripWords):
        shown.driver, shown.pick_up, shown.phone, shown.note = words.driver, words.pick_up, words.phone, words.note
    return shown


@router.post("/trips/{trip_id}/offer", **action("trip.offer"))
async def offer(trip_id: UUID, body: OfferBody, call: Annotated[Call, Depends(allow("trip.offer"))]) -> Answer:
    """Offer the drive to a partner, who has so long to answer; then it comes back to HQ."""
    await _reach(call, trip_id)
    outcome = await handlers_trip.offer(call.parts, trip_id, body.partner, body.minutes, body.vehicle, call.origin())
    return answer(outcome)


@router.post("/trips/{trip_id}/accept", **action("trip.report"))
async def accept(trip_id: UUID, body: TakeBody, call: Annotated[Call, Depends(allow("trip.report"))]) -> Answer:
    """The partner drives; or, for a drive of the family's own, the family confirms that it does."""
    row = await _reach(call, trip_id)
    return await _tell(call, trip_id, trip.Accept(_who(row), body.pick_up_at))


@router.post("/trips/{trip_id}/decline", **action("trip.report"))
async def decline(trip_id: UUID, body: LeaveBody, call: Annotated[Call, Depends(allow("trip.report"))]) -> Answer:
    """The partner (or the family) cannot drive: HQ finds somebody else."""
    row = await _reach(call, trip_id)
    return await _tell(call, trip_id, trip.Decline(_who(row), body.reason))


@router.post("/trips/{trip_id}/start", **action("trip.report"))
async def start(trip_id: UUID, call: Annotated[Call, Depends(allow("trip.report"))]) -> Answer:
    """On the way to the person."""
    await _reach(call, trip_id)
    return await _tell(call, trip_id, trip.Start())


@router.post("/trips/{trip_id}/pick-up", **action("trip.report"))
async def pick_up(trip_id: UUID, call: Annotated[Call, Depends(allow("trip.report"))]) -> Answer:
    """The person is in the vehicle."""
    await _reach(call, trip_id)
    return await _tell(call, trip_id, trip.PickUp())


@router.post("/trips/{trip_id}/drop-off", **action("trip.report"))
async def drop_off(trip_id: UUID, call: Annotated[Call, Depends(allow("trip.report"))]) -> Answer:
    """Set down at the facility, says the driver; that the person is there says the facility."""
    await _reach(call, trip_id)
    return await _tell(call, trip_id, trip.DropOff())


@router.post("/trips/{trip_id}/fail", **action("trip.report"))
async def fail(trip_id: UUID, body: FailBody, call: Annotated[Call, Depends(allow("trip.report"))]) -> Answer:
    """The drive broke off; the person still needs one, and another trip is planned."""
    await _reach(call, trip_id)
    return await _tell(call, trip_id, trip.Fail(body.reason))


@router.post("/trips/{trip_id}/cancel", **action("trip.offer"))
async def cancel(trip_id: UUID, body: Ending, call: Annotated[Call, Depends(allow("trip.offer"))]) -> Answer:
    """The drive is not needed any more."""
    await _reach(call, trip_id)
    return await _tell(call, trip_id, trip.Cancel(body.reason))


async def _reach(call: Call, trip_id: UUID) -> dict[str, Any]:
    async with call.parts.database.session() as session:
        row = await queries.trip(session, trip_id)
    call.reach(ward=row["ward"], partner=row["partner"])
    return row


def _who(row: dict[str, Any]) -> str:
    """Whose answer it is: the family's or the ambulance's for a drive of their own, else the partner's."""
    return str(row["by"]) if row["by"] in trip.OWN_MEANS else str(row["partner"] or "")


async def _tell(call: Call, trip_id: UUID, command: trip.Command) -> Answer:
    return answer(await handlers_trip.tell(call.parts, trip_id, command, call.origin()))
