"""HTTP in: requests to facilities and their answers; a facility's own, or keyed in by HQ for it (K4-167)."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query

from services.transfer import handlers_placement, queries
from services.transfer.coded import WardCode
from services.transfer.models import AcceptBody, DeclineBody, Ending
from services.transfer.settings import TransferSettings
from services.transfer.shown import PlacementShown, placement_shown
from shared.contracts.transfer_placement import ReplyWords, RequestWords
from shared.platform.access import Answer, Call, action, allow, answer
from shared.platform.paging import Listed, Paged, listed
from shared.platform.personal import names_of

router = APIRouter(tags=["placements"])


@router.get("/placements", **action("placement.list"))
async def list_placements(
    call: Annotated[Call, Depends(allow("placement.list"))],
    page: Paged,
    state: Annotated[
        list[str] | None,
        Query(description="asked, accepted, declined, expired, withdrawn, arrived, ended"),
    ] = None,
    facility: UUID | None = None,
    need: UUID | None = None,
    ward: WardCode | None = None,
    overdue: Annotated[bool, Query(description="Only accepted ones whose arrival is overdue (K4-118).")] = False,
) -> Listed[PlacementShown]:
    """Requests of the caller's wards, or to the caller's facilities; the oldest first."""
    settings = call.parts.policy(TransferSettings)
    late = (call.now, settings.arrival_due_minutes, settings.move_due_minutes) if overdue else None
    within = call.within()
    async with call.parts.database.session() as session:
        after = page.after(tuple[datetime, UUID])
        rows = await queries.placements(session, within, state, facility, need, ward, late, after, page.limit + 1)
        names = await names_of(session, {row["person"] for row in rows})
    return listed(
        rows,
        page,
        mark=lambda row: (row["asked_at"], row["placement"]),
        show=lambda row: placement_shown(row, call.caller, within, names, call.now, settings),
    )


@router.get("/placements/{placement_id}", **action("placement.read"))
async def read_placement(placement_id: UUID, call: Annotated[Call, Depends(allow("placement.read"))]) -> PlacementShown:
    """One request. The facility sees the condition while it is asked, the name once it has accepted, else nothing."""
    async with call.parts.database.session() as session:
        row = await queries.placement(session, placement_id)
        call.reach(wards=(row["ward"], row["facility_ward"]), facility=row["facility"])
        names = await names_of(session, [row["person"]])
        words = await queries.words_of_placement(session, call.parts.keyring, placement_id)
        decided = await queries.condition(session, call.parts.keyring, row["screening"])
    settings = call.parts.policy(TransferSettings)
    shown = placement_shown(row, call.caller, call.within(), names, call.now, settings)
    request, reply = words.get("request"), words.get("reply")
    if shown.about is not None:
        asked = request if isinstance(request, RequestWords) else RequestWords()
        # The nurse's words may have been opened later than the request was made: their key was late.
        shown.about.condition, shown.about.note = asked.condition or decided, asked.note
    if isinstance(reply, ReplyWords):
        shown.reply = reply.text
    return shown


@router.post("/placements/{placement_id}/accept", **action("placement.answer"))
async def accept(
    placement_id: UUID, body: AcceptBody, call: Annotated[Call, Depends(allow("placement.answer"))]
) -> Answer:
    """可: the facility receives the person, on conditions where it says so. Others that are asked are told no more.

    After the time to answer it still counts while nobody else is asked and a place is free.
    """
    await _reach(call, placement_id)
    return answer(await handlers_placement.accept(call.parts, placement_id, body.command(), call.origin()))


@router.post("/placements/{placement_id}/decline", **action("placement.answer"))
async def decline(
    placement_id: UUID, body: DeclineBody, call: Annotated[Call, Depends(allow("placement.answer"))]
) -> Answer:
    """否, with the reason: the place is free, the next candidate is asked. Also takes a promise back."""
    await _reach(call, placement_id)
    return answer(await handlers_placement.decline(call.parts, placement_id, body.command(), call.origin()))


@router.post("/placements/{placement_id}/withdraw", **action("placement.ask"))
async def withdraw(placement_id: UUID, body: Ending, call: Annotated[Call, Depends(allow("placement.ask"))]) -> Answer:
    """HQ no longer asks this facility, or needs its promise no more. Nobody else is asked by that."""
    await _reach(call, placement_id)
    return answer(await handlers_placement.withdraw(call.parts, placement_id, body.reason, call.origin()))


@router.post("/placements/{placement_id}/arrival", **action("placement.arrival"))
async def report_arrival(placement_id: UUID, call: Annotated[Call, Depends(allow("placement.arrival"))]) -> Answer:
    """受入報告: the person is there. A drive that is still open is closed by it."""
    await _reach(call, placement_id)
    return answer(await handlers_placement.report_arrival(call.parts, placement_id, call.origin()))


@router.post("/placements/{placement_id}/end", **action("placement.arrival"))
async def end_stay(
    placement_id: UUID, body: Ending, call: Annotated[Call, Depends(allow("placement.arrival"))]
) -> Answer:
    """The person has left the facility: its place is free."""
    await _reach(call, placement_id)
    return answer(await handlers_placement.end_stay(call.parts, placement_id, body.reason, call.origin()))


async def _reach(call: Call, placement_id: UUID) -> None:
    async with call.parts.database.session() as session:
        row = await queries.placement(session, placement_id)
    call.reach(wards=(row["ward"], row["facility_ward"]), facility=row["facility"])
