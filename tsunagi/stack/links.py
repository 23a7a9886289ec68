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
    return links(stack.dsn(SERVICE, "api"), stack.urls[SERVICE], invited)


def links(dsn: str, base: str, invited: Sequence[Who]) -> list[str]:
    """Return links to the pages at `base` (casework's address), their codes kept in its database. Raises as above."""

    async def make() -> list[str]:
        database = await Database.connect(dsn, most=1, name="tsunagi.sign-in")
        try:
            async with database.session() as session:
                return [await invite(session, _claims(one)) for one in invited]
        finally:
            await database.close()

    return [f"{base}/sign-in#{code}" for code in asynchronous.run(make())]


def _claims(who: Who) -> dict[str, Any]:
    return {
        "sub": who.id,
        "roles": [who.role],
        "wards": who.wards if isinstance(who.wards, str) else list(who.wards),
        "facilities": [str(one) for one in who.facilities],
        "partners": list(who.partners),
    }
