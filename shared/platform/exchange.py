"""One exchange: a request and its response, from the outside. One plain ASGI layer does all of it.

It knows the correlation, refuses a body that is too large, answers errors that nobody caught, counts and times, and
writes one line per request: the route's template, never the path, the query or the body, which can say whom it is
about.
"""

import contextvars
import time
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final
from uuid import UUID

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared.kernel.ids import new_id
from shared.platform.clock import real_now
from shared.platform.log import correlation, request_line
from shared.platform.metrics import HTTP_REQUESTS, HTTP_SECONDS

BODY_LIMIT: Final = 256 * 1024
"""Bytes of a request's body: a sheet of forty people with notes is a tenth of it."""

CALL: Final = "tsunagi.call"
"""Where in the ASGI scope the call stands that a route was handed."""
UNKNOWN_ROUTE: Final = "unknown"
_CORRELATION: Final = b"x-correlation-id"
_COMMAND: Final = b"idempotency-key"
_LENGTH: Final = b"content-length"
_ASKED: Final = frozenset({_CORRELATION, _COMMAND, _LENGTH})
_METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})

Endpoint = Callable[[Request], Awaitable[Response]]
Tell = Callable[[BaseException], Awaitable[Response]]
"""Makes the problem response of an error."""

_headers: contextvars.ContextVar[list[tuple[bytes, bytes]] | None] = contextvars.ContextVar("headers", default=None)


def note_header(name: str, value: str) -> None:
    """Add a header to the response of the request that is being answered (outside of one, nothing happens)."""
    noted = _headers.get()
    if noted is not None:
        noted.append((name.lower().encode(), value.encode()))


class ScopeForgotten(Exception):
    """A route answers somebody whose role has bounds, and has not asked how far they reach: a mistake of ours."""


def _check_reach(call: Any, status: int) -> None:
    if call is not None and status < 400 and not call.scoped:
        raise ScopeForgotten(call.permission.action)


def _uuid(value: bytes) -> UUID | None:
    try:
        return UUID(value.decode("ascii").strip().strip('"'))
    except ValueError:
        return None


class Exchange:
    """The outermost layer of an API."""

    def __init__(
        self,
        app: ASGIApp,
        *,
        tell: Tell,
        limit: int = BODY_LIMIT,
        hot: Mapping[tuple[str, str], tuple[Any, Endpoint]] | None = None,
        root_path: str = "",
    ) -> None:
        """`hot`: (method, path) → (route, endpoint) of what is answered here, past the framework's layers.

        `root_path`: where an ingress shows this service. A request may come with it or (a probe's) without.
        """
        self._app = app
        self._tell = tell
        self._limit = limit
        self._hot = hot or {}
        self._root_path = root_path

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        if self._root_path:
            scope["root_path"] = self._root_path
        began, status = time.perf_counter(), 0
        asked = {name: value for name, value in scope["headers"] if name in _ASKED}
        # The chain that a command begins bears the command's id, where the caller names no other.
        chain = _uuid(asked.get(_CORRELATION) or asked.get(_COMMAND) or b"") or new_id(real_now())
        noted: list[tuple[bytes, bytes]] = [(_CORRELATION, str(chain).encode())]
        chain_token, noted_token = correlation.set(chain), _headers.set(noted)

        async def answer(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                _check_reach(scope.get(CALL), message["status"])
                status = message["status"]
                message["headers"] = [*message.get("headers", ()), *noted]
            await send(message)

        try:
            await self._settle(scope, receive, answer, asked.get(_LENGTH))
        except Exception as error:  # noqa: BLE001 - whatever it is, the caller gets a problem and no stack
            response = await self._tell(error)
            if not status:  # else the connection breaks off, which is all that can still be said
                await response(scope, receive, answer)
        finally:
            _count(scope, status, time.perf_counter() - began)
            correlation.reset(chain_token)
            _headers.reset(noted_token)

    async def _settle(self, scope: Scope, receive: Receive, send: Send, length: bytes | None) -> None:
        if length is None:
            receive = _limited(receive, self._limit)
        elif not length.isdigit() or int(length) > self._limit:
            raise HTTPException(413)
        found = self._hot.get((scope["method"], _within(scope)))
        if found is None:
            await self._app(scope, receive, send)
            return
        scope["route"], endpoint = found
        response = await endpoint(Request(scope, receive, send))
        await response(scope, receive, send)


def _within(scope: Scope) -> str:
    """Return the path within the service, as the router sees it."""
    path: str = scope["path"]
    root: str = scope.get("root_path", "")
    return path[len(root) :] if root and path.startswith(f"{root}/") else path


_counted: dict[tuple[str, str, int], tuple[Callable[[], None], Callable[[float], None]]] = {}


def _count(scope: Scope, status: int, seconds: float) -> None:
    """Count and time one request, and write its line. A status of 0: nothing could be answered."""
    method = scope["method"] if scope["method"] in _METHODS else "OTHER"
    template: str = getattr(scope.get("route"), "path", UNKNOWN_ROUTE)
    key = (method, template, status)
    counted = _counted.get(key)
    if counted is None:
        counted = HTTP_REQUESTS.labels(method, template, str(status)).inc, HTTP_SECONDS.labels(method, template).observe
        _counted[key] = counted
    increase, observe = counted
    increase()
    observe(seconds)
    request_line(method, template, status, seconds)


def _limited(receive: Receive, limit: int) -> Receive:
    """Count a body that does not say how long it is. (One that does is held to it by the server.)"""
    total = 0

    async def counted() -> Message:
        nonlocal total
        message = await receive()
        if message["type"] == "http.request":
            total += len(message.get("body", b""))
            if total > limit:
                raise HTTPException(413)
        return message

    return counted
