"""Every route says which action it is, and every action has a row and a route; or nothing starts."""

from typing import Annotated

import pytest
from fastapi import APIRouter, Depends, FastAPI
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from shared.platform.access import Call, Permission, action, allow, public
from tests.unit.platform_web.small import PERMISSIONS, QUICK, bearer, client_of, make_app, router_of

READ = Permission("note.read", {"ward-hq": "any"}, ja="", en="")


def one_route(**said: object) -> APIRouter:
    router = APIRouter()

    @router.get("/notes", **said)  # type: ignore[arg-type]
    async def read() -> str:
        return "read"

    return router


def test_a_route_that_says_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match=r"/notes \(read\): says nothing, asks nothing"):
        make_app(one_route(), permissions=(), raw_routes=())


def test_a_route_that_is_no_api_route_is_refused() -> None:
    router = APIRouter(routes=[Route("/page", PlainTextResponse("x"))])
    with pytest.raises(ValueError, match="/page: only routes that say which action they are"):
        make_app(router, permissions=(), raw_routes=())


def test_a_route_that_says_one_thing_and_asks_another_is_refused() -> None:
    router = APIRouter()

    @router.get("/notes", **action("note.read"))
    async def read(call: Annotated[Call, Depends(allow("note.write"))]) -> str:
        return call.caller.id

    with pytest.raises(ValueError, match="asks"):
        make_app(router, permissions=(), raw_routes=())


def test_a_route_cannot_be_public_and_ask_for_a_caller() -> None:
    router = APIRouter()

    @router.get("/notes", **public())
    async def read(call: Annotated[Call, Depends(allow("note.read"))]) -> str:
        return call.caller.id

    with pytest.raises(ValueError, match="says nothing, asks"):
        make_app(router, permissions=[READ], raw_routes=())


def test_an_action_without_a_row_is_refused() -> None:
    with pytest.raises(ValueError, match=r"no permission says who may do note\.read"):
        make_app(one_route(**action("note.read")), permissions=(), raw_routes=())
    with pytest.raises(ValueError, match=r"no permission says who may do note\.quick"):
        make_app(router_of({}), permissions=PERMISSIONS[:-1], raw_routes=(QUICK,))


def test_a_row_without_a_route_is_refused() -> None:
    with pytest.raises(ValueError, match=r"no route does note\.read"):
        make_app(one_route(**public()), permissions=[READ], raw_routes=())


async def test_the_action_is_asked_even_if_the_function_does_not_want_to_know_who_calls() -> None:
    app = make_app(one_route(**action("note.read")), permissions=[READ], raw_routes=())
    async with client_of(app) as client:
        assert (await client.get("/notes")).status_code == 401
        assert (await client.get("/notes", headers=bearer(roles=["nurse"]))).status_code == 403
        assert (await client.get("/notes", headers=bearer())).json() == "read"


async def test_a_verifier_opens_and_closes_with_the_application() -> None:
    told: list[str] = []

    class Watched:
        def caller(self, authorization: object) -> None:
            raise AssertionError

        async def refresh(self) -> bool:
            return False

        async def open(self) -> None:
            told.append("open")

        async def close(self) -> None:
            told.append("close")

    app = make_app(verifier=Watched())  # type: ignore[arg-type]
    async with app.router.lifespan_context(app):
        assert isinstance(app, FastAPI)
        assert told == ["open"]
    assert told == ["open", "close"]
