"""The live timeline, ours beside the floor: the same backlog worked off through Faust, in turns.

Ours is casework's own worker, as it runs in a stack; the floor inserts batches and does nothing else (`live_floor`).
"""

import asyncio
import json
import subprocess
import sys
import time
from itertools import count
from typing import Any

import asyncpg
from aiokafka import TopicPartition

from bench import live_floor
from bench.backlog import Ways, put_on_log
from bench.log import Begin, begin_at, ends
from bench.machine import say
from bench.turns import compared, order
from shared.contracts.topics import KEYS
from tsunagi.stack import databases
from tsunagi.stack.stack import Stack

FLOOR_DATABASE = "floor_casework"
_MIGRATED = "casework_migrated"
_LOOK = 0.05
_turns = count(1)
_WITHIN = 300.0


def measure(stack: Stack, *, messages: int, rounds: int) -> dict[str, Any]:
    """Return both sides' messages a second (medians), and the median of their ratios, turn by turn.

    Kafka and PostgreSQL run, casework does not. Raises RuntimeError where a message was laid aside.
    """
    stack.start(("casework.worker",))  # so that its tables are there
    stack.process("casework", "worker").stop()
    before = asyncio.run(ends(stack))
    made = Ways(stack, 50_000).messages(messages)
    asyncio.run(put_on_log(stack.bootstrap, made))
    sent = sum(asyncio.run(ends(stack)).values()) - sum(before.values())
    if sent != len(made):
        raise RuntimeError(f"{sent} messages on the log for {len(made)} that were sent")
    sides: dict[str, list[float]] = {"ours": [], "floor": []}
    run = {"ours": _ours, "floor": _floor}
    for side in order(0):  # warms up: the broker compiles what is often called while it is called
        run[side](stack, before, len(made))
    for turn in range(rounds):
        for side in order(turn):
            sides[side].append(run[side](stack, before, len(made)))
        say(f"live {turn + 1}/{rounds}: ours {sides['ours'][-1]:.0f}/s, floor {sides['floor'][-1]:.0f}/s")
    return {
        **compared(sides["ours"], sides["floor"]),
        "messages": len(made),
        "events": sum(one.topic != KEYS for one in made),
    }


def _ours(stack: Stack, begin: Begin, messages: int) -> float:
    asyncio.run(begin_at(stack, "casework", begin))
    asyncio.run(_make_ours(stack))
    stack.process("casework", "worker").order_start()
    try:
        return asyncio.run(_watch(stack, begin, messages))
    finally:
        stack.process("casework", "worker").stop()


async def _watch(stack: Stack, begin: Begin, messages: int) -> float:
    """Look on until all is there; return how many came in a second from the first look that saw any."""
    connection = await asyncpg.connect(stack.dsn("casework"))
    until, first, done = time.monotonic() + _WITHIN, (0.0, 0), 0
    try:
        while done < messages:
            if time.monotonic() > until:
                raise TimeoutError(f"live: {done} of {messages} messages after {_WITHIN:.0f} s")
            await asyncio.sleep(_LOOK)
            heard = await connection.fetch("SELECT topic, part, position FROM heard")
            done = sum(row["position"] + 1 - begin[TopicPartition(row["topic"], row["part"])] for row in heard)
            done += await connection.fetchval("SELECT count(*) FROM keys")
            first = first if first[1] else (time.perf_counter(), done)
        seconds = time.perf_counter() - first[0]
        if dead := await connection.fetchval("SELECT count(*) FROM dead_letters"):
            raise RuntimeError(f"ours laid {dead} messages aside")
    finally:
        await connection.close()
    return (messages - first[1]) / seconds


def _floor(stack: Stack, begin: Begin, messages: int) -> float:
    group = f"floor-{next(_turns)}"  # its process ends without a farewell, so the group is not free at once
    asyncio.run(begin_at(stack, group, begin))
    asyncio.run(_make_floor(stack))
    dsn = stack.dsn("casework", "owner", FLOOR_DATABASE)
    done = subprocess.run(
        [sys.executable, "-m", "bench.live_floor", group, dsn, str(messages)],
        env={**stack.environment("casework", "worker"), "TSUNAGI_DATADIR": str(stack.layout.work / "floor")},
        check=True,
        stdout=subprocess.PIPE,
        text=True,
        timeout=_WITHIN,
    )
    return float(json.loads(done.stdout)["per_second"])


async def _make_ours(stack: Stack) -> None:
    """Make casework's database anew out of the one that was only migrated, as the floor's is made anew."""
    connection = await asyncpg.connect(stack.superuser_dsn)
    try:
        if not await connection.fetchval("SELECT true FROM pg_database WHERE datname = $1", _MIGRATED):
            await connection.execute(f"ALTER DATABASE casework RENAME TO {_MIGRATED}")
        await connection.execute("DROP DATABASE IF EXISTS casework WITH (FORCE)")
        await databases.create(connection, "casework", "casework", _MIGRATED)
        await connection.execute("CHECKPOINT")
    finally:
        await connection.close()


async def _make_floor(stack: Stack) -> None:
    """Make the floor's database, with empty tables."""
    connection = await asyncpg.connect(stack.superuser_dsn)
    try:
        await connection.execute(f"DROP DATABASE IF EXISTS {FLOOR_DATABASE}")
        await connection.execute(f"CREATE DATABASE {FLOOR_DATABASE} OWNER casework_owner")
        await connection.execute("CHECKPOINT")
    finally:
        await connection.close()
    connection = await asyncpg.connect(stack.dsn("casework", "owner", FLOOR_DATABASE))
    try:
        await connection.execute(live_floor.TABLES)
    finally:
        await connection.close()
