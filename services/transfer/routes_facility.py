"""HTTP in: the master of facilities, their opening and their places."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query

from services.transfer import handlers_facility, queries_facility
from services.transfer.coded import FacilityKind, WardCode
from services.transfer.domain import facility
from services.transfer.models_facility import (
    CapacityBody,
    CloseBody,
    ContactBody,
    ContactShown,
    FacilityEdit,
    FacilityShown,
    ListBody,
    ListCounts,
    NewFacility,
    NotOpen,
    RequestBody,
    StepBody,
)
from services.transfer.permissions import STAFF
from shared.contracts.transfer_facility import StepWords
from shared.kernel.errors import NotFound
from shared.kernel.ids import client_id
from shared.platform.access import Answer, Call, action, allow, answer
from shared.platform.paging import Listed, Paged, listed

router = APIRouter(tags=["facilities"])


@router.put("/facilities/import", **action("facility.import"))
async def import_list(body: ListBody, call: Annotated[Call, Depends(allow("facility.import"))]) -> ListCounts:
    """Take a published list: new facilities are entered, what the list says otherwise is changed, the rest stays.

    The same list again changes nothing, and what was edited by hand stays as it is. Unknown columns are in `extra`.
    """
    rows = [(row.id, row.event()) for row in body.rows]
    origin = call.origin()._replace(channel="import")
    counts = await handlers_facility.take_list(call.parts, rows, origin)
    return ListCounts(imported=len(rows), new=counts.new, changed=counts.changed, same=counts.same)


@router.post("/facilities", **action("facility.enter"))
async def enter(body: NewFacility, call: Annotated[Call, Depends(allow("facility.enter"))]) -> Answer:
    """Enter one facility by hand, under an id that the client chose."""
    facility_id = client_id(str(body.id))
    origin = call.origin(ward=body.ward)
    return answer(await handlers_facility.change(call.parts, facility_id, facility.Take(body.event()), origin))


@router.get("/facilities", **action("facility.list"))
async def list_facilities(
    call: Annotated[Call, Depends(allow("facility.list"))],
    page: Paged,
    ward: WardCode | None = None,
    kind: Annotated[list[FacilityKind] | None, Query()] = None,
    state: Annotated[list[str] | None, Query(description="listed, opening, open, closed")] = None,
    free: Annotated[bool | None, Query(description="Only those with a place free, or without one.")] = None,
    unknown: Annotated[bool | None, Query(description="Only those whose places are not known, or are.")] = None,
    name: Annotated[str | None, Query(max_length=60, description="Any part of the name.")] = None,
) -> Listed[FacilityShown]:
    """Facilities by ward and name, with their opening and places. Unpublished ones are shown to staff only."""
    async with call.parts.database.session() as session:
        rows = await queries_facility.facilities(
            session,
            ward,
            kind,
            state,
            free,
            unknown,
            name,
            _sees_unpublished(call),
            sorted(call.caller.facilities),
            page.after(tuple[str, str, UUID]),
            page.limit + 1,
        )
    return listed(rows, page, mark=lambda row: (row["ward"] or "", row["name"], row["facility"]), show=FacilityShown.of)


@router.get("/facilities/not-open", **action("facility.not-open"))
async def list_not_open(call: Annotated[Call, Depends(allow("facility.not-open"))], page: Paged) -> Listed[NotOpen]:
    """Core shelters and others that were asked to open and have not: silent, or how far they have come (K4-108)."""
    async with call.parts.database.session() as session:
        (after,) = page.after(tuple[UUID]) or (None,)
        rows = await queries_facility.not_open(session, call.wards(), after, page.limit + 1)
    return listed(rows, page, mark=lambda row: (row["facility"],), show=lambda row: NotOpen.of(row, call.now))


@router.get("/facilities/{facility_id}", **action("facility.read"))
async def read_facility(facility_id: UUID, call: Annotated[Call, Depends(allow("facility.read"))]) -> FacilityShown:
    """One facility with its opening steps and places."""
    async with call.parts.database.session() as session:
        row = await queries_facility.facility(session, facility_id)
    if not (row["published"] or _sees_unpublished(call) or facility_id in call.caller.facilities):
        raise NotFound("facility.unknown")
    return FacilityShown.of(row)


@router.post("/facilities/{facility_id}/edits", **action("facility.edit"))
async def edit(facility_id: UUID, body: FacilityEdit, call: Annotated[Call, Depends(allow("facility.edit"))]) -> Answer:
    """Change what the master says; a later import changes it back only where the list itself has changed."""
    return await _change(call, facility_id, facility.Edit(body.event()))


@router.post("/facilities/{facility_id}/opening-request", **action("facility.request-opening"))
async def request_opening(
    facility_id: UUID, body: RequestBody, call: Annotated[Call, Depends(allow("facility.request-opening"))]
) -> Answer:
    """The ward asks the facility to open; how long it takes is seen from then on (K4-109)."""
    return await _change(call, facility_id, facility.RequestOpening(body.cause))


@router.post("/facilities/{facility_id}/opening-steps", **action("facility.report"))
async def report_step(
    facility_id: UUID, body: StepBody, call: Annotated[Call, Depends(allow("facility.report"))]
) -> Answer:
    """A step of opening, in any order: people safe, damage checked, space made, receiving (which opens it)."""
    words = StepWords(note=body.note) if body.note else None
    command = facility.ReportStep(body.step, body.ok, body.deputy, body.cause, words)
    return await _change(call, facility_id, command)


@router.post("/facilities/{facility_id}/closing", **action("facility.report"))
async def close(facility_id: UUID, body: CloseBody, call: Annotated[Call, Depends(allow("facility.report"))]) -> Answer:
    """The facility receives nobody any more; whoever was promised a place there is asked for elsewhere."""
    await _reach(call, facility_id)
    return answer(await handlers_facility.close(call.parts, facility_id, body.reason, call.origin()))


@router.post("/facilities/{facility_id}/capacity", **action("facility.report"))
async def report_capacity(
    facility_id: UUID, body: CapacityBody, call: Annotated[Call, Depends(allow("facility.report"))]
) -> Answer:
    """How many can be received now, by group where that matters. What is left out is not known, which is not none.

    It may be fewer than were promised: what is beyond is marked and shown, and nobody is dropped.
    """
    return await _change(call, facility_id, facility.ReportCapacity(body.event()))


@router.put("/facilities/{facility_id}/contact", **action("facility.contact"))
async def change_contact(
    facility_id: UUID, body: ContactBody, call: Annotated[Call, Depends(allow("facility.contact"))]
) -> Answer:
    """How to reach the manager, by day and by night."""
    return await _change(call, facility_id, facility.ChangeContact(body.words()))


@router.get("/facilities/{facility_id}/contact", **action("facility.contact"))
async def read_contact(facility_id: UUID, call: Annotated[Call, Depends(allow("facility.contact"))]) -> ContactShown:
    """How to reach the manager."""
    await _reach(call, facility_id)
    async with call.parts.database.session() as session:
        words, since = await queries_facility.contact(session, call.parts.keyring, facility_id)
    if words is None:
        return ContactShown(facility=facility_id)
    shown = {name: getattr(words, name) for name in ("person", "phone", "fax", "night_phone")}
    return ContactShown(facility=facility_id, since=since, **shown)


def _sees_unpublished(call: Call) -> bool:
    return bool(call.caller.roles & STAFF)


async def _reach(call: Call, facility_id: UUID) -> None:
    async with call.parts.database.session() as session:
        call.reach(ward=await queries_facility.ward_of(session, facility_id), facility=facility_id)


async def _change(call: Call, facility_id: UUID, command: facility.Command) -> Answer:
    await _reach(call, facility_id)
    return answer(await handlers_facility.change(call.parts, facility_id, command, call.origin()))
