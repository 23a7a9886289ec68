"""The log is read from its beginning to where it ended when the reading began, past every group."""

import pytest
from aiokafka import AIOKafkaConsumer

from shared.contracts.topics import Topic
from shared.platform import logread
from shared.platform.lag import LagReader, consumer_lag
from shared.platform.logread import read_log, read_messages
from shared.platform.topics import WrongTopic, create_topics
from tests.adapters.platform.made import an_id, message, send, went_out
from tsunagi.stack.stack import Stack

pytestmark = pytest.mark.stack


async def test_every_event_comes_in_the_order_of_its_partition_and_what_is_none_with_its_reason(
    stack_parts: Stack, topic: str
) -> None:
    events = [went_out(an_id(), topic=topic) for _ in range(60)]
    sent = [message(one, n // 12, partition=n % 12) for n, one in enumerate(events)]
    bad = sent[0]._replace(offset=5, value=b"\xff")
    await send(stack_parts.bootstrap, *sent, bad)

    pages = [page async for page in read_log(stack_parts.bootstrap, [topic], most=7)]

    found = [one for page in pages for one in page.events]
    assert sorted(str(one.recorded.envelope.id) for one in found) == sorted(str(one.envelope.id) for one in events)
    places = [(one.topic, one.partition, one.offset) for one in found]
    for partition in range(12):
        assert [offset for _, n, offset in places if n == partition] == [0, 1, 2, 3, 4]
    ((broken,),) = [page.broken for page in pages if page.broken]
    assert broken.message == bad
    assert broken.reason


async def test_what_comes_after_it_began_is_left_for_the_next_time(
    stack_parts: Stack, topic: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = [message(went_out(an_id(), topic=topic), n) for n in range(10)]
    await send(stack_parts.bootstrap, *first)

    class Late(AIOKafkaConsumer):  # type: ignore[misc]  # it has no types
        async def end_offsets(self, partitions: object) -> object:
            ends = await super().end_offsets(partitions)
            await send(stack_parts.bootstrap, first[0])
            return ends

    monkeypatch.setattr(logread, "AIOKafkaConsumer", Late)

    assert [one async for page in read_messages(stack_parts.bootstrap, [topic]) for one in page] == first


async def test_an_empty_topic_is_read_at_once_and_a_missing_one_is_named(stack_parts: Stack, topic: str) -> None:
    assert [page async for page in read_log(stack_parts.bootstrap, [topic])] == []
    with pytest.raises(LookupError, match="no topic nowhere"):
        _ = [page async for page in read_log(stack_parts.bootstrap, [topic, "nowhere"])]


async def test_a_group_that_never_read_lags_by_everything(stack_parts: Stack, topic: str) -> None:
    await send(stack_parts.bootstrap, *(message(went_out(an_id(), topic=topic), partition=n) for n in range(7)))

    assert await consumer_lag(stack_parts.bootstrap, "nobody", [topic]) == {topic: 7}


async def test_one_reader_tells_the_lag_again_and_again_also_up_to_where_the_log_ended_before(
    stack_parts: Stack, topic: str
) -> None:
    async def come(count: int) -> None:
        await send(stack_parts.bootstrap, *(message(went_out(an_id(), topic=topic), partition=n) for n in range(count)))

    groups = {"nobody": [topic], "somebody-else": []}
    async with LagReader(stack_parts.bootstrap, [topic]) as reader:
        assert await reader.lag(groups) == {"nobody": {topic: 0}, "somebody-else": {}}
        await come(5)
        before = await reader.ends()
        await come(4)
        assert (await reader.lag(groups))["nobody"] == {topic: 9}
        assert (await reader.lag(groups, upto=before))["nobody"] == {topic: 5}


async def test_topics_are_made_once_and_never_with_other_partitions(stack_parts: Stack, topic: str) -> None:
    declared = Topic(topic, "sample", "person", {})

    assert await create_topics(stack_parts.bootstrap, topics=[declared]) == []
    with pytest.raises(WrongTopic, match="12 partitions and not 13"):
        await create_topics(stack_parts.bootstrap, topics=[declared._replace(partitions=13)])
