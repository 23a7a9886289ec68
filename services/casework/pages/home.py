"""Where somebody who signed in begins: at the board, or where their role has none, among their people."""

from typing import Annotated

from fastapi import APIRouter, Depends
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from services.casework import queries
from services.casework.pages.signed_in import of_whom
from services.casework.permissions import PERMISSIONS
from services.casework.settings import CaseworkSettings
from shared.platform.access import Call, allow
from shared.platform.pages.rendering import Pages
from shared.platform.pages.routing import PageRoute, page
from shared.platform.permissions import permission_table

router = APIRouter(route_class=PageRoute)
PAGES = Pages("services.casework.pages", home="/pages")
_BOARD = permission_table(PERMISSIONS)["board.read"].roles.keys()
_MOST = 200
"""So many cases stand on the page of a conference's member: nobody sits in as many conferences at a time."""


@router.get("/pages", **page("policy.read"))
async def home(request: Request, call: Annotated[Call, Depends(allow("policy.read"))]) -> Response:
    """Go on to the board; a conference's member, who has none, finds the people of their conferences (K0-022)."""
    call.within()
    if call.caller.roles & _BOARD:
        return RedirectResponse(f"{request.scope.get('root_path', '')}/pages/board", 303)
    days = call.parts.policy(CaseworkSettings).member_days
    async with call.parts.database.session() as session:
        people = await queries.confided(session, call.caller.id, call.now, days, _MOST)
    return PAGES.answer(request, call, "home.html", {"of_whom": of_whom(call), "people": people})
