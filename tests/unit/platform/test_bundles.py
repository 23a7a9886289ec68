"""What Faust's consumer hands on as one, and what counts as acknowledged when that is."""

import asyncio
from collections import defaultdict
from collections.abc import Mapping, Sequence
from types import SimpleNamespace
from typing import Any
from weakref import WeakSet

import pytest
from faust.transport import consumer as faust_consumer
from faust.types import TP

from shared.platform.bundles import Bundle, BundlingConsumer

PERSONS, OTHERS, KEYS = TP("intake.person", 3), TP("intake.person", 8), TP("keys", 3)


def records(tp: TP, *offsets: int) -> list[Any]:
    return [SimpleNamespace(topic=tp.topic, partition=tp.partition, offset=offset, timestamp=0) for offset in offsets]


class Polls(BundlingConsumer):
    """The consumer without a broker: its polls bring what they are told to bring."""

    def __init__(self, *polls: Mapping[TP, Sequence[Any]]) -> None:
        self._polls = list(polls)
        self.app: Any = SimpleNamespace(
            topics=SimpleNamespace(acks_enabled_for=lambda _: True),
            monitor=SimpleNamespace(track_tp_end_offset=lambda *_: None),
            consumer_generation_id=7,
            in_recovery=False,
        )
        self.flow_active = True
        self._active_partitions, self._buffered_partitions = {PERSONS, OTHERS, KEYS}, set()
        self._committed_offset: Any = defaultdict(lambda: None)
        self._read_offset: Any = defaultdict(lambda: None)
        self._acked, self._acked_index = defaultdict(list), defaultdict(set)
        self._gap = defaultdict(faust_consumer.IntervalTree)  # type: ignore[attr-defined]  # what it makes itself
        self._unacked_messages = WeakSet()
        self._n_acked, self._waiting_for_ack = 0, None
        self._on_way, self._all_taken = 0, asyncio.Event()
        self.handed_on: list[Bundle] = []
        self.callback = self.take

    async def take(self, bundle: Any) -> None:
        self.handed_on.append(bundle)

    should_stop = False

    def highwater(self, tp: TP) -> int:
        return 0

    async def _wait_next_records(self, timeout: float) -> Any:  # noqa: ASYNC109 - Faust's
        return self._polls.pop(0), self._active_partitions

    def committable(self, tp: TP) -> int | None:
        """Return the offset that Faust would commit now."""
        return self._new_offset(tp)


async def handed_on(consumer: Polls) -> list[Bundle]:
    """Return what one poll hands on, each bundle durable as soon as it is handed on."""
    consumer.handed_on = []
    await consumer.hand_on(await consumer.bundles())
    for one in consumer.handed_on:
        one.durable = True
    return consumer.handed_on


def offsets(bundle: Bundle) -> list[tuple[int, int]]:
    return [(one.partition, one.offset) for one in bundle.records]


async def test_a_bundle_is_what_a_poll_brought_of_a_topic() -> None:
    consumer = Polls({PERSONS: records(PERSONS, 4, 5, 6), KEYS: records(KEYS, 0), OTHERS: records(OTHERS, 2)})
    persons, keys = await handed_on(consumer)
    assert (persons.tp, persons.offset, offsets(persons)) == (PERSONS, 6, [(3, 4), (3, 5), (3, 6), (8, 2)])
    assert (keys.topic, keys.partition, offsets(keys)) == ("keys", 3, [(3, 0)])
    assert persons.generation_id == 7


async def test_each_partition_of_a_bundle_is_acknowledged_for_itself() -> None:
    consumer = Polls({PERSONS: records(PERSONS, 4, 5), OTHERS: records(OTHERS, 2, 3)}, {OTHERS: records(OTHERS, 4)})
    [both] = await handed_on(consumer)
    [other] = await handed_on(consumer)
    consumer._committed_offset.update({PERSONS: 4, OTHERS: 2})
    consumer.ack(other)
    assert (consumer.committable(PERSONS), consumer.committable(OTHERS)) == (None, None)
    consumer.ack(both)
    assert (consumer.committable(PERSONS), consumer.committable(OTHERS)) == (6, 5)


async def test_what_a_stream_skipped_is_not_acknowledged() -> None:
    """Faust's streams acknowledge what they skip while a rebalance goes on; it is read again, so it must not count."""
    consumer = Polls({PERSONS: records(PERSONS, 4)})
    [one] = await handed_on(consumer)
    consumer._committed_offset[PERSONS] = 4
    consumer._unacked_messages.add(one)
    one.durable = False
    assert not consumer.ack(one)
    assert consumer.committable(PERSONS) is None
    assert not consumer._unacked_messages, "and nobody waits for it"


async def test_an_offset_is_committed_when_its_whole_bundle_and_all_before_it_are_acknowledged() -> None:
    consumer = Polls({PERSONS: records(PERSONS, 4, 5, 6)}, {PERSONS: records(PERSONS, 7, 8)})
    [first] = await handed_on(consumer)
    [second] = await handed_on(consumer)
    consumer._committed_offset[PERSONS] = 4
    assert consumer.ack(second)
    assert consumer.committable(PERSONS) is None, "the first one is not durable yet"
    assert consumer.ack(first)
    assert consumer.committable(PERSONS) == 9
    assert not consumer.ack(first), "once is enough"


async def test_offsets_that_the_log_leaves_out_keep_nothing_back() -> None:
    """A compacted topic has holes, within what one poll brings and between two polls."""
    consumer = Polls({KEYS: records(KEYS, 0, 3)}, {KEYS: records(KEYS, 9, 12)})
    for _ in range(2):
        [one] = await handed_on(consumer)
        consumer.ack(one)
    assert consumer.committable(KEYS) == 13


async def test_what_was_handed_on_before_is_not_handed_on_again() -> None:
    consumer = Polls({PERSONS: records(PERSONS, 4, 5)}, {PERSONS: records(PERSONS, 3, 4)})
    await handed_on(consumer)
    assert await handed_on(consumer) == []


async def test_an_acknowledgement_of_what_is_committed_already_counts_for_nothing() -> None:
    consumer = Polls({PERSONS: records(PERSONS, 4, 5)})
    [one] = await handed_on(consumer)
    consumer._committed_offset[PERSONS] = 6  # it was settled elsewhere meanwhile
    assert not consumer.ack(one)
    assert consumer.committable(PERSONS) is None


@pytest.mark.parametrize("ended", ["flow", "generation"])
async def test_nothing_is_handed_on_of_a_generation_that_ended(ended: str) -> None:
    consumer = Polls({PERSONS: records(PERSONS, 4), KEYS: records(KEYS, 0)})

    async def ends(bundle: Bundle) -> None:
        await consumer.take(bundle)
        if ended == "flow":
            consumer.flow_active = False
        else:
            consumer.app.consumer_generation_id = 8

    consumer.callback = ends  # type: ignore[assignment]
    assert [one.tp for one in await handed_on(consumer)] == [PERSONS]
    assert consumer._read_offset[PERSONS] == 4
    assert consumer._read_offset[KEYS] is None


async def test_a_topic_that_is_held_is_not_asked_for_until_it_is_let_go() -> None:
    consumer = Polls()
    consumer.hold("keys")
    assert consumer._active_partitions == {PERSONS, OTHERS}
    consumer.let_go("intake.person")
    assert consumer._active_partitions == {PERSONS, OTHERS}
    consumer.let_go("keys")
    assert consumer._active_partitions == {PERSONS, OTHERS, KEYS}


async def test_who_settles_waits_until_all_that_came_together_has_come_out_of_the_streams() -> None:
    consumer = Polls({PERSONS: records(PERSONS, 4), KEYS: records(KEYS, 0)})
    await handed_on(consumer)
    waits = asyncio.create_task(consumer.all_taken(60))
    consumer.taken()
    await asyncio.sleep(0)
    assert not waits.done()
    consumer.taken()
    await waits
    await consumer.all_taken(60)


async def test_what_a_stream_skipped_is_not_waited_for_longer_than_a_moment() -> None:
    consumer = Polls({PERSONS: records(PERSONS, 4)}, {PERSONS: records(PERSONS, 5)})
    await handed_on(consumer)
    await consumer.all_taken(0.001)
    await handed_on(consumer)
    consumer.taken()
    await consumer.all_taken(60)
