"""Names stand open only where they must, come with their key whenever that comes, and go when somebody is forgotten."""

import asyncio
from dataclasses import replace
from uuid import UUID

import pytest

from shared.contracts.intake_person import PersonWords
from shared.kernel.errors import Unavailable
from shared.platform import personal, store
from shared.platform.dead_letters import list_dead_letters
from shared.platform.inbox import Message
from shared.platform.parts import Parts
from shared.platform.postgres import Session
from shared.platform.sealing import Cipher, Keyring
from shared.platform.settling import Settling
from tests.adapters.platform import sample
from tests.adapters.platform.made import an_id, column, corrected, key_message, message, registered, went_out

pytestmark = pytest.mark.stack
HANAKO = PersonWords(name="港 花子", kana="ミナト ハナコ", remarks="糖尿病", age=80)


@pytest.fixture
def settling(parts: Parts) -> Settling:
    return Settling(parts, sample.make_service(names=True))


@pytest.fixture
def person() -> UUID:
    return an_id()


@pytest.fixture
def key(parts: Parts, person: UUID) -> tuple[Cipher, bytes]:
    return parts.keyring.create(person)


async def settle(settling: Settling, *messages: Message) -> None:
    for one in messages:
        await settling.settle([settling.read(one)])


async def name_of(parts: Parts, person: UUID) -> personal.PersonName | None:
    async with parts.database.session() as session:
        return (await personal.names_of(session, [person, an_id()])).get(person)


async def words_of(parts: Parts, person: UUID) -> dict[str, object]:
    async with parts.database.session() as session:
        found: dict[str, object] = await session.fetchval("SELECT words FROM personal.person WHERE person = $1", person)
        return found


async def count(parts: Parts, table: str) -> int:
    (found,) = await column(parts.database, f"SELECT count(*) FROM {table}")
    assert isinstance(found, int)
    return found


@pytest.mark.parametrize("key_first", [True, False])
async def test_a_name_is_known_once_both_the_event_and_its_key_have_come(
    settling: Settling, parts: Parts, person: UUID, key: tuple[Cipher, bytes], key_first: bool
) -> None:
    cipher, wrapped = key
    both = [key_message(person, wrapped), message(registered(person, HANAKO, cipher))]

    await settle(settling, *(both if key_first else reversed(both)))

    assert await name_of(parts, person) == personal.PersonName("港 花子", "ミナト ハナコ", None)
    assert await count(parts, "personal.unopened") == 0
    assert await column(parts.database, "SELECT count(*) FROM seen") == [1], "the effect did not wait for the key"
    assert await column(parts.database, "SELECT count(*) FROM dead_letters") == [0]


CORRECTIONS = [
    (2, ["name"], PersonWords(name="港 華子")),
    (3, ["remarks"], PersonWords()),
    (4, ["name", "doctor"], PersonWords(name="港 はなこ")),
]


@pytest.mark.parametrize("order", [(0, 1, 2, 3), (3, 2, 1, 0), (2, 0, 3, 1), (1, 3, 0, 2)])
@pytest.mark.parametrize("key_at", [0, 2, 4])
async def test_corrections_settle_in_the_same_place_in_whatever_order_they_come(
    settling: Settling, parts: Parts, person: UUID, key: tuple[Cipher, bytes], order: tuple[int, ...], key_at: int
) -> None:
    cipher, wrapped = key
    events = [registered(person, HANAKO, cipher)]
    events += [corrected(person, fields, words, cipher, version) for version, fields, words in CORRECTIONS]
    messages = [message(events[n], n) for n in order]
    messages.insert(key_at, key_message(person, wrapped))

    await settle(settling, *messages)

    assert await words_of(parts, person) == {"name": "港 はなこ", "kana": "ミナト ハナコ", "age": 80}
    assert await name_of(parts, person) == personal.PersonName("港 はなこ", "ミナト ハナコ", None)


async def test_somebody_without_a_name_is_known_by_a_description(
    settling: Settling, parts: Parts, person: UUID, key: tuple[Cipher, bytes]
) -> None:
    cipher, wrapped = key
    words = PersonWords(description="白髪、青い上着")
    await settle(settling, key_message(person, wrapped), message(registered(person, words, cipher)))

    assert await name_of(parts, person) == personal.PersonName(None, None, "白髪、青い上着")


async def test_a_tombstone_forgets_the_key_the_words_and_what_was_waiting(
    settling: Settling, parts: Parts, person: UUID, key: tuple[Cipher, bytes]
) -> None:
    cipher, wrapped = key
    event, waiting = registered(person, HANAKO, cipher), an_id()
    other_cipher, other_wrapped = parts.keyring.create(waiting)
    await settle(settling, key_message(person, wrapped), message(event))
    await settle(settling, message(registered(waiting, HANAKO, other_cipher), 1))

    await settle(settling, key_message(person, None), key_message(waiting, None))

    assert await count(parts, "personal.person") == 0
    assert await count(parts, "personal.unopened") == 0
    async with parts.database.session() as session:
        rows = await session.fetch("SELECT wrapped, forgotten_at FROM keys")
        assert await parts.keyring.find(session, person) is None
    assert [(row["wrapped"], row["forgotten_at"] is not None) for row in rows] == [(None, True)] * 2

    # What comes late brings nothing back: the key again, another event, a correction.
    await settle(settling, key_message(person, wrapped, 9), key_message(waiting, other_wrapped, 9))
    await settle(settling, message(corrected(person, ["name"], PersonWords(name="港 太郎"), cipher, 2), 9))
    assert await count(parts, "personal.person") == 0
    assert await count(parts, "personal.unopened") == 0
    assert await column(parts.database, "SELECT count(*) FROM keys WHERE wrapped IS NOT NULL") == [0]


async def test_a_key_and_its_tombstone_in_one_batch_leave_nothing(
    settling: Settling, parts: Parts, person: UUID, key: tuple[Cipher, bytes]
) -> None:
    came = [key_message(person, key[1], 0), key_message(person, None, 1), key_message(person, key[1], 2)]
    await settling.settle([settling.read(one) for one in came])

    assert await column(parts.database, "SELECT wrapped FROM keys") == [None]


@pytest.mark.parametrize("before", ["nothing", "key", "event", "correction", "forgotten"])
async def test_what_comes_together_settles_as_if_it_came_one_by_one(
    settling: Settling, parts: Parts, person: UUID, key: tuple[Cipher, bytes], before: str
) -> None:
    """A key and the events that are sealed under it in one batch, whatever of them was here before."""
    cipher, wrapped = key
    the_key, first = key_message(person, wrapped), message(registered(person, HANAKO, cipher), 1)
    second = message(corrected(person, ["name"], PersonWords(name="港 華子"), cipher, 2), 2)
    earlier = {
        "nothing": [],
        "key": [the_key],
        "event": [first],
        "correction": [second],
        "forgotten": [key_message(person, None)],
    }
    await settle(settling, *earlier[before])
    await settling.settle([settling.read(one) for one in (first, the_key, second)])

    found = await name_of(parts, person)
    expected = personal.PersonName("港 華子", HANAKO.kana, None)
    assert found == (None if before == "forgotten" else expected)
    assert await count(parts, "personal.unopened") == 0


async def test_who_makes_the_keys_keeps_those_that_others_have_made(parts: Parts, person: UUID) -> None:
    """Intake keeps no names; it reads the keys for the tombstones among them, and for what others seal."""
    settling = Settling(parts, sample.make_service())
    other = an_id()
    mine, theirs = parts.keyring.create(person)[1], parts.keyring.create(other)[1]
    await settle(settling, key_message(person, mine))
    await settling.settle([settling.read(one) for one in (key_message(person, mine, 1), key_message(other, theirs, 2))])
    assert await count(parts, "keys") == 2
    await settling.settle([settling.read(one) for one in (key_message(person, mine, 3), key_message(person, None, 4))])
    await settle(settling, key_message(person, mine, 5))
    assert await column(parts.database, "SELECT wrapped IS NULL FROM keys ORDER BY owner = $1", other) == [True, False]


async def test_the_service_forgets_what_it_holds_itself(parts: Parts, person: UUID) -> None:
    forgotten: list[UUID] = []

    async def forget(session: Session, owner: UUID) -> None:
        forgotten.append(owner)

    await settle(Settling(parts, replace(sample.make_service(), forget=forget)), key_message(person, None))

    assert forgotten == [person]


async def test_forgetting_everywhere_queues_the_tombstone_behind_the_key(parts: Parts, person: UUID) -> None:
    async with parts.database.transaction() as session:
        await store.new_key(session, parts.keyring, person)
    async with parts.database.transaction() as session:
        await personal.forget_everywhere(parts, session, person)
    async with parts.database.transaction() as session:
        with pytest.raises(Unavailable, match=r"key\.not-here"):
            await personal.forget_everywhere(parts, session, an_id())

    async with parts.database.session() as session:
        rows = await session.fetch("SELECT topic, key, value IS NULL AS tombstone FROM outbox ORDER BY id")
        assert await parts.keyring.find(session, person) is None
    assert [tuple(row) for row in rows] == [("keys", person, False), ("keys", person, True)]


@pytest.mark.parametrize("how", ["another deployment's", "cut off", "nothing", "no owner"])
async def test_a_key_that_is_none_is_laid_aside(settling: Settling, parts: Parts, person: UUID, how: str) -> None:
    _, foreign = Keyring(b"k" * 32, sample.ledger).create(person)
    came = {
        "another deployment's": key_message(person, foreign),
        "cut off": key_message(person, foreign[:5]),
        "nothing": key_message(person, b""),
        "no owner": key_message(person, foreign)._replace(key=b"somebody"),
    }[how]
    good = an_id()
    _, wrapped = parts.keyring.create(good)

    await settling.settle([settling.read(came), settling.read(key_message(good, wrapped, 1))])

    assert await column(parts.database, "SELECT owner FROM keys") == [good]
    async with parts.database.session() as session:
        (letter,) = await list_dead_letters(session)
    assert letter.reason.startswith("key: ")


async def test_an_effect_that_must_write_under_a_key_waits_for_it(
    settling: Settling, parts: Parts, person: UUID, key: tuple[Cipher, bytes]
) -> None:
    event = went_out(person, 1, actor=sample.KEYLESS_ACTOR)
    waiting = asyncio.create_task(settle(settling, message(event)))
    done, _ = await asyncio.wait([waiting], timeout=0.3)
    assert not done

    await settle(settling, key_message(person, key[1]))
    await asyncio.wait_for(waiting, 10)

    assert await column(parts.database, "SELECT event FROM seen") == [event.envelope.id]
    assert await count(parts, "dead_letters") == 0
