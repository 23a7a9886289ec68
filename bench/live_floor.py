"""The floor of the live way: a Faust agent a topic that takes batches and inserts them, and does nothing else.

The same topics and messages, the same settings of Faust, `noack_take`; an event's id, key, type, time and value into
one table with one index besides its key, a wrapped key into another. `python -m bench.live_floor GROUP DSN MESSAGES`
ends when it has put in so many, and prints how fast.
"""

import asyncio
import json
import os
import sys
import time
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg
import faust

from services.casework.settings import CaseworkSettings
from shared.contracts.topics import EVENT_TOPICS, KEYS
from shared.platform.worker import make_app

TABLES = """
    CREATE TABLE IF NOT EXISTS floor_events (
        id uuid PRIMARY KEY, key uuid NOT NULL, type text NOT NULL, at timestamptz NOT NULL, value bytea NOT NULL
    );
    CREATE INDEX IF NOT EXISTS floor_order ON floor_events (key, at);
    CREATE TABLE IF NOT EXISTS floor_keys (owner uuid PRIMARY KEY, wrapped bytea NOT NULL)
"""
_TABLE = {True: ("floor_keys", ("owner", "wrapped")), False: ("floor_events", ("id", "key", "type", "at", "value"))}
_TAKE, _WITHIN = 500, 0.005


def _event(message: Any) -> tuple[Any, ...]:
    headers = dict(message.headers)
    return (
        UUID(headers["ce_id"].decode()),
        UUID(message.key.decode()),
        headers["ce_type"].decode(),
        datetime.fromisoformat(headers["ce_time"].decode()),
        message.value,
    )


def _key(message: Any) -> tuple[Any, ...]:
    return UUID(message.key.decode()), message.value


class Floor:
    """Counts what was put in."""

    def __init__(self, dsn: str, messages: int) -> None:
        self._dsn = dsn
        self._messages = messages
        self._kept = self._first = 0
        self._began = 0.0

    async def put_in(self, connection: "asyncpg.Connection[Any]", topic: str, messages: list[Any]) -> None:
        """Copy a batch beside the table, and from there what is new."""
        table, columns = _TABLE[topic == KEYS]
        records = [(_key if topic == KEYS else _event)(message) for message in messages]
        async with connection.transaction():
            await connection.copy_records_to_table(f"staged_{table}", records=records, columns=columns)
            await connection.execute(
                f"WITH gone AS (DELETE FROM staged_{table} RETURNING *)"
                f" INSERT INTO {table} SELECT * FROM gone ON CONFLICT DO NOTHING"
            )
        self._note(len(messages))

    def _note(self, count: int) -> None:
        if not self._kept:
            self._first, self._began = count, time.perf_counter()
        self._kept += count
        if self._kept >= self._messages:
            seconds = time.perf_counter() - self._began
            print(json.dumps({"per_second": (self._kept - self._first) / seconds}), flush=True)
            os._exit(0)

    async def connect(self) -> "asyncpg.Connection[Any]":
        connection = await asyncpg.connect(self._dsn)
        for table, _ in _TABLE.values():
            await connection.execute(f"CREATE TEMPORARY TABLE staged_{table} (LIKE {table})")
        return connection

    def add_agent(self, app: faust.App, topic: str) -> None:
        """Have one agent read one topic."""

        async def work(stream: Any) -> None:
            connection = await self.connect()
            async for events in stream.noack_take(_TAKE, within=_WITHIN):
                await self.put_in(connection, topic, [event.message for event in events])
                for event in events:
                    await stream.ack(event)

        read = app.topic(topic, key_type=bytes, value_type=bytes, key_serializer="raw", value_serializer="raw")
        app.agent(read, name=f"floor.{topic}", concurrency=1)(work)


def main() -> None:
    group, dsn, messages = sys.argv[1:]
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    app = make_app(group, CaseworkSettings())
    floor = Floor(dsn, int(messages))
    for topic in (*EVENT_TOPICS, KEYS):
        floor.add_agent(app, topic)
    worker = faust.Worker(app, loop=loop, quiet=True, override_logging=False, redirect_stdouts=False)
    worker.spinner = None
    worker.execute_from_commandline()


if __name__ == "__main__":
    main()
