"""Connections that are kept: used again, renewed when the other side has closed them, bounded in every wait."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable

import httpx
import pytest

from tsunagi.connections import Connections

Answer = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
OK = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}"


class Site:
    """A server that answers every request in one way, and remembers what came."""

    def __init__(self, answers: bytes, *, closes: bool = False) -> None:
        self.answers, self.closes = answers, closes
        self.connections = 0
        self.requests: list[bytes] = []

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                length = int(
                    next((line[15:] for line in head.split(b"\r\n") if line[:15].lower() == b"content-length:"), 0)
                )
                self.requests.append(head + await reader.readexactly(length))
                if self.answers:
                    writer.write(self.answers)
                if self.closes:
                    break
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        writer.close()


async def at(site: Site) -> AsyncIterator[str]:
    server = await asyncio.start_server(site.serve, "127.0.0.1", 0)
    yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    server.close()


def client(most: int = 4, seconds: float = 5.0) -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=Connections(most), timeout=seconds, trust_env=False)


async def test_a_connection_is_used_again_and_body_and_headers_arrive() -> None:
    site = Site(OK)
    async for url in at(site):
        async with client() as http:
            for _ in range(5):
                answer = await http.post(f"{url}/a?b=c", content=b"body", headers={"X-One": "1"})
                assert (answer.status_code, answer.json()) == (200, {})
    assert site.connections == 1
    assert all(one.startswith(b"POST /a?b=c HTTP/1.1\r\n") and one.endswith(b"\r\n\r\nbody") for one in site.requests)
    assert all(b"x-one: 1" in one.lower() for one in site.requests)


async def test_no_more_connections_than_allowed_however_many_ask() -> None:
    site = Site(OK)
    async for url in at(site):
        async with client(most=3) as http:
            answers = await asyncio.gather(*(http.get(url) for _ in range(40)))
    assert {answer.status_code for answer in answers} == {200}
    assert site.connections <= 3


async def test_an_answer_in_chunks_is_read_whole() -> None:
    site = Site(b"HTTP/1.1 404 Not Found\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n")
    async for url in at(site):
        async with client() as http:
            answers = [await http.get(url) for _ in range(2)]
    assert [(answer.status_code, answer.content) for answer in answers] == [(404, b"abcde")] * 2


async def test_what_the_other_side_closes_is_not_used_again() -> None:
    site = Site(OK.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n"), closes=True)
    async for url in at(site):
        async with client() as http:
            for _ in range(3):
                assert (await http.get(url)).status_code == 200
    assert site.connections == 3


async def test_a_connection_that_breaks_is_an_error_that_can_be_tried_again() -> None:
    site = Site(b"", closes=True)
    async for url in at(site):
        async with client() as http:
            with pytest.raises(httpx.ReadError):
                await http.get(url)


async def test_nobody_is_waited_for_without_end() -> None:
    site = Site(b"")
    async for url in at(site):
        async with client(seconds=0.1) as http:
            with pytest.raises(httpx.ReadTimeout):
                await http.get(url)


async def test_where_nobody_listens_is_said_so() -> None:
    async for url in at(Site(OK)):
        away = url
    async with client() as http:
        with pytest.raises(httpx.ConnectError):
            await http.get(away)


async def test_what_is_no_answer_is_said_so() -> None:
    async for url in at(Site(b"SSH-2.0-other\r\n")):
        async with client() as http:
            with pytest.raises(httpx.RemoteProtocolError):
                await http.get(url)


async def test_whoever_waits_for_a_slow_server_keeps_nobody_from_a_quick_one() -> None:
    silent, quick = Site(b""), Site(OK)
    async for slow_url in at(silent):
        async for url in at(quick):
            async with client(most=1, seconds=60) as http:
                waits = asyncio.create_task(http.get(slow_url))
                answer = await http.get(url)
                assert not waits.done()
                assert 0 <= answer.extensions["seconds"] < 60, "how long the server took is told"
                waits.cancel()
