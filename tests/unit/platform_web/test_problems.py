"""Whatever goes wrong, the caller gets a problem: a code, what happened, what to do; and nobody's words."""

import asyncio
import json
from typing import Annotated, Any
from uuid import UUID, uuid4

import asyncpg
import httpx
import pytest
from fastapi import APIRouter, Depends
from starlette.responses import StreamingResponse

from shared.kernel.errors import Conflict, Forbidden, Invalid, NotFound, Problem, Refused, Unavailable, catalogue
from shared.platform.access import Call, Permission, action, allow, public
from shared.platform.answers import Answer, answer
from shared.platform.problems import PLATFORM, Problems
from shared.platform.store import VersionConflict
from shared.platform.streams import Outcome
from tests.matrix import Ground
from tests.unit.platform_web.small import NOTE, PLANTED, bearer, client_of, make_app, router_of

JSON_TYPE = "application/problem+json"
OWN = {NOTE: Ground("28101", NOTE, "taxi", "staff-1")}


def raising(error: BaseException) -> APIRouter:
    """Return a router whose one route meets this error."""
    router = APIRouter()

    @router.get("/notes/{note}", **public())
    async def read(note: str) -> str:
        raise error

    return router


async def asked(router: APIRouter) -> httpx.Response:
    async with client_of(make_app(router, permissions=(), raw_routes=())) as client:
        return await client.get(f"/notes/{PLANTED}", params={"name": PLANTED})


class Strange(Exception):
    """An error that nobody foresaw."""


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (Invalid("id.malformed"), 422, "id.malformed"),
        (Forbidden("access.denied"), 403, "access.denied"),
        (NotFound("note.missing"), 404, "note.missing"),
        (Conflict("command.raced"), 409, "command.raced"),
        (Refused("person.forgotten"), 409, "person.forgotten"),
        (Unavailable("key.not-here"), 503, "key.not-here"),
        (VersionConflict("events"), 409, "command.raced"),
        (ConnectionRefusedError(111, PLANTED), 503, "server.busy"),
        (TimeoutError(PLANTED), 503, "server.busy"),
        (asyncpg.CannotConnectNowError(PLANTED), 503, "server.busy"),
        (asyncpg.ConnectionDoesNotExistError(PLANTED), 503, "server.busy"),
        (asyncpg.InterfaceError("pool is closing"), 503, "server.busy"),
        (asyncpg.LockNotAvailableError(PLANTED), 503, "server.busy"),
        (asyncpg.TransactionTimeoutError(PLANTED), 503, "server.busy"),
        (asyncpg.InternalClientError(PLANTED), 503, "server.busy"),
        (asyncpg.InterfaceError("the server expects 2 arguments for this query, 1 was passed"), 500, "server.failed"),
        (asyncpg.DataError(PLANTED), 500, "server.failed"),
        (asyncpg.UniqueViolationError(f"Key (name)=({PLANTED}) already exists."), 500, "server.failed"),
        (Strange(PLANTED), 500, "server.failed"),
        (ExceptionGroup(PLANTED, [ValueError(PLANTED)]), 500, "server.failed"),
    ],
)
async def test_an_error_becomes_its_problem_and_quotes_nothing(error: Exception, status: int, code: str) -> None:
    response = await asked(raising(error))
    problem = response.json()
    assert (response.status_code, problem["status"], problem["code"]) == (status, status, code)
    assert response.headers["content-type"] == JSON_TYPE
    assert problem["type"] == f"/problems/{code}"
    assert problem["detail_ja"]
    assert problem["todo_en"]
    assert ("retry-after" in response.headers) == (status == 503)
    assert PLANTED not in response.text
    assert UUID(response.headers["x-correlation-id"]).version == 7


async def test_details_are_told_and_what_is_no_plain_value_is_not() -> None:
    class Person:
        name = PLANTED

    stream = uuid4()
    response = await asked(
        raising(Refused("note.closed", stream=stream, fields=("a", "b"), person=Person(), status=200, title=PLANTED))
    )
    problem = response.json()
    assert problem["stream"] == str(stream)
    assert problem["fields"] == ["a", "b"]
    assert problem["person"] is None
    assert problem["status"] == 409
    assert PLANTED not in response.text


async def test_a_code_without_a_row_still_says_what_to_do() -> None:
    problem = (await asked(raising(Refused("note.closed")))).json()
    assert problem["code"] == "note.closed"
    assert problem["todo_ja"]


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", f"/people/{PLANTED}", 404, "route.unknown"),
        ("GET", "/notes/", 404, "route.unknown"),
        ("DELETE", f"/notes/{NOTE}", 405, "method.unknown"),
        ("PUT", "/quick", 405, "method.unknown"),
        ("GET", "/notes/x", 422, "id.malformed"),
    ],
)
async def test_an_address_that_leads_nowhere_is_a_problem(method: str, path: str, status: int, code: str) -> None:
    async with client_of(make_app()) as client:
        response = await client.request(method, path, headers=bearer())
    assert (response.status_code, response.json()["code"]) == (status, code)
    assert response.headers["content-type"] == JSON_TYPE
    assert PLANTED not in response.text


async def test_without_a_token_a_challenge_is_sent() -> None:
    async with client_of(make_app()) as client:
        for response in (await client.get("/notes"), await client.post("/quick", json={"text": "x"})):
            assert (response.status_code, response.json()["code"]) == (401, "token.missing")
            assert response.headers["www-authenticate"] == "Bearer"


@pytest.mark.parametrize(
    ("content", "code", "fields"),
    [
        ('{"text": "山田花子"', "body.unreadable", ["body"]),
        ("\x00\xff", "body.unreadable", ["body"]),
        ('"山田花子"', "body.unreadable", ["body"]),
        ("[]", "body.unreadable", ["body"]),
        ("", "body.unreadable", ["body"]),
        ('{"count": "山田花子"}', "body.unreadable", ["body.count", "body.text"]),
        ('{"text": ["山田花子"], "山田花子": 1}', "body.unreadable", ["body.text"]),
        ('{"text": "x", "inner": {"山田花子": "x"}}', "body.unreadable", ["body.inner.?"]),
        ('{"text": "x", "inner": {"Yamada": "x"}}', "body.unreadable", ["body.inner.?"]),
    ],
)
async def test_a_body_that_cannot_be_read_is_told_by_its_fields(content: str, code: str, fields: list[str]) -> None:
    async with client_of(make_app(router_of(OWN))) as client:
        headers = {**bearer(), "Content-Type": "application/json"}
        response = await client.post(f"/notes/{NOTE}", content=content.encode(), headers=headers)
    problem = response.json()
    assert (response.status_code, problem["code"]) == (422, code)
    assert sorted(one["field"] for one in problem["fields"]) == fields
    assert PLANTED not in response.text
    assert "Yamada" not in response.text


async def test_a_bad_id_in_the_address_is_named_and_not_repeated() -> None:
    async with client_of(make_app()) as client:
        response = await client.get(f"/notes/{PLANTED}", headers=bearer())
    assert response.json()["fields"] == [{"field": "path.note", "wrong": "uuid_parsing"}]
    assert PLANTED not in response.text


async def test_a_bad_header_is_named_and_not_repeated() -> None:
    async with client_of(make_app(router_of(OWN))) as client:
        headers = {**bearer(), "Tsunagi-Said-By": "Yamada"}
        response = await client.post(f"/notes/{NOTE}", json={"text": "x"}, headers=headers)
    assert (response.status_code, response.json()["header"]) == (422, "Tsunagi-Said-By")
    assert "Yamada" not in response.text


@pytest.mark.parametrize("path", ["/quick", f"/notes/{NOTE}"])
async def test_a_body_that_is_too_large_is_refused(path: str) -> None:
    text = b'{"text": "' + b"x" * 2000 + b'"}'

    async def in_pieces() -> Any:
        for start in range(0, len(text), 100):
            yield text[start : start + 100]

    headers = {**bearer(roles=["nurse", "ward-hq"]), "Content-Type": "application/json"}
    async with client_of(make_app(router_of(OWN), body_limit=1000)) as client:
        for content in (text, in_pieces()):
            response = await client.post(path, content=content, headers=headers)
            assert (response.status_code, response.json()["code"]) == (413, "body.too-large")
        fits = await client.post(path, json={"text": "28101"}, headers=headers)
    assert fits.status_code == 200


async def test_a_length_that_is_no_number_is_refused() -> None:
    async with client_of(make_app()) as client:
        response = await client.post("/quick", content=b"{}", headers={**bearer(), "Content-Length": "many"})
    assert response.status_code == 413


async def test_a_route_that_forgets_to_ask_how_far_its_caller_reaches_answers_nothing() -> None:
    router = APIRouter()

    @router.get("/notes/{note}", **action("note.read"))
    async def read(note: str) -> str:
        return PLANTED

    table = [Permission("note.read", {"ward-hq": "ward", "city-hq": "any"}, ja="", en="")]
    async with client_of(make_app(router, permissions=table, raw_routes=())) as client:
        bounded = await client.get("/notes/1", headers=bearer())
        everywhere = await client.get("/notes/1", headers=bearer(roles=["city-hq"]))
    assert bounded.status_code == 500
    assert PLANTED not in bounded.text
    assert everywhere.status_code == 200


async def test_an_answer_that_breaks_off_is_not_followed_by_a_problem() -> None:
    router = APIRouter()

    async def pieces() -> Any:
        yield b"one"
        raise Strange(PLANTED)

    @router.get("/notes/{note}", **public())
    async def read(note: str) -> StreamingResponse:
        return StreamingResponse(pieces())

    sent: list[dict[str, Any]] = []

    async def send(message: Any) -> None:
        sent.append(message)

    async def receive() -> Any:
        await asyncio.Event().wait()

    app = make_app(router, permissions=(), raw_routes=())
    scope = {"type": "http", "method": "GET", "path": "/notes/1", "query_string": b"", "headers": []}
    await app(scope, receive, send)
    assert [message["type"] for message in sent] == ["http.response.start", "http.response.body"]


async def test_a_repeated_command_says_so_in_a_header() -> None:
    router = APIRouter()

    @router.post("/notes/{note}", **action("note.write"))
    async def write(note: UUID, call: Annotated[Call, Depends(allow("note.write"))], *, again: bool = False) -> Answer:
        call.reach(ward="28101")
        return answer(Outcome(note, 3, (), repeated=again), more=1)

    table = [Permission("note.write", {"ward-hq": "ward"}, ja="", en="")]
    async with client_of(make_app(router, permissions=table, raw_routes=())) as client:
        first = await client.post(f"/notes/{NOTE}", headers=bearer())
        second = await client.post(f"/notes/{NOTE}", params={"again": "true"}, headers=bearer())
    assert first.json() == second.json() == {"stream": str(NOTE), "version": 3, "events": [], "more": 1}
    assert "tsunagi-repeated" not in first.headers
    assert second.headers["tsunagi-repeated"] == "true"


@pytest.mark.parametrize("header", ["X-Correlation-Id", "Idempotency-Key"])
async def test_the_chain_comes_back_with_the_answer(header: str) -> None:
    async with client_of(make_app()) as client:
        response = await client.get("/health/live", headers={header: str(NOTE)})
        other = await client.get("/health/live", headers={header: "no id"})
    assert response.headers["x-correlation-id"] == str(NOTE)
    assert UUID(other.headers["x-correlation-id"]).version == 7


async def test_every_code_can_be_looked_up() -> None:
    async with client_of(make_app()) as client:
        for code in (*catalogue(PLATFORM), "note.missing"):
            row = (await client.get(f"/problems/{code}")).json()
            assert row["code"] == code
            assert all(row.values())
        missing = await client.get(f"/problems/{PLANTED}")
    assert (missing.status_code, missing.json()["code"]) == (404, "problem.unknown")


def test_every_sentence_of_the_platform_is_short() -> None:
    for row in PLATFORM:
        for sentence in filter(None, (row.ja + row.todo_ja).split("。")):
            assert len(sentence) <= 40, sentence


def test_two_rows_for_one_code_are_refused() -> None:
    with pytest.raises(ValueError, match="two rows"):
        Problems([PLATFORM[0]._replace(en="Something else.")])


def test_a_problem_of_the_family_needs_no_status_of_its_own() -> None:
    assert Problems().of(Problem("server.failed")).status_code == 500
    assert json.loads(bytes(Problems().of(Invalid("header.malformed", header="X")).body))["header"] == "X"
