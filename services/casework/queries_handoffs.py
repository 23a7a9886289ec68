"""Hand-offs by person, ward, kind, owner and state, the most overdue first; and how many there are of each."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from shared.platform.permissions import Within
from shared.platform.postgres import Row, Session

_STATES = {
    "open": "h.state = 'open'",
    "taken": "h.state = 'taken' AND h.closed_by IS NULL",
    "unfinished": "h.closed_by IS NULL",
    "done": "h.done",
    "ended": "h.state = 'ended'",
    "any": "true",
}
"""What can be asked for; `taken`: somebody has it and it is not done yet."""
STATES = tuple(_STATES)

_LIST = """
    SELECT h.* FROM handoffs h
    WHERE {state}
      AND ($1 OR h.ward = ANY($2) OR h.wards && $2)
      AND ($3::uuid[] IS NULL OR h.person = ANY($3))
      AND ($4::text IS NULL OR h.ward = $4)
      AND ($5::text IS NULL OR h.kind = $5)
      AND ($6::text IS NULL OR h.owner = $6)
      AND (NOT $7 OR (h.state = 'open' AND h.due < $8))
      AND ($9::timestamptz IS NULL OR (h.due, h.handoff) > ($9, $10::uuid))
    ORDER BY h.due, h.handoff LIMIT $11
"""
_COUNTS = """
    SELECT kind, count(*) AS opened, count(*) FILTER (WHERE state = 'taken') AS taken,
        count(*) FILTER (WHERE state = 'ended') AS ended, count(*) FILTER (WHERE state = 'open') AS open,
        count(*) FILTER (WHERE late OR (state = 'open' AND due < $3)) AS overdue,
        count(*) FILTER (WHERE state = 'open' AND due < $3) AS overdue_now,
        count(*) FILTER (WHERE state = 'taken' AND closed_by IS NULL) AS in_hand,
        min(due) FILTER (WHERE state = 'open') AS oldest_due
    FROM handoffs WHERE ($1 OR ward = ANY($2)) AND ($4::text IS NULL OR ward = $4)
    GROUP BY kind ORDER BY kind
"""


class Asked(NamedTuple):
    """Which hand-offs are asked for; None: whichever."""

    state: str = "unfinished"
    persons: Sequence[UUID] | None = None
    ward: str | None = None
    kind: str | None = None
    owner: str | None = None
    overdue: bool = False


async def handoffs(
    session: Session, asked: Asked, within: Within, now: datetime, after: tuple[datetime, UUID] | None, limit: int
) -> list[Row]:
    """Return hand-offs within reach, by due time: what has been overdue for longest comes first."""
    due, last = after or (None, None)
    return await session.fetch(
        _LIST.format(state=_STATES[asked.state]),
        within.everything,
        list(within.wards),
        None if asked.persons is None else list(asked.persons),
        asked.ward,
        asked.kind,
        asked.owner,
        asked.overdue,
        now,
        due,
        last,
        limit,
    )


async def counts(session: Session, within: Within, now: datetime, ward: str | None) -> list[dict[str, Any]]:
    """Count hand-offs of the responsible wards by kind: opened = taken + ended + open; overdue is ever overdue."""
    rows = await session.fetch(_COUNTS, within.everything, list(within.wards), now, ward)
    return [dict(row) for row in rows]


async def gauges(session: Session, now: datetime) -> list[Row]:
    """Return for each kind how many nobody has, and how many of these are overdue."""
    return await session.fetch(
        "SELECT kind, count(*) AS open, count(*) FILTER (WHERE due < $1) AS overdue"
        " FROM handoffs WHERE state = 'open' GROUP BY kind",
        now,
    )


async def totals(session: Session, within: Within, now: datetime, owner: str) -> dict[str, int]:
    """Count what the list shows: what nobody has, what of it is overdue, and what this owner has in hand."""
    row = await session.fetchrow(
        "SELECT count(*) FILTER (WHERE state = 'open') AS open,"
        " count(*) FILTER (WHERE state = 'open' AND due < $3) AS overdue,"
        " count(*) FILTER (WHERE state = 'taken' AND closed_by IS NULL AND owner = $4) AS mine"
        " FROM handoffs h WHERE closed_by IS NULL AND ($1 OR h.ward = ANY($2) OR h.wards && $2)",
        within.everything,
        list(within.wards),
        now,
        owner,
    )
    return dict(row) if row else {}
