"""After all journeys: every promise was kept. Last in the session, because what comes here spoils the log for good."""

from collections.abc import Sequence
from uuid import UUID

from aiokafka import AIOKafkaProducer

from tests.journeys.commands import tsunagi
from tests.journeys.shelter import Person
from tests.journeys.telling import soon
from tests.journeys.ward import Ward
from tests.running import Running


async def test_verify_finds_every_promise_kept_for_all_that_was_acknowledged(running: Running, ward: Ward) -> None:
    person = await ward.staff.registers_one()
    await ward.nurse.finds(person)
    ran = await tsunagi(running.stack, "verify", "--acknowledged", str(running.acknowledged), "--json")
    report = ran.json
    assert report["problems"] == []
    assert (ran.code, report["clean"], report["lost"], report["duplicated"]) == (0, True, 0, 0)
    assert report["counts"]["acknowledged"] > 0
    assert report["counts"]["on_log"] >= report["counts"]["stored"] == report["counts"]["on_timeline"]


POISON = (b"{", b'{"a":1}', b"\xff\xfe", b"")
"""What is no event: broken off, of no type, no text, nothing at all."""


async def test_what_nobody_can_read_is_laid_aside_and_its_neighbours_pass(running: Running, ward: Ward) -> None:
    """It stays on the log for ever, and `verify` says so from now on: hence after the verification."""
    stack, person = running.stack, await ward.staff.registers_one()
    await ward.nurse.finds(person)
    sent = await put_on_the_log(running, person, POISON)
    await ward.staff.sees_leave(person)

    # Whoever hears this topic lays it aside; what comes behind it on the same partition arrives.
    await ward.hq.stands(person, presence="out")

    async def laid_aside() -> set[str]:
        items = (await tsunagi(stack, "dead-letters", "list", "--json")).json["items"]
        found = {(one["service"], one["partition"], one["offset"]) for one in items}
        hears = {"screening", "transfer", "casework"}
        assert found == {(service, *place) for service in hears for place in sent}
        return hears

    partition, offset = sent[1]
    place = f"intake.person/{partition}/{offset}"
    for service in await soon(laid_aside):
        shown = await tsunagi(stack, "dead-letters", "show", service, place)
        assert (shown.code, UUID(shown.json["key"])) == (0, person.id)
        assert shown.json["reason"]
    again = await tsunagi(stack, "dead-letters", "replay", "--json")
    assert (again.code, len(again.json["items"])) == (1, 3 * len(sent))
    assert all(one["reason"] for one in again.json["items"])
    report = await running.verify()
    assert [one.promise for one in report.problems] == ["nothing was laid aside"]
    assert not report.lost


async def put_on_the_log(running: Running, person: Person, values: Sequence[bytes]) -> list[tuple[int, int]]:
    """Put messages on the topic of persons, under this person's key; return partition and offset of each."""
    producer = AIOKafkaProducer(bootstrap_servers=running.stack.bootstrap, acks="all")
    await producer.start()
    try:
        sent = [await producer.send_and_wait("intake.person", value, key=str(person.id).encode()) for value in values]
    finally:
        await producer.stop()
    return [(one.partition, one.offset) for one in sent]
