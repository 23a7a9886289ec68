"""Sign-in links of a stack on this machine: one code each, good for one time (design, decision 8)."""

from collections.abc import Sequence
from typing import Any

from shared.platform.pages.sessions import invite
from shared.platform.postgres import Database
from tsunagi.client import Who
from tsunagi.stack import asynchronous
from tsunagi.stack.stack import Stack

SERVICE = "casework"
"""The service whose pages people sign in to."""


def sign_in_links(stack: Stack, invited: Sequence[Who]) -> list[str]:
    """Return a link for each of them. Raises what asyncpg raises where the stack's PostgreSQL is not up."""

    async def make() -> list[str]:
        database = await Database.connect(stack.dsn(SERVICE, "api"), most=1, name="tsunagi.sign-in")
        try:
            async with database.session() as session:
                return [await invite(session, _claims(one)) for one in invited]
        finally:
            await database.close()

    return [f"{stack.urls[SERVICE]}/sign-in#{code}" for code in asynchronous.run(make())]


def _claims(who: Who) -> dict[str, Any]:
    return {
        "sub": who.id,
        "roles": [who.role],
        "wards": who.wards if isinstance(who.wards, str) else list(who.wards),
        "facilities": [str(one) for one in who.facilities],
        "partners": list(who.partners),
    }
