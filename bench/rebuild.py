"""Rebuilding casework from the log, ours beside the floor: the same messages, from Kafka into PostgreSQL.

Ours is `rebuild` itself: every projected table with its indexes, folded, swapped. The floor is aiokafka's `getmany`,
`COPY` and one table with a unique id and one index. `python -m bench.rebuild ours | floor` is one side's process.
"""

import asyncio
import json
import os
import resource
import subprocess
import sys
import time
from collections import defaultdict
from datetime import datetime
from pathlib import Path
from typing import Any

import asyncpg
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition

from bench.machine import say
from bench.turns import compared, order
from bench.ways import told
from services.casework.rebuild import rebuild
from services.casework.settings import CaseworkSettings
from services.casework.wiring import SERVICE
from shared.contracts.topics import EVENT_TOPICS, PARTITIONS
from shared.platform.partitioning import hashes_of
from shared.platform.parts import open_parts
from tsunagi.stack.stack import Stack

FLOOR_DATABASE = "floor_casework"
_SEED = 1995
_PAGE = 5000


def measure(*, events: int, rounds: int) -> dict[str, Any]:
    """Return both sides' events a second (medians), and the median of their ratios, turn by turn.

    On a stack of its own, whose log holds that many messages and nothing else. `memory_mib`: the most that one
    process of ours had. Raises RuntimeError where not every event is on both tables.
    """
    with Stack.open(ephemeral=True, say=say) as stack:
        stack.start(("postgres", "kafka", "casework.api"))
        say(f"rebuild: writing {events} messages to the log")
        different = asyncio.run(_write(stack.bootstrap, events))
        asyncio.run(_floor_database(stack))
        sides: dict[str, list[float]] = {"ours": [], "floor": []}
        memory = []
        for turn in range(-1, rounds):
            for side in order(turn):
                done = _run(stack, side)
                if done["events"] != different:
                    raise RuntimeError(f"{side}: {done['events']} rows for {different} events")
                memory.append(done["memory_mib"] if side == "ours" else 0)
                if turn >= 0:  # the first turn warms up
                    sides[side].append(events / done["seconds"])
            if turn >= 0:
                ours, floor = sides["ours"][-1], sides["floor"][-1]
                say(f"rebuild {turn + 1}/{rounds}: ours {ours:.0f}/s, floor {floor:.0f}/s")
        return {
            **compared(sides["ours"], sides["floor"]),
            "events": events,
            "memory_mib": max(memory),
        }


def _run(stack: Stack, side: str) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, "-m", "bench.rebuild", side],
        env={
            **stack.environment("casework", "owner"),
            "TSUNAGI_FLOOR_DSN": stack.dsn("casework", "owner", FLOOR_DATABASE),
        },
        check=True,
        stdout=subprocess.PIPE,
        text=True,
        timeout=300,
    )
    result: dict[str, Any] = json.loads(done.stdout)
    return result


async def _write(kafka: str, most: int) -> int:
    """Put the messages onto the log, each in the partition of its key; return how many different events they are."""
    producer = AIOKafkaProducer(
        bootstrap_servers=kafka, acks="all", enable_idempotence=True, max_batch_size=950_000, linger_ms=5
    )
    await producer.start()
    different, page = set(), []
    try:
        for one in told(_SEED, most):
            different.add(one.headers[2][1])
            page.append(one)
            if len(page) == _PAGE:
                await _send(producer, page)
                page.clear()
        await _send(producer, page)
    finally:
        await producer.stop()
    return len(different)


async def _send(producer: AIOKafkaProducer, page: list[Any]) -> None:
    batches: dict[tuple[str, int], Any] = defaultdict(producer.create_batch)
    if not page:
        return
    for one, number in zip(page, hashes_of([one.key for one in page]), strict=True):
        batch = batches[one.topic, number % PARTITIONS]
        if batch.append(timestamp=None, key=one.key, value=one.value, headers=one.headers) is None:
            raise RuntimeError("a batch is full")
    acks = [await producer.send_batch(batch, topic, partition=n) for (topic, n), batch in batches.items()]
    await asyncio.gather(*acks)


async def _floor_database(stack: Stack) -> None:
    connection = await asyncpg.connect(stack.superuser_dsn)
    try:
        await connection.execute(f"CREATE DATABASE {FLOOR_DATABASE} OWNER casework_owner")
    finally:
        await connection.close()


async def ours() -> tuple[float, int]:
    """Rebuild casework; return the seconds and how many different events there were."""
    settings = CaseworkSettings()
    async with open_parts(SERVICE.name, settings, SERVICE.ledger, SERVICE.project) as parts:
        began = time.perf_counter()
        done = await rebuild(parts, lambda one: say(str(one)))
        return time.perf_counter() - began, done.events


async def floor() -> tuple[float, int]:
    """`getmany`, `COPY` to a temporary table, insert what is not there yet: one table, a unique id and one index."""
    settings = CaseworkSettings()
    connection = await asyncpg.connect(os.environ["TSUNAGI_FLOOR_DSN"])
    began = time.perf_counter()
    await connection.execute(
        """
        DROP TABLE IF EXISTS timeline;
        CREATE TABLE timeline (id uuid PRIMARY KEY, key uuid NOT NULL, at timestamptz NOT NULL, type text NOT NULL,
            value bytea NOT NULL);
        CREATE INDEX ON timeline (key, at);
        CREATE TEMPORARY TABLE staging (LIKE timeline)
        """
    )
    consumer = AIOKafkaConsumer(
        bootstrap_servers=settings.kafka, group_id=None, enable_auto_commit=False, auto_offset_reset="earliest"
    )
    await consumer.start()
    partitions = [TopicPartition(topic, n) for topic in EVENT_TOPICS for n in range(PARTITIONS)]
    consumer.assign(partitions)
    left = sum((await consumer.end_offsets(partitions)).values())
    while left:
        got = await consumer.getmany(timeout_ms=1000, max_records=_PAGE)
        rows = []
        for records in got.values():
            for one in records:
                said = dict(one.headers)
                rows.append(
                    (
                        said["ce_id"].decode(),
                        one.key.decode(),
                        datetime.fromisoformat(said["ce_time"].decode()),
                        said["ce_type"].decode(),
                        one.value,
                    )
                )
        if rows:
            left -= len(rows)
            async with connection.transaction():
                await connection.copy_records_to_table("staging", records=rows)
                await connection.execute("INSERT INTO timeline SELECT * FROM staging ON CONFLICT (id) DO NOTHING")
                await connection.execute("TRUNCATE staging")
    took = time.perf_counter() - began
    await consumer.stop()
    kept = int(await connection.fetchval("SELECT count(*) FROM timeline"))
    await connection.close()
    return took, kept


def main() -> None:
    side = {"ours": ours, "floor": floor}[sys.argv[1]]
    seconds, events = asyncio.run(side())
    print(json.dumps({"seconds": seconds, "events": events, "memory_mib": _most_memory()}))


def _most_memory() -> int:
    """Return the most MiB that this process, or one that it began, ever had (not what had begun this one)."""
    status = Path("/proc/self/status")
    own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    if status.exists():
        own = next(int(line.split()[1]) for line in status.read_text().splitlines() if line.startswith("VmHWM"))
    return max(own, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss) // 1024


if __name__ == "__main__":
    main()
