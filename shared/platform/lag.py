"""How far a consumer group is behind, asked by fresh clients: what a stuck one believes does not matter."""

import asyncio
from collections import Counter
from collections.abc import Collection, Mapping

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError
from aiokafka.structs import OffsetAndMetadata

from shared.platform.kafka import Kafka, connecting

_WITHIN = 15.0


async def consumer_lag(kafka: Kafka, group: str, topics: Collection[str]) -> dict[str, int]:
    """Return for each topic how many messages the group has not committed past.

    Raises what aiokafka raises, or `TimeoutError`, where Kafka cannot be reached or a topic is not there.
    """
    consumer = AIOKafkaConsumer(**connecting(kafka), group_id=None, request_timeout_ms=5000)
    admin = AIOKafkaAdminClient(**connecting(kafka), request_timeout_ms=5000)
    try:
        async with asyncio.timeout(_WITHIN):
            await consumer.start()
            await admin.start()
            partitions = await partitions_of(admin, topics)
            # Assigned, it learns of all topics at once; asked for offsets alone, of one every tenth of a second.
            consumer.assign(partitions)
            consumer.pause(*partitions)
            begins = await consumer.beginning_offsets(partitions)
            ends = await consumer.end_offsets(partitions)
            committed = await _committed(admin, group, partitions)
    finally:
        async with asyncio.timeout(5):
            await asyncio.gather(consumer.stop(), admin.close(), return_exceptions=True)
    lag = Counter(dict.fromkeys(topics, 0))
    for partition in partitions:
        known = committed.get(partition)
        at = known.offset if known is not None and known.offset >= 0 else begins[partition]
        lag[partition.topic] += max(0, ends[partition] - at)
    return dict(lag)


async def _committed(
    admin: AIOKafkaAdminClient, group: str, partitions: list[TopicPartition]
) -> Mapping[TopicPartition, OffsetAndMetadata]:
    """Ask until the group has a coordinator: a broker that has just started makes one when first asked."""
    while True:
        try:
            found: Mapping[TopicPartition, OffsetAndMetadata] = await admin.list_consumer_group_offsets(
                group, partitions=partitions
            )
        except KafkaError as error:
            if not error.retriable:
                raise
            await asyncio.sleep(0.2)
        else:
            return found


async def partitions_of(admin: AIOKafkaAdminClient, topics: Collection[str]) -> list[TopicPartition]:
    """Return every partition of these topics. Raises `LookupError` where one is not there."""
    found = {one["topic"]: one["partitions"] for one in await admin.describe_topics(sorted(topics))}
    missing = [topic for topic in topics if not found.get(topic)]
    if missing:
        raise LookupError(f"no topic {', '.join(sorted(missing))}")
    return [TopicPartition(topic, part["partition"]) for topic in sorted(topics) for part in found[topic]]
