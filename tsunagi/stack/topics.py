"""Topics, as `shared.contracts.topics` declares them, created where they are missing."""

from collections.abc import Iterable

from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import TopicAlreadyExistsError, for_code

from shared.contracts.topics import TOPICS, Topic
from tsunagi.stack import asynchronous
from tsunagi.stack.errors import StackError


def create_all(bootstrap: str, topics: Iterable[Topic] = TOPICS) -> list[str]:
    """Create the missing topics on a single node and return their names.

    Raises `StackError` where one is there with another number of partitions: changing it would break the order of
    what it holds.
    """
    return asynchronous.run(_create_all(bootstrap, list(topics)))


async def _create_all(bootstrap: str, topics: list[Topic]) -> list[str]:
    client = AIOKafkaAdminClient(bootstrap_servers=bootstrap, request_timeout_ms=15000)
    await client.start()
    try:
        there = set(await client.list_topics())
        missing = [topic for topic in topics if topic.name not in there]
        if missing:
            answer = await client.create_topics(
                [NewTopic(topic.name, topic.partitions, 1, topic_configs=dict(topic.config)) for topic in missing],
                timeout_ms=15000,
            )
            for name, code, *_ in answer.topic_errors:
                failure = for_code(code)
                if code and failure is not TopicAlreadyExistsError:
                    raise StackError(f"Topic {name} could not be created: {failure.__name__}.")
        for described in await client.describe_topics([topic.name for topic in topics if topic.name in there]):
            wanted = next(topic.partitions for topic in topics if topic.name == described["topic"])
            if len(described["partitions"]) != wanted:
                raise StackError(
                    f"Topic {described['topic']} has {len(described['partitions'])} partitions and not {wanted}."
                )
        return [topic.name for topic in missing]
    finally:
        await client.close()
