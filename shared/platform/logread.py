"""Reading the log past Faust, from its beginning to where it ended when the reading began (design, decision 3).

For what is long: rebuild, replay, verify, export. No group, no commits; nothing here changes anything.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Collection, Mapping
from operator import itemgetter
from typing import Any, NamedTuple

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient

from shared.platform.inbox import Broken, Incoming, Message, read_message
from shared.platform.kafka import Kafka, connecting
from shared.platform.lag import partitions_of

PATIENCE = 60.0
"""Seconds without a single message after which reading is given up: a broker that is away comes back, or does not."""
Since = Mapping[tuple[str, int], int]
"""Topic and partition → the offset at which to begin."""
Extent = Mapping[tuple[str, int], tuple[int, int]]
"""Topic and partition → the offset at which to begin, and the one before which to end."""
_A_FETCH = 8 << 20
"""Bytes that the broker may send at once: a reader holds them, and what it makes of them."""


class Page(NamedTuple):
    """Some messages of the log: the events, and what could not be read. In order within each partition."""

    events: list[Incoming]
    broken: list[Broken]


async def extent_of(kafka: Kafka, topics: Collection[str], *, since: Since | None = None) -> Extent:
    """Return where these topics begin (or `since`, if that is later) and end now. Raises as `read_messages` does."""
    consumer = _consumer(kafka)
    try:
        return await _extent(kafka, consumer, topics, since)
    finally:
        await consumer.stop()


async def read_messages(
    kafka: Kafka, topics: Collection[str], *, most: int = 2000, since: Since | None = None
) -> AsyncIterator[list[Message]]:
    """Yield the messages of these topics as they are, from the earliest to the ends as they are now.

    `since`: where to begin in those partitions instead. Each page is of one partition. Raises what aiokafka raises,
    `LookupError` where a topic is not there, `TimeoutError` where nothing comes any more.
    """
    consumer = _consumer(kafka)
    try:
        extent = await _extent(kafka, consumer, topics, since)
        async for page in _read(consumer, extent, most):
            yield page
    finally:
        await consumer.stop()


async def read_extent(kafka: Kafka, extent: Extent, *, most: int = 2000) -> AsyncIterator[list[Message]]:
    """Yield the messages of these partitions between these offsets, as `read_messages` does."""
    if all(begin >= end for begin, end in extent.values()):
        return  # aiokafka cannot be stopped as soon as it is started
    consumer = _consumer(kafka)
    try:
        await consumer.start()
        consumer.assign([TopicPartition(*place) for place in extent])
        async for page in _read(consumer, extent, most):
            yield page
    finally:
        await consumer.stop()


def _consumer(kafka: Kafka) -> Any:
    return AIOKafkaConsumer(
        **connecting(kafka),
        group_id=None,
        enable_auto_commit=False,
        auto_offset_reset="earliest",
        request_timeout_ms=15000,
        max_partition_fetch_bytes=1 << 20,
        fetch_max_bytes=_A_FETCH,
    )


async def _extent(kafka: Kafka, consumer: Any, topics: Collection[str], since: Since | None) -> Extent:
    admin = AIOKafkaAdminClient(**connecting(kafka), request_timeout_ms=15000)
    try:
        await asyncio.gather(admin.start(), consumer.start())
        partitions = await partitions_of(admin, topics)
        consumer.assign(partitions)  # so that it learns of all topics at once
        consumer.pause(*partitions)
        ends = await consumer.end_offsets(partitions)
        begins = await consumer.beginning_offsets(partitions)
    finally:
        await admin.close()
    asked = since or {}
    return {(one.topic, one.partition): (max(begins[one], asked.get(tuple(one), 0)), ends[one]) for one in partitions}


async def _read(consumer: Any, extent: Extent, most: int) -> AsyncIterator[list[Message]]:
    ends = {TopicPartition(*place): end for place, (_, end) in extent.items()}
    open_ = {TopicPartition(*place) for place, (begin, end) in extent.items() if begin < end}
    consumer.pause(*(ends.keys() - open_))
    for partition in open_:
        consumer.seek(partition, extent[tuple(partition)][0])
        consumer.resume(partition)
    moved = time.monotonic()
    while open_:
        got = await consumer.getmany(timeout_ms=1000, max_records=most)
        for partition, records in got.items():
            if partition in open_ and records:
                end = ends[partition]
                page = [_message(one) for one in records if one.offset < end]
                if page:
                    yield page
        # A compacted or aborted end has no message of its own, so the position says when a partition is done.
        done = {one for one in open_.intersection(got or open_) if await consumer.position(one) >= ends[one]}
        if done:
            open_ -= done
            consumer.pause(*done)
        if got or done:
            moved = time.monotonic()
        elif time.monotonic() - moved > PATIENCE:
            raise TimeoutError(f"nothing came of {len(open_)} partitions for {PATIENCE:g} s")


_said = itemgetter(1)


def _message(one: Any) -> Message:
    headers = tuple(one.headers)
    if None in map(_said, headers):
        headers = tuple((name, value or b"") for name, value in headers)
    return Message(one.topic, one.partition, one.offset, one.key, headers, one.value)


async def read_log(
    kafka: Kafka, topics: Collection[str], *, most: int = 2000, since: Since | None = None
) -> AsyncIterator[Page]:
    """Yield the events of these topics, page by page; what cannot be read comes with its reason. `since` as above.

    An event can come more than once: whoever reads keeps the first by its id, as the inboxes do.
    """
    async for messages in read_messages(kafka, topics, most=most, since=since):
        found = [read_message(message) for message in messages]
        yield Page(
            [one for one in found if isinstance(one, Incoming)], [one for one in found if isinstance(one, Broken)]
        )
