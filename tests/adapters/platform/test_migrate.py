"""Migrations bring a database to the declared tables, once, and each role may do what its work needs and no more."""

import asyncio
from collections.abc import AsyncIterator

import asyncpg
import pytest
from sqlalchemy import Column, MetaData, Table, Text

from shared.platform.migrate import differences, migrate
from shared.platform.tables import Ledger
from tests.adapters.platform.sample import metadata
from tests.fresh import FreshDatabase, MakeDatabase

pytestmark = pytest.mark.stack
PACKAGE = "tests.adapters.platform.sample_migrations"


async def test_an_empty_database_gets_exactly_the_declared_tables(database: MakeDatabase) -> None:
    fresh = database("intake")

    assert await migrate("intake", PACKAGE, fresh.dsn()) == ["0001"]
    assert await differences(metadata, fresh.dsn()) == []
    assert await migrate("intake", PACKAGE, fresh.dsn()) == [], "a second time there is nothing to do"


async def test_a_table_that_no_migration_makes_is_found(sample_database: FreshDatabase) -> None:
    declared = MetaData()
    Ledger(declared)
    Table("forgotten_in_the_migration", declared, Column("word", Text, primary_key=True))

    found = await differences(declared, sample_database.dsn())

    assert ("add_table", "forgotten_in_the_migration") in {(one[0], one[1].name) for one in found}


async def test_two_at_once_apply_it_once(database: MakeDatabase) -> None:
    fresh = database("intake")

    applied = await asyncio.gather(*(migrate("intake", PACKAGE, fresh.dsn()) for _ in range(3)))

    assert sorted(applied) == [[], [], ["0001"]]


@pytest.fixture
async def roles(sample_database: FreshDatabase) -> AsyncIterator[dict[str, "asyncpg.Connection[asyncpg.Record]"]]:
    connections = {role: await asyncpg.connect(sample_database.dsn(role)) for role in ("api", "worker", "relay")}
    yield connections
    for one in connections.values():
        await one.close()


EVERYBODY = frozenset({"api", "worker", "relay"})
WHO_MAY: list[tuple[str, frozenset[str]]] = [
    ("SELECT * FROM events", EVERYBODY),
    ("UPDATE events SET type = type", frozenset()),
    ("DELETE FROM events", frozenset()),
    ("TRUNCATE events", frozenset()),
    ("INSERT INTO outbox (topic, key, headers) VALUES ('keys', gen_random_uuid(), '{}')", EVERYBODY),
    ("UPDATE outbox SET topic = topic", frozenset()),
    ("DELETE FROM outbox", frozenset({"relay"})),
    ("INSERT INTO inbox VALUES (gen_random_uuid(), 't', 0, 0)", frozenset({"worker"})),
    ("DELETE FROM inbox", frozenset()),
    ("SELECT * FROM dead_letters", EVERYBODY),
    ("UPDATE dead_letters SET reason = reason", frozenset({"worker"})),
    ("DELETE FROM dead_letters", frozenset()),
    ("DELETE FROM keys", frozenset()),
    ("UPDATE keys SET wrapped = NULL", EVERYBODY),
    ("DELETE FROM timers", EVERYBODY),
    ("DELETE FROM personal.person", EVERYBODY),
    ("INSERT INTO seen (event, key, version) VALUES (gen_random_uuid(), gen_random_uuid(), 1)", EVERYBODY),
    ("DROP TABLE seen", frozenset()),
    ("CREATE TABLE mine (word text)", frozenset()),
    ("CREATE TABLE personal.mine (word text)", frozenset()),
    ("UPDATE schema_version SET version_num = '0'", frozenset()),
]


@pytest.mark.parametrize(("statement", "who"), WHO_MAY, ids=[statement for statement, _ in WHO_MAY])
async def test_a_role_may_do_what_its_work_needs_and_no_more(
    roles: dict[str, "asyncpg.Connection[asyncpg.Record]"], statement: str, who: frozenset[str]
) -> None:
    allowed = set()
    for role, connection in roles.items():
        try:
            async with connection.transaction():
                await connection.execute(statement)
            allowed.add(role)
        except asyncpg.InsufficientPrivilegeError:
            pass

    assert allowed == who
