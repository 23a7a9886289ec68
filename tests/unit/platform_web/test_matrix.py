"""The matrix of permissions finds what it is there to find."""

from typing import Annotated
from uuid import UUID

import pytest
from fastapi import APIRouter, Depends

from shared.kernel.ids import derived_id
from shared.platform.access import Call, Permission, action, allow
from tests.matrix import FOREIGN, OWN, Ask, Factory, Ground, failures, sign_with
from tests.unit.platform_web.small import KEY, NOTE, PERMISSIONS, make_app, router_of

TABLE = (
    Permission("note.read", {"ward-hq": "ward", "city-hq": "any"}, ja="見る", en="Read"),
    Permission("note.list", {"ward-hq": "ward", "city-hq": "any"}, ja="一覧", en="List"),
)
ON = {OWN: derived_id("note", "own"), FOREIGN: derived_id("note", "foreign")}
FACTORIES: dict[str, Factory] = {
    "GET /notes/{note}": lambda ground: Ask(f"/notes/{ON[ground]}"),
    "GET /notes": lambda ground: Ask("/notes", shows=str(ON[ground])),
}


async def test_a_service_that_keeps_to_its_table_has_no_failures() -> None:
    app = make_app(router_of({note: ground for ground, note in ON.items()}))
    factories: dict[str, Factory] = {
        **FACTORIES,
        "POST /notes/{note}": lambda ground: Ask(f"/notes/{ON[ground]}", json={"text": "x"}),
        "POST /quick": lambda ground: Ask("/quick", json={"text": ground.ward}),
    }
    assert await failures(app, sign_with(KEY), factories) == []


async def test_a_route_that_nobody_asks_is_named() -> None:
    app = make_app(router_of({}))
    found = await failures(app, sign_with(KEY), {**FACTORIES, "GET /gone": lambda _: Ask("/gone")})
    assert found == ["no factory asks POST /notes/{note}", "no factory asks POST /quick", "no route is GET /gone"]


def _routes(*, reach: bool, filter_: bool) -> APIRouter:
    router = APIRouter()
    grounds = {note: ground for ground, note in ON.items()}

    @router.get("/notes/{note}", **action("note.read"))
    async def read(note: UUID, call: Annotated[Call, Depends(allow("note.read"))]) -> str:
        if reach:
            call.reach(ward=grounds[note].ward)
        else:
            call.within()
        return str(note)

    @router.get("/notes", **action("note.list"))
    async def many(call: Annotated[Call, Depends(allow("note.list"))]) -> list[str]:
        wards = call.wards() if filter_ else (call.wards() and None)
        return [str(note) for note, ground in grounds.items() if wards is None or ground.ward in wards]

    return router


@pytest.mark.parametrize(
    ("reach", "filter_", "expected"),
    [
        (True, True, []),
        (False, True, ["GET /notes/{note} as ward-hq on foreign ground: not refused (200 )"]),
        (True, False, ["GET /notes as ward-hq on foreign ground: shows what is out of reach (200 )"]),
    ],
)
async def test_a_route_that_does_not_mind_its_bounds_is_found(reach: bool, filter_: bool, expected: list[str]) -> None:
    app = make_app(_routes(reach=reach, filter_=filter_), permissions=TABLE, raw_routes=())
    assert await failures(app, sign_with(KEY), FACTORIES) == expected


async def test_a_route_that_refuses_its_own_is_found() -> None:
    router = APIRouter()

    @router.get("/notes/{note}", **action("note.read"))
    async def read(note: UUID, call: Annotated[Call, Depends(allow("note.read"))]) -> str:
        call.reach(ward="28110")
        return str(note)

    app = make_app(router, permissions=TABLE[:1], raw_routes=())
    found = await failures(app, sign_with(KEY), {"GET /notes/{note}": FACTORIES["GET /notes/{note}"]})
    assert found == ["GET /notes/{note} as ward-hq on own ground: refused (403 access.denied)"]


async def test_a_factory_that_asks_for_nothing_is_found() -> None:
    def nowhere(ground: Ground) -> Ask:
        return Ask(f"/notes/{NOTE}")

    app = make_app(router_of({}), raw_routes=(), permissions=[one for one in PERMISSIONS if one.action != "note.quick"])
    found = await failures(
        app,
        sign_with(KEY),
        {**FACTORIES, "GET /notes/{note}": nowhere, "POST /notes/{note}": lambda _: Ask("/notes/x", json={})},
    )
    assert any("does not ask for anything that is there (404 note.missing)" in one for one in found)
