"""The page of all events, as every API serves it under /docs/events, with a policy that forbids what is not ours."""

import gzip
from collections.abc import Callable, Mapping
from functools import cache

from fastapi import APIRouter, Request
from starlette.responses import Response

from shared.platform.access import public
from shared.platform.event_page import page

router = APIRouter(include_in_schema=False)
_OURS = ("style-src", "script-src")
_NONE = ("default-src", "base-uri", "form-action", "frame-ancestors")
_POLICY = "; ".join([*(f"{one} 'none'" for one in _NONE), *(f"{one} 'self'" for one in _OURS)])
_MADE: Mapping[str, tuple[str, Callable[[], str]]] = {
    "": ("text/html", lambda: page.page(whole=False)),
    page.STYLE: ("text/css", page.style),
    page.SCRIPT: ("text/javascript", page.script),
}


@cache
def _compressed(name: str) -> bytes:
    return gzip.compress(_MADE[name][1]().encode(), mtime=0)


def _answer(name: str, request: Request) -> Response:
    headers = {
        "Content-Security-Policy": _POLICY,
        "Cache-Control": "max-age=3600",
        "Vary": "Accept-Encoding",
        "X-Content-Type-Options": "nosniff",
    }
    content = _compressed(name)  # a sixth of the page: it is read over a shelter's radio link, too
    if "gzip" in request.headers.get("accept-encoding", ""):
        headers["Content-Encoding"] = "gzip"
    else:
        content = gzip.decompress(content)
    return Response(content, headers=headers, media_type=_MADE[name][0])


# Not coroutines: the page is made once, off the loop that others wait for.
@router.get("/docs/events", **public())
def all_events(request: Request) -> Response:
    """Return the page."""
    return _answer("", request)


@router.get("/docs/events.css", **public())
def style(request: Request) -> Response:
    """Return its style."""
    return _answer(page.STYLE, request)


@router.get("/docs/events.js", **public())
def script(request: Request) -> Response:
    """Return its script."""
    return _answer(page.SCRIPT, request)
