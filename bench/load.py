"""The load: one process, so many connections, each sending a request as soon as the last one was answered.

`python -m bench.load PORT TOKEN SECONDS CONNECTIONS RUN` sends sheets; with paths on standard input, one a line, it
asks for these, again and again. It prints one JSON object: how many were answered 200, how many otherwise, and the
time they took.
"""

import asyncio
import json
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from itertools import cycle
from typing import Any, cast

import uvloop

from bench.sheets import bodies


class Connection(asyncio.Protocol):
    """One connection, one request on the way at a time."""

    def __init__(self, load: "Load") -> None:
        self._load = load
        self._buffer = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        self._send()

    def _send(self) -> None:
        if time.perf_counter() >= self._load.until:
            self._transport.close()
            return
        request = next(self._load.requests)
        self._began = time.perf_counter()
        self._transport.write(request)

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        head, found, rest = self._buffer.partition(b"\r\n\r\n")
        if not found:
            return
        length = int(head.lower().split(b"content-length:", 1)[1].split(b"\r\n", 1)[0])
        if len(rest) < length:
            return
        self._buffer = rest[length:]
        now = time.perf_counter()
        if head.startswith(b"HTTP/1.1 200"):
            self._load.took.append(now - self._began)
        else:
            self._load.failed += 1
            self._load.last_failure = rest[:300].decode(errors="replace")
        self._send()

    def connection_lost(self, _: Exception | None) -> None:
        self._load.open -= 1
        if not self._load.open:
            self._load.ended.set()


def sheets(port: int, token: str, run: int) -> Iterator[bytes]:
    """Yield requests that send sheets."""
    head = (
        f"POST /households HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nAuthorization: Bearer {token}\r\n"
        "Content-Type: application/json\r\nContent-Length: %d\r\n\r\n"
    ).encode()
    for body in bodies(run):
        yield head % len(body) + body


def questions(port: int, token: str, paths: Sequence[str]) -> Iterator[bytes]:
    """Yield requests that ask for these paths, without end."""
    rest = f" HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nAuthorization: Bearer {token}\r\n\r\n"
    yield from cycle([f"GET {path}{rest}".encode() for path in paths])


class Load:
    def __init__(self, port: int, requests: Iterator[bytes], seconds: float, connections: int) -> None:
        self.port, self.open = port, connections
        self.requests = requests
        self.took: list[float] = []
        self.failed = 0
        self.last_failure = ""
        self.until = time.perf_counter() + seconds
        self.ended = asyncio.Event()

    async def run(self) -> dict[str, object]:
        loop = asyncio.get_running_loop()
        began = time.perf_counter()
        for _ in range(self.open):
            await loop.create_connection(lambda: Connection(self), "127.0.0.1", self.port)
        await asyncio.wait_for(self.ended.wait(), self.until - time.perf_counter() + 30)
        seconds = time.perf_counter() - began
        self.took.sort()
        last = len(self.took) - 1
        return {
            "answered": len(self.took),
            "failed": self.failed,
            "last_failure": self.last_failure,
            "per_second": len(self.took) / seconds,
            "p50_ms": self.took[last // 2] * 1000 if self.took else None,
            "p99_ms": self.took[int(last * 0.99)] * 1000 if self.took else None,
        }


def load(
    port: int, token: str, seconds: float, connections: int, run: int = 0, paths: Sequence[str] = ()
) -> dict[str, Any]:
    """Run the load in a process of its own and return what it prints. Raises RuntimeError where one was refused."""
    words = [sys.executable, "-m", "bench.load", str(port), token, str(seconds), str(connections), str(run)]
    done = subprocess.run(
        words, check=True, stdout=subprocess.PIPE, text=True, timeout=seconds + 60, input="\n".join(paths)
    )
    result: dict[str, Any] = json.loads(done.stdout)
    if result["failed"] or not result["answered"]:
        raise RuntimeError(f"{result['failed']} requests were refused: {result['last_failure']}")
    return result


def main() -> None:
    port, token, seconds, connections, run = sys.argv[1:]
    paths = sys.stdin.read().split()
    requests = questions(int(port), token, paths) if paths else sheets(int(port), token, int(run))
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        result = runner.run(_made(int(port), requests, float(seconds), int(connections)))
    print(json.dumps(result))


async def _made(port: int, requests: Iterator[bytes], seconds: float, connections: int) -> dict[str, object]:
    return await Load(port, requests, seconds, connections).run()


if __name__ == "__main__":
    main()
