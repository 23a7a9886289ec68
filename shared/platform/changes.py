"""Saying that something changed, to whoever shows it live: a notification that commits with the change."""

from typing import Final

from shared.platform.postgres import Session

CHANGED: Final = "changed"


async def say_changed(session: Session) -> None:
    """Say, when this transaction commits, that what pages show may have changed."""
    await session.execute("SELECT pg_notify($1, '')", CHANGED)
