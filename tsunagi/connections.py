"""Connections to the services' APIs that are kept open and cost little: a drill sends thousands of requests.

A transport for httpx, in place of its own, whose pool looks at every idle connection again for each request.
"""

import asyncio
import time
from collections import defaultdict

import httptools
import httpx

_Host = tuple[str, int]


class _Connection(asyncio.Protocol):
    """One connection, one request at a time (HTTP/1.1)."""

    def __init__(self) -> None:
        self.transport: asyncio.Transport | None = None
        self.closed = False
        self._parser = httptools.HttpResponseParser(self)
        self._answered: asyncio.Future[httpx.Response] | None = None
        self._headers: list[tuple[bytes, bytes]] = []
        self._body: list[bytes] = []

    async def ask(self, raw: bytes) -> httpx.Response:
        """Send a request and return what is answered. Raises `httpx.ReadError` where the connection breaks."""
        if self.transport is None or self.closed:
            raise httpx.ReadError("the connection is closed")
        self._answered = asyncio.get_running_loop().create_future()
        self._headers, self._body = [], []
        self.transport.write(raw)
        return await self._answered

    def close(self) -> None:
        self.closed = True
        if self.transport is not None:
            self.transport.close()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)  # noqa: S101 - TCP gives no other
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserError as error:
            self._break(httpx.RemoteProtocolError(str(error)))

    def connection_lost(self, error: Exception | None) -> None:
        self._break(httpx.ReadError(str(error or "the connection was closed")))

    def on_header(self, name: bytes, value: bytes) -> None:
        self._headers.append((name, value))

    def on_body(self, body: bytes) -> None:
        self._body.append(body)

    def on_message_complete(self) -> None:
        if not self._parser.should_keep_alive():
            self.close()
        if self._answered is not None and not self._answered.done():
            status, body = self._parser.get_status_code(), b"".join(self._body)
            self._answered.set_result(httpx.Response(status, headers=self._headers, content=body))
        self._parser = httptools.HttpResponseParser(self)

    def _break(self, error: Exception) -> None:
        self.close()
        if self._answered is not None and not self._answered.done():
            self._answered.set_exception(error)


class Connections(httpx.AsyncBaseTransport):
    """At most so many requests at once to each server: whoever waits for a slow one keeps nobody from a quick one.

    Each connection is used again, the one used last first.
    """

    def __init__(self, most: int) -> None:
        self._gates: defaultdict[_Host, asyncio.Semaphore] = defaultdict(lambda: asyncio.Semaphore(most))
        self._idle: defaultdict[_Host, list[_Connection]] = defaultdict(list)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request and return the answer, read whole.

        Its extension `seconds` is how long the server took, `waited` how long the request waited for a connection.
        Raises the errors of httpx's own transport: `ConnectError`, `ConnectTimeout`, `ReadError`, `ReadTimeout`.
        """
        timeouts = request.extensions.get("timeout", {})
        raw = _written(request, await request.aread())
        host = (request.url.host, request.url.port or 80)
        asked = time.perf_counter()
        async with self._gates[host]:
            connection = self._kept(host) or await _connected(host, timeouts.get("connect"))
            began = time.perf_counter()
            try:
                async with asyncio.timeout(timeouts.get("read")):
                    answer = await connection.ask(raw)
            except TimeoutError:
                connection.close()
                raise httpx.ReadTimeout("no answer in time") from None
            except BaseException:
                connection.close()
                raise
            answer.extensions |= {"waited": began - asked, "seconds": time.perf_counter() - began}
            if not connection.closed:
                self._idle[host].append(connection)
            return answer

    def _kept(self, host: _Host) -> _Connection | None:
        kept = self._idle[host]
        while kept:
            connection = kept.pop()
            if not connection.closed:
                return connection
        return None

    async def aclose(self) -> None:
        """Close every connection."""
        for kept in self._idle.values():
            for connection in kept:
                connection.close()
        self._idle.clear()


async def _connected(host: _Host, within: float | None) -> _Connection:
    try:
        async with asyncio.timeout(within):
            _, connection = await asyncio.get_running_loop().create_connection(_Connection, *host)
    except TimeoutError:
        raise httpx.ConnectTimeout("no connection in time") from None
    except OSError as error:
        raise httpx.ConnectError(str(error)) from error
    return connection


def _written(request: httpx.Request, body: bytes) -> bytes:
    head = [request.method.encode() + b" " + request.url.raw_path + b" HTTP/1.1"]
    head += [name + b": " + value for name, value in request.headers.raw]
    return b"\r\n".join(head) + b"\r\n\r\n" + body
