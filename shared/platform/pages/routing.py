"""Routes of pages: who may see them, as for any route; what goes wrong is a page as well."""

import json
import logging
from collections.abc import Callable, Coroutine
from typing import Any, Final
from urllib.parse import quote

from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from shared.kernel.errors import Unauthenticated
from shared.platform.access import action
from shared.platform.exchange import ScopeForgotten
from shared.platform.tokens import KeyNotHere

log = logging.getLogger("tsunagi.http")

SIGN_IN: Final = "/sign-in"
Handler = Callable[[Request], Coroutine[Any, Any, Response]]


class PageRoute(APIRoute):
    """A route whose problems are told on a page; who is not signed in is taken to where that is done."""

    def get_route_handler(self) -> Handler:
        handle = super().get_route_handler()

        async def answer(request: Request) -> Response:
            try:
                return await handle(request)
            except ScopeForgotten:
                raise
            except Unauthenticated as error:
                if request.method == "GET":
                    return _to_sign_in(request)
                return problem_page(request, error)
            except KeyNotHere:
                return _to_sign_in(request)
            except (Exception, HTTPException, RequestValidationError) as error:  # noqa: BLE001 - a page says what it was
                return problem_page(request, error)

        return answer


def _to_sign_in(request: Request) -> Response:
    root = str(request.scope.get("root_path", ""))
    here = request.url.path.removeprefix(root) + (f"?{request.url.query}" if request.url.query else "")
    return RedirectResponse(f"{root}{SIGN_IN}?next={quote(here, safe='/')}", 303, {"Cache-Control": "no-store"})


def problem_page(request: Request, error: BaseException) -> HTMLResponse:
    """Return the page that tells this error: what happened, what to do; the same codes as everywhere."""
    told = request.app.failures.response(error)
    problem: dict[str, Any] = json.loads(bytes(told.body))
    page: HTMLResponse = request.app.state.pages.answer(
        request, None, "problem.html", {"problem": problem}, status=told.status_code
    )
    if "retry-after" in told.headers:
        page.headers["Retry-After"] = told.headers["retry-after"]
    return page


def page(name: str) -> dict[str, Any]:
    """Return what the decorator of a page's route is given: which action it is. Pages stand in no OpenAPI document."""
    return {**action(name), "include_in_schema": False, "response_class": HTMLResponse, "response_model": None}
