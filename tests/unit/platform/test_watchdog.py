"""A worker leaves where it stands still, and only then."""

import asyncio
from types import SimpleNamespace
from typing import Any, NoReturn

import pytest

from shared.platform import watchdog
from shared.platform.watchdog import Progress, watch_lag


class Left(Exception):
    pass


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    """What Kafka and PostgreSQL answer; leaving raises `Left`."""
    world = SimpleNamespace(lag=5, kafka=True, database=True, looks=0, progress=Progress(), acks=0)

    async def lag(*_: object) -> dict[str, int]:
        world.looks += 1
        world.progress.acks += world.acks
        if not world.kafka:
            raise ConnectionError
        return {"intake.person": world.lag}

    async def reachable(_: object) -> bool:
        return bool(world.database)

    def leave(code: int, why: str) -> NoReturn:
        raise Left(code, why)

    monkeypatch.setattr(watchdog, "consumer_lag", lag)
    monkeypatch.setattr(watchdog, "_reachable", reachable)
    monkeypatch.setattr(watchdog, "leave", leave)
    return world


async def looks(world: SimpleNamespace, until: int = 10) -> int | None:
    """Return after how many looks it left, or None where it did not within `until`."""
    parts: Any = SimpleNamespace(settings=SimpleNamespace(brokers=""), service="intake")
    watching = asyncio.create_task(watch_lag(parts, ["intake.person"], world.progress, look=0))
    while world.looks < until and not watching.done():  # noqa: ASYNC110 - it lets the other task take its turn
        await asyncio.sleep(0)
    if watching.done():
        with pytest.raises(Left):
            await watching
        return int(world.looks)
    watching.cancel()
    return None


async def test_lag_without_an_ack_for_three_looks_is_the_end(world: SimpleNamespace) -> None:
    assert await looks(world) == 3


@pytest.mark.parametrize("well", [{"lag": 0}, {"acks": 1}, {"kafka": False}, {"database": False}])
async def test_it_stays_where_nothing_lags_or_something_moves_or_a_server_is_away(
    world: SimpleNamespace, well: dict[str, object]
) -> None:
    vars(world).update(well)

    assert await looks(world) is None
