"""What a rebuild lays down between reading and folding, and how it tells the time left."""

import tempfile
from collections.abc import Iterator

import pytest

from services.casework.rebuilding.buckets import NOTHING, Laying, laid, number_of
from services.casework.rebuilding.hands import Laid as WhatIsLaid
from services.casework.rebuilding.progress import SHARES, Measured, Progress
from services.casework.rebuilding.told import WasRead
from shared.contracts.envelope import to_headers
from shared.platform.inbox import Broken, Message, read_message
from tests.unit.casework.told import Life
from tsunagi.commands.rebuild import sentence


@pytest.fixture
def file() -> Iterator[int]:
    with tempfile.TemporaryFile() as opened:
        yield opened.fileno()


def messages() -> list[Message]:
    """Events of some people, and what is none: no key, no value, headers that must be read with care."""
    made: list[Message] = []
    for n in range(20):
        life = Life(f"laid down {n}")
        life.register("10:00")
        life.register("11:00")
        for one in life.events:
            envelope = one.envelope
            key, headers = str(envelope.key).encode(), tuple(to_headers(envelope))
            made.append(Message(envelope.topic, n % 12, len(made), key, headers, one.value))
    first = made[0]
    odd = tuple((name, b'a"b' if name == "actor" else value) for name, value in first.headers)
    return [
        *made,
        first._replace(offset=100, key=None),
        first._replace(offset=101, value=None),
        first._replace(offset=102, headers=odd),
        first._replace(offset=103, headers=()),
        first._replace(offset=104, value=b"\xff"),
        first._replace(offset=105, headers=tuple((name, b"\xff") for name, _ in first.headers)),
    ]


def test_all_that_was_laid_down_is_read_as_it_would_have_been_and_each_key_is_in_one_bucket(file: int) -> None:
    laying, sent = Laying(file, 4), messages()
    for begin in range(0, len(sent), 7):
        laying.lay(sent[begin : begin + 7])
        laying.flush()

    found = [[one for segment in laid(file, last) for one in segment] for last in laying.last]

    assert [len(bucket) for bucket in found] == laying.counts
    assert sum(laying.counts) == len(sent)
    for bucket, those in enumerate(found):
        assert {number_of(one.key) & 3 for one in those} <= {bucket}
        assert [one.offset for one in those] == sorted(one.offset for one in those)
    for message in sent:
        (one,) = (one for those in found for one in those if one.offset == message.offset)
        expected, read = read_message(message), one.read()
        if isinstance(expected, Broken):
            assert isinstance(read, Broken)
        else:
            assert read == expected


def test_where_nothing_was_laid_down_nothing_is_found(file: int) -> None:
    laying = Laying(file, 4)
    laying.flush()
    assert laying.last == [NOTHING] * 4
    assert list(laid(file, NOTHING)) == []


@pytest.mark.parametrize("spelling", [str.upper, lambda text: text.replace("-", "")])
def test_one_key_has_one_number_however_it_is_spelled(spelling: object) -> None:
    key = "01a1fd55-7a80-7f8d-b8ce-e01935e4eec2"
    assert callable(spelling)
    assert number_of(spelling(key).encode()) == number_of(key.encode())


def test_what_is_folded_at_once_is_bounded_and_nothing_is_left_out() -> None:
    known = WhatIsLaid(2, 4)
    known.note(0, WasRead([0, NOTHING, 7, 9], [30_000, 0, 1, 12_000]))
    known.note(1, WasRead([NOTHING, NOTHING, 3, 4], [0, 0, 2, 12_000]))

    parts = [(one.bucket, one.part, one.parts, one.last) for one in known.parts([])]

    assert parts == [
        (0, 0, 3, [0, NOTHING]),
        (0, 1, 3, [0, NOTHING]),
        (0, 2, 3, [0, NOTHING]),
        (3, 0, 2, [9, 4]),
        (3, 1, 2, [9, 4]),
        (2, 0, 1, [7, 3]),
    ]


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def test_the_time_left_follows_from_what_is_done() -> None:
    clock, told = Clock(), list[Progress]()
    measured = Measured(told.append, clock)
    measured.begin("reading", 1000)
    assert told[-1].seconds_left is None, "nothing is done yet by which to tell"

    clock.now += 10
    measured.moved(500)

    half = SHARES["reading"] / 2
    assert told[-1].per_second == 50
    assert told[-1].percent == pytest.approx(100 * half, abs=0.1)
    assert told[-1].seconds_left == pytest.approx(10 * (1 - half) / half, abs=0.1)
    clock.now += 10
    measured.begin("folding", 1000)
    assert told[-1].percent == pytest.approx(100 * SHARES["reading"], abs=0.1)
    measured.moved(10)
    assert told[-1].done == 0, "not at every message"
    clock.now += 1
    measured.moved(10)
    assert told[-1].done == 20


def test_the_shares_of_the_phases_are_the_whole() -> None:
    assert sum(SHARES.values()) == pytest.approx(1)


def test_it_is_said_in_one_line() -> None:
    progress = Progress("folding", 120_000, 300_000, 40_123.4, 54.0, 65.0, 61.6)
    assert sentence(progress) == " 54.0 %  folding, 120000 of 300000 messages, 40123/s, about 1:02 min left"
