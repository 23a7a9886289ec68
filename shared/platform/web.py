"""The web application of a service: its routes behind one layer that knows errors, limits, access and health."""

from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

from fastapi import APIRouter, FastAPI
from starlette.middleware.errors import ServerErrorMiddleware
from starlette.types import ASGIApp

from shared.kernel.errors import Sentences
from shared.platform import apidocs, health, openapi
from shared.platform.event_page import routes as event_page
from shared.platform.exchange import BODY_LIMIT, Exchange
from shared.platform.failures import Failures
from shared.platform.jwks import verifier_for
from shared.platform.pages import problems as page_problems
from shared.platform.pages import signing_in
from shared.platform.pages.live import Live
from shared.platform.pages.rendering import Pages
from shared.platform.pages.sessions import Sessions
from shared.platform.parts import Parts
from shared.platform.permissions import Permission, permission_table
from shared.platform.problems import Problems
from shared.platform.routes import Raw, RawRoute, check_actions
from shared.platform.tokens import Verifier

__all__ = ["Api", "RawRoute", "create_app"]

VERSION = "0.1.0"
Lifespan = Callable[[FastAPI], AbstractAsyncContextManager[None]]


class Api(FastAPI):
    """A FastAPI application whose outermost layer is ours."""

    def __init__(
        self,
        *,
        parts: Parts,
        problems: Problems,
        permissions: Mapping[str, Permission],
        verifier: Verifier,
        body_limit: int,
        pages: Pages | None = None,
        **more: Any,
    ) -> None:
        super().__init__(redirect_slashes=False, openapi_url=None, docs_url=None, redoc_url=None, **more)
        self.failures = Failures(self, problems, verifier)
        self.failures.install()
        self.problems = problems
        self.permissions = permissions
        self.body_limit = body_limit
        self.state.parts = parts
        self.state.problems = problems
        self.state.permissions = permissions
        self.state.verifier = verifier
        self.state.pages = pages
        self.state.sessions = None
        self.state.live = None
        if pages is not None:
            self.state.sessions = Sessions(parts.database, parts.service, secure=not parts.settings.local)
            self.state.live = Live(parts.settings.database_url, parts.clock)

    def build_middleware_stack(self) -> ASGIApp:
        """Return the layers: ours, then FastAPI's without the one that answers errors in its own way."""
        stack = super().build_middleware_stack()
        if isinstance(stack, ServerErrorMiddleware):
            stack = stack.app  # its answer is no problem, and it raises on, so that servers log what it says
        hot = {
            (method, route.path): (route, route.told.endpoint)
            for route in self.router.routes
            if isinstance(route, Raw) and not route.param_convertors
            for method in route.told.methods
        }
        return Exchange(
            stack,
            tell=self.failures.answer,
            limit=self.body_limit,
            hot=hot,
            root_path=self.state.parts.settings.root_path,
        )

    def openapi(self) -> dict[str, Any]:
        """Return the OpenAPI document (made once)."""
        if self.openapi_schema is None:
            self.openapi_schema = openapi.document(
                title=self.title,
                version=self.version,
                description=self.description,
                routes=self.router.routes,
                permissions=self.permissions,
                problems=self.problems,
            )
            root_path = self.state.parts.settings.root_path
            if root_path:
                self.openapi_schema["servers"] = [{"url": root_path}]
        return self.openapi_schema


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
    body_limit: int = BODY_LIMIT,
    pages: Pages | None = None,
) -> Api:
    """Make the application of a service.

    Every route of `routers` says what it is by `**action(…)` (or `**public()`), and every permission has a route:
    raises ValueError where the two differ, and where the settings name no way to verify tokens. `body_limit` is in
    bytes. With `pages`, people can sign in (the tables have `session_table`), and see live views. An endpoint finds
    `request.app.state.parts`, `.verifier`, `.permissions` (by action), `.problems`, `.pages` and `.live`.
    """
    checker = verifier or verifier_for(parts.settings)

    @asynccontextmanager
    async def living(app: FastAPI) -> AsyncIterator[None]:
        await checker.open()
        live: Live | None = app.state.live
        try:
            if live is not None:
                await live.open()
            if lifespan is None:
                yield
            else:
                async with lifespan(app):
                    yield
        finally:
            if live is not None:
                await live.close()
            await checker.close()

    app = Api(
        parts=parts,
        problems=Problems(
            problems,
            page_problems.PROBLEMS if pages is not None else (),
            root_path=parts.settings.root_path,
        ),
        permissions=permission_table(permissions),
        verifier=checker,
        body_limit=body_limit,
        pages=pages,
        title=title,
        version=VERSION,
        description=description,
        lifespan=living,
    )
    # The routes themselves, not `include_router`, which has every request matched twice.
    app.router.routes.extend(Raw(raw) for raw in raw_routes)
    of_pages = () if pages is None else (signing_in.router, signing_in.api)
    for router in (*routers, *of_pages, health.router, apidocs.router, event_page.router):
        app.router.routes.extend(router.routes)
    check_actions(app.router.routes, app.permissions)
    return app
