"""What comes in has its effect once; what cannot have it is laid aside, and its neighbours are kept."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from types import SimpleNamespace
from typing import cast

import msgspec
import pytest

from shared.contracts.envelope import Recorded
from shared.platform.dead_letters import count_dead_letters, inspect, list_dead_letters, replay
from shared.platform.inbox import Incoming, Message, reaction
from shared.platform.parts import Parts
from shared.platform.postgres import Session
from shared.platform.settling import Settling
from shared.platform.store import Origin
from tests.adapters.platform import sample
from tests.adapters.platform.made import an_id, column, message, went_out

pytestmark = pytest.mark.stack
TOPIC = "intake.person"


@pytest.fixture
def settling(parts: Parts) -> Settling:
    return Settling(parts, sample.make_service())


async def settle(settling: Settling, *messages: Message) -> None:
    await settling.settle([settling.read(one) for one in messages], pause=0.01)


async def noted(parts: Parts) -> list[object]:
    return await column(parts.database, "SELECT event FROM seen ORDER BY n")


async def reasons(parts: Parts) -> dict[int, str]:
    async with parts.database.session() as session:
        return {one.message.offset: one.reason for one in await list_dead_letters(session)}


async def test_events_have_their_effect_once_and_in_order_whatever_comes_twice(
    settling: Settling, parts: Parts
) -> None:
    person = an_id()
    events = [went_out(person, n) for n in range(1, 4)]
    ids = [one.envelope.id for one in events]
    first, second, third = (message(one, n) for n, one in enumerate(events))

    await settle(settling, first, second, first)  # twice in a batch
    await settle(settling, second, third, message(events[0], 3))  # again, and sent twice by a relay

    assert await noted(parts) == ids


async def test_the_inbox_says_where_on_the_log_an_event_stood(settling: Settling, parts: Parts) -> None:
    await settle(settling, message(went_out(an_id()), 41, partition=7))

    async with parts.database.session() as session:
        row = await session.fetchrow("SELECT topic, part, position FROM inbox")
    assert row is not None
    assert tuple(row) == (TOPIC, 7, 41)


def damaged(how: str) -> Message:
    good = message(went_out(an_id()), 1)
    headers = dict(good.headers)
    match how:
        case "no value":
            return good._replace(value=None)
        case "no JSON":
            return good._replace(value=b"\xff\xfe{")
        case "not UTF-8":
            return good._replace(value=b'{"x":"\xe3\x81"}')
        case "U+0000":
            return good._replace(value=b'{"note":"a\\u0000b"}')
        case "deep":
            return good._replace(value=b'{"x":' + b"[" * 100_000)
        case "unknown type":
            headers["ce_type"] = b"tsunagi.intake.person.levitated.v1"
        case "no id":
            del headers["ce_id"]
        case "a header of nothing":
            headers["ce_subject"] = b""
        case "a header that is no text":
            headers["actor"] = b"\xff"
        case "no headers":
            headers = {}
        case "no key":
            return good._replace(key=None)
        case "another key":
            return good._replace(key=b"somebody")
    return good._replace(headers=tuple(headers.items()))


@pytest.mark.parametrize(
    "how",
    [
        "no value",
        "no JSON",
        "not UTF-8",
        "U+0000",
        "deep",
        "unknown type",
        "no id",
        "a header of nothing",
        "a header that is no text",
        "no headers",
        "no key",
        "another key",
    ],
)
async def test_what_cannot_be_read_is_laid_aside_and_its_neighbours_are_kept(
    settling: Settling, parts: Parts, how: str
) -> None:
    before, after = went_out(an_id()), went_out(an_id())

    await settle(settling, message(before, 0), damaged(how), message(after, 2))

    assert await noted(parts) == [before.envelope.id, after.envelope.id]
    (reason,) = (await reasons(parts)).values()
    assert reason


@pytest.mark.parametrize(
    ("actor", "reason"),
    [(sample.REFUSED_ACTOR, "sample.refused"), (sample.UNSTORABLE_ACTOR, "NotNullViolationError 23502")],
)
async def test_an_event_that_is_refused_is_laid_aside_alone(
    settling: Settling, parts: Parts, actor: str, reason: str
) -> None:
    person = an_id()
    events = [went_out(person, 1), went_out(person, 2, actor=actor), went_out(person, 3)]

    await settle(settling, *(message(one, n) for n, one in enumerate(events)))

    assert await noted(parts) == [events[0].envelope.id, events[2].envelope.id]
    assert await reasons(parts) == {1: reason}


async def test_a_dead_letter_is_kept_as_it_came(settling: Settling, parts: Parts) -> None:
    came = damaged("a header that is no text")._replace(value=b"\x00\xff", key=b"\x80")

    await settle(settling, came)
    await settle(settling, came)  # read again after a rebalance

    async with parts.database.session() as session:
        (letter,) = await list_dead_letters(session, topic=TOPIC)
        assert await inspect(session, letter.place) == letter
        assert await count_dead_letters(session) == {TOPIC: 1}
    assert letter.message == came
    assert letter.key is None
    assert letter.type == "tsunagi.intake.person.went-out.v1"


async def test_a_replayed_dead_letter_has_its_effect_once(
    settling: Settling, parts: Parts, monkeypatch: pytest.MonkeyPatch
) -> None:
    person = an_id()
    refused, later = went_out(person, 1, actor=sample.REFUSED_ACTOR), went_out(person, 2)
    await settle(settling, message(refused, 0), message(later, 1))
    async with parts.database.session() as session:
        letters = await list_dead_letters(session)

    still = await replay(parts, settling.service, letters)
    async with parts.database.session() as session:
        assert await list_dead_letters(session) == letters
    monkeypatch.setattr(sample, "REFUSED_ACTOR", "nobody")  # the reason is gone
    first = await replay(parts, settling.service, letters)
    again = await replay(parts, settling.service, letters)

    assert [one.reason for one in (*still, *first, *again)] == ["sample.refused", None, None]
    assert await noted(parts) == [later.envelope.id, refused.envelope.id]
    async with parts.database.session() as session:
        assert await list_dead_letters(session) == []
        (letter,) = await list_dead_letters(session, replayed=True)
    assert letter.replayed_at is not None


async def test_dead_letters_are_listed_page_by_page(settling: Settling, parts: Parts) -> None:
    await settle(settling, *(damaged("no JSON")._replace(offset=n) for n in range(5)))

    async with parts.database.session() as session:
        first = await list_dead_letters(session, limit=3)
        rest = await list_dead_letters(session, after=first[-1].place, limit=3)

    assert [one.message.offset for one in (*first, *rest)] == [0, 1, 2, 3, 4]


async def test_a_bug_or_a_database_that_is_away_is_tried_again_and_nothing_is_laid_aside(
    settling: Settling, parts: Parts
) -> None:
    event = went_out(an_id())
    failures: list[Exception] = [OSError("away"), KeyError("bug"), TimeoutError()]

    async def flaky(parts: Parts, session: Session, events: Sequence[Recorded]) -> None:
        if failures:
            raise failures.pop()

    away: list[int] = []

    async def on_away() -> None:
        away.append(len(failures))

    stubborn = Settling(parts, replace(settling.service, effects={TOPIC: flaky}))
    await stubborn.settle([stubborn.read(message(event))], on_away, pause=0.01)

    assert away == [2, 1, 0]
    assert await column(parts.database, "SELECT event FROM inbox") == [event.envelope.id]
    assert await reasons(parts) == {}


async def test_two_workers_that_settle_the_same_events_at_once_do_it_once(settling: Settling, parts: Parts) -> None:
    people = [an_id() for _ in range(20)]
    events = [went_out(person, n) for n in range(1, 4) for person in people]
    forwards = [message(one, n) for n, one in enumerate(events)]

    await asyncio.gather(settle(settling, *forwards), settle(settling, *reversed(forwards)))

    found = await noted(parts)
    assert len(found) == len(set(found)) == len(events)


async def test_admit_takes_the_place_of_the_inbox(parts: Parts) -> None:
    event = went_out(an_id())
    admitted: list[Incoming] = []

    async def admit(session: Session, incoming: Sequence[Incoming]) -> list[Recorded]:
        admitted.extend(incoming)
        return []

    own = Settling(parts, replace(sample.make_service(), admit=admit))
    await settle(own, message(event, 5, partition=2))

    assert admitted == [Incoming(event, TOPIC, 2, 5)]
    assert await noted(parts) == []
    assert await column(parts.database, "SELECT event FROM inbox") == []


def test_a_reaction_carries_the_chain_the_disaster_and_the_ward_on() -> None:
    event = went_out(an_id())
    envelope = msgspec.structs.replace(event.envelope, disaster=an_id(), ward="28101")
    clock = SimpleNamespace(now=lambda: envelope.time)

    made = reaction(
        msgspec.structs.replace(event, envelope=envelope), cast(Parts, SimpleNamespace(service="transfer", clock=clock))
    )

    assert made == Origin(
        actor="service:transfer",
        channel="worker",
        now=envelope.time,
        causation=envelope.id,
        correlation=envelope.correlation,
        disaster=envelope.disaster,
        ward="28101",
    )
