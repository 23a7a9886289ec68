"""The web application of a service: its routes behind one layer that knows errors, limits, access and health."""

from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, FastAPI
from fastapi.routing import APIRoute
from starlette.middleware.errors import ServerErrorMiddleware
from starlette.requests import Request
from starlette.routing import BaseRoute, Match, Route
from starlette.types import ASGIApp, Scope

from shared.kernel.errors import NotFound, Sentences
from shared.platform import health, openapi
from shared.platform.access import ACTION, PUBLIC, Allow, Permission, permission_table, public
from shared.platform.exchange import BODY_LIMIT, Endpoint, Exchange
from shared.platform.failures import Failures
from shared.platform.jwks import verifier_for
from shared.platform.parts import Parts
from shared.platform.problems import Problems
from shared.platform.tokens import Verifier

VERSION = "0.1.0"
Lifespan = Callable[[FastAPI], AbstractAsyncContextManager[None]]


@dataclass(frozen=True, kw_only=True)
class RawRoute:
    """A route past FastAPI, for the one place that must be fast; documented from msgspec types.

    The endpoint does for itself what `allow` does for others: `request.app.state.verifier.caller(header)`, the
    permission's `within(caller)`, `read_origin(request.scope["headers"], caller, clock)`. What it raises is answered
    like anywhere else.
    """

    path: str
    methods: Sequence[str]
    endpoint: Endpoint
    action: str
    request_type: Any
    response_type: Any
    summary: str
    description: str = ""
    status: int = 200
    example: Any = None
    """An example of the body, as it is sent."""
    answer_example: Any = None


class _Raw(Route):
    """A raw route in the application's own table: says which route it is, so that it is counted under its template."""

    def __init__(self, raw: RawRoute) -> None:
        super().__init__(raw.path, raw.endpoint, methods=list(raw.methods), name=raw.endpoint.__name__)
        self.raw = raw

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        match, child = super().matches(scope)
        if match != Match.NONE:
            child["route"] = self
        return match, child


class Api(FastAPI):
    """A FastAPI application whose outermost layer is ours."""

    def __init__(self, *, parts: Parts, problems: Problems, permissions: Mapping[str, Permission], **more: Any) -> None:
        super().__init__(redirect_slashes=False, docs_url=None, redoc_url=None, **more)
        self.failures = Failures(self, problems)
        self.failures.install()
        self.state.parts = parts
        self.state.problems = problems
        self.state.permissions = permissions
        self.body_limit = BODY_LIMIT

    def build_middleware_stack(self) -> ASGIApp:
        hot = {
            (method, route.path): (route, route.raw.endpoint)
            for route in self.router.routes
            if isinstance(route, _Raw) and not route.param_convertors
            for method in route.raw.methods
        }
        stack = super().build_middleware_stack()
        if isinstance(stack, ServerErrorMiddleware):
            stack = stack.app  # its answer is no problem, and it raises on, so that servers log what it says
        return Exchange(stack, tell=self.failures.response, limit=self.body_limit, hot=hot)

    def openapi(self) -> dict[str, Any]:
        if self.openapi_schema is None:
            self.openapi_schema = openapi.document(self)
        return self.openapi_schema


problem_router = APIRouter(tags=["problems"])


@problem_router.get("/problems/{code}", summary="What a problem code means", **public())
async def problem(code: str, request: Request) -> dict[str, str]:
    """Return the row of the problem table: what happened, and what to do next."""
    problems: Problems = request.app.state.problems
    row = problems.rows.get(code)
    if row is None:
        raise NotFound("problem.unknown")
    return row._asdict()


def create_app(
    parts: Parts,
    *,
    title: str,
    routers: Iterable[APIRouter],
    problems: Iterable[Sentences],
    permissions: Iterable[Permission],
    raw_routes: Iterable[RawRoute] = (),
    description: str = "",
    verifier: Verifier | None = None,
    lifespan: Lifespan | None = None,
) -> Api:
    """Make the application of a service.

    Every route of `routers` says what it is by `**action(…)` (or `**public()`), and every permission has a route:
    raises ValueError where the two differ, and where the settings say no way to verify tokens.
    """
    checker = verifier or verifier_for(parts.settings)

    @asynccontextmanager
    async def living(app: FastAPI) -> AsyncIterator[None]:
        await checker.open()
        try:
            if lifespan is None:
                yield
            else:
                async with lifespan(app):
                    yield
        finally:
            await checker.close()

    app = Api(
        parts=parts,
        problems=Problems(problems),
        permissions=permission_table(permissions),
        title=title,
        version=VERSION,
        description=description,
        lifespan=living,
    )
    app.state.verifier = checker
    # The routes themselves, not `include_router`, which has every request matched twice.
    app.router.routes.extend(_Raw(raw) for raw in raw_routes)
    for router in (*routers, health.router, problem_router):
        app.router.routes.extend(router.routes)
    check_actions(app.router.routes, app.state.permissions)
    return app


def action_of(route: BaseRoute) -> str | None:
    """Return which action a route is; None: it is public. Raises ValueError where it says neither or both."""
    if isinstance(route, _Raw):
        return route.raw.action
    if not isinstance(route, APIRoute):
        return None
    extra = route.openapi_extra or {}
    asked = {one.call.action for one in route.dependant.dependencies if isinstance(one.call, Allow)}
    named = {extra[ACTION]} if ACTION in extra else set()
    if extra.get(PUBLIC) and not asked | named:
        return None
    if len(named) != 1 or asked != named:
        raise ValueError(f"{route.path} ({route.name}): says {named or 'nothing'}, asks {asked or 'nothing'}")
    return str(named.pop())


def check_actions(routes: Iterable[BaseRoute], permissions: Mapping[str, Permission]) -> None:
    """Raise ValueError where a route's action stands in no row, or a row has no route."""
    actions = {found for route in routes if (found := action_of(route)) is not None}
    if missing := actions - permissions.keys():
        raise ValueError(f"no permission says who may do {', '.join(sorted(missing))}")
    if idle := permissions.keys() - actions:
        raise ValueError(f"no route does {', '.join(sorted(idle))}")
