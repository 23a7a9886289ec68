"""A hand-off that is due and that nobody has: the next level is told, once (domain §4).

The timer is set from what was folded and lies outside of it: a rebuild neither sets nor fires one.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from services.casework import queries
from services.casework.domain import handoff
from services.casework.domain.handoff import Escalate, Known
from services.casework.domain.handoff_rules import Tables
from services.casework.policies import tables_of
from shared.platform.parts import Parts
from shared.platform.postgres import Session
from shared.platform.store import Origin
from shared.platform.timers import Payload, Timers, replace_timers, set_timer

KIND = "handoff-escalation"


async def keep_timers(session: Session, tables: Tables, handoffs: Sequence[Mapping[str, Any]]) -> None:
    """Let the timers of these hand-offs be those of the ones that nobody has and that are still to be told of."""
    if not handoffs:
        return
    wanted: dict[UUID, datetime] = {
        row["handoff"]: row["due"]
        for row in handoffs
        if row["state"] == "open" and row["escalated_at"] is None and _level(tables, row["kind"], row["version"])
    }
    await replace_timers(session, KIND, {row["handoff"] for row in handoffs}, wanted)


def _level(tables: Tables, kind: str, version: str) -> str | None:
    found = tables.kind(kind, version)
    return found.level if found else None


async def escalate(parts: Parts, session: Session, subject: UUID, _: Payload, origin: Origin) -> None:
    """Tell the next level of a hand-off, unless somebody has taken or finished it meanwhile."""
    row = await queries.handoff(session, subject)
    if row is None or row["state"] != "open":
        return
    level = _level(tables_of(parts), row["kind"], row["version"])
    if level is None:
        return
    if row["due"] > origin.now:
        await set_timer(session, KIND, subject, row["due"])
        return
    known = Known(row["kind"], finished=row["closed_by"] is not None)
    await parts.streams.perform(
        session,
        handoff,
        Escalate(known, level=level, due=row["due"], definitions=row["version"]),
        stream=subject,
        key=row["person"],
        origin=origin._replace(disaster=row["disaster"]),
        ward=row["ward"],
    )


TIMERS: Timers = {KIND: escalate}
