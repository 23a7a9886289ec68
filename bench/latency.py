"""From answered to on the timeline, the whole stack running, beside the bare chain in the same run.

Ours: a household's sheet is answered 200; its four events stand on casework's timeline. The floor: four rows of an
outbox are committed; they stand in the bare worker's table (`latency_floor`). Both are seen by one clock, this
process's: a trigger of both tables tells by NOTIFY which rows became visible, and that comes when they have.
"""

import asyncio
import contextlib
import json
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from statistics import median
from typing import Any
from uuid import UUID

import asyncpg
from aiokafka.admin import AIOKafkaAdminClient, NewTopic

from bench import latency_floor
from bench.machine import percentile, say
from bench.sheets import WARD, bodies
from bench.turns import compared, order
from shared.kernel.ids import new_id
from tsunagi.client import Client, Who
from tsunagi.stack.stack import Stack

DATABASE = "floor_latency"
PER_SECOND = 25
_EVENTS = 4
_VALUE = b"{" + b" " * 700 + b"}"
_STAFF = Who("bench", "shelter-staff", (WARD,))
_TELL = """
    CREATE OR REPLACE FUNCTION bench_tell() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        PERFORM pg_notify('bench_seen', string_agg(id::text, ' '))
        FROM (SELECT id, (row_number() OVER () - 1) / 100 AS part FROM added) AS found GROUP BY part;
        RETURN NULL;
    END $$;
    CREATE TRIGGER bench_tell AFTER INSERT ON timeline REFERENCING NEW TABLE AS added
        FOR EACH STATEMENT EXECUTE FUNCTION bench_tell()
"""
_WARM = 30.0
"""Seconds of each chain that are not measured: the broker compiles what is often called while it is called."""
_WITHIN = 60.0


def measure(stack: Stack, *, seconds: float, rounds: int) -> dict[str, Any]:
    """Return both sides' p50 and p99 in milliseconds (medians of the turns), and the median ratio of the p99.

    All services run. Raises RuntimeError where an event did not come.
    """
    return asyncio.run(_measure(stack, seconds, rounds))


async def _measure(stack: Stack, seconds: float, rounds: int) -> dict[str, Any]:
    sides: dict[str, list[list[float]]] = {"ours": [], "floor": []}
    async with _floor(stack) as floor, _ours(stack) as ours:
        chains = {"ours": ours, "floor": floor}
        for chain in chains.values():
            await chain.turn(_WARM)
        for turn in range(rounds):
            for side in order(turn):
                sides[side].append(await chains[side].turn(seconds))
            p99 = {side: percentile(runs[-1], 0.99) for side, runs in sides.items()}
            say(f"latency {turn + 1}/{rounds}: p99 ours {p99['ours']:.1f} ms, floor {p99['floor']:.1f} ms")
    p50 = {side: [percentile(run, 0.5) for run in runs] for side, runs in sides.items()}
    p99s = {side: [percentile(run, 0.99) for run in runs] for side, runs in sides.items()}
    return {
        **compared(p99s["ours"], p99s["floor"], 2),
        "p50_ms": {side: round(median(runs), 2) for side, runs in p50.items()},
        "p99_ms": {side: round(median(runs), 2) for side, runs in p99s.items()},
        "events": {side: sum(map(len, runs)) for side, runs in sides.items()},
        "registrations_per_second": PER_SECOND,
    }


class Chain:
    """One chain, at whose end is a database that tells what became visible."""

    def __init__(self, end: "asyncpg.Connection[Any]") -> None:
        self._end = end
        self._began: dict[UUID, float] = {}
        self._seen: dict[UUID, float] = {}

    async def open(self) -> None:
        await self._end.execute(_TELL)
        await self._end.add_listener("bench_seen", self._note)

    def _note(self, _: object, _pid: object, _channel: object, payload: object) -> None:
        now = time.perf_counter()
        for id_ in str(payload).split():
            self._seen.setdefault(UUID(id_), now)

    async def put_in(self) -> list[UUID]:
        """Put one registration's events in at the beginning; return their ids."""
        raise NotImplementedError

    async def _one(self) -> None:
        ids = await self.put_in()
        self._began.update(dict.fromkeys(ids, time.perf_counter()))

    async def turn(self, seconds: float) -> list[float]:
        """Put registrations in, evenly, however long one takes; return what each event took, in milliseconds."""
        self._began.clear()
        self._seen.clear()
        began = time.perf_counter()
        going = []
        for number in range(int(seconds * PER_SECOND)):
            await asyncio.sleep(max(0.0, began + number / PER_SECOND - time.perf_counter()))
            going.append(asyncio.create_task(self._one()))
        await asyncio.gather(*going)
        until = time.perf_counter() + _WITHIN
        while self._began.keys() - self._seen.keys():
            if time.perf_counter() > until:
                raise RuntimeError(f"{len(self._began.keys() - self._seen.keys())} events did not come")
            await asyncio.sleep(0.05)
        return sorted(max(0.0, self._seen[id_] - at) * 1000 for id_, at in self._began.items())


class Ours(Chain):
    """A sheet sent to intake's API; casework's timeline."""

    def __init__(self, end: "asyncpg.Connection[Any]", client: Client) -> None:
        super().__init__(end)
        self._client = client
        self._bodies: Iterator[bytes] = bodies(60_000)
        self._http = client._http  # noqa: SLF001 - a bare request, not one that is repeated until it is answered
        self._head = {"Authorization": f"Bearer {client.token(_STAFF)}", "Content-Type": "application/json"}

    async def put_in(self) -> list[UUID]:
        reply = await self._http.post(
            f"{self._client.urls['intake']}/households", content=next(self._bodies), headers=self._head
        )
        reply.raise_for_status()
        return [UUID(one) for one in json.loads(reply.content)["events"]]


class Floor(Chain):
    """Rows in an outbox and a NOTIFY, in one transaction; the bare worker's table."""

    def __init__(self, end: "asyncpg.Connection[Any]", pool: "asyncpg.Pool[Any]") -> None:
        super().__init__(end)
        self._pool = pool

    async def put_in(self) -> list[UUID]:
        ids = [new_id(datetime.now(UTC)) for _ in range(_EVENTS)]
        async with self._pool.acquire() as connection, connection.transaction():
            await connection.execute(
                "INSERT INTO outbox (id, key, value) SELECT id, id, $2 FROM unnest($1::uuid[]) AS id", ids, _VALUE
            )
            await connection.execute(f"NOTIFY {latency_floor.CHANNEL}")
        return ids


@contextlib.asynccontextmanager
async def _ours(stack: Stack) -> AsyncIterator[Chain]:
    end = await asyncpg.connect(stack.dsn("casework"))
    async with Client.of(stack) as client:
        chain = Ours(end, client)
        await chain.open()
        try:
            yield chain
        finally:
            await end.execute("DROP TRIGGER bench_tell ON timeline; DROP FUNCTION bench_tell()")
            await end.close()


def _run(side: str, dsn: str, environment: dict[str, str]) -> "subprocess.Popen[bytes]":
    return subprocess.Popen([sys.executable, "-m", "bench.latency_floor", side, dsn], env=environment)


@contextlib.asynccontextmanager
async def _floor(stack: Stack) -> AsyncIterator[Chain]:
    """Make the floor's database and topic, and run its two processes."""
    connection = await asyncpg.connect(stack.superuser_dsn)
    await connection.execute(f"DROP DATABASE IF EXISTS {DATABASE}")
    await connection.execute(f"CREATE DATABASE {DATABASE} OWNER casework_owner")
    await connection.close()
    dsn = stack.dsn("casework", "owner", DATABASE)
    end = await asyncpg.connect(dsn)
    await end.execute(latency_floor.TABLES)
    admin = AIOKafkaAdminClient(bootstrap_servers=stack.bootstrap)
    await admin.start()
    await admin.create_topics([NewTopic(latency_floor.TOPIC, 12, 1)])
    await admin.close()
    environment = {**stack.environment("casework", "worker"), "TSUNAGI_DATADIR": str(stack.layout.work / "floor")}
    processes = [_run(side, dsn, environment) for side in ("relay", "worker")]
    try:
        async with asyncpg.create_pool(dsn, min_size=2, max_size=8) as pool:
            chain = Floor(end, pool)
            await chain.open()
            yield chain
    finally:
        for process in processes:
            process.terminate()
        for process in processes:
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(15)
            process.kill()
        await end.close()
