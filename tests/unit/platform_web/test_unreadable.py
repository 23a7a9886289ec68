"""A message that nobody can read: who is told so, and how."""

import asyncpg
import pytest
from fastapi import APIRouter

from shared.platform.access import Permission, public
from tests.matrix import OWN as GROUND
from tests.unit.platform_web.small import NOTE, bearer, client_of, make_app, router_of

OWN = {NOTE: GROUND}
NO_JSON, NO_TEXT = b'{"text": ', b"\xff\xfe{"


@pytest.mark.parametrize("content", [NO_JSON, NO_TEXT])
async def test_bytes_that_are_no_text_are_as_unreadable_as_a_text_that_is_no_json(content: bytes) -> None:
    async with client_of(make_app(router_of(OWN))) as client:
        headers = {**bearer(), "Content-Type": "application/json"}
        answer = await client.post(f"/notes/{NOTE}", content=content, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (422, "body.unreadable")


@pytest.mark.parametrize("content", [NO_JSON, NO_TEXT, b"{}"])
@pytest.mark.parametrize(
    ("token", "status", "code"),
    [
        ({}, 401, "token.missing"),
        ({"Authorization": "Bearer made-up"}, 401, "token.invalid"),
        (bearer(roles=["nurse"]), 403, "access.denied"),
        (bearer(), 422, "body.unreadable"),
    ],
)
async def test_a_stranger_is_told_that_and_nothing_of_the_message(
    content: bytes, token: dict[str, str], status: int, code: str
) -> None:
    async with client_of(make_app(router_of(OWN))) as client:
        headers = {**token, "Content-Type": "application/json"}
        answer = await client.post(f"/notes/{NOTE}", content=content, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (status, code)


async def test_an_address_that_needs_no_token_tells_everybody_what_is_wrong() -> None:
    router = APIRouter()

    @router.post("/open", **public())
    async def open_to_all(body: dict[str, int]) -> dict[str, int]:
        return body

    permissions: list[Permission] = []
    async with client_of(make_app(router, permissions=permissions, raw_routes=())) as client:
        answer = await client.post("/open", content=NO_JSON, headers={"Content-Type": "application/json"})
    assert (answer.status_code, answer.json()["code"]) == (422, "body.unreadable")


@pytest.mark.parametrize(
    "said", [asyncpg.CharacterNotInRepertoireError("0x00"), asyncpg.UntranslatableCharacterError("\\u0000")]
)
async def test_a_text_that_postgresql_cannot_keep_is_the_callers_to_mend(said: Exception) -> None:
    router = APIRouter()

    @router.get("/search", **public())
    async def search() -> None:
        raise said

    async with client_of(make_app(router, permissions=[], raw_routes=())) as client:
        answer = await client.get("/search")
    assert (answer.status_code, answer.json()["code"]) == (422, "text.nul")
