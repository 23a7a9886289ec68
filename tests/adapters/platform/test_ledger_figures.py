"""What alarms watch: the outbox, dead letters, words without a key; and what a worker counts."""

import pytest
from prometheus_client import REGISTRY

from shared.contracts.intake_person import PersonWords
from shared.platform import store
from shared.platform.ledger_figures import measure
from shared.platform.parts import Parts
from shared.platform.settling import Settling
from tests.adapters.platform import sample
from tests.adapters.platform.made import an_id, key_message, message, registered, went_out

pytestmark = pytest.mark.stack


def figure(name: str, **labels: str) -> float:
    return REGISTRY.get_sample_value(name, labels) or 0.0


async def test_the_ledger_is_measured(parts: Parts) -> None:
    settling = Settling(parts, sample.make_service(names=True))
    cipher, _ = parts.keyring.create(person := an_id())
    await settling.settle([settling.read(message(registered(person, PersonWords(name="港 花子"), cipher)))])
    await settling.settle([settling.read(message(went_out(an_id()), 1)._replace(value=b"?"))])
    async with parts.database.transaction() as session:
        await store.append(session, [went_out(an_id()), went_out(an_id())])
        await session.execute("INSERT INTO outbox (topic, key, headers) VALUES ('keys', $1, '{}')", an_id())

    await measure(parts)

    assert figure("tsunagi_outbox_rows") == 3
    assert 0 <= figure("tsunagi_outbox_age_seconds") < 60
    assert figure("tsunagi_dead_letters", topic="intake.person") == 1
    assert figure("tsunagi_words_unopened") == 1


async def test_a_worker_counts_what_was_new_what_came_again_and_what_it_forgot(parts: Parts) -> None:
    settling = Settling(parts, sample.make_service())
    names = ("tsunagi_worker_events_total", "tsunagi_worker_repeated_total", "tsunagi_dead_lettered_total")

    def counted() -> list[float]:
        return [figure(name, topic="intake.person") for name in names] + [figure("tsunagi_forgotten_total")]

    before = counted()
    good = message(went_out(an_id()))
    for batch in ([good, good, good._replace(value=None)], [good], [key_message(an_id(), None)]):
        await settling.settle([settling.read(one) for one in batch])

    assert [now - then for now, then in zip(counted(), before, strict=True)] == [1, 2, 1, 1]
