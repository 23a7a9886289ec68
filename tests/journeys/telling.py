"""How anybody of a journey speaks with the services: asks, tells, is refused, and waits for what others will do."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any
from uuid import UUID

import pytest

from shared.kernel.ids import new_id
from tests.running import eventually
from tsunagi.client import Client, Command, Failed, Who

Answer = dict[str, Any]
"""What a service answers, as JSON."""

WAITS = 20.0
"""Real seconds that anybody waits for what has to come by way of the log."""


class Somebody:
    """Somebody with a role and a reach, who calls the services by their public APIs."""

    def __init__(self, who: Who, client: Client) -> None:
        self.who = who
        self.client = client

    @property
    def id(self) -> str:
        return self.who.id

    def fresh(self) -> UUID:
        """Return a new id, as a client chooses it."""
        return new_id(self.client.clock.now())

    def command(self, **said: Any) -> Command:
        """Return what a new command says about itself."""
        return Command(self.fresh(), **said)

    async def ask(self, service: str, path: str, **query: object) -> Any:
        """Return what a GET answers. Raises `Failed`."""
        return await self.client.get(self.who, service, path, **query)

    async def list(self, service: str, path: str, **query: object) -> list[Answer]:
        """Return every item of a list."""
        return await self.client.every(self.who, service, path, **query)

    async def tell(
        self,
        service: str,
        path: str,
        body: object = None,
        *,
        happened: datetime | None = None,
        device_now: datetime | None = None,
        channel: str | None = None,
        said_by: str | None = None,
        method: str = "POST",
    ) -> Answer:
        """Carry out a command; the keywords are what it says about itself. Raises `Failed`."""
        command = Command(self.fresh(), happened, device_now, channel, said_by)
        answer: Answer = await self.client.send(
            self.who, service, path, {} if body is None else body, command, method=method
        )
        return answer


@contextmanager
def refused(*codes: str) -> Iterator[None]:
    """Expect to be told no, with one of these codes."""
    with pytest.raises(Failed) as caught:
        yield
    assert caught.value.code in codes, caught.value


async def soon(condition: Any, within: float = WAITS) -> Any:
    """Return what the condition answers once that is something (`eventually`, with a journey's patience)."""
    return await eventually(condition, within=within)


def said(**fields: object) -> dict[str, object]:
    """Return a body of the fields that were given (those that are None were not)."""
    return {name: value for name, value in fields.items() if value is not None}
