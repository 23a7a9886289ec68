"""Transfer in this process, on a database of its own: its parts, its application, and somebody to call it."""

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import httpx
import pytest

from services.transfer.settings import TransferSettings
from services.transfer.wiring import SERVICE
from shared.platform.parts import Parts, open_parts
from tests.fresh import FreshDatabase, MakeDatabase

Send = Callable[..., Awaitable[httpx.Response]]
Open = Callable[..., Any]


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
