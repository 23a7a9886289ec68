"""One timeline of fifty events among three million, by the API, beside the same query by asyncpg and msgspec.

Who reads is a nurse of the ward, so words are opened, and each look is kept (K4-169); the floor fetches the rows and
writes them as JSON. `python -m bench.timeline_read DSN SECONDS READERS`, with keys on standard input, is the floor.
"""

import asyncio
import json
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from itertools import cycle
from statistics import median
from typing import Any
from uuid import UUID

import asyncpg
import msgspec
import uvloop
from sqlalchemy.dialects import postgresql
from sqlalchemy.schema import CreateIndex

from bench.backlog import Ways
from bench.load import load
from bench.machine import percentile, say
from bench.sheets import WARD
from bench.turns import compared, order
from services.casework import queries
from services.casework.domain.handoff_kinds import packaged_table
from services.casework.domain.handoff_rules import Tables
from services.casework.rows import COLUMNS, PERSONS, folded, timeline_row
from services.casework.storing import store_rows
from services.casework.tables import timeline
from shared.contracts.envelope import Recorded
from shared.platform.inbox import Incoming
from shared.platform.paging import USUAL
from shared.platform.postgres import Session
from tsunagi.client import Client, Who
from tsunagi.stack.stack import Stack

Even = AbstractContextManager[None]
EVENTS = USUAL
_READ = 200
"""So many timelines are read, in turn: all of them warm."""
_FAR = datetime(9999, 1, 1, tzinfo=UTC)
_NURSE = Who("bench-nurse", "nurse", (WARD,))


class Known(msgspec.Struct):
    """A person whose timeline is read, and the household on whose sheet they stand."""

    person: UUID
    household: UUID


def measure(
    stack: Stack, *, events: int, readers: int, seconds: float, rounds: int, even: Callable[[], Even]
) -> dict[str, Any]:
    """Return both sides' p99 in milliseconds (medians of the turns), and the median ratio; reads a second as well.

    Within `even` the load is even. Raises RuntimeError where the API's answer is not the whole timeline.
    """
    stack.start(("casework.api",))
    known = asyncio.run(_fill(stack, events))
    client = Client.of(stack)
    token = client.token(_NURSE)
    port = int(stack.urls["casework"].rsplit(":", 1)[1])
    paths = [f"/persons/{one.person}/timeline" for one in known]
    asyncio.run(_check(client, known[0]))

    def ours(turn: float) -> dict[str, Any]:
        return load(port, token, turn, readers, paths=paths)

    def floor(turn: float) -> dict[str, Any]:
        words = [sys.executable, "-m", "bench.timeline_read", stack.dsn("casework"), str(turn), str(readers)]
        keys = msgspec.json.encode(known).decode()
        done = subprocess.run(words, check=True, stdout=subprocess.PIPE, text=True, timeout=turn + 60, input=keys)
        result: dict[str, Any] = json.loads(done.stdout)
        return result

    run = {"ours": ours, "floor": floor}
    sides: dict[str, list[dict[str, Any]]] = {"ours": [], "floor": []}
    for side in run.values():
        side(2.0)  # warms up
    with even():
        for turn in range(rounds):
            for side_ in order(turn):
                sides[side_].append(run[side_](seconds))
            mine, its = sides["ours"][-1], sides["floor"][-1]
            say(f"timeline_read {turn + 1}/{rounds}: p99 ours {mine['p99_ms']:.1f} ms, floor {its['p99_ms']:.1f} ms")

    def middle(name: str, places: int) -> dict[str, float]:
        return {side: round(median(one[name] for one in runs), places) for side, runs in sides.items()}

    p99s = {side: [one["p99_ms"] for one in runs] for side, runs in sides.items()}
    return {
        **compared(p99s["ours"], p99s["floor"], 2),
        "p50_ms": middle("p50_ms", 2),
        "p99_ms": middle("p99_ms", 2),
        "reads_per_second": middle("per_second", 0),
        "rows": events,
        "readers": readers,
    }


async def _check(client: Client, one: Known) -> None:
    """Raise RuntimeError unless the API shows all fifty events in their order, words opened, and keeps the look."""
    async with client:
        found = await client.get(_NURSE, "casework", f"/persons/{one.person}/timeline")
        items = found["items"]
        instants = [item["settles"] for item in items]
        said = [item for item in items if item["words_are"] != "none"]
        if len({item["event"] for item in items}) != EVENTS or instants != sorted(instants, reverse=True):
            raise RuntimeError(f"the timeline is not whole: {len(items)} events of {EVENTS}")
        if not said or any(item["words_are"] != "open" or not item["words"] for item in said):
            raise RuntimeError("the words of the timeline are not open")
        looks = await client.get(Who("bench-auditor", "auditor"), "casework", f"/persons/{one.person}/views")
        if not looks["items"] or looks["items"][0]["actor"] != _NURSE.id:
            raise RuntimeError("that somebody looked was not kept")


async def _fill(stack: Stack, events: int) -> list[Known]:
    """Fill the timeline: those who will be read as the worker would, the others as copies of the first of them."""
    began = time.monotonic()
    settings = {"synchronous_commit": "off", "maintenance_work_mem": "256MB"}
    raw = await asyncpg.connect(stack.dsn("casework"), server_settings=settings)
    try:
        await raw.set_type_codec("jsonb", schema="pg_catalog", encoder=str, decoder=str)
        indexes = [str(CreateIndex(one).compile(dialect=postgresql.dialect())) for one in timeline.indexes]  # type: ignore[no-untyped-call]  # left untyped
        names = ", ".join(str(one.name) for one in timeline.indexes)
        await raw.execute(f"TRUNCATE timeline, people, households, keys; DROP INDEX {names}")
        await raw.execute("ALTER TABLE timeline DROP CONSTRAINT timeline_pkey")
        known = await _those_who_are_read(stack, raw)
        await _copy(raw, known[0], events)
        for statement in (*indexes, "ALTER TABLE timeline ADD CONSTRAINT timeline_pkey PRIMARY KEY (id)", "ANALYZE"):
            await raw.execute(statement)
        kept = await raw.fetchval("SELECT count(*) FROM timeline")
    finally:
        await raw.close()
    say(f"timeline_read: {kept} events on the timeline, made in {time.monotonic() - began:.0f} s")
    return known


async def _those_who_are_read(stack: Stack, raw: "asyncpg.Connection[Any]") -> list[Known]:
    """Write persons of fifty events each: rows of the timeline, people, households, keys."""
    made = Ways(stack, 61_000)
    tables = Tables([packaged_table()])
    known: list[Known] = []
    rows: list[tuple[Any, ...]] = []
    for _ in range(_READ):
        life = made.life(EVENTS)
        known.append(Known(life.person, life.household))
        rows += [timeline_row(Incoming(one, one.envelope.topic, 0, n)) for n, one in enumerate(life.events)]
        by_key: dict[UUID, list[Recorded]] = {}
        for one in life.events:
            by_key.setdefault(one.envelope.key, []).append(one)
        for key, said in by_key.items():
            topic = min(PERSONS) if key == life.person else said[0].envelope.topic
            await store_rows(Session(raw), folded(tables, topic, key, said))
        await raw.executemany("INSERT INTO keys (owner, wrapped) VALUES ($1, $2)", life.keys)
    await raw.copy_records_to_table("timeline", records=rows, columns=COLUMNS)
    return known


async def _copy(raw: "asyncpg.Connection[Any]", one: Known, events: int) -> None:
    """Copy the first life until there are so many events: event by event, as if all lives had gone on side by side."""
    await raw.execute(
        "CREATE TEMPORARY TABLE lives AS SELECT n, md5('person ' || n)::uuid AS own, md5('house ' || n)::uuid AS house"
        " FROM generate_series(1, $1) AS n",
        events // EVENTS - _READ,
    )
    copied = {
        "id": "md5(id::text || n)::uuid",
        "key": "CASE key WHEN $2 THEN own ELSE house END",
        "subject": "CASE key WHEN $2 THEN own ELSE house END",
        "person": "CASE key WHEN $2 THEN own END",
        "household": "house",
        "at": "at + n * interval '1 second'",
        "recorded_at": "recorded_at + n * interval '1 second'",
    }
    columns = ", ".join(copied.get(name, name) for name in COLUMNS)
    for row in await raw.fetch("SELECT id FROM timeline WHERE key = ANY($1)", [one.person, one.household]):
        await raw.execute(
            f"INSERT INTO timeline ({', '.join(COLUMNS)})"
            f" SELECT {columns} FROM (SELECT * FROM timeline WHERE id = $1 LIMIT 1) AS life, lives",
            row["id"],
            one.person,
            timeout=120,
        )


async def _floor(dsn: str, seconds: float, readers: int, known: Sequence[Known]) -> dict[str, Any]:
    """Read timelines by the same query, and write them as JSON, as fast as so many readers can."""
    took: list[float] = []
    encoder = msgspec.json.Encoder()
    turn = cycle(known)
    until = time.perf_counter() + seconds

    async def read(pool: "asyncpg.Pool[Any]") -> None:
        while (began := time.perf_counter()) < until:
            one = next(turn)
            async with pool.acquire() as connection:
                rows = await queries.timeline(
                    Session(connection),
                    [one.person, one.household],
                    happened_by=_FAR,
                    known_by=_FAR,
                    after=None,
                    limit=EVENTS + 1,
                    newest=True,
                )
            encoder.encode([{**row, "value": msgspec.Raw(row["value"])} for row in rows])
            took.append(time.perf_counter() - began)

    async def no_reset(_: object) -> None:
        """As ours."""

    async with asyncpg.create_pool(dsn, min_size=readers, max_size=readers, reset=no_reset) as pool:
        began = time.perf_counter()
        await asyncio.gather(*(read(pool) for _ in range(readers)))
        spent = time.perf_counter() - began
    took.sort()
    return {
        "per_second": len(took) / spent,
        "p50_ms": percentile(took, 0.5) * 1000,
        "p99_ms": percentile(took, 0.99) * 1000,
    }


def main() -> None:
    dsn, seconds, readers = sys.argv[1:]
    known = msgspec.json.decode(sys.stdin.read(), type=list[Known])
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        print(json.dumps(runner.run(_floor(dsn, float(seconds), int(readers), known))))


if __name__ == "__main__":
    main()
