"""Routes of an API: which action each of them is, and the raw ones that go past FastAPI."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from fastapi.routing import APIRoute
from starlette.routing import BaseRoute, Match, Route
from starlette.types import Scope

from shared.platform.access import ACTION, PUBLIC, Allow
from shared.platform.exchange import Endpoint
from shared.platform.permissions import Permission


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
    tags: Sequence[str] = ()


class Raw(Route):
    """A raw route in the application's own table: says which route it is, so that it is counted under its template."""

    def __init__(self, told: RawRoute) -> None:
        super().__init__(told.path, told.endpoint, methods=list(told.methods), include_in_schema=False)
        self.told = told

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        match, child = super().matches(scope)
        if match != Match.NONE:
            child["route"] = self
        return match, child


def action_of(route: BaseRoute) -> str | None:
    """Return which action a route is; None: it is public. Raises ValueError where it says neither or both."""
    if isinstance(route, Raw):
        return route.told.action
    if not isinstance(route, APIRoute):
        raise ValueError(f"{getattr(route, 'path', route)}: only routes that say which action they are")  # noqa: TRY004
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
