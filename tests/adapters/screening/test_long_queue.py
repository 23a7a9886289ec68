"""Screening for a whole city: what a page costs depends on the page and not on how many wait; answers come at once."""

import json
from collections.abc import AsyncIterator, Iterator
from typing import Any

import asyncpg
import pytest

from services.screening import queries
from services.screening.domain.risk import NEVER
from shared.platform.postgres import Row, Session
from tests.adapters.screening.calls import CORE, post
from tests.adapters.screening.conftest import Send
from tests.adapters.screening.made import World
from tests.fresh import FreshDatabase

PEOPLE, WARDS, PAGE = 18_000, 9, 20
PERSONS = f"""
    INSERT INTO persons (person, ward, presence, place_kind, age_band, needs, care, aids, communication, observations, groups)
    SELECT uuidv7(), 'ward-' || n % {WARDS}, 'present', 'home', '65-74', '{{}}', false, '{{}}', '{{}}', '{{}}', '{{}}'
    FROM generate_series(1, {PEOPLE}) AS n
"""  # constants only
QUEUED = """
    INSERT INTO queue (person, ward, state, round, reason, observations, risk, because, rank, urgent, rules,
                       waiting_since, calls, since)
    SELECT person, ward, CASE n % 4 WHEN 0 THEN 'waiting' ELSE 'decided' END, 1, 'registered', '{}', 'usual', 'sheet',
           n % 5, false, 'v1', now() - make_interval(mins => n::int), 0, now()
    FROM (SELECT person, ward, row_number() OVER (ORDER BY person) AS n FROM persons) AS numbered
"""


@pytest.fixture
async def city(fresh: FreshDatabase) -> AsyncIterator["asyncpg.Connection[Row]"]:
    """18,000 people in nine wards of whom a quarter wait, as rows: only the queries are looked at."""
    connection = await asyncpg.connect(fresh.dsn())
    try:
        for statement in (PERSONS, QUEUED, "ANALYZE"):
            await connection.execute(statement)
        yield connection
    finally:
        await connection.close()


def steps(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for below in plan.get("Plans", ()):
        yield from steps(below)


async def looked_up(connection: "asyncpg.Connection[Row]", query: str, *arguments: object) -> dict[str, int]:
    """Return how many rows of each table a query read."""
    found = await connection.fetchval(f"EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) {query}", *arguments)
    rows: dict[str, int] = {}
    for step in steps(json.loads(found)[0]["Plan"]):
        if "Relation Name" in step:
            name = step["Relation Name"]
            read = (step["Actual Rows"] + step.get("Rows Removed by Filter", 0)) * step["Actual Loops"]
            rows[name] = rows.get(name, 0) + int(read)
    return rows


@pytest.mark.req("K4-105")
@pytest.mark.parametrize("wards", [["ward-3"], None])
async def test_only_those_on_the_page_are_looked_up(city: "asyncpg.Connection[Row]", wards: list[str] | None) -> None:
    none = (None,) * 4
    read = await looked_up(city, queries.QUEUE, wards, None, ["waiting"], *none, PAGE, NEVER)
    assert read["persons"] <= PAGE
    assert read["queue"] <= PEOPLE / 4, "and of the queue, nobody who does not wait"


async def test_a_wards_queue_reads_the_wards_rows_alone(city: "asyncpg.Connection[Row]") -> None:
    none = (None,) * 4
    read = await looked_up(city, queries.QUEUE, ["ward-3"], None, ["waiting"], *none, PAGE, NEVER)
    assert read["queue"] <= PEOPLE / 4 / WARDS + PAGE


async def test_many_answers_are_kept_in_as_many_statements_as_one(
    world: World, send: Send, monkeypatch: pytest.MonkeyPatch
) -> None:
    ran: list[str] = []
    execute = Session.execute

    async def counted(session: Session, statement: Any, *arguments: Any, **values: Any) -> int:
        ran.append(str(statement))
        return await execute(session, statement, *arguments, **values)

    monkeypatch.setattr(Session, "execute", counted)
    counts = []
    for given in ({"urgent": "no"}, CORE):
        person = await world.register()
        await post(send, person, "take")
        ran.clear()
        await post(send, person, "answers", {"answers": given})
        counts.append(len(ran))
        shown = (await send("GET", f"/screenings/{person}")).json()
        assert {one["question"]: one["answer"] for one in shown["answers"]} == given
    assert counts[0] == counts[1] > 0
