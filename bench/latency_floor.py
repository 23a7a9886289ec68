"""The bare chain that the latency is held against: outbox row → relay woken by NOTIFY → Faust → row.

`python -m bench.latency_floor relay | worker DSN`, each a process of its own. The worker drains without a timer: what
has come meanwhile is the next batch.
"""

import asyncio
import os
import sys
from typing import Any
from uuid import UUID

import asyncpg
import faust
from aiokafka import AIOKafkaProducer

from services.casework.settings import CaseworkSettings
from shared.platform.worker import make_app

TOPIC = "bench.floor"
CHANNEL = "bench_floor"
TABLES = """
    CREATE TABLE outbox (n bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, id uuid NOT NULL, key uuid NOT NULL,
        value bytea NOT NULL);
    CREATE TABLE timeline (id uuid PRIMARY KEY, key uuid NOT NULL, value bytea NOT NULL);
    CREATE INDEX ON timeline (key)
"""
_ROWS = 500


async def relay(dsn: str) -> None:
    """Read, send, await, delete; wait to be woken where there is nothing."""
    kafka = CaseworkSettings().kafka
    producer = AIOKafkaProducer(bootstrap_servers=kafka, acks="all", enable_idempotence=True)
    await producer.start()
    connection, ear = await asyncpg.connect(dsn), await asyncpg.connect(dsn)
    woken = asyncio.Event()
    await ear.add_listener(CHANNEL, lambda *_: woken.set())
    while True:
        rows = await connection.fetch("SELECT n, id, key, value FROM outbox ORDER BY n LIMIT $1", _ROWS)
        if rows:
            acks = [
                await producer.send(
                    TOPIC, row["value"], key=str(row["key"]).encode(), headers=[("ce_id", str(row["id"]).encode())]
                )
                for row in rows
            ]
            await asyncio.gather(*acks)
            await connection.execute("DELETE FROM outbox WHERE n = ANY($1::bigint[])", [row["n"] for row in rows])
            continue
        try:
            async with asyncio.timeout(1):
                await woken.wait()
        except TimeoutError:
            pass
        woken.clear()


def worker(dsn: str) -> None:
    """Insert what comes, batch by batch, and nothing else."""
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    app = make_app("floor-latency", CaseworkSettings())
    read = app.topic(TOPIC, key_type=bytes, value_type=bytes, key_serializer="raw", value_serializer="raw")

    async def work(stream: Any) -> None:
        stream.enable_acks = False
        waiting: list[Any] = []
        came = asyncio.Event()

        async def drain() -> None:
            connection = await asyncpg.connect(dsn)
            while True:
                await came.wait()
                came.clear()
                batch = waiting.copy()
                waiting.clear()
                rows = [
                    (UUID(dict(one.message.headers)["ce_id"].decode()), UUID(one.message.key.decode()), one.value)
                    for one in batch
                ]
                await connection.execute(
                    "INSERT INTO timeline SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::bytea[])"
                    " ON CONFLICT DO NOTHING",
                    *map(list, zip(*rows, strict=True)),
                )
                for one in batch:
                    await stream.ack(one)

        task = asyncio.create_task(drain())
        task.add_done_callback(lambda _: os._exit(1))
        async for event in stream.events():
            waiting.append(event)
            came.set()

    app.agent(read, name="floor", concurrency=1)(work)
    running = faust.Worker(app, loop=loop, quiet=True, override_logging=False, redirect_stdouts=False)
    running.spinner = None
    running.execute_from_commandline()


def main() -> None:
    side, dsn = sys.argv[1:]
    if side == "relay":
        asyncio.run(relay(dsn))
    else:
        worker(dsn)


if __name__ == "__main__":
    main()
