"""A small service, made for these tests: notes that lie in wards, belong to facilities, partners and persons."""

from collections.abc import Iterable
from types import SimpleNamespace
from typing import Annotated, Any, cast
from uuid import UUID

import httpx
import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from fastapi import APIRouter, Depends
from pydantic import BaseModel, Field
from starlette.requests import Request
from starlette.responses import Response

from shared.kernel.errors import NotFound, Sentences
from shared.platform.access import Answer, Call, Permission, action, allow
from shared.platform.clock import Clock
from shared.platform.origin import read_origin
from shared.platform.paging import Listed, Paged, listed
from shared.platform.parts import Parts
from shared.platform.tokens import LocalVerifier, Verifier, sign
from shared.platform.web import Api, RawRoute, create_app
from tests.matrix import Ground

KEY = Ed25519PrivateKey.generate()
NOTE = UUID("019ab5a0-3c00-7000-8000-000000000001")
PLANTED = "山田花子"


class NoteBody(BaseModel):
    """A note."""

    text: str = Field(examples=["窓口に来た"])
    count: int = 1
    inner: dict[str, int] = {}


class NoteShown(BaseModel):
    """A note as it is shown."""

    note: UUID
    ward: str


class Quick(msgspec.Struct):
    """A note on the quick way."""

    text: str


class Done(msgspec.Struct):
    """The answer of the quick way."""

    stream: UUID
    events: tuple[UUID, ...] = ()


PERMISSIONS = (
    Permission(
        "note.read",
        {"ward-hq": "ward", "facility": "facility", "partner": "partner", "caseworker": "self", "city-hq": "any"},
        ja="メモを見る",
        en="Read a note",
    ),
    Permission("note.list", {"ward-hq": "ward", "city-hq": "any"}, ja="メモの一覧", en="List notes"),
    Permission("note.write", {"ward-hq": "ward", "city-hq": "any"}, ja="メモを書く", en="Write a note"),
    Permission("note.quick", {"nurse": "ward"}, ja="メモを急いで書く", en="Write a note quickly"),
)
PROBLEMS = (Sentences("note.missing", "メモがありません。", "There is no such note.", "確認する", "Check the id."),)


def router_of(grounds: dict[UUID, Ground]) -> APIRouter:
    """Return the routes over these notes."""
    router = APIRouter()

    @router.get("/notes/{note}", **action("note.read"))
    async def read_note(note: UUID, call: Annotated[Call, Depends(allow("note.read"))]) -> NoteShown:
        ground = grounds.get(note)
        if ground is None:
            raise NotFound("note.missing", note=note)
        call.reach(ward=ground.ward, facility=ground.facility, partner=ground.partner, owner=ground.owner)
        return NoteShown(note=note, ward=ground.ward)

    @router.get("/notes", **action("note.list"))
    async def list_notes(call: Annotated[Call, Depends(allow("note.list"))], page: Paged) -> Listed[NoteShown]:
        wards, after = call.wards(), page.after(tuple[UUID])
        rows = sorted((note, one) for note, one in grounds.items() if wards is None or one.ward in wards)
        rows = [row for row in rows if after is None or row[0] > after[0]]
        return listed(rows, page, mark=lambda row: (row[0],), show=lambda row: NoteShown(note=row[0], ward=row[1].ward))

    @router.post("/notes/{note}", **action("note.write"))
    async def write_note(note: UUID, body: NoteBody, call: Annotated[Call, Depends(allow("note.write"))]) -> Answer:
        call.reach(ward=grounds[note].ward)
        call.origin(ward=grounds[note].ward)
        return Answer(stream=note, version=body.count, events=[])

    return router


async def quick(request: Request) -> Response:
    """Write a note past FastAPI."""
    state = request.app.state
    caller = state.verifier.caller(request.headers.get("authorization"))
    within = state.permissions["note.quick"].within(caller)
    body = msgspec.json.decode(await request.body(), type=Quick)
    read_origin(request.scope["headers"], caller, state.parts.clock, ward=body.text)
    if not within.holds(ward=body.text):
        return cast("Response", state.problems.response("access.denied", 403))
    return Response(msgspec.json.encode(Done(NOTE)), media_type="application/json")


QUICK = RawRoute(
    path="/quick",
    methods=("POST",),
    endpoint=quick,
    action="note.quick",
    request_type=Quick,
    response_type=Done,
    summary="Write a note quickly",
    example={"text": "28101"},
)


class _Parts:
    """As much of the parts as these routes use."""

    def __init__(self, root_path: str) -> None:
        self.clock = Clock()
        self.settings = SimpleNamespace(root_path=root_path)


def make_app(
    router: APIRouter | None = None,
    *,
    permissions: Iterable[Permission] = PERMISSIONS,
    raw_routes: Iterable[RawRoute] = (QUICK,),
    verifier: Verifier | None = None,
    root_path: str = "",
    **more: Any,
) -> Api:
    """Make the application; without a router, with all routes of the small service and no notes."""
    return create_app(
        cast("Parts", _Parts(root_path)),
        title="small",
        routers=[router or router_of({})],
        problems=PROBLEMS,
        permissions=permissions,
        raw_routes=raw_routes,
        verifier=verifier or LocalVerifier(KEY.public_key()),
        **more,
    )


def client_of(app: Api) -> httpx.AsyncClient:
    """Return a client that talks to the application itself."""
    return httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://small")


def bearer(**claims: Any) -> dict[str, str]:
    """Return the header of a caller with these claims."""
    token = sign(KEY, **{"subject": "staff-1", "roles": ["ward-hq"], "wards": ["28101"], **claims})
    return {"Authorization": f"Bearer {token}"}
