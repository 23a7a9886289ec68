"""What falls due when, by the stack's clock: rows with a due time, fired in the relay's process (decision 4)."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from shared.platform.parts import Parts
from shared.platform.postgres import Session
from shared.platform.store import Origin

Payload = dict[str, Any]
"""Ids and codes only: a timer's row is no sealed place."""

Fire = Callable[[Parts, Session, UUID, Payload, Origin], Awaitable[None]]
"""What a timer does when it is due: a command like any other, in the transaction that deletes the timer.

It must do nothing where the state has moved on meanwhile. `origin.now` is the instant of firing.
"""

Timers = Mapping[str, Fire]
"""Kind → what it does."""

_SET = """
    INSERT INTO timers (kind, subject, due, fire_at, attempts, payload) VALUES ($1, $2, $3, $3, 0, $4)
    ON CONFLICT (kind, subject) DO UPDATE
    SET due = excluded.due, fire_at = excluded.due, attempts = 0, payload = excluded.payload
"""
_DROP = """
    DELETE FROM timers WHERE (kind, subject) IN (
        SELECT kind, subject FROM timers WHERE kind = $1 AND subject = $2 FOR UPDATE SKIP LOCKED
    )
"""


async def set_timer(session: Session, kind: str, subject: UUID, due: datetime, payload: Payload | None = None) -> None:
    """Let `kind` fire for this subject at `due`; one that was set before is set anew.

    A member `correlation` of the payload (an event's or command's id as text) becomes the firing's correlation.
    """
    await session.execute(_SET, kind, subject, due, payload or {})


async def drop_timer(session: Session, kind: str, subject: UUID) -> None:
    """Forget a timer. One that is firing at this moment is left alone: its command sees what happened first."""
    await session.execute(_DROP, kind, subject)
