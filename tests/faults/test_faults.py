"""The short form: each fault once, on the one running system, under a small load.

After each the way goes on by itself, and what clients were told is kept: `verify` with their file is clean.
"""

import asyncio
from pathlib import Path

import pytest

from shared.platform import failpoints
from tests.faults.faulty import Faulty, another
from tests.running import eventually

pytestmark = pytest.mark.stack


async def test_every_api_dies_after_a_commit(faulty: Faulty) -> None:
    """The client is not answered, sends again under the same id, and is told what the first one did."""
    repeated = faulty.load.client.repeated
    await faulty.all_die("api", f"{failpoints.API_AFTER_COMMIT}:3")
    await faulty.flows_again("every api killed after a commit")

    assert faulty.load.client.repeated >= repeated + 4
    await faulty.keeps_its_promises()


async def test_every_relay_dies_after_sending_and_before_deleting(faulty: Faulty) -> None:
    """What was sent is sent again; the inboxes take it."""
    await faulty.all_die("relay", failpoints.RELAY_AFTER_SEND)
    await faulty.flows_again("every relay killed after sending")
    await faulty.keeps_its_promises()


async def test_every_worker_dies_after_the_effect_and_before_the_acknowledgement(faulty: Faulty) -> None:
    """What had its effect is read again, and has it once."""
    await faulty.all_die("worker", failpoints.WORKER_AFTER_EFFECT)
    await faulty.flows_again("every worker killed after an effect")
    await faulty.keeps_its_promises()


async def test_kafka_stops_and_comes_back(faulty: Faulty) -> None:
    """Intake and every other command go on, and a hold expires: timers run while Kafka is away (decision 4)."""
    load, hq = faulty.load, faulty.load.ward.city
    need, other = await load.somebody_who_waits(), await load.ward.facility(places=20)
    await faulty.do(faulty.stack.kafka.stop)

    placement = await hq.asks(need, other.facility, minutes=0.02, reason="wish")
    await load.goes_on("registered", times=10)

    async def expired() -> bool:
        asked: dict[str, str] = {one["placement"]: one["state"] for one in await hq.placements(need)}
        return asked[str(placement)] == "expired"

    async def released() -> bool:
        waiting = await other.requests(state="asked")  # whom others declined, the system asks here by itself
        return placement not in waiting and (await hq.places(other.facility)).get("held", 0) == len(waiting)

    await eventually(expired, within=30)
    await eventually(released, within=30)
    assert not faulty.stack.kafka.is_ready()

    await faulty.do(faulty.stack.kafka.start)
    await faulty.flows_again("Kafka stopped and started")
    await faulty.keeps_its_promises()


async def test_postgresql_crashes(faulty: Faulty) -> None:
    """It ends at once in the middle of everything, is away for a moment, and recovers."""
    await faulty.do(faulty.stack.postgres.crash, away=2.0)
    await faulty.flows_again("PostgreSQL crashed")
    await faulty.keeps_its_promises()


async def test_postgresql_restarts_in_good_order(faulty: Faulty) -> None:
    await faulty.do(faulty.stack.postgres.restart)
    await faulty.flows_again("PostgreSQL restarted")
    await faulty.keeps_its_promises()


async def test_a_worker_is_frozen_past_its_session_and_thawed(faulty: Faulty, tmp_path: Path) -> None:
    """Another takes over what it read; what it still holds in its hands when it wakes falls on the inbox."""
    worker = faulty.stack.process("casework", "worker")
    with another(faulty.running, "casework", "worker", tmp_path):
        await faulty.do(worker.freeze)
        await faulty.flows_again("a worker frozen, another takes over")
        await faulty.do(worker.thaw)
        await faulty.flows_again("the frozen worker thawed")
        await eventually(worker.is_ready)
    await faulty.keeps_its_promises()


async def test_a_relay_is_frozen_and_thawed(faulty: Faulty, tmp_path: Path) -> None:
    """PostgreSQL gives its lock to another, and it finds that out before it sends anything more."""
    relay = faulty.stack.process("intake", "relay")
    with another(faulty.running, "intake", "relay", tmp_path):
        await faulty.do(relay.freeze)
        await faulty.flows_again("a relay frozen, another takes over")
        await faulty.do(relay.thaw)
        await faulty.flows_again("the frozen relay thawed")
    await asyncio.to_thread(relay.wait_ready)
    await faulty.keeps_its_promises()
