"""Registration, ours beside the floor: the same load in turns, on the same PostgreSQL, rows counted afterwards."""

import asyncio
import subprocess
import sys
import urllib.request
from statistics import median
from typing import Any

import asyncpg

from bench.load import load
from bench.machine import free_port, say, until
from bench.sheets import WARD
from bench.turns import compared, order
from tsunagi.client import Client, Who
from tsunagi.stack.stack import Stack

FLOOR_DATABASE = "floor_intake"
_STAFF = Who("bench", "shelter-staff", (WARD,))
_TABLES = {"events": 4, "outbox": 8, "keys": 4, "households": 1, "persons": 3, "stays": 3}
_WORDS = {"personal.household": 1, "personal.person": 3}
"""How many rows one registration writes, by table."""


def measure(stack: Stack, *, seconds: float, rounds: int, connections: int) -> dict[str, Any]:
    """Return both sides' requests a second (medians), and the median of their ratios, turn by turn.

    Raises RuntimeError where a request was refused, or where the rows are not there afterwards.
    """
    ours = int(stack.urls["intake"].rsplit(":", 1)[1])
    token = Client.of(stack).token(_STAFF)
    asyncio.run(_copy(stack))
    floor_port = free_port()
    floor = subprocess.Popen(
        [sys.executable, "-m", "bench.floor", stack.dsn("intake", "owner", FLOOR_DATABASE), str(floor_port)]
    )
    try:
        until("the floor's server", lambda: _answers(floor_port))
        ports: dict[str, int] = {"ours": ours, "floor": floor_port}
        for port in ports.values():
            load(port, token, min(2.0, seconds), connections, 1)
        sides: dict[str, list[dict[str, Any]]] = {"ours": [], "floor": []}
        for turn in range(rounds):
            for side in order(turn):
                sides[side].append(load(ports[side], token, seconds, connections, 2 + turn))
            say(
                f"registration {turn + 1}/{rounds}: ours {sides['ours'][-1]['per_second']:.0f}/s,"
                f" floor {sides['floor'][-1]['per_second']:.0f}/s"
            )
    finally:
        floor.terminate()
        floor.wait(10)
    asyncio.run(_count(stack))
    a_second = {side: [one["per_second"] for one in runs] for side, runs in sides.items()}
    return {
        **compared(a_second["ours"], a_second["floor"]),
        "p50_ms": {side: round(median(one["p50_ms"] for one in runs), 2) for side, runs in sides.items()},
        "p99_ms": {side: round(median(one["p99_ms"] for one in runs), 2) for side, runs in sides.items()},
        "connections": connections,
    }


def _answers(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=1):
            return True
    except urllib.error.HTTPError:
        return True
    except OSError:
        return False


async def _copy(stack: Stack) -> None:
    """Make the floor's database out of intake's, empty as it is: the same tables and indexes."""
    connection = await asyncpg.connect(stack.superuser_dsn)
    try:
        await connection.execute(f"DROP DATABASE IF EXISTS {FLOOR_DATABASE}")
        await connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = 'intake' AND pid <> pg_backend_pid()"
        )
        await connection.execute(f"CREATE DATABASE {FLOOR_DATABASE} TEMPLATE intake OWNER intake_owner")
    finally:
        await connection.close()


async def _count(stack: Stack) -> None:
    """Raise RuntimeError unless every registration of both sides wrote all of its rows."""
    for side, dsn in (("ours", stack.dsn("intake")), ("floor", stack.dsn("intake", "owner", FLOOR_DATABASE))):
        connection = await asyncpg.connect(dsn)
        try:
            households = await connection.fetchval("SELECT count(*) FROM households")
            for table, each in {**_TABLES, **_WORDS}.items():
                rows = await connection.fetchval(f"SELECT count(*) FROM {table}")
                if not households or rows != each * households:
                    raise RuntimeError(f"{side}: {rows} rows in {table} for {households} households, not {each} each")
        finally:
            await connection.close()
