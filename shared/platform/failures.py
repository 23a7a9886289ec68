"""Which problem an error is: from the domain's refusals to PostgreSQL being away, and what nobody foresaw."""

import logging
from collections.abc import Iterable, Mapping
from typing import Any

import asyncpg
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.routing import BaseRoute

from shared.kernel.errors import Forbidden, Problem, Unauthenticated, Unavailable
from shared.platform.access import allow
from shared.platform.exchange import CALL
from shared.platform.metrics import ACCESS_DENIED, TOKENS_REFUSED
from shared.platform.postgres import UNREACHABLE
from shared.platform.problems import Problems
from shared.platform.routes import action_of
from shared.platform.store import VersionConflict
from shared.platform.tokens import KeyNotHere, Verifier

log = logging.getLogger("tsunagi.http")

BUSY: tuple[type[BaseException], ...] = (
    *UNREACHABLE,
    asyncpg.LockNotAvailableError,
    asyncpg.QueryCanceledError,
    asyncpg.DeadlockDetectedError,
    asyncpg.SerializationError,
    asyncpg.IdleInTransactionSessionTimeoutError,
    asyncpg.TransactionTimeoutError,
    # What asyncpg says where the server ended the session in the middle of an answer.
    asyncpg.InternalClientError,
)
"""The same call again will do."""

UNWRITABLE: tuple[type[BaseException], ...] = (
    asyncpg.CharacterNotInRepertoireError,
    asyncpg.UntranslatableCharacterError,
)
"""What PostgreSQL says of U+0000 in a text, wherever a caller put it: a text of a body, a word to search for."""

_OF_STATUS: Mapping[int, str] = {
    400: "body.unreadable",
    401: "token.missing",
    403: "access.denied",
    404: "route.unknown",
    405: "method.unknown",
    413: "body.too-large",
    503: "server.busy",
}


def field_names(schema: object) -> frozenset[str]:
    """Return every name that an OpenAPI document gives to a field or parameter.

    Only these may be named in a problem: an unknown member's name came from the caller, and may be anything.
    """
    names: set[str] = set()
    if isinstance(schema, Mapping):
        properties = schema.get("properties")
        if isinstance(properties, Mapping):
            names.update(map(str, properties))
        if "in" in schema and isinstance(schema.get("name"), str):
            names.add(schema["name"])
        for one in schema.values():
            names |= field_names(one)
    elif isinstance(schema, list):
        for one in schema:
            names |= field_names(one)
    return frozenset(names)


def unreadable(errors: Iterable[Mapping[str, Any]], known: frozenset[str]) -> tuple[str, list[dict[str, str]]]:
    """Return the problem's code, and for each bad field its name and what is wrong. Never a value."""
    fields: list[dict[str, str]] = []
    codes: set[str] = set()
    for error in errors:
        place, *path = error["loc"] or ("body",)
        wrong = str(error["type"])
        if wrong == "json_invalid":
            path = []
        named = [str(part) if isinstance(part, int) or part in known else "?" for part in path]
        fields.append({"field": ".".join([str(place), *named]), "wrong": wrong})
        if place == "body":
            codes.add("body.unreadable")
        else:
            codes.add("id.malformed" if wrong.startswith("uuid") else "query.unreadable")
    return next((code for code in ("body.unreadable", "query.unreadable") if code in codes), "id.malformed"), fields


def _is_busy(error: BaseException) -> bool:
    if isinstance(error, asyncpg.InterfaceError):
        # Both a connection that was lost, and a call that is a mistake of ours and will never do.
        return "clos" in str(error)
    return isinstance(error, BUSY)


class Failures:
    """The error handlers of one API."""

    def __init__(self, app: FastAPI, problems: Problems, verifier: Verifier) -> None:
        self._app = app
        self._verifier = verifier
        self._problems = problems
        self._known: frozenset[str] | None = None

    def response(self, error: BaseException) -> Response:
        """Return what the caller is told of an error. Raises nothing."""
        match error:
            case Problem():
                if isinstance(error, Unauthenticated):
                    TOKENS_REFUSED.labels(error.code).inc()
                elif isinstance(error, Forbidden):
                    ACCESS_DENIED.labels(str(error.details.get("action", ""))).inc()
                return self._problems.of(error)
            case RequestValidationError():
                if self._known is None:
                    self._known = field_names(self._app.openapi())
                code, fields = unreadable(error.errors(), self._known)
                return self._problems.response(code, 422, {"fields": fields})
            case HTTPException():
                code = _OF_STATUS.get(
                    error.status_code, "body.unreadable" if error.status_code < 500 else "server.failed"
                )
                # Bytes that are no text are as unreadable as a text that is no JSON.
                status = 422 if error.status_code == 400 else error.status_code
                return self._problems.response(code, status, headers=error.headers)
            case _ if isinstance(error, UNWRITABLE):
                return self._problems.response("text.nul", 422)
            case VersionConflict():
                return self._problems.response("command.raced", 409)
            case _ if _is_busy(error):
                log.warning("PostgreSQL is away or busy", extra={"reason": type(error).__name__})
                return self._problems.response("server.busy", 503)
            case _:
                log.error("unexpected", exc_info=error)
                return self._problems.response("server.failed", 500)

    async def answer(self, error: BaseException) -> Response:
        """Return what the caller is told of an error that came up to the outermost layer. Raises nothing.

        A raw route may have met a token whose key is not here yet: it is fetched, and the call is to be made again.
        """
        if isinstance(error, KeyNotHere):
            try:
                fetched = await self._verifier.refresh()
            except Unavailable as away:
                return self.response(away)
            return self.response(Unavailable("server.busy") if fetched else Unauthenticated("token.invalid"))
        return self.response(error)

    def install(self) -> None:
        """Have the application ask here about the errors that the framework would answer in its own way.

        All others come up to the outermost layer, which asks here too.
        """

        async def handle(request: Request, error: Exception) -> Response:
            return self.response(await _first(request, error))

        for kind in (HTTPException, RequestValidationError):
            self._app.add_exception_handler(kind, handle)


async def _first(request: Request, error: Exception) -> Exception:
    """Return what is to be told: a body is parsed before anybody asks who sent it; a stranger hears nothing of it."""
    unread = isinstance(error, RequestValidationError) or (
        isinstance(error, HTTPException) and error.status_code == 400
    )
    route: BaseRoute | None = request.scope.get("route")
    action = action_of(route) if route is not None and unread and CALL not in request.scope else None
    if action is not None:
        try:
            await allow(action)(request)
        except Problem as refused:
            return refused
    return error
