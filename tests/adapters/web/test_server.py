"""The application behind a real server: what a socket can do that a test client cannot."""

import asyncio
import json
from dataclasses import replace
from types import SimpleNamespace
from typing import Any, cast

import httpx
import pytest

from shared.platform.clock import Clock
from shared.platform.parts import Parts
from shared.platform.postgres import Database
from shared.platform.tokens import LocalVerifier
from shared.platform.web import create_app
from tests.adapters.web.serving import free_port, served, spoken
from tests.fresh import MakeDatabase
from tests.unit.platform_web.small import KEY, NOTE, PERMISSIONS, PLANTED, PROBLEMS, QUICK, bearer, make_app, router_of


def head(method: str, path: str, **more: str) -> bytes:
    lines = [f"{method} {path} HTTP/1.1", "Host: x", "Connection: close"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in {**bearer(roles=["nurse"]), **more}.items()]
    return "\r\n".join([*lines, "", ""]).encode()


def problem_in(answer: bytes) -> dict[str, Any]:
    start, _, body = answer.partition(b"\r\n\r\n")
    assert b"application/problem+json" in start
    found: dict[str, Any] = json.loads(body)
    return found


async def test_a_body_that_says_its_length_is_refused_before_it_is_read() -> None:
    async with served(make_app()) as port:
        answer = await spoken(port, head("POST", "/quick", Content_Length="999999999"))
    assert problem_in(answer)["code"] == "body.too-large"


async def test_a_body_without_a_length_is_refused_where_it_grows_too_large() -> None:
    pieces = b"".join(b"%x\r\n%s\r\n" % (1000, b"x" * 1000) for _ in range(5))
    async with served(make_app(body_limit=3000)) as port:
        answer = await spoken(port, head("POST", "/quick", Transfer_Encoding="chunked") + pieces + b"0\r\n\r\n")
    assert problem_in(answer)["code"] == "body.too-large"


async def test_a_client_that_leaves_in_the_middle_leaves_the_server_well() -> None:
    async with served(make_app()) as port:
        await spoken(port, head("GET", "/health/live"))
        with pytest.raises(TimeoutError):
            await _cut_off(port)
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as client:
            assert (await client.get("/health/live")).json() == {"status": "ok"}


async def _cut_off(port: int) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(head("POST", "/quick", Content_Length="100") + b'{"text"')
    async with asyncio.timeout(0.2):
        await reader.read()


async def test_an_error_tells_the_client_nothing_of_the_inside() -> None:
    async with served(make_app(router_of({}))) as port, httpx.AsyncClient() as client:
        response = await client.post(
            f"http://127.0.0.1:{port}/notes/{NOTE}", json={"text": PLANTED}, headers=bearer(roles=["city-hq"])
        )
    assert response.json()["code"] == "server.failed"
    assert PLANTED not in response.text
    assert "Traceback" not in response.text
    assert "KeyError" not in response.text


def parts_with(database: Database) -> Parts:
    return cast("Parts", SimpleNamespace(clock=Clock(), database=database, settings=SimpleNamespace(root_path="")))


def app_on(database: Database) -> Any:
    return create_app(
        parts_with(database),
        title="small",
        routers=[router_of({})],
        problems=PROBLEMS,
        permissions=PERMISSIONS,
        raw_routes=[replace(QUICK, path="/quick")],
        verifier=LocalVerifier(KEY.public_key()),
    )


async def test_without_postgresql_a_process_lives_and_is_not_ready() -> None:
    database = await Database.connect(f"postgresql://a:b@127.0.0.1:{free_port()}/c", least=0)
    async with served(app_on(database)) as port, httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as client:
        ready, live = await client.get("/health/ready"), await client.get("/health/live")
    assert (ready.status_code, ready.json()["code"], ready.json()["needs"]) == (503, "server.busy", "postgresql")
    assert ready.headers["retry-after"]
    assert live.status_code == 200
    await database.close()


@pytest.mark.stack
async def test_with_postgresql_it_is_ready_and_kafka_is_not_asked(database: MakeDatabase) -> None:
    fresh = await Database.connect(database("intake").dsn())
    async with served(app_on(fresh)) as port, httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as client:
        assert (await client.get("/health/ready")).json() == {"status": "ok"}
    await fresh.close()
