"""The new tables beside the present ones: made, filled, indexed, put in their place, or thrown away.

They stand in the schema `rebuilding` until one transaction moves them; what they replace is dropped in the same one.
"""

import asyncio
from collections.abc import Sequence

import asyncpg
import msgspec
from sqlalchemy import MetaData, Table
from sqlalchemy.dialects import postgresql
from sqlalchemy.schema import CreateIndex

from services.casework.rebuilding.told import APPLICATION, Place
from services.casework.tables import PROJECTED
from shared.platform.postgres import Session

SCHEMA = "rebuilding"
_REPLACED = "replaced"
_DIALECT = postgresql.dialect()  # type: ignore[no-untyped-call]  # SQLAlchemy left it untyped
_ACL = """
    SELECT pg_get_userbyid(acl.grantee) AS role, acl.privilege_type AS privilege
    FROM pg_class, aclexplode(relacl) AS acl
    WHERE oid = $1::regclass AND acl.grantee <> relowner AND acl.grantee <> 0
"""
_END_LEFTOVERS = """
    SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
    WHERE datname = current_database() AND usename = current_user AND application_name = $1
      AND pid <> pg_backend_pid()
"""
_TWICE = f"""
    SELECT topic, part, position FROM (
        SELECT topic, part, position, row_number() OVER (PARTITION BY id ORDER BY recorded_at, topic, part, position)
        FROM {SCHEMA}.timeline
    ) AS told(topic, part, position, n) WHERE n > 1
"""  # noqa: S608 - names of our own
_LOCK_WITHIN, _LOCK_TRIES = "200ms", 20


def _shadows() -> list[Table]:
    metadata = MetaData()
    return [table.to_metadata(metadata, schema=SCHEMA) for table in PROJECTED]


async def prepare(session: Session) -> None:
    """Have JSON copied in: asyncpg knows it as text only, and `COPY` speaks binary."""
    await session.raw.set_type_codec(
        "jsonb",
        schema="pg_catalog",
        format="binary",
        encoder=lambda value: b"\x01" + msgspec.json.encode(value),
        decoder=lambda raw: msgspec.json.decode(raw[1:]),
    )


async def clear(session: Session) -> None:
    """End what an interrupted rebuild left running, and drop what it left. The caller has the one-at-a-time lock."""
    await session.raw.fetch(_END_LEFTOVERS, APPLICATION)
    await session.raw.execute("".join(f"DROP SCHEMA IF EXISTS {name} CASCADE;" for name in (SCHEMA, _REPLACED)))


async def make(session: Session) -> None:
    """Make the new tables with the columns of the present ones; keys and indexes come when they are full."""
    statements = [f"CREATE SCHEMA {SCHEMA}"]
    for table in PROJECTED:
        like = f'LIKE public."{table.name}" INCLUDING ALL EXCLUDING INDEXES'
        statements.append(f'CREATE TABLE {SCHEMA}."{table.name}" ({like})')
    await session.raw.execute(";".join(statements))


async def emptied_of_repeated(session: Session) -> list[Place]:
    """Empty the new tables; return the messages whose event stood there already, under another key.

    An event counts once: where it was written first.
    """
    found = await session.raw.fetch("SELECT indexname FROM pg_indexes WHERE schemaname = $1", SCHEMA)
    twice = [Place(*row) for row in await session.raw.fetch(_TWICE)]
    names = ", ".join(f'{SCHEMA}."{table.name}"' for table in PROJECTED)
    dropped = "".join(f'DROP INDEX {SCHEMA}."{row["indexname"]}";' for row in found)
    await session.raw.execute(f"{dropped} TRUNCATE {names}")
    return twice


async def finish(sessions: Sequence[Session]) -> None:
    """Add keys, indexes and statistics, in several sessions side by side.

    Raises asyncpg's `UniqueViolationError` where an event stands in the timeline twice.
    """
    keys, indexes, statistics = [], [], []
    for table in _shadows():
        name, key = f'{SCHEMA}."{table.name}"', f"{table.name}_pkey"
        columns = ", ".join(f'"{column.name}"' for column in table.primary_key.columns)
        keys.append(f'ALTER TABLE {name} ADD CONSTRAINT "{key}" PRIMARY KEY USING INDEX "{key}"')
        indexes.append(f'CREATE UNIQUE INDEX "{key}" ON {name} ({columns})')
        made = sorted(table.indexes, key=lambda index: str(index.name))
        indexes += [str(CreateIndex(index).compile(dialect=_DIALECT)) for index in made]
        statistics.append(f"ANALYZE {name}")
    await _all(sessions, indexes)
    await sessions[0].raw.execute(";".join(keys))
    await _all(sessions, statistics)


async def _all(sessions: Sequence[Session], statements: list[str]) -> None:
    left = iter(statements)

    async def work(session: Session) -> None:
        for statement in left:
            await session.raw.execute(statement)

    done = await asyncio.gather(*map(work, sessions), return_exceptions=True)
    for failure in done:
        if failure is not None:
            raise failure


async def exchange(session: Session) -> None:
    """Put the new tables in the place of the old ones, inside the caller's transaction, and drop the old.

    Raises asyncpg's `LockNotAvailableError` where some reader does not let go of them.
    """
    await _lock(session)
    statements = [f"CREATE SCHEMA {_REPLACED}"]
    for table in PROJECTED:
        name = f'"{table.name}"'
        granted = await session.raw.fetch(_ACL, f"public.{name}")
        statements.append(f"ALTER TABLE public.{name} SET SCHEMA {_REPLACED}")
        statements.append(f"ALTER TABLE {SCHEMA}.{name} SET SCHEMA public")
        statements += [f'GRANT {row["privilege"]} ON public.{name} TO "{row["role"]}"' for row in granted]
    statements += [f"DROP SCHEMA {name} CASCADE" for name in (_REPLACED, SCHEMA)]
    await session.raw.execute(";".join(statements))


async def _lock(session: Session) -> None:
    """Lock the present tables, all or none of them, and never wait long with some in hand.

    Readers hold some and want others, in orders of their own: who waits for them while holding the rest is a deadlock,
    and PostgreSQL would end one of the readers.
    """
    names = ", ".join(f'public."{table.name}"' for table in PROJECTED)
    await session.raw.execute(f"SET LOCAL lock_timeout = '{_LOCK_WITHIN}'")
    for attempt in range(1, _LOCK_TRIES + 1):
        try:
            async with session.raw.transaction():
                await session.raw.execute(f"LOCK TABLE {names} IN ACCESS EXCLUSIVE MODE")
        except asyncpg.LockNotAvailableError:
            if attempt == _LOCK_TRIES:
                raise
            await asyncio.sleep(0.01 * attempt)
        else:
            return
