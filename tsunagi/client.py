"""A client of the services' APIs, as a tablet, a nurse's page or a partner's system would be.

It keeps sending until it is answered: every command has an id of its own, so that sending twice is no harm. What was
answered is written down (`acknowledged`), one line each, for `tsunagi verify --acknowledged`.
"""

import asyncio
import random
import time
from collections.abc import AsyncIterator, Callable, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import IO, Any, NamedTuple, Self
from uuid import UUID

import httpx
import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from shared.platform.clock import Clock, real_now
from shared.platform.permissions import Role
from shared.platform.tokens import read_signing_key, sign
from tsunagi.connections import Connections
from tsunagi.stack.stack import Stack

_LIFETIME = timedelta(hours=6)
_AGAIN = frozenset({408, 425, 429, 502, 503, 504})
"""Answers that mean: not now."""


class Heard(NamedTuple):
    """An answer to a request (or none): how many real seconds it waited for a connection and took then, and why it has
    to be sent again (None: it has not)."""

    method: str
    service: str
    path: str
    waited: float
    seconds: float
    again: str | None


Observer = Callable[[Heard], None]


class Who(NamedTuple):
    """Somebody who calls: an actor's id, one role, and how far it reaches."""

    id: str
    role: Role
    wards: tuple[str, ...] | str = ()
    facilities: tuple[UUID, ...] = ()
    partners: tuple[str, ...] = ()


CITY_HQ = Who("hq-city", "city-hq", "*")
OPERATOR = Who("operator", "operator", "*")


class Failed(Exception):
    """A service answered with a problem (`code`, `status`, `problem`), or nobody answered in time."""

    def __init__(self, status: int, code: str, problem: Mapping[str, Any]) -> None:
        super().__init__(f"{status} {code}: {problem.get('title') or problem.get('detail_en') or ''}")
        self.status = status
        self.code = code
        self.problem = problem


class Command(NamedTuple):
    """What a command says about itself besides its body."""

    id: UUID
    happened: datetime | None = None
    device_now: datetime | None = None
    channel: str | None = None
    said_by: str | None = None
    disaster: UUID | None = None

    def headers(self) -> dict[str, str]:
        """Return the headers that say it."""
        found: dict[str, object | None] = {
            "Idempotency-Key": self.id,
            "Tsunagi-Happened-At": self.happened and self.happened.isoformat(),
            "Tsunagi-Device-Now": self.device_now and self.device_now.isoformat(),
            "Tsunagi-Channel": self.channel,
            "Tsunagi-Said-By": self.said_by,
            "Tsunagi-Disaster": self.disaster,
        }
        return {name: str(value) for name, value in found.items() if value is not None}


class Client:
    """Calls the four services of one stack; every wait is bounded by `patience` (real seconds)."""

    def __init__(
        self,
        urls: Mapping[str, str],
        key: Ed25519PrivateKey,
        clock: Clock,
        *,
        acknowledged: Path | None = None,
        patience: float = 120.0,
        connections: int = 32,
    ) -> None:
        self.urls = dict(urls)
        self.clock = clock
        self.patience = patience
        self.sent = self.repeated = 0
        self.observer: Observer | None = None
        self._key = key
        self._tokens: dict[Who, tuple[datetime, str]] = {}
        self._acknowledged: IO[bytes] | None = acknowledged.open("ab") if acknowledged else None
        self._http = httpx.AsyncClient(
            timeout=httpx.Timeout(20.0, connect=5.0), transport=Connections(connections), trust_env=False
        )

    @classmethod
    def of(cls, stack: Stack, **settings: Any) -> Self:
        """Return a client of a local stack, which signs its tokens with the stack's own key."""
        kind = stack.layout.kind.clock
        clock = Clock(kind.epoch, kind.started, kind.rate)
        return cls(stack.urls, read_signing_key(stack.layout.signing_key), clock, **settings)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        await self._http.aclose()
        if self._acknowledged is not None:
            self._acknowledged.close()

    def token(self, who: Who) -> str:
        """Return a token for this caller, signed anew before it ends."""
        known = self._tokens.get(who)
        if known is None or known[0] < real_now():
            signed = sign(
                self._key,
                subject=who.id,
                roles=[who.role],
                wards=who.wards,
                facilities=who.facilities,
                partners=who.partners,
                lifetime=_LIFETIME,
            )
            known = self._tokens[who] = (real_now() + _LIFETIME / 2, signed)
        return known[1]

    async def get(self, who: Who, service: str, path: str, **query: object) -> Any:
        """Return what a GET answers; a list in the query is given as often as it has members. Raises `Failed`."""
        params = {name: _parameter(value) for name, value in query.items() if value is not None}
        return await self._call(who, "GET", service, path, b"", {}, params)

    async def every(self, who: Who, service: str, path: str, **query: Any) -> list[Any]:
        """Return all items of a paged list."""
        return [item async for page in self.pages(who, service, path, **query) for item in page]

    async def count(self, who: Who, service: str, path: str, **query: Any) -> int:
        """Return how many items a paged list has, without holding more than a page."""
        return sum([len(page) async for page in self.pages(who, service, path, **query)])

    async def pages(
        self, who: Who, service: str, path: str, *, limit: int = 200, **query: Any
    ) -> AsyncIterator[list[Any]]:
        """Yield the items of a paged list, page by page of so many."""
        after: str | None = None
        while True:
            page = await self.get(who, service, path, limit=limit, after=after, **query)
            yield page["items"]
            after = page.get("next")
            if after is None:
                return

    async def send(
        self, who: Who, service: str, path: str, body: object, command: Command, *, method: str = "POST"
    ) -> Any:
        """Carry out a command, as often as it takes to be answered; write down what was. Raises `Failed`."""
        content = body if isinstance(body, bytes) else msgspec.json.encode(body)
        answer = await self._call(who, method, service, path, content, command.headers(), {})
        self.sent += 1
        self._note(service, answer)
        return answer

    def _note(self, service: str, answer: Any) -> None:
        if self._acknowledged is None or not isinstance(answer, dict) or "stream" not in answer:
            return
        line = {name: answer[name] for name in ("stream", "version", "events") if name in answer}
        self._acknowledged.write(msgspec.json.encode({"service": service, **line}) + b"\n")
        self._acknowledged.flush()

    async def _call(
        self,
        who: Who,
        method: str,
        service: str,
        path: str,
        content: bytes,
        headers: Mapping[str, str],
        params: Mapping[str, str | list[str]],
    ) -> Any:
        until = asyncio.get_running_loop().time() + self.patience
        pause = 0.05
        while True:
            began = time.perf_counter()
            try:
                reply = await self._http.request(
                    method,
                    self.urls[service] + path,
                    content=content,
                    params=params,
                    headers={
                        "Authorization": f"Bearer {self.token(who)}",
                        "Content-Type": "application/json",
                        **headers,
                    },
                )
            except httpx.TransportError as error:
                failure = Failed(0, "unreachable", {"title": type(error).__name__})
                took = time.perf_counter() - began
                self._observe(Heard(method, service, path, 0.0, took, type(error).__name__))
            else:
                problem = None if reply.is_success else _failure(reply)
                again = problem is not None and (problem.status in _AGAIN or problem.code == "command.raced")
                waited, took = (reply.extensions.get(name, 0.0) for name in ("waited", "seconds"))
                why = str(reply.status_code) if again else None
                self._observe(Heard(method, service, path, waited, took, why))
                if problem is None:
                    self.repeated += reply.headers.get("Tsunagi-Repeated") == "true"
                    return reply.json() if reply.content else None
                if not again:
                    raise problem
                failure = problem
            if asyncio.get_running_loop().time() + pause > until:
                raise failure
            await asyncio.sleep(pause * random.uniform(0.5, 1.5))  # noqa: S311 - a pause, no secret
            pause = min(pause * 2, 2.0)

    def _observe(self, heard: Heard) -> None:
        if self.observer is not None:
            self.observer(heard)


def _parameter(value: object) -> str | list[str]:
    return [str(one) for one in value] if isinstance(value, list | tuple) else str(value)


def _failure(reply: httpx.Response) -> Failed:
    try:
        problem = reply.json()
    except ValueError:
        problem = {}
    if not isinstance(problem, dict):
        problem = {}
    return Failed(reply.status_code, str(problem.get("code", "unknown")), problem)
