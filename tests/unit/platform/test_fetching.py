"""What goes over the wire in a fetch session, and when the session is begun anew (KIP-227)."""

from types import SimpleNamespace
from typing import Any

import pytest
from aiokafka.protocol.fetch import FetchRequest, FetchRequest_v11

from shared.platform.fetching import keep_sessions

MOST = 131_072
VERSIONS = {1: (4, 11)}
Asked = dict[tuple[str, int], int]


def whole(asked: Asked) -> FetchRequest:
    """Return a fetch as aiokafka makes it: every partition with its offset."""
    topics: dict[str, list[tuple[int, int, int]]] = {}
    for (topic, partition), offset in asked.items():
        topics.setdefault(topic, []).append((partition, offset, MOST))
    return FetchRequest(500, 1, 52_428_800, 0, list(topics.items()))


class Broker:
    """A broker as far as sessions go; it answers with what it is told to answer, and keeps what it was sent."""

    def __init__(self, versions: Any = VERSIONS) -> None:
        self.versions = versions
        self.sent: list[Any] = []
        self.answers: list[Any] = []
        self.client: Any = SimpleNamespace(send=self._send)
        keep_sessions(self.client)

    async def _send(self, node: int, request: Any) -> Any:
        struct = request.prepare(self.versions)
        self.sent.append(struct)
        answer = self.answers.pop(0)
        if isinstance(answer, BaseException):
            raise answer
        answer.API_VERSION = struct.API_VERSION
        return answer

    def will(self, *answers: Any) -> None:
        self.answers += answers

    async def asked(self, asked: Asked, node: int = 0) -> Any:
        return await self.client.send(node, whole(asked))

    def waits(self) -> int:
        """Return how many milliseconds the last fetch waits for something to come."""
        return int(self.sent[-1].max_wait_time)

    def told(self) -> tuple[int, int, dict[tuple[str, int], int], set[tuple[str, int]]]:
        """Return what the last fetch said: session, epoch, partitions with their offsets, partitions no longer asked."""
        struct = self.sent[-1]
        named = {(topic, one[0]): one[2] for topic, partitions in struct.topics for one in partitions}
        gone = {(topic, partition) for topic, partitions in struct.forgotten_topics_data for partition in partitions}
        return struct.session_id, struct.session_epoch, named, gone


def answer(session: int = 5, error: int = 0, *found: tuple[str, int]) -> Any:
    return SimpleNamespace(
        session_id=session, error_code=error, topics=[(topic, [(partition, 0)]) for topic, partition in found]
    )


A, B, C = ("persons", 0), ("persons", 1), ("keys", 0)


async def test_the_first_fetch_is_whole_and_those_after_it_say_what_has_changed() -> None:
    broker = Broker()
    broker.will(answer(), answer(), answer())
    await broker.asked({A: 1, B: 1, C: 7})
    assert broker.told() == (0, 0, {A: 1, B: 1, C: 7}, set())
    await broker.asked({A: 1, B: 4, C: 7})
    assert broker.told() == (5, 1, {B: 4}, set())
    await broker.asked({A: 1, B: 4, C: 7})
    assert broker.told() == (5, 2, {}, set())


async def test_the_broker_is_told_what_is_no_longer_asked_for_and_what_is_asked_for_again() -> None:
    broker = Broker()
    broker.will(answer(), answer(), answer())
    await broker.asked({A: 1, C: 7})
    await broker.asked({A: 1})
    assert broker.told() == (5, 1, {}, {C})
    await broker.asked({A: 1, C: 7})
    assert broker.told() == (5, 2, {C: 7}, set())


async def test_what_was_not_asked_for_is_left_out_of_the_answer() -> None:
    broker = Broker()
    broker.will(answer(5, 0, A, C))
    got = await broker.asked({A: 1})
    assert [(topic, [one[0] for one in said]) for topic, said in got.topics] == [("persons", [0])]


@pytest.mark.parametrize("error", [70, 71])
async def test_a_session_that_the_broker_does_not_know_is_begun_anew_at_once(error: int) -> None:
    broker = Broker()
    broker.will(answer(), answer(0, error), answer(9, 0, A), answer(9))
    await broker.asked({A: 1, C: 7})
    got = await broker.asked({A: 2, C: 7})
    assert broker.told() == (0, 0, {A: 2, C: 7}, set())
    assert [topic for topic, _ in got.topics] == ["persons"], "the answer is that of the second try"
    await broker.asked({A: 3, C: 7})
    assert broker.told() == (9, 1, {A: 3}, set())


@pytest.mark.parametrize("wrong", [ConnectionError(), TimeoutError(), KeyboardInterrupt()])
async def test_after_an_answer_that_did_not_come_all_is_asked_for_and_the_old_session_closed(
    wrong: BaseException,
) -> None:
    broker = Broker()
    broker.will(answer(), wrong, answer(6))
    await broker.asked({A: 1, C: 7})
    with pytest.raises(type(wrong)):
        await broker.asked({A: 2, C: 7})
    await broker.asked({A: 2, C: 7})
    assert broker.told() == (5, 0, {A: 2, C: 7}, set())


async def test_without_room_for_a_session_every_fetch_is_whole() -> None:
    broker = Broker()
    broker.will(answer(0), answer(0))
    for offset in (1, 2):
        await broker.asked({A: offset, C: 7})
        assert broker.told() == (0, 0, {A: offset, C: 7}, set())


async def test_each_broker_has_its_own_session() -> None:
    broker = Broker()
    broker.will(answer(5), answer(8), answer(5))
    await broker.asked({A: 1}, node=0)
    await broker.asked({C: 1}, node=1)
    assert broker.told() == (0, 0, {C: 1}, set())
    await broker.asked({A: 2}, node=0)
    assert broker.told() == (5, 1, {A: 2}, set())


async def test_an_old_broker_is_asked_for_everything_every_time() -> None:
    broker = Broker({1: (4, 6)})
    broker.will(answer(), answer())
    for _ in range(2):
        await broker.asked({A: 1, C: 7})
        assert {topic for topic, _ in broker.sent[-1].topics} == {"persons", "keys"}


async def test_other_requests_go_as_they_are() -> None:
    broker = Broker()
    broker.will(answer())
    other = SimpleNamespace(prepare=lambda _: FetchRequest_v11)
    await broker.client.send(0, other)
    assert broker.sent == [FetchRequest_v11]


async def test_a_difference_can_be_written_to_the_wire() -> None:
    broker = Broker()
    broker.will(answer(), answer())
    await broker.asked({A: 1, C: 7})
    large = len(broker.sent[-1].encode())
    await broker.asked({A: 2})
    assert len(broker.sent[-1].encode()) < large


@pytest.mark.parametrize(
    ("versions", "session"), [(VERSIONS, 5), (VERSIONS, 0), ({1: (4, 6)}, 0)], ids=["session", "no room for one", "old"]
)
async def test_a_fetch_that_leaves_something_out_waits_but_a_moment(versions: Any, session: int) -> None:
    broker = Broker(versions)
    broker.will(*(answer(session) for _ in range(6)))
    await broker.asked({A: 1, B: 1})
    assert broker.waits() == 500

    waited = []
    for _ in range(2):  # A is still to be consumed
        await broker.asked({B: 1})
        waited.append(broker.waits())
    await broker.asked({A: 9})  # now B is
    waited.append(broker.waits())
    assert waited == [10, 20, 10]

    await broker.asked({A: 9, B: 4})
    assert broker.waits() == 500


async def test_what_has_become_others_is_not_waited_for_in_haste_for_ever() -> None:
    broker = Broker()
    broker.will(*(answer() for _ in range(9)))
    await broker.asked({A: 1, B: 1})
    waited = []
    for _ in range(8):
        await broker.asked({A: 1})
        waited.append(broker.waits())
    assert waited == [10, 20, 40, 80, 160, 320, 500, 500]
