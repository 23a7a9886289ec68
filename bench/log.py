"""Where the log ends, and where a group begins to read it."""

from collections.abc import Mapping

from aiokafka import AIOKafkaConsumer, TopicPartition

from shared.contracts.topics import EVENT_TOPICS, KEYS, PARTITIONS
from tsunagi.stack.stack import Stack

Begin = Mapping[TopicPartition, int]
"""Partition → offset."""


async def ends(stack: Stack) -> Begin:
    """Return where each partition of each topic ends."""
    consumer = AIOKafkaConsumer(bootstrap_servers=stack.bootstrap)
    await consumer.start()
    try:
        partitions = [TopicPartition(topic, n) for topic in (*EVENT_TOPICS, KEYS) for n in range(PARTITIONS)]
        return dict(await consumer.end_offsets(partitions))
    finally:
        await consumer.stop()


async def begin_at(stack: Stack, group: str, begin: Begin) -> None:
    """Have a group that nobody is in read from these offsets on."""
    consumer = AIOKafkaConsumer(bootstrap_servers=stack.bootstrap, group_id=group, enable_auto_commit=False)
    await consumer.start()
    try:
        consumer.assign(list(begin))
        await consumer.commit(dict(begin))
    finally:
        await consumer.stop()
