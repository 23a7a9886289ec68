"""Every route × every role × own and foreign scope (design, Promises: a ward sees its own).

A service says for each of its routes how to ask it about something that lies on a given ground:

    async def accept(ground: Ground) -> Ask:
        placement = await asked_placement(ward=ground.ward, facility=ground.facility)
        return Ask(f"/placements/{placement}/accept", json={})

    def listing(ground: Ground) -> Ask:                       # a list is not refused, it leaves out
        return Ask("/placements", shows=str(placement_on[ground]))

    assert not await failures(app, sign_with(key), {
        "POST /placements/{placement}/accept": accept,
        "GET /placements": listing,
    })

The factories are called anew for every cell, so that one command does not spoil the next.
"""

import inspect
from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any, NamedTuple
from uuid import UUID

import httpx
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from shared.platform.permissions import ROLES, Permission, Role
from shared.platform.routes import action_of
from shared.platform.tokens import sign
from shared.platform.web import Api


class Ground(NamedTuple):
    """Where something lies: what the scopes of roles are about."""

    ward: str
    facility: UUID
    partner: str
    owner: str


OWN = Ground("28101", UUID("f0000000-0000-8000-8000-000000000001"), "own-taxi", "own-person")
FOREIGN = Ground("28102", UUID("f0000000-0000-8000-8000-000000000002"), "foreign-taxi", "foreign-person")


@dataclass(frozen=True)
class Ask:
    """One request. With `shows`, the route is a list, and `shows` stands in the answer if the caller may see it."""

    path: str
    json: Any = None
    params: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    shows: str | None = None
    form: Mapping[str, str] | None = None
    """What a form of a page sends, in place of JSON."""


Factory = Callable[[Ground], Ask | Awaitable[Ask]]
Token = Callable[..., str]


def sign_with(key: Ed25519PrivateKey) -> Token:
    """Return what makes tokens under this key."""
    return partial(sign, key)


class Cell(NamedTuple):
    """One cell of the matrix: who asks for what where, and what is to come of it."""

    method: str
    template: str
    role: Role
    ground: Ground
    within: bool
    """Whether it is within the role's reach."""
    admitted: bool
    """Whether the role may do it anywhere."""

    @property
    def route(self) -> str:
        return f"{self.method} {self.template}"

    def __str__(self) -> str:
        return f"{self.route} as {self.role} on {'own' if self.ground == OWN else 'foreign'} ground"


def routes_of(app: Api) -> dict[str, Permission]:
    """Return every route that needs a token, `GET /persons/{person}`, with its row of the table."""
    found: dict[str, Permission] = {}
    for route in app.router.routes:
        action = action_of(route)
        if action is None:
            continue
        for method in sorted(getattr(route, "methods", None) or ()):
            if method != "HEAD":
                found[f"{method} {getattr(route, 'path', '')}"] = app.permissions[action]
    return found


def cells(app: Api) -> Iterator[Cell]:
    """Return every cell: routes × roles × own and foreign ground."""
    for route, permission in routes_of(app).items():
        method, _, template = route.partition(" ")
        for role in ROLES:
            scope = permission.roles.get(role)
            for ground in (OWN, FOREIGN):
                within = scope is not None and (ground == OWN or scope == "any")
                yield Cell(method, template, role, ground, within, scope is not None)


async def failures(app: Api, token: Token, factories: Mapping[str, Factory]) -> list[str]:
    """Ask all of it; return a sentence for each cell that is not as the table says."""
    routes = routes_of(app)
    missing, idle = routes.keys() - factories.keys(), factories.keys() - routes.keys()
    if missing or idle:
        return [*(f"no factory asks {one}" for one in sorted(missing)), *(f"no route is {one}" for one in sorted(idle))]
    found: list[str] = []
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://matrix") as client:
        for route, factory in factories.items():
            found += await _strangers(client, route, await _made(factory, OWN))
        for cell in cells(app):
            bearer = token(
                subject=OWN.owner,
                roles=[cell.role],
                wards=[OWN.ward],
                facilities=[OWN.facility],
                partners=[OWN.partner],
            )
            ask = await _made(factories[cell.route], cell.ground)
            response = await _send(client, cell.method, ask, bearer)
            wrong = _judge(cell, ask, response)
            if wrong:
                found.append(f"{cell}: {wrong} ({response.status_code} {_code(response)})")
    return found


async def _made(factory: Factory, ground: Ground) -> Ask:
    made = factory(ground)
    return await made if inspect.isawaitable(made) else made


async def _send(client: httpx.AsyncClient, method: str, ask: Ask, bearer: str | None) -> httpx.Response:
    headers = dict(ask.headers)
    if bearer is not None:
        headers["Authorization"] = f"Bearer {bearer}"
    return await client.request(
        method, ask.path, json=ask.json, data=ask.form, params=dict(ask.params), headers=headers
    )


async def _strangers(client: httpx.AsyncClient, route: str, ask: Ask) -> list[str]:
    """Ask without a token, and with one that nobody signed."""
    method = route.partition(" ")[0]
    found = []
    for what, bearer in (("without a token", None), ("with a made-up token", "eyJhbGciOiJub25lIn0.e30.")):
        response = await _send(client, method, ask, bearer)
        led = response.status_code == 303 and "/sign-in?next=" in response.headers["location"]
        if response.status_code != 401 and not (led and route.startswith("GET /pages")):
            found.append(f"{route} {what}: answered ({response.status_code} {_code(response)})")
    return found


def _judge(cell: Cell, ask: Ask, response: httpx.Response) -> str | None:
    """Return what is wrong with an answer; None: nothing."""
    status = response.status_code
    if status >= 500:
        return "failed"
    if not cell.admitted or (not cell.within and ask.shows is None):
        return None if status == 403 else "not refused"
    if status in (401, 403):
        return "refused"
    if status in (404, 405, 413, 422):
        return "the factory does not ask for anything that is there"
    if ask.shows is not None and (ask.shows in response.text) != cell.within:
        return "leaves out what is within reach" if cell.within else "shows what is out of reach"
    return None


def _code(response: httpx.Response) -> str:
    try:
        return str(response.json()["code"])
    except (ValueError, KeyError, TypeError):
        return ""
