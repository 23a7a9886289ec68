"""Reading the log past Faust, from its beginning to where it ended when the reading began (design, decision 3).

For what is long: rebuild, replay, verify, export. No group, no commits; nothing here changes anything.
"""

import time
from collections.abc import AsyncIterator, Collection, Mapping
from typing import NamedTuple

from aiokafka import AIOKafkaConsumer
from aiokafka.admin import AIOKafkaAdminClient

from shared.platform.inbox import Broken, Incoming, Message, read_message
from shared.platform.kafka import Kafka, connecting
from shared.platform.lag import partitions_of

PATIENCE = 60.0
"""Seconds without a single message after which reading is given up: a broker that is away comes back, or does not."""
Since = Mapping[tuple[str, int], int]
"""Topic and partition → the offset at which to begin."""


class Page(NamedTuple):
    """Some messages of the log: the events, and what could not be read. In order within each partition."""

    events: list[Incoming]
    broken: list[Broken]


async def read_messages(
    kafka: Kafka, topics: Collection[str], *, most: int = 2000, since: Since | None = None
) -> AsyncIterator[list[Message]]:
    """Yield the messages of these topics as they are, from the earliest to the ends as they are now.

    `since`: where to begin in those partitions instead. Each page is of one partition. Raises what aiokafka raises,
    `LookupError` where a topic is not there, `TimeoutError` where nothing comes any more.
    """
    admin = AIOKafkaAdminClient(**connecting(kafka), request_timeout_ms=15000)
    consumer = AIOKafkaConsumer(
        **connecting(kafka),
        group_id=None,
        enable_auto_commit=False,
        auto_offset_reset="earliest",
        request_timeout_ms=15000,
        max_partition_fetch_bytes=1 << 20,
    )
    try:
        await admin.start()
        partitions = await partitions_of(admin, topics)
        await consumer.start()
        consumer.assign(partitions)  # so that it learns of all topics at once
        consumer.pause(*partitions)
        ends = await consumer.end_offsets(partitions)
        begins = dict(await consumer.beginning_offsets(partitions))
        for partition in partitions:
            begins[partition] = max(begins[partition], (since or {}).get((partition.topic, partition.partition), 0))
        open_ = {partition for partition in partitions if begins[partition] < ends[partition]}
        for partition in open_:
            consumer.seek(partition, begins[partition])
            consumer.resume(partition)
        moved = time.monotonic()
        while open_:
            got = await consumer.getmany(timeout_ms=1000, max_records=most)
            for partition, records in got.items():
                if partition in open_ and records:
                    page = [
                        Message(
                            one.topic,
                            one.partition,
                            one.offset,
                            one.key,
                            tuple((name, value or b"") for name, value in one.headers),
                            one.value,
                        )
                        for one in records
                        if one.offset < ends[partition]
                    ]
                    if page:
                        yield page
            # A compacted or aborted end has no message of its own, so the position says when a partition is done.
            done = {partition for partition in open_ if await consumer.position(partition) >= ends[partition]}
            if done:
                open_ -= done
                consumer.pause(*done)
            if got or done:
                moved = time.monotonic()
            elif time.monotonic() - moved > PATIENCE:
                raise TimeoutError(f"nothing came of {len(open_)} partitions for {PATIENCE:g} s")
    finally:
        await consumer.stop()
        await admin.close()


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
