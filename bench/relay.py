"""The relay, ours beside the floor: the same rows, out of the outbox and into Kafka, counted afterwards.

`python -m bench.relay ours | floor` is one side's process: it empties the outbox of its database and prints the
seconds that it took.
"""

import asyncio
import json
import subprocess
import sys
import time
from collections import defaultdict
from typing import Any

import asyncpg
import msgspec
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.partitioner import murmur2

from bench.machine import say
from bench.turns import compared, order
from services.intake.settings import IntakeSettings
from services.intake.wiring import SERVICE
from shared.platform.parts import open_parts
from shared.platform.relay import Relay
from tsunagi.stack.stack import Stack

_TOPICS = ("intake.household", "intake.person", "keys")
_ROWS = 2000
_headers = msgspec.json.Decoder(dict[str, str])


def measure(stack: Stack, *, rows: int, rounds: int) -> dict[str, Any]:
    """Return both sides' events a second (medians), and the median of their ratios, turn by turn.

    The rows are those that registration left, `intake.relay` being stopped. Raises RuntimeError where not every row
    reached Kafka.
    """
    asyncio.run(_keep_rows(stack))
    sides: dict[str, list[float]] = {"ours": [], "floor": []}
    for turn in range(-1, rounds):
        for side in order(turn):
            count = asyncio.run(_fill(stack, rows))
            before = asyncio.run(_ends(stack))
            done = subprocess.run(
                [sys.executable, "-m", "bench.relay", side],
                env={**stack.environment("intake", "relay"), "TSUNAGI_OWNER_DSN": stack.dsn("intake")},
                check=True,
                stdout=subprocess.PIPE,
                text=True,
                timeout=300,
            )
            sent = asyncio.run(_ends(stack)) - before
            if sent != count:
                raise RuntimeError(f"{side}: {sent} records on the log for {count} rows of the outbox")
            if turn >= 0:  # the first turn warms up
                sides[side].append(count / json.loads(done.stdout)["seconds"])
        if turn >= 0:
            say(f"relay {turn + 1}/{rounds}: ours {sides['ours'][-1]:.0f}/s, floor {sides['floor'][-1]:.0f}/s")
    return {
        **compared(sides["ours"], sides["floor"]),
        "rows": rows,
    }


async def _keep_rows(stack: Stack) -> None:
    """Lay a copy of real rows aside, to fill the outbox from again and again."""
    connection = await asyncpg.connect(stack.dsn("intake"))
    try:
        await connection.execute("DROP TABLE IF EXISTS bench_rows")
        await connection.execute(
            "CREATE TABLE bench_rows AS SELECT id, topic, key, headers, value FROM outbox ORDER BY id LIMIT 40000"
        )
    finally:
        await connection.close()


async def _fill(stack: Stack, rows: int) -> int:
    """Put so many rows into the empty outbox; return how many they are."""
    connection = await asyncpg.connect(stack.dsn("intake"))
    try:
        await connection.execute("TRUNCATE outbox")
        await connection.execute(
            """
            INSERT INTO outbox (topic, key, headers, value)
            SELECT topic, key, headers, value
            FROM generate_series(1, (SELECT ceil($1::float8 / count(*))::int FROM bench_rows)) AS again, bench_rows
            ORDER BY again, id LIMIT $2
            """,
            float(rows),
            rows,
        )
        await connection.execute("VACUUM ANALYZE outbox")
        return int(await connection.fetchval("SELECT count(*) FROM outbox"))
    finally:
        await connection.close()


async def _ends(stack: Stack) -> int:
    """Return how many records the topics have had."""
    consumer = AIOKafkaConsumer(bootstrap_servers=stack.bootstrap)
    await consumer.start()
    try:
        partitions = [TopicPartition(topic, n) for topic in _TOPICS for n in range(12)]
        return int(sum((await consumer.end_offsets(partitions)).values()))
    finally:
        await consumer.stop()


async def ours() -> float:
    """Run the relay until the outbox is empty."""
    settings = IntakeSettings()
    async with open_parts(SERVICE.name, settings, SERVICE.ledger, SERVICE.project) as parts:
        began = time.perf_counter()
        relay = asyncio.create_task(Relay(parts).run())
        async with parts.database.session() as session:
            while await session.fetchval("SELECT EXISTS (SELECT 1 FROM outbox)"):
                await asyncio.sleep(0.02)
        took = time.perf_counter() - began
        relay.cancel()
        await asyncio.gather(relay, return_exceptions=True)
    return took


async def floor() -> float:
    """Read, `send_batch`, await, delete: the bare parts, with the same keys, headers and bytes."""
    settings = IntakeSettings()
    connection = await asyncpg.connect(settings.database_url)
    began = time.perf_counter()
    producer = AIOKafkaProducer(
        bootstrap_servers=settings.kafka, acks="all", enable_idempotence=True, max_batch_size=950_000
    )
    await producer.start()
    while rows := await connection.fetch(
        "SELECT id, topic, key, headers, value FROM outbox ORDER BY id LIMIT $1", _ROWS
    ):
        now = int(time.time() * 1000)
        batches: dict[tuple[str, int], Any] = defaultdict(producer.create_batch)
        for row in rows:
            key = str(row["key"]).encode()
            batch = batches[row["topic"], (murmur2(key) & 0x7FFFFFFF) % 12]
            headers = [(name, value.encode()) for name, value in _headers.decode(row["headers"]).items()]
            if batch.append(timestamp=now, key=key, value=row["value"], headers=headers) is None:
                raise RuntimeError("a batch of the floor is full")
        acks = [await producer.send_batch(batch, topic, partition=n) for (topic, n), batch in batches.items()]
        await asyncio.gather(*acks)
        await connection.execute("DELETE FROM outbox WHERE id = ANY($1::bigint[])", [row["id"] for row in rows])
    took = time.perf_counter() - began
    await producer.stop()
    await connection.close()
    return took


def main() -> None:
    side = {"ours": ours, "floor": floor}[sys.argv[1]]
    print(json.dumps({"seconds": asyncio.run(side())}))


if __name__ == "__main__":
    main()
