"""`tsunagi databases`: the services' databases and logins, on a PostgreSQL server that somebody else runs."""

from collections.abc import Callable

import typer

from tsunagi.commands import app


@app.command()
def databases() -> None:
    """Create the four databases and their logins where they are missing, and set the logins' passwords.

    Reads TSUNAGI_POSTGRES_URL, TSUNAGI_POSTGRES_PASSWORD_FILE, TSUNAGI_PASSWORDS, TSUNAGI_PATIENCE.
    """
    import asyncio

    from shared.platform.settings import read_settings
    from tsunagi.deployment import ServerSettings

    settings = read_settings(ServerSettings)
    created = asyncio.run(_when_reached(settings.superuser_dsn, settings.password, settings.patience))
    typer.echo(f"databases: created {', '.join(created) or 'none, all were there'}")


async def _when_reached(dsn: str, password_of: Callable[[str], str], patience: float) -> list[str]:
    """Create them as soon as the server answers, which it need not do yet."""
    import asyncio
    import time

    from shared.platform.postgres import UNREACHABLE
    from tsunagi.stack.databases import create_all
    from tsunagi.stack.errors import StackError

    until = time.monotonic() + patience
    while True:
        try:
            return await create_all(dsn, password_of)
        except UNREACHABLE as error:
            if time.monotonic() > until:
                raise StackError(f"PostgreSQL stayed away: {type(error).__name__}: {error}") from None
            await asyncio.sleep(1)
