"""Screening in this process, on a database of its own: its parts, its application, and somebody to call it."""

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import httpx
import pytest

from services.screening.api import make_api
from services.screening.settings import ScreeningSettings
from services.screening.wiring import SERVICE
from shared.platform.parts import Parts, open_parts
from shared.platform.tokens import read_signing_key
from shared.platform.web import Api
from tests.adapters.screening.made import World
from tests.fresh import FreshDatabase, MakeDatabase
from tests.matrix import Token, sign_with

Send = Callable[..., Awaitable[httpx.Response]]


@pytest.fixture
def fresh(database: MakeDatabase) -> FreshDatabase:
    return database("screening", migrate=True)


async def _parts(fresh: FreshDatabase, role: str, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Parts]:
    for name, value in fresh.environment(role).items():
        if name.startswith("TSUNAGI_"):
            monkeypatch.setenv(name, value)
    async with open_parts("screening", ScreeningSettings(), SERVICE.ledger, SERVICE.project) as opened:
        yield opened


@pytest.fixture
async def parts(fresh: FreshDatabase, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Parts]:
    """The parts of an api."""
    async for opened in _parts(fresh, "api", monkeypatch):
        yield opened


@pytest.fixture
async def world(fresh: FreshDatabase, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[World]:
    """What other services say, settled as by the worker."""
    async for opened in _parts(fresh, "worker", monkeypatch):
        yield World(opened)


@pytest.fixture
async def relay(fresh: FreshDatabase, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Parts]:
    """The parts of a relay, which fires the timers."""
    async for opened in _parts(fresh, "relay", monkeypatch):
        yield opened


@pytest.fixture
def app(parts: Parts) -> Api:
    made = make_api(parts)
    assert isinstance(made, Api)
    return made


@pytest.fixture
def token(fresh: FreshDatabase) -> Token:
    return sign_with(read_signing_key(fresh.stack.layout.signing_key))


@pytest.fixture
async def send(app: Api, token: Token) -> AsyncIterator[Send]:
    """Return `send(method, path, json, role=…, wards=…, headers=…)`."""
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://screening") as client:

        async def ask(
            method: str,
            path: str,
            json: Any = None,
            *,
            role: str = "nurse",
            nurse: str = "nurse-sato",
            wards: tuple[str, ...] | str = ("28101",),
            **more: Any,
        ) -> httpx.Response:
            headers = {"Authorization": f"Bearer {token(subject=nurse, roles=[role], wards=wards)}"}
            return await client.request(method, path, json=json, headers=headers | more.pop("headers", {}), **more)

        yield ask
