"""HTTP in: households and their members."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request

from services.intake import handlers, queries
from services.intake.domain import household
from services.intake.domain.reading import read_member
from services.intake.models import HouseholdCorrection, Note, Representative, Sharing, known
from shared.contracts import codes
from shared.contracts.intake_household import NoteWords
from shared.platform.access import Answer, Call, action, allow, answer
from shared.platform.paging import Listed, Paged, listed

router = APIRouter(tags=["households"])
_A_MEMBER = {"required": True, "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Member"}}}}


@router.get("/households", **action("household.list"))
async def list_households(
    call: Annotated[Call, Depends(allow("household.list"))],
    page: Paged,
    shelter: UUID | None = None,
    car: Annotated[str | None, Query(max_length=60, description="Any part of ⑦ 車種・色・ナンバー")] = None,
    name: Annotated[str | None, Query(max_length=60, description="Any part of a name or its kana")] = None,
) -> Listed[dict[str, Any]]:
    """Households of the caller's wards, newest first."""
    async with call.parts.database.session() as session:
        rows = await queries.households(
            session, call.wards(), shelter, car, name, page.after(tuple[datetime, UUID]), page.limit + 1
        )
    return listed(rows, page, mark=lambda row: (row["recorded_at"], row["household"]), show=dict)


@router.get("/households/{household_id}", **action("household.read"))
async def read_household(household_id: UUID, call: Annotated[Call, Depends(allow("household.read"))]) -> dict[str, Any]:
    """The sheet as it was handed in, and everything that was said about it since, oldest first."""
    async with call.parts.database.session() as session:
        call.reach(ward=await queries.ward_of_household(session, household_id))
        entries = await queries.history(session, call.parts.keyring, household_id)
    return {"household": household_id, "history": entries}


async def _change(call: Call, household_id: UUID, command: household.Command) -> Answer:
    async with call.parts.database.session() as session:
        call.reach(ward=await queries.ward_of_household(session, household_id))
    return answer(await handlers.change_household(call.parts, household_id, command, call.origin()))


@router.post("/households/{household_id}/corrections", **action("household.correct"))
async def correct_household(
    household_id: UUID,
    body: HouseholdCorrection,
    call: Annotated[Call, Depends(allow("household.correct"))],
) -> Answer:
    """Correct fields of the sheet. What was there stays in the history."""
    return await _change(call, household_id, household.Correct(body.event()))


@router.post("/households/{household_id}/notes", **action("household.note"))
async def note(household_id: UUID, body: Note, call: Annotated[Call, Depends(allow("household.note"))]) -> Answer:
    """聞き取りメモ: add a dated note, as concretely as possible."""
    words = NoteWords(text=body.text, recorder=body.recorder)
    return await _change(call, household_id, household.Note(words))


@router.post("/households/{household_id}/sharing", **action("household.confirm-sharing"))
async def confirm_sharing(
    household_id: UUID,
    body: Sharing,
    call: Annotated[Call, Depends(allow("household.confirm-sharing"))],
) -> Answer:
    """口頭確認: the household was told with whom the sheet is shared, and agreed or not."""
    return await _change(call, household_id, household.ConfirmSharing(body.agreed))


@router.post("/households/{household_id}/members", **action("household.add-member", requestBody=_A_MEMBER))
async def add_member(
    household_id: UUID,
    request: Request,
    call: Annotated[Call, Depends(allow("household.add-member"))],
) -> Answer:
    """Add a member: a line of the sheet (`Member` of the sheet's schema), read as leniently as the sheet is."""
    member = read_member(await request.body())
    async with call.parts.database.session() as session:
        call.reach(ward=await queries.ward_of_household(session, household_id))
    _, registered = await handlers.add_member(call.parts, household_id, member, call.origin())
    return answer(registered)


@router.post("/households/{household_id}/representative", **action("household.change-representative"))
async def change_representative(
    household_id: UUID,
    body: Representative,
    call: Annotated[Call, Depends(allow("household.change-representative"))],
) -> Answer:
    """Another member speaks for the household from now on."""
    reason = known("reason", body.reason, codes.REPRESENTATIVE_REASON)
    return await _change(call, household_id, household.ChangeRepresentative(body.person, reason))
