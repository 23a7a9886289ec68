"""Transfer in this process, on a database of its own: its parts, its application, and somebody to call it."""

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import httpx
import pytest

from services.transfer.api import make_api
from services.transfer.settings import TransferSettings
from services.transfer.wiring import SERVICE
from shared.platform.parts import Parts, open_parts
from shared.platform.tokens import read_signing_key
from shared.platform.web import Api
from tests.fresh import FreshDatabase, MakeDatabase
from tests.matrix import Token, sign_with

Send = Callable[..., Awaitable[httpx.Response]]


@pytest.fixture
def fresh(database: MakeDatabase) -> FreshDatabase:
    return database("transfer", migrate=True)


@pytest.fixture
def settings(fresh: FreshDatabase, monkeypatch: pytest.MonkeyPatch) -> TransferSettings:
    for name, value in fresh.environment("api").items():
        if name.startswith("TSUNAGI_"):
            monkeypatch.setenv(name, value)
    return TransferSettings()


@pytest.fixture
async def parts(settings: TransferSettings) -> AsyncIterator[Parts]:
    async with open_parts("transfer", settings, SERVICE.ledger, SERVICE.project) as opened:
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
    """Return `send(method, path, json, role=…, wards=…, facilities=…, partners=…, headers=…)`; by default city HQ."""
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://transfer") as client:

        async def ask(
            method: str, path: str, json: Any = None, *, role: str = "city-hq", **more: Any
        ) -> httpx.Response:
            scope = {name: more.pop(name, ()) for name in ("wards", "facilities", "partners")}
            bearer = token(subject="sato", roles=[role], **scope)
            headers = {"Authorization": f"Bearer {bearer}", **more.pop("headers", {})}
            return await client.request(method, path, json=json, headers=headers, **more)

        yield ask
