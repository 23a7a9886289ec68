"""Creating the topics that `shared.contracts.topics` declares: `python -m shared.platform.topics`."""

import asyncio
import sys
import time
from collections.abc import Sequence
from typing import Annotated

from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import KafkaConnectionError, KafkaError, TopicAlreadyExistsError, for_code
from pydantic import Field

from shared.contracts.topics import TOPICS, Topic
from shared.platform.kafka import Kafka, connecting
from shared.platform.settings import KafkaSettings, read_settings

_THERE_WITHIN = 15.0


class WrongTopic(Exception):
    """A topic is there with another number of partitions than declared: changing it would break its order."""


async def create_topics(kafka: Kafka, *, replicas: int = 1, topics: Sequence[Topic] = TOPICS) -> list[str]:
    """Create the topics that are missing and return their names; those that are there are left as they are.

    With three replicas two must have a message before it is acknowledged. Raises `WrongTopic`, or what Kafka says.
    """
    client = AIOKafkaAdminClient(**connecting(kafka), request_timeout_ms=15000)
    await client.start()
    try:
        there = set(await client.list_topics())
        for described in await client.describe_topics([topic.name for topic in topics if topic.name in there]):
            wanted = next(topic.partitions for topic in topics if topic.name == described["topic"])
            if len(described["partitions"]) != wanted:
                raise WrongTopic(f"{described['topic']} has {len(described['partitions'])} partitions and not {wanted}")
        missing = [topic for topic in topics if topic.name not in there]
        if missing:
            safe = {"min.insync.replicas": "2"} if replicas > 2 else {}
            answer = await client.create_topics(
                [NewTopic(one.name, one.partitions, replicas, topic_configs={**one.config, **safe}) for one in missing],
                timeout_ms=15000,
            )
            for _, code, *_ in answer.topic_errors:
                failure = for_code(code)
                if code and failure is not TopicAlreadyExistsError:
                    raise failure
            await _until_there(client, [one.name for one in missing])
        return [topic.name for topic in missing]
    finally:
        await client.close()


async def _until_there(client: AIOKafkaAdminClient, names: Sequence[str]) -> None:
    """Wait until the broker tells of them: the controller says that they are made a moment before."""
    async with asyncio.timeout(_THERE_WITHIN):
        while True:
            if all(described["partitions"] for described in await client.describe_topics(list(names))):
                return
            await asyncio.sleep(0.02)


class TopicSettings(KafkaSettings):
    """`TSUNAGI_KAFKA_REPLICAS`: how many brokers hold each topic."""

    kafka_replicas: Annotated[int, Field(ge=1, le=9)] = 3


async def _when_reached(settings: TopicSettings) -> list[str]:
    """Create the topics as soon as a broker answers, which it need not do yet; give up after the patience."""
    until = time.monotonic() + settings.patience
    while True:
        try:
            return await create_topics(settings.brokers, replicas=settings.kafka_replicas)
        except KafkaConnectionError:
            if time.monotonic() > until:
                raise
            await asyncio.sleep(1)


def main() -> None:
    """Create the topics on `TSUNAGI_KAFKA`, with `TSUNAGI_KAFKA_REPLICAS` (3) replicas each."""
    settings = read_settings(TopicSettings)
    try:
        created = asyncio.run(_when_reached(settings))
    except (KafkaError, WrongTopic, OSError) as error:
        sys.stderr.write(f"topics: {type(error).__name__}: {error}\n")
        raise SystemExit(1) from None
    sys.stdout.write(f"topics: created {', '.join(created) or 'none, all were there'}\n")


if __name__ == "__main__":
    main()
