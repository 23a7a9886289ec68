"""What every journey is given: a ward of its own on the one running system."""

from collections.abc import AsyncIterator, Awaitable, Callable

import pytest

from tests.journeys.ward import Ward
from tests.running import Running
from tsunagi.client import Client


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let the verification come after everything else that runs on the shared system."""
    items.sort(key=lambda item: item.path.name == "test_verified.py")


@pytest.fixture
async def client(running: Running) -> AsyncIterator[Client]:
    """Return a client that writes down what it is answered."""
    async with running.client(patience=30.0) as client:
        yield client


@pytest.fixture
async def another_ward(client: Client) -> AsyncIterator[Callable[[], Awaitable[Ward]]]:
    """Return what makes wards; each is tidied up at the end."""
    made: list[Ward] = []

    async def make() -> Ward:
        made.append(Ward(client))
        return await made[-1].begins()

    yield make
    for ward in made:
        await ward.ends()


@pytest.fixture
async def ward(another_ward: Callable[[], Awaitable[Ward]]) -> Ward:
    """Return a ward of this journey's own."""
    return await another_ward()
