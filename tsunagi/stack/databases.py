"""Four databases, one a service, each with its four logins; what a login may touch is granted by the migrations."""

import asyncpg

from tsunagi.stack import asynchronous, postgres
from tsunagi.stack.layout import SERVICES, Layout

LOGINS = ("owner", "api", "worker", "relay")


def create_all(layout: Layout) -> None:
    """Create the logins and databases that are missing."""
    asynchronous.run(_create_all(layout))


async def _create_all(layout: Layout) -> None:
    connection = await asyncpg.connect(postgres.dsn(layout, postgres.SUPERUSER, "postgres"), timeout=10)
    try:
        there = {row[0] for row in await connection.fetch("SELECT rolname FROM pg_roles")}
        for service in SERVICES:
            for login in (f"{service}_{role}" for role in LOGINS):
                if login not in there:
                    # Names of ours and a hexadecimal password: nothing to quote, and DDL takes no parameters.
                    await connection.execute(f"CREATE ROLE {login} LOGIN PASSWORD '{layout.password(login)}'")
        there = {row[0] for row in await connection.fetch("SELECT datname FROM pg_database")}
        for service in SERVICES:
            if service not in there:
                await create(connection, service, service)
    finally:
        await connection.close()


async def create(
    connection: "asyncpg.Connection[asyncpg.Record]", database: str, service: str, template: str = "template0"
) -> None:
    """Create a database that belongs to a service's owner and that only the service's logins may enter."""
    await connection.execute(f'CREATE DATABASE "{database}" OWNER {service}_owner TEMPLATE "{template}"')
    logins = ", ".join(f"{service}_{role}" for role in LOGINS)
    await connection.execute(f'REVOKE ALL ON DATABASE "{database}" FROM PUBLIC')
    await connection.execute(f'GRANT CONNECT ON DATABASE "{database}" TO {logins}')
