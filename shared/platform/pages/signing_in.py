"""Signing in and out, and the static files: the routes that every service with pages has."""

from typing import Any
from urllib.parse import urlsplit

from fastapi import APIRouter
from pydantic import BaseModel, Field
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response

from shared.kernel.errors import NotFound
from shared.platform.access import public
from shared.platform.pages.rendering import HEADERS, Pages
from shared.platform.pages.routing import SIGN_IN, PageRoute
from shared.platform.pages.sessions import LASTS, Opened, Sessions

router = APIRouter(route_class=PageRoute)
api = APIRouter(tags=["session"])
_hidden: dict[str, Any] = {"include_in_schema": False, "response_model": None}


class SigningIn(BaseModel):
    """The code of a sign-in link: what stands behind its #."""

    code: str = Field(min_length=1, max_length=200)
    next: str = Field(default="", max_length=2000, description="Where to go on; a path of this service.")


class SignedIn(BaseModel):
    """Where to go on."""

    next: str


@router.get(SIGN_IN, **_hidden, **public())
async def sign_in_page(request: Request) -> HTMLResponse:
    """The page that exchanges the code in its address's fragment; without one it says what to do."""
    pages: Pages = request.app.state.pages
    return pages.answer(request, None, "sign-in.html", {"next": request.query_params.get("next", "")})


@api.post("/session", response_model=SignedIn, responses={401: {}}, **public())
async def open_session(body: SigningIn, request: Request) -> Response:
    """Exchange the code of a sign-in link, once, for a session by cookie."""
    sessions: Sessions = request.app.state.sessions
    opened = await sessions.open(body.code)
    response = JSONResponse({"next": _within(request, body.next)}, headers={"Cache-Control": "no-store"})
    _set_cookie(request, response, opened)
    return response


@router.post("/sign-out", **_hidden, **public())
async def sign_out(request: Request) -> Response:
    """End the session. The form carries its token, as every form does."""
    sessions: Sessions = request.app.state.sessions
    await sessions.close(request)
    root = str(request.scope.get("root_path", ""))
    response = RedirectResponse(f"{root}{SIGN_IN}?out=1", 303, HEADERS)
    response.delete_cookie(sessions.cookie, path=root or "/")
    return response


@router.get("/pages/{rest:path}", **_hidden, **public())
async def nowhere(rest: str) -> HTMLResponse:  # noqa: ARG001 - the route asks for it
    """Whatever is no page: said on a page."""
    raise NotFound("route.unknown")


@router.get("/assets/{version}/{name}", **_hidden, **public())
async def asset(version: str, name: str, request: Request) -> Response:
    """A static file. Its address changes with it, so that it may be kept for good."""
    pages: Pages = request.app.state.pages
    found = pages.assets.get(name)
    if found is None or found.version != version:
        raise NotFound("route.unknown")
    headers = {
        "Cache-Control": "public, max-age=31536000, immutable",
        "X-Content-Type-Options": "nosniff",
        "Vary": "Accept-Encoding",
    }
    if "gzip" in request.headers.get("accept-encoding", ""):
        return Response(found.packed, media_type=found.media_type, headers={**headers, "Content-Encoding": "gzip"})
    return Response(found.plain, media_type=found.media_type, headers=headers)


def _within(request: Request, wanted: str) -> str:
    """Return a path of this service to go on to: never another host, whatever a link says."""
    root = str(request.scope.get("root_path", ""))
    parts = urlsplit(wanted)
    is_ours = not parts.scheme and not parts.netloc and wanted.startswith("/") and not wanted.startswith(("//", "/\\"))
    pages: Pages = request.app.state.pages
    return root + (wanted if is_ours and parts.path != SIGN_IN else pages.home)


def _set_cookie(request: Request, response: Response, opened: Opened) -> None:
    sessions: Sessions = request.app.state.sessions
    response.set_cookie(
        sessions.cookie,
        opened.secret,
        max_age=int(LASTS.total_seconds()),
        path=str(request.scope.get("root_path", "")) or "/",
        secure=sessions.secure,
        httponly=True,
        samesite="lax",
    )
