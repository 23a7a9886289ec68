"""Every service answers as its OpenAPI document says, whatever it is asked: no 5xx, no undocumented answer."""

import asyncio

import pytest

from tests.adapters.openapi.asking import Asking
from tests.adapters.openapi.conftest import Deploy

pytestmark = pytest.mark.stack
SERVICES = ("intake", "screening", "transfer", "casework")


async def kept(deploy: Deploy, service: str, *, positive: int, negative: int) -> None:
    async with deploy(service) as api:
        asking = Asking(f"http://127.0.0.1:{api.port}", api.app.openapi(), api.token, api.known)
        await asyncio.to_thread(asking.all, positive=positive, negative=negative)
    assert not asking.broken, "\n".join(["", *asking.broken.values()])
    asked = {label for label, _ in asking.answered}
    idle = asked - {label for label, status in asking.answered if status < 300}
    assert len(idle) <= len(asked) / 10, f"these never did what they were asked: {', '.join(sorted(idle))}"


@pytest.mark.parametrize("service", SERVICES)
async def test_every_answer_is_one_that_the_document_tells(deploy: Deploy, service: str) -> None:
    await kept(deploy, service, positive=18, negative=6)


@pytest.mark.long
@pytest.mark.parametrize("service", SERVICES)
async def test_every_answer_is_one_that_the_document_tells_at_length(deploy: Deploy, service: str) -> None:
    await kept(deploy, service, positive=150, negative=60)
