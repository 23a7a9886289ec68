"""Where somebody who signed in begins: at the board, or where their role has none, among their people."""

from typing import Annotated

from fastapi import APIRouter, Depends
from starlette.requests import Request
from starlette.responses import RedirectResponse

from services.casework.permissions import PERMISSIONS
from shared.platform.access import Call, allow
from shared.platform.pages.rendering import Pages
from shared.platform.pages.routing import PageRoute, page
from shared.platform.permissions import permission_table

router = APIRouter(route_class=PageRoute)
PAGES = Pages("services.casework.pages", home="/pages")
_BOARD = permission_table(PERMISSIONS)["board.read"].roles.keys()


@router.get("/pages", **page("policy.read"))
async def home(request: Request, call: Annotated[Call, Depends(allow("policy.read"))]) -> RedirectResponse:
    """Go on to the page that this role works on."""
    call.within()
    there = "/pages/board" if call.caller.roles & _BOARD else "/pages/persons"
    return RedirectResponse(f"{request.scope.get('root_path', '')}{there}", 303)
