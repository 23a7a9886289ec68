"""The worker's guards with Faust and all, each kept and each taken away (`variations`)."""

import signal

import pytest
from aiokafka.admin import AIOKafkaAdminClient

from shared.platform.lag import partitions_of
from shared.platform.logread import read_messages
from shared.platform.parts import Parts
from tests.adapters.platform.conftest import Processes
from tests.adapters.platform.made import an_id, column, message, send, wait_for, went_out
from tests.adapters.platform.test_worker import asyncpg_owner
from tests.faults import variations

pytestmark = pytest.mark.stack


@pytest.fixture
def varied(processes: Processes) -> Processes:
    """The sample's processes; `VARIATION` in their environment takes a guard away."""
    processes.module = "tests.faults.variations"
    return processes


async def committed_and_lost(parts: Parts, processes: Processes, topic: str) -> set[tuple[int, int]]:
    """Return where on the log stands what the group has committed past though it had no effect: it never comes again.

    This is what the positions in the inbox are kept for.
    """
    admin = AIOKafkaAdminClient(bootstrap_servers=parts.settings.kafka)
    await admin.start()
    try:
        partitions = await partitions_of(admin, [topic])
        found = await admin.list_consumer_group_offsets(processes.name, partitions=partitions)
    finally:
        await admin.close()
    committed = {partition.partition: at.offset for partition, at in found.items()}
    async with parts.database.session() as session:
        had = {(row["part"], row["position"]) for row in await session.fetch("SELECT part, position FROM inbox")}
    return {
        (one.partition, one.offset)
        async for page in read_messages(parts.settings.kafka, [topic])
        for one in page
        if one.offset < committed.get(one.partition, 0)
    } - had


@pytest.mark.parametrize("variation", [variations.KEPT, variations.ACK_FIRST], ids=["kept", "removed"])
async def test_an_event_is_acknowledged_after_its_effect_is_committed(
    variation: str, parts: Parts, varied: Processes, topic: str
) -> None:
    """The worker dies in the middle of an effect: what it acknowledged before is never read again."""
    worker = varied.start("worker", {"VARIATION": variation})
    await send(parts.settings.kafka, message(went_out(an_id(), topic=topic)))
    await wait_for(lambda: column(parts.database, "SELECT event FROM seen"))

    await send(parts.settings.kafka, message(went_out(an_id(), topic=topic, actor=variations.DEADLY_ACTOR)))
    assert await varied.ended(worker) == -signal.SIGKILL

    lost = await committed_and_lost(parts, varied, topic)
    assert lost == (set() if variation == variations.KEPT else {(0, 1)})


@pytest.mark.parametrize("variation", [variations.KEPT, variations.LET_OUT], ids=["kept", "removed"])
async def test_an_error_stays_inside_and_the_batch_is_tried_again(
    variation: str, parts: Parts, varied: Processes, topic: str
) -> None:
    """The database refuses for a while: Faust acknowledges what an agent raises on, and goes on with the next."""
    varied.start("worker", {"VARIATION": variation})
    await send(parts.settings.kafka, message(went_out(an_id(), topic=topic)))
    await wait_for(lambda: column(parts.database, "SELECT event FROM seen"))
    owner = await asyncpg_owner(varied)
    try:
        await owner.execute("ALTER TABLE seen RENAME TO gone")
        await send(parts.settings.kafka, message(went_out(an_id(), topic=topic)))

        async def complained() -> bool:
            return "UndefinedTable" in varied.log("worker")

        await wait_for(complained)
        await owner.execute("ALTER TABLE gone RENAME TO seen")
    finally:
        await owner.close()
    await send(parts.settings.kafka, message(went_out(an_id(), topic=topic)))

    async def decided() -> bool:
        """Say whether the refused event had its effect, or never will."""
        effects = await column(parts.database, "SELECT position FROM inbox ORDER BY position")
        return effects == [0, 1, 2] or bool(await committed_and_lost(parts, varied, topic))

    await wait_for(decided)
    lost = await committed_and_lost(parts, varied, topic)
    assert lost == (set() if variation == variations.KEPT else {(0, 1)})
