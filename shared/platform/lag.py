"""How far a consumer group is behind, asked by fresh clients: what a stuck one believes does not matter."""

import asyncio
from collections import Counter
from collections.abc import Collection, Mapping
from typing import Self

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError
from aiokafka.structs import OffsetAndMetadata

from shared.platform.kafka import Kafka, connecting

_WITHIN = 15.0


class LagReader:
    """Asks how far groups are behind, as often as one likes, by clients that stay open: `async with LagReader(…)`."""

    def __init__(self, kafka: Kafka, topics: Collection[str]) -> None:
        self._topics = sorted(set(topics))
        self._consumer = AIOKafkaConsumer(**connecting(kafka), group_id=None, request_timeout_ms=5000)
        self._admin = AIOKafkaAdminClient(**connecting(kafka), request_timeout_ms=5000)
        self._partitions: list[TopicPartition] = []

    async def __aenter__(self) -> Self:
        try:
            async with asyncio.timeout(_WITHIN):
                await self._consumer.start()
                await self._admin.start()
                self._partitions = await partitions_of(self._admin, self._topics)
        except BaseException:
            await self._close()
            raise
        # Assigned, it learns of all topics at once; asked for offsets alone, of one every tenth of a second.
        self._consumer.assign(self._partitions)
        self._consumer.pause(*self._partitions)
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._close()

    async def _close(self) -> None:
        async with asyncio.timeout(5):
            await asyncio.gather(self._consumer.stop(), self._admin.close(), return_exceptions=True)

    async def ends(self) -> dict[TopicPartition, int]:
        """Return where each partition ends now. Raises as `lag` does."""
        async with asyncio.timeout(_WITHIN):
            found: dict[TopicPartition, int] = await self._consumer.end_offsets(self._partitions)
        return found

    async def lag(
        self, groups: Mapping[str, Collection[str]], upto: Mapping[TopicPartition, int] | None = None
    ) -> dict[str, dict[str, int]]:
        """Return for each group, and each of the topics that it hears, how many messages it has not committed past.

        `upto`: only those before these ends (`ends`), and not what has come since. Raises what aiokafka raises, or
        `TimeoutError`, where Kafka cannot be reached.
        """
        ends = await self.ends() if upto is None else upto
        async with asyncio.timeout(_WITHIN):
            begins = await self._consumer.beginning_offsets(self._partitions)
            found: dict[str, dict[str, int]] = {}
            for group, topics in groups.items():
                heard = [partition for partition in self._partitions if partition.topic in topics]
                committed = await _committed(self._admin, group, heard)
                lag = Counter(dict.fromkeys(topics, 0))
                for partition in heard:
                    known = committed.get(partition)
                    at = known.offset if known is not None and known.offset >= 0 else begins[partition]
                    lag[partition.topic] += max(0, ends[partition] - at)
                found[group] = dict(lag)
        return found


async def consumer_lag(kafka: Kafka, group: str, topics: Collection[str]) -> dict[str, int]:
    """Return for each topic how many messages the group has not committed past.

    Raises what aiokafka raises, or `TimeoutError`, where Kafka cannot be reached or a topic is not there.
    """
    async with LagReader(kafka, topics) as reader:
        return (await reader.lag({group: topics}))[group]


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
