"""The long form: every fault again and again, for minutes, at random instants, several at once (`pytest -m long`).

What happens when comes from a seed: `TSUNAGI_FAULT_SEED=7 pytest -m long tests/faults/test_long.py` plays another one.
"""

import asyncio
import os
import random
import time
from pathlib import Path

import pytest

from shared.platform import failpoints
from tests.faults.faulty import Faulty, another
from tests.running import eventually
from tsunagi.stack.layout import ROLES, SERVICES

pytestmark = [pytest.mark.stack, pytest.mark.long]

SEED = int(os.environ.get("TSUNAGI_FAULT_SEED", "1"))
FAILPOINTS = {
    "api": failpoints.API_AFTER_COMMIT,
    "relay": failpoints.RELAY_AFTER_SEND,
    "worker": failpoints.WORKER_AFTER_EFFECT,
}


@pytest.mark.parametrize("role", ROLES)
async def test_each_role_dies_at_its_failpoint_again_and_again(faulty: Faulty, role: str) -> None:
    dice = random.Random(f"{SEED} {role}")
    for number in range(1, 6):
        await faulty.all_die(role, f"{FAILPOINTS[role]}:{dice.randint(1, 12)}", within=120)
        await faulty.flows_again(f"every {role} killed at its failpoint ({number})", within=60)
    await faulty.keeps_its_promises()


@pytest.mark.parametrize("by", ["stop", "kill"])
async def test_kafka_is_away_for_minutes(faulty: Faulty, by: str) -> None:
    """Nobody notices but by what is late: every command is answered, timers fire, the outboxes grow and empty."""
    kafka, load = faulty.stack.kafka, faulty.load
    await faulty.do(getattr(kafka, by))
    until = time.monotonic() + 180
    # One nurse sees to everybody afterwards, the longest waiting first: a thousand would take her many minutes.
    with load.slowly(2.0):
        while time.monotonic() < until:
            await load.goes_on("registered", times=10, within=20)
    assert load.longest < 20
    await faulty.do(kafka.start)
    await faulty.flows_again(f"Kafka away for three minutes ({by})", within=120)
    await faulty.keeps_its_promises()


async def test_kafka_comes_and_goes(faulty: Faulty) -> None:
    dice = random.Random(f"{SEED} kafka")
    for number in range(1, 6):
        await faulty.do(faulty.stack.kafka.kill)
        await faulty.load.goes_on("registered", times=dice.randint(1, 60))
        await faulty.do(faulty.stack.kafka.start)
        await faulty.flows_again(f"Kafka killed ({number})", within=90)
    await faulty.keeps_its_promises()


@pytest.mark.parametrize("away", [0, 30, 75])
async def test_postgresql_is_away(faulty: Faulty, away: int) -> None:
    """Nobody is answered meanwhile; clients keep sending."""
    await faulty.do(faulty.stack.postgres.crash, away=away)
    await faulty.flows_again(f"PostgreSQL crashed and {away} s away", within=90)
    await faulty.keeps_its_promises()


@pytest.mark.parametrize("service", SERVICES)
@pytest.mark.parametrize("seconds", [15, 75])
async def test_a_worker_is_frozen(faulty: Faulty, tmp_path: Path, service: str, seconds: int) -> None:
    worker = faulty.stack.process(service, "worker")
    with another(faulty.running, service, "worker", tmp_path):
        await faulty.do(worker.freeze)
        began = time.monotonic()
        await faulty.flows_again(f"{service}.worker frozen, another takes over", within=90)
        await eventually(lambda: time.monotonic() - began > seconds, within=seconds + 1)
        await faulty.do(worker.thaw)
        await faulty.flows_again(f"{service}.worker thawed after {seconds} s", within=90)
    await faulty.flows_again(f"the other {service}.worker ended", within=90)
    await faulty.keeps_its_promises()


@pytest.mark.parametrize("number", range(3))
async def test_processes_are_killed_at_random_instants(faulty: Faulty, number: int) -> None:
    """For two minutes somebody is killed every few seconds; nothing waits for anything to be well again."""
    dice = random.Random(f"{SEED} {number}")
    names = [(service, role) for service in SERVICES for role in ROLES]
    until, killed = time.monotonic() + 120, 0
    while time.monotonic() < until:
        process = faulty.stack.process(*dice.choice(names))
        if process.seen.pid is not None:
            await asyncio.to_thread(process.kill)
            killed += 1
        await asyncio.sleep(dice.uniform(0.2, 4.0))
    await asyncio.to_thread(faulty.heal)
    await faulty.do(lambda: None)
    await faulty.flows_again(f"{killed} kills in two minutes (seed {SEED}, {number})", within=120)
    await faulty.keeps_its_promises()


@pytest.mark.parametrize("number", range(3))
async def test_several_things_happen_at_once(faulty: Faulty, number: int) -> None:
    """Broker and database go while processes are killed and frozen, in an order that the dice say."""
    dice, stack = random.Random(f"{SEED} at once {number}"), faulty.stack
    victims = dice.sample([(service, role) for service in SERVICES for role in ROLES], 6)
    killed, frozen = victims[:3], victims[3:]
    acts = [
        stack.kafka.kill,
        lambda: stack.postgres.crash(away=dice.uniform(0, 10)),
        *(stack.process(*name).kill for name in killed),
        *(stack.process(*name).freeze for name in frozen),
    ]
    dice.shuffle(acts)
    for act in acts:
        await asyncio.to_thread(act)
        await asyncio.sleep(dice.uniform(0, 3))
    began = time.monotonic()
    await eventually(lambda: time.monotonic() - began > 20, within=21)
    await asyncio.to_thread(faulty.heal)
    await faulty.do(lambda: None)
    await faulty.flows_again(f"Kafka, PostgreSQL and six processes at once (seed {SEED}, {number})", within=120)
    await faulty.keeps_its_promises()
