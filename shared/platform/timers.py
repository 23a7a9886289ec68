"""What falls due when, by the stack's clock: rows with a due time, fired in the relay's process (decision 4)."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Collection, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from shared.kernel.ids import derived_id
from shared.platform import metrics
from shared.platform.causes import cause
from shared.platform.parts import Parts
from shared.platform.postgres import Row, Session
from shared.platform.store import Origin, VersionConflict

log = logging.getLogger(__name__)

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
_FREE = """
    WITH free AS MATERIALIZED (
        SELECT kind, subject FROM timers WHERE kind = $1 AND subject = ANY($2) FOR UPDATE SKIP LOCKED
    )"""
_DELETE = "DELETE FROM timers USING free WHERE timers.kind = free.kind AND timers.subject = free.subject"
_DROP = f"{_FREE} {_DELETE}"
_REPLACE = f"""
    {_FREE}, dropped AS ({_DELETE})
    INSERT INTO timers (kind, subject, due, fire_at, attempts, payload)
    SELECT $1, subject, due, due, 0, '{{}}' FROM unnest($3::uuid[], $4::timestamptz[]) AS wanted(subject, due)
    ON CONFLICT (kind, subject) DO UPDATE
    SET due = excluded.due, fire_at = excluded.due, attempts = 0, payload = excluded.payload
    WHERE timers.due <> excluded.due
"""  # noqa: S608 - a statement out of our own
_TAKE = """
    WITH due AS MATERIALIZED (
        SELECT kind, subject FROM timers WHERE fire_at <= $1 ORDER BY fire_at LIMIT 1 FOR UPDATE SKIP LOCKED
    )
    DELETE FROM timers USING due WHERE timers.kind = due.kind AND timers.subject = due.subject
    RETURNING timers.kind, timers.subject, timers.due, timers.payload
"""
_POSTPONE = """
    UPDATE timers
    SET attempts = attempts + 1, fire_at = $4::timestamptz
        + least($5::float8 * 2 ^ least(attempts, 20), $6::float8) * interval '1 second'
    WHERE kind = $1 AND subject = $2 AND due = $3
    RETURNING attempts
"""
_LOOK = 0.25
_FIRST_BACK_OFF, _LONGEST_BACK_OFF = 1.0, 300.0
"""Real seconds; the stack's clock may run faster."""
_WITHIN = 30.0


async def set_timer(session: Session, kind: str, subject: UUID, due: datetime, payload: Payload | None = None) -> None:
    """Let `kind` fire for this subject at `due`; one that was set before is set anew.

    A member `correlation` of the payload (an event's or command's id as text) becomes the firing's correlation.
    """
    await session.execute(_SET, kind, subject, due, payload or {})


async def drop_timer(session: Session, kind: str, subject: UUID) -> None:
    """Forget a timer. One that is firing at this moment is left alone: its command sees what happened first."""
    await session.execute(_DROP, kind, [subject])


async def replace_timers(session: Session, kind: str, subjects: Collection[UUID], due: Mapping[UUID, datetime]) -> None:
    """Let `kind` fire for those of the subjects that are `due` then, and for none of the others.

    One that is set for that instant already stays; one that is dropped goes as with `drop_timer`.
    """
    if subjects:
        wanted = sorted(due)
        others = sorted(set(subjects) - due.keys())
        await session.execute(_REPLACE, kind, others, wanted, [due[subject] for subject in wanted])


class _Failed(Exception):
    """A timer's command failed; its transaction was rolled back, so the timer is still there."""

    def __init__(self, row: Row) -> None:
        super().__init__(row["kind"])
        self.row = row


async def fire_due(parts: Parts, timers: Timers) -> int:
    """Fire what is due now, one after the other, each in a transaction of its own. Returns how many had their effect.

    One that fails is put off and does not keep the others. Raises what asyncpg raises where PostgreSQL is away.
    """
    fired = 0
    while True:
        try:
            kind = await _fire_one(parts, timers)
        except _Failed as failed:
            await _put_off(parts, failed)
            continue
        if kind is None:
            return fired
        metrics.TIMERS_FIRED.labels(kind).inc()
        fired += 1


async def _fire_one(parts: Parts, timers: Timers) -> str | None:
    now = parts.clock.now()
    async with parts.database.transaction() as session:
        row = await session.fetchrow(_TAKE, now)
        if row is None:
            return None
        kind, subject, payload = row["kind"], row["subject"], row["payload"]
        causation = derived_id(kind, subject, row["due"].isoformat())
        correlation = UUID(payload["correlation"]) if "correlation" in payload else causation
        origin = Origin(actor="timer", channel="timer", now=now, causation=causation, correlation=correlation)
        try:
            async with asyncio.timeout(_WITHIN):
                await timers[kind](parts, session, subject, payload, origin)
        except Exception as error:
            raise _Failed(row) from error
    return str(kind)


async def _put_off(parts: Parts, failed: _Failed) -> None:
    """Try this timer again later: at once where somebody was faster, else after a time that doubles up to 5 min."""
    row, error = failed.row, failed.__cause__
    first = 0.02 if isinstance(error, VersionConflict) else _FIRST_BACK_OFF
    rate = parts.clock.rate
    async with parts.database.session() as session:
        attempts = await session.fetchval(
            _POSTPONE,
            row["kind"],
            row["subject"],
            row["due"],
            parts.clock.now(),
            first * rate,
            _LONGEST_BACK_OFF * rate,
        )
    metrics.TIMERS_FAILED.labels(row["kind"]).inc()
    log.warning("timer %s of %s failed (attempt %s), put off: %s", row["kind"], row["subject"], attempts, cause(error))


async def run_timers(parts: Parts, timers: Timers) -> None:
    """Fire timers as they fall due, until it is cancelled. PostgreSQL away: wait and go on."""
    pause = _LOOK
    while True:
        try:
            await fire_due(parts, timers)
            async with parts.database.session() as session:
                first = await session.fetchrow("SELECT min(fire_at) AS next, min(due) AS due FROM timers")
            wait, late = _LOOK, 0.0
            if first is not None and first["next"] is not None:
                wait = min(_LOOK, max(0.01, parts.clock.real_seconds(first["next"])))
                late = max(0.0, (parts.clock.now() - first["due"]).total_seconds())
            metrics.TIMERS_LATE.set(late)
            pause = _LOOK
        except Exception as error:  # noqa: BLE001 - the loop goes on whatever one look came to
            log.warning("timers: %s", cause(error))
            wait = pause = min(pause * 2, 5.0)
        await asyncio.sleep(wait)
