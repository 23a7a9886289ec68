"""Four databases, one a service, each with its four logins; what a login may touch is granted by the migrations."""

from collections.abc import Callable

import asyncpg

from tsunagi.stack.layout import SERVICES

LOGINS = ("owner", "api", "worker", "relay")


def logins(service: str) -> list[str]:
    """Return the names of a service's logins: `intake_owner` and so on."""
    return [f"{service}_{role}" for role in LOGINS]


async def create_all(dsn: str, password_of: Callable[[str], str]) -> list[str]:
    """Create the logins and databases that are missing, and return their names; `dsn` is the superuser's.

    A login that is there gets the password that is given now: it may have been changed.
    """
    created: list[str] = []
    connection = await asyncpg.connect(dsn, timeout=10)
    try:
        there = {row[0] for row in await connection.fetch("SELECT rolname FROM pg_roles")}
        for login in (login for service in SERVICES for login in logins(service)):
            verb = "ALTER" if login in there else "CREATE"
            # DDL takes no parameters; format() quotes as the server itself does.
            statement = await connection.fetchval(
                f"SELECT format('{verb} ROLE %I LOGIN PASSWORD %L', $1::text, $2::text)", login, password_of(login)
            )
            await connection.execute(statement)
            created += [] if login in there else [login]
        there = {row[0] for row in await connection.fetch("SELECT datname FROM pg_database")}
        for service in SERVICES:
            if service not in there:
                await create(connection, service, service)
                created.append(service)
    finally:
        await connection.close()
    return created


async def create(
    connection: "asyncpg.Connection[asyncpg.Record]", database: str, service: str, template: str = "template0"
) -> None:
    """Create a database that belongs to a service's owner; the service's logins alone may enter, from the beginning.

    The migration says so again, where somebody else has made the database.
    """
    await connection.execute(f'CREATE DATABASE "{database}" OWNER {service}_owner TEMPLATE "{template}"')
    await connection.execute(f'REVOKE ALL ON DATABASE "{database}" FROM PUBLIC')
    await connection.execute(f'GRANT CONNECT ON DATABASE "{database}" TO {", ".join(logins(service))}')
