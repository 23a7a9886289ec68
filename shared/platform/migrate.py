"""Migrations of one service's database, applied by command as the role owner: `python -m services.X migrate`.

Alembic, without an `env.py` a service: the versions are in the service's package `migrations`, the rest is here.
"""

import importlib
import logging
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import asyncpg
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.environment import EnvironmentContext
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, MetaData, text
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import NullPool

log = logging.getLogger(__name__)

_LOCK = 0x7473_554E_4D49_4752
VERSIONS = "schema_version"


class Grant(NamedTuple):
    """What each role of a service may do with a table."""

    api: str
    worker: str
    relay: str


_ALL = "SELECT, INSERT, UPDATE, DELETE"
_ADD = "SELECT, INSERT"
_READ = "SELECT"
GRANTS: Mapping[str, Grant] = {
    "events": Grant(_ADD, _ADD, _ADD),
    "outbox": Grant(_ADD, _ADD, "SELECT, INSERT, DELETE, MAINTAIN"),
    "inbox": Grant(_READ, _ADD, _READ),
    "dead_letters": Grant(_READ, "SELECT, INSERT, UPDATE", _READ),
    "timers": Grant(_ALL, _ALL, _ALL),
    "keys": Grant("SELECT, INSERT, UPDATE", "SELECT, INSERT, UPDATE", "SELECT, INSERT, UPDATE"),
    "sign_ins": Grant(_ALL, "", ""),
    "sessions": Grant(_ALL, "", ""),
    VERSIONS: Grant(_READ, _READ, _READ),
    "*": Grant(_ALL, _ALL, _ALL),
}
"""Table → what each role may do; `*` is every other one, the service's own and those of the schema `personal`.

What has happened is added to and read: nobody but the owner changes an event.
"""

SCHEMAS = ("public", "personal")


async def migrate(service: str, package: str, dsn: str) -> list[str]:
    """Bring the database to the newest version as its owner, then set the grants. Returns the versions applied.

    Two at once wait for each other. Everything happens in one transaction, or nothing.
    """
    engine = _engine(dsn)
    try:
        async with engine.begin() as connection:
            await connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
            await connection.execute(text("CREATE SCHEMA IF NOT EXISTS personal"))
            applied = await connection.run_sync(_upgrade, package)
            await connection.run_sync(_grant, service)
    finally:
        await engine.dispose()
    return applied


async def differences(metadata: MetaData, dsn: str) -> list[Any]:
    """Return in what the migrated database differs from the declared tables (Alembic's words; nothing: none)."""
    engine = _engine(dsn)
    try:
        async with engine.connect() as connection:
            return await connection.run_sync(_compare, metadata)
    finally:
        await engine.dispose()


def _engine(dsn: str) -> AsyncEngine:
    # asyncpg reads the URL itself, as everywhere: it knows `sslmode` and `sslrootcert`, SQLAlchemy's reading does not.
    return create_async_engine(
        "postgresql+asyncpg://", poolclass=NullPool, async_creator=lambda: asyncpg.connect(dsn, timeout=10)
    )


def _options() -> dict[str, Any]:
    return {
        "version_table": VERSIONS,
        "include_schemas": True,
        "include_name": lambda name, kind, _: kind != "schema" or name in (None, "personal"),
        "compare_server_default": False,
    }


def _compare(connection: Connection, metadata: MetaData) -> list[Any]:
    context = MigrationContext.configure(connection, opts={**_options(), "target_metadata": metadata})
    return list(compare_metadata(context, metadata))


def _upgrade(connection: Connection, package: str) -> list[str]:
    folder = Path(importlib.import_module(package).__path__[0])
    script = ScriptDirectory(str(folder), version_locations=[str(folder / "versions")])
    applied: list[str] = []

    def steps(revision: Any, _: Any) -> Any:
        return script._upgrade_revs("head", revision)  # noqa: SLF001 - `alembic upgrade` does this in its own env.py

    def note(*_: Any, **given: Any) -> None:
        step = given["step"]
        applied.append(step.up_revision_id)
        log.info("migrated to %s: %s", step.up_revision_id, step.up_revision.doc if step.up_revision else "")

    with EnvironmentContext(Config(), script, fn=steps, destination_rev="head") as environment:
        environment.configure(connection=connection, on_version_apply=note, **_options())
        environment.run_migrations()
    return applied


def _grant(connection: Connection, service: str) -> None:
    """Set what each role may do to exactly what the table says. A role that is not there is named and left out."""
    wanted = {name: f"{service}_{name}" for name in Grant._fields}
    there = set(connection.scalars(text("SELECT rolname FROM pg_roles")))
    for role in sorted(set(wanted.values()) - there):
        log.warning("there is no role %s: nothing is granted to it", role)
    tables = connection.execute(
        text("SELECT schemaname, tablename FROM pg_tables WHERE schemaname = ANY(:schemas) ORDER BY 1, 2"),
        {"schemas": list(SCHEMAS)},
    ).all()
    # The owner may always enter; of all others only the service's own logins.
    database = connection.scalar(text("SELECT current_database()"))
    connection.execute(text(f'REVOKE ALL ON DATABASE "{database}" FROM PUBLIC'))
    for kind, role in wanted.items():
        if role not in there:
            continue
        connection.execute(text(f'GRANT CONNECT ON DATABASE "{database}" TO "{role}"'))
        for schema in SCHEMAS:
            connection.execute(text(f'GRANT USAGE ON SCHEMA {schema} TO "{role}"'))
            connection.execute(text(f'GRANT USAGE ON ALL SEQUENCES IN SCHEMA {schema} TO "{role}"'))
        for schema, table in tables:
            grant = GRANTS.get(table if schema == "public" else f"{schema}.{table}", GRANTS["*"])
            connection.execute(text(f'REVOKE ALL ON {schema}."{table}" FROM "{role}", PUBLIC'))
            if getattr(grant, kind):
                connection.execute(text(f'GRANT {getattr(grant, kind)} ON {schema}."{table}" TO "{role}"'))
