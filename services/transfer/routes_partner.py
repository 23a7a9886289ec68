"""HTTP in: who drives, with what, under which agreement."""

from typing import Annotated

from fastapi import APIRouter, Depends

from services.transfer import handlers_trip, queries_facility
from services.transfer.coded import PartnerId
from services.transfer.models_partner import PartnerBody, PartnerShown
from shared.platform.access import Call, action, allow

router = APIRouter(tags=["partners"])


@router.get("/partners", **action("partner.list"))
async def list_partners(call: Annotated[Call, Depends(allow("partner.list"))]) -> list[PartnerShown]:
    """Who drives, with which vehicles, under which agreement."""
    async with call.parts.database.session() as session:
        return [PartnerShown(**row) for row in await queries_facility.partners(session)]


@router.put("/partners/{partner}", **action("partner.change"))
async def change_partner(
    partner: PartnerId, body: PartnerBody, call: Annotated[Call, Depends(allow("partner.change"))]
) -> PartnerShown:
    """Enter a partner, or change one."""
    call.origin()  # there is no event that it would go into; a header that cannot be read is refused all the same
    fields = body.fields()
    await handlers_trip.partner_changed(call.parts, partner, fields)
    return PartnerShown(partner=partner, **fields)
