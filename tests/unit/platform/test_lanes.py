"""How a worker's lanes settle what comes: together where little comes, alone where much does or where it goes wrong."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Sequence
from random import Random
from types import SimpleNamespace
from typing import Any

import pytest

from shared.platform.inbox import Message
from shared.platform.watchdog import Progress
from shared.platform.worker import Lane

PERSONS, KEYS = "intake.person", "keys"


def event(topic: str, *offsets: int) -> Any:
    """Return an event of Faust's with a bundle of these offsets."""
    records = [
        SimpleNamespace(topic=topic, partition=0, offset=one, key=None, headers=(), value=None) for one in offsets
    ]
    return SimpleNamespace(message=SimpleNamespace(topic=topic, records=records))


class World:
    """What the lanes see: streams that bring bundles, a database that keeps them or refuses, a consumer to hold."""

    def __init__(self, *topics: str) -> None:
        self.progress = Progress()
        self.stored: list[list[tuple[str, int]]] = []
        self.acknowledged: list[tuple[str, int]] = []
        self.held: list[str] = []
        self.refuses = False
        self.hindered: Random | None = None
        self.gate = asyncio.Event()
        self.gate.set()
        self._bundles: dict[str, asyncio.Queue[Any]] = {topic: asyncio.Queue() for topic in topics}
        app: Any = SimpleNamespace(
            consumer=SimpleNamespace(
                hold=self.held.append, let_go=lambda _: None, taken=lambda: None, all_taken=self._others_come
            ),
            should_stop=False,
        )
        settling: Any = SimpleNamespace(read=lambda message: message, store=self._store, settle=self._settle)
        lanes: list[Lane] = []
        self.lanes = {topic: Lane(app, topic, settling, self.progress, lanes) for topic in topics}

    def bring(self, topic: str, *offsets: int) -> None:
        self._bundles[topic].put_nowait(event(topic, *offsets))

    @staticmethod
    async def _others_come(_: float) -> None:
        for _turn in range(5):
            await asyncio.sleep(0)

    async def _takes_its_time(self) -> bool:
        """Let others have so many turns; say whether it went wrong in the end."""
        await self.gate.wait()
        for _ in range(self.hindered.randint(0, 20) if self.hindered else 0):
            await asyncio.sleep(0)
        return self.refuses or (self.hindered is not None and self.hindered.random() < 0.05)

    async def _store(self, came: Sequence[Message]) -> None:
        if await self._takes_its_time():
            raise ConnectionError
        self.stored.append([(one.topic, one.offset) for one in came])

    async def _settle(self, came: Sequence[Message], _: Any) -> None:
        await self._takes_its_time()
        self.stored.append([(one.topic, one.offset) for one in came])

    def stream(self, topic: str) -> Any:
        async def events() -> AsyncIterator[Any]:
            while True:
                yield await self._bundles[topic].get()

        async def ack(one: Any) -> None:
            self.acknowledged += [(one.message.topic, record.offset) for record in one.message.records]

        return SimpleNamespace(events=events, ack=ack, enable_acks=True)

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        tasks = [asyncio.create_task(lane.work(self.stream(topic))) for topic, lane in self.lanes.items()]
        await asyncio.sleep(0)
        try:
            yield
        finally:
            settling = [lane._task for lane in self.lanes.values() if lane._task is not None]
            for task in (*tasks, *settling):
                task.cancel()
            await asyncio.gather(*tasks, *settling, return_exceptions=True)


async def until(true: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not true():  # noqa: ASYNC110 - the turns of the lanes are what it waits for
            await asyncio.sleep(0)


@pytest.fixture
def world() -> World:
    return World(PERSONS, KEYS)


async def test_what_comes_on_several_topics_at_once_is_one_transaction(world: World) -> None:
    async with world.running():
        world.bring(PERSONS, 1, 2)
        world.bring(KEYS, 7)
        await until(lambda: len(world.acknowledged) == 3)
    assert [sorted(batch) for batch in world.stored] == [[(PERSONS, 1), (PERSONS, 2), (KEYS, 7)]]
    assert sorted(world.acknowledged) == [(PERSONS, 1), (PERSONS, 2), (KEYS, 7)]
    assert world.progress.acks == 3


async def test_where_that_is_refused_every_lane_goes_its_own_way(world: World) -> None:
    world.refuses = True
    async with world.running():
        world.bring(PERSONS, 1, 2)
        world.bring(KEYS, 7)
        await until(lambda: len(world.acknowledged) == 3)
    assert sorted(map(sorted, world.stored)) == [[(PERSONS, 1), (PERSONS, 2)], [(KEYS, 7)]]


async def test_where_much_comes_lanes_work_side_by_side(world: World) -> None:
    async with world.running():
        world.bring(PERSONS, *range(200))
        world.bring(KEYS, *range(200))
        await until(lambda: len(world.acknowledged) == 400)
    assert len(world.stored) == 2


async def test_nothing_is_acknowledged_before_it_is_kept_and_each_topic_stays_in_order(world: World) -> None:
    world.gate.clear()
    async with world.running():
        world.bring(PERSONS, 1)
        world.bring(KEYS, 7)
        await until(lambda: world.lanes[PERSONS].busy and world.lanes[KEYS].busy)
        for offset in range(2, 40):
            world.bring(PERSONS, offset)
        await until(lambda: world.lanes[PERSONS].messages == 39)
        assert world.acknowledged == []
        world.gate.set()
        await until(lambda: len(world.acknowledged) == 40)
    persons = [offset for topic, offset in world.acknowledged if topic == PERSONS]
    assert persons == sorted(persons) == list(range(1, 40))
    assert sorted(one for batch in world.stored for one in batch) == sorted(world.acknowledged), "each once"


@pytest.mark.parametrize("seed", range(5))
async def test_lanes_never_wait_for_each_other(seed: int) -> None:
    """Whatever comes where, whoever is in the middle of what, and whatever is refused: everything is kept, in order."""
    dice = Random(seed)
    topics = [f"topic-{n}" for n in range(6)]
    world = World(*topics)
    world.hindered = dice
    brought = dict.fromkeys(topics, 0)
    async with world.running():
        for _ in range(200):
            for topic in dice.sample(topics, dice.randint(1, 4)):
                count = dice.randint(1, 3)
                world.bring(topic, *range(brought[topic], brought[topic] + count))
                brought[topic] += count
            for _ in range(dice.randint(0, 30)):
                await asyncio.sleep(0)
        await until(lambda: len(world.acknowledged) == sum(brought.values()))
    for topic, count in brought.items():
        assert [offset for one, offset in world.acknowledged if one == topic] == list(range(count))
    assert len({one for batch in world.stored for one in batch}) == sum(map(len, world.stored)), "each once"


async def test_a_lane_that_is_full_has_its_topic_held(world: World) -> None:
    world.gate.clear()
    async with world.running():
        world.bring(PERSONS, *range(200))
        await until(lambda: world.lanes[PERSONS].busy and not world.lanes[PERSONS].waiting)
        for first in (200, 400, 600):
            world.bring(PERSONS, *range(first, first + 200))
        await until(lambda: PERSONS in world.held)
        world.gate.set()
        await until(lambda: len(world.acknowledged) == 800)
