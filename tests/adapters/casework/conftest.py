"""Casework in this process, on a database of its own: api, worker and owner, and somebody to call it."""

import random
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from typing import Any

import httpx
import pytest

from services.casework.api import make_api
from services.casework.settings import CaseworkSettings
from services.casework.wiring import SERVICE
from shared.contracts.envelope import Recorded
from shared.platform.parts import Parts, open_parts
from shared.platform.settling import Settling
from shared.platform.tokens import read_signing_key
from shared.platform.topics import create_topics
from shared.platform.web import Api
from tests.adapters.casework.logged import Live
from tests.adapters.casework.made import Keys
from tests.adapters.platform.made import message
from tests.fresh import FreshDatabase, MakeDatabase
from tests.matrix import Token, sign_with

Send = Callable[..., Awaitable[httpx.Response]]
Tell = Callable[..., Awaitable[None]]
WARD = "28101"


@pytest.fixture
def fresh(database: MakeDatabase) -> FreshDatabase:
    return database("casework", migrate=True)


async def opened(fresh: FreshDatabase, role: str, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Parts]:
    with monkeypatch.context() as patched:
        for name, value in fresh.environment(role).items():
            if name.startswith("TSUNAGI_"):
                patched.setenv(name, value)
        settings = CaseworkSettings()
    async with open_parts("casework", settings, SERVICE.ledger, SERVICE.project) as parts:
        yield parts


@pytest.fixture
async def parts(fresh: FreshDatabase, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Parts]:
    """The parts of an api."""
    async for one in opened(fresh, "api", monkeypatch):
        yield one


@pytest.fixture
async def worker(fresh: FreshDatabase, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Parts]:
    """The parts of a worker."""
    async for one in opened(fresh, "worker", monkeypatch):
        yield one


@pytest.fixture
async def relay(fresh: FreshDatabase, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Parts]:
    """The parts of a relay, which fires the timers."""
    async for one in opened(fresh, "relay", monkeypatch):
        yield one


@pytest.fixture
async def owner(fresh: FreshDatabase, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Parts]:
    """The parts of who migrates and rebuilds."""
    async for one in opened(fresh, "owner", monkeypatch):
        yield one


@pytest.fixture
def settling(worker: Parts) -> Settling:
    """What the worker does with messages."""
    return Settling(worker, SERVICE)


@pytest.fixture
def keys(worker: Parts, settling: Settling) -> Keys:
    """The keys of persons and households, to be told."""
    return Keys(worker, settling)


@pytest.fixture
def tell(settling: Settling) -> Tell:
    """Return `tell(events, batches=rng)`: have events settled as the worker does, in their order, topic by topic."""

    async def settle(events: Sequence[Recorded], batches: random.Random | None = None) -> None:
        for batch in batched(events, batches):
            await settling.store([settling.read(message(one, n)) for n, one in batch])

    return settle


def batched(events: Sequence[Recorded], dice: random.Random | None) -> list[list[tuple[int, Recorded]]]:
    """Cut events into batches of one topic, in their order; an event's number stands for its offset."""
    made: list[list[tuple[int, Recorded]]] = []
    for n, one in enumerate(events):
        topic = one.envelope.topic
        fits = made and made[-1][0][1].envelope.topic == topic and (dice is None or dice.random() < 0.7)
        if fits:
            made[-1].append((n, one))
        else:
            made.append([(n, one)])
    return made


@pytest.fixture
async def live(settling: Settling, worker: Parts) -> Live:
    """What a live worker does with what is on the log."""
    await create_topics(worker.settings.kafka)
    return Live(settling, worker.settings.kafka)


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
    """Return `send(method, path, json, role=…, subject=…, wards=…, headers=…)`."""
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://casework") as client:

        async def ask(
            method: str,
            path: str,
            json: Any = None,
            *,
            role: str = "caseworker",
            subject: str = "worker-1",
            wards: tuple[str, ...] | str = (WARD,),
            **more: Any,
        ) -> httpx.Response:
            headers = {"Authorization": f"Bearer {token(subject=subject, roles=[role], wards=wards)}"}
            return await client.request(method, path, json=json, headers=headers | more.pop("headers", {}), **more)

        yield ask
