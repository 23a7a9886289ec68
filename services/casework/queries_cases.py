"""The desk: cases with their visits, conferences, members and tasks."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from shared.kernel.errors import NotFound
from shared.platform.permissions import Within
from shared.platform.postgres import Row, Session

_WITHIN = "($1 OR coalesce(p.ward, c.ward) = ANY($2) OR p.wards && $2)"
_CASES = f"""
    SELECT c.*, p.standing, p.last_contact FROM cases c LEFT JOIN people p USING (person)
    WHERE {_WITHIN}
      AND ($3::text IS NULL OR c.status = $3)
      AND ($4::text IS NULL OR c.worker = $4 OR c.handed_to = $4)
      AND ($5::date IS NULL OR (c.status = 'open' AND c.next_visit < $5))
      AND ($6::date IS NULL OR (coalesce(c.next_visit, 'infinity'), c."case") > ($6, $7::uuid))
    ORDER BY coalesce(c.next_visit, 'infinity'), c."case" LIMIT $8
"""  # noqa: S608 - a condition of our own
_CONFERENCES = f"""
    SELECT c.* FROM conferences c LEFT JOIN people p USING (person)
    WHERE ({_WITHIN} OR EXISTS (
          SELECT 1 FROM members m WHERE m.conference = c.conference AND m.actor = $3 AND m.confidential
              AND (c.status = 'called' OR (c.status = 'held' AND c.held_at > $9))))
      AND ($4::text IS NULL OR c.status = $4)
      AND ($5::uuid IS NULL OR c.person = $5)
      AND ($6::timestamptz IS NULL OR (c.at, c.conference) > ($6, $7::uuid))
    ORDER BY c.at, c.conference LIMIT $8
"""  # noqa: S608 - a condition of our own
_TASKS = """
    SELECT c.* FROM tasks c LEFT JOIN people p USING (person)
    WHERE ($1 OR p.ward = ANY($2) OR p.wards && $2 OR c.owner = $3)
      AND ($4::text IS NULL OR c.state = $4)
      AND ($5::text IS NULL OR c.owner = $5)
      AND ($6::date IS NULL OR (c.state = 'open' AND c.due < $6))
      AND ($7::date IS NULL OR (coalesce(c.due, 'infinity'), c.task) > ($7, $8::uuid))
    ORDER BY coalesce(c.due, 'infinity'), c.task LIMIT $9
"""

FAR = date.max
"""What has no date comes after everything that has one."""


async def case(session: Session, case_id: UUID) -> Row:
    """Return a case's row. Raises `NotFound("case.unknown")`."""
    row = await session.fetchrow('SELECT * FROM cases WHERE "case" = $1', case_id)
    if row is None:
        raise NotFound("case.unknown")
    return row


async def case_of_person(session: Session, person: UUID) -> Row | None:
    """Return the row of a person's case, if they ever had one."""
    return await session.fetchrow("SELECT * FROM cases WHERE person = $1", person)


async def referrals(session: Session, case_id: UUID) -> list[dict[str, Any]]:
    """Return a case's referrals, the first first."""
    rows = await session.fetch('SELECT * FROM referrals WHERE "case" = $1 ORDER BY referred_at, referral', case_id)
    return [dict(row) for row in rows]


async def cases(
    session: Session,
    within: Within,
    *,
    status: str | None,
    worker: str | None,
    visit_before: date | None,
    after: tuple[date, UUID] | None,
    limit: int,
) -> list[dict[str, Any]]:
    """Return cases, those whose visit has been due for longest first; `visit_before`: only with a visit due by then."""
    due, last = after or (None, None)
    rows = await session.fetch(
        _CASES, within.everything, list(within.wards), status, worker, visit_before, due, last, limit
    )
    return [dict(row) for row in rows]


async def conference(session: Session, conference_id: UUID) -> Row:
    """Return a conference's row. Raises `NotFound("conference.unknown")`."""
    row = await session.fetchrow("SELECT * FROM conferences WHERE conference = $1", conference_id)
    if row is None:
        raise NotFound("conference.unknown")
    return row


async def members(session: Session, conference_id: UUID) -> list[dict[str, Any]]:
    """Return who sits in a conference now."""
    rows = await session.fetch(
        "SELECT actor, role, confidential, present FROM members WHERE conference = $1 ORDER BY seat", conference_id
    )
    return [dict(row) for row in rows]


async def tasks_of(session: Session, conference_id: UUID) -> list[dict[str, Any]]:
    """Return the tasks of a conference."""
    rows = await session.fetch("SELECT * FROM tasks WHERE conference = $1 ORDER BY due, task", conference_id)
    return [dict(row) for row in rows]


async def conferences(
    session: Session,
    within: Within,
    *,
    status: str | None,
    person: UUID | None,
    held_since: datetime,
    after: tuple[datetime, UUID] | None,
    limit: int,
) -> list[dict[str, Any]]:
    """Return conferences in the order of their time.

    A member sees those to whose confidentiality they are sworn, until they are over, or were held before `held_since`.
    """
    at, last = after or (None, None)
    rows = await session.fetch(
        _CONFERENCES, within.everything, list(within.wards), within.own, status, person, at, last, limit, held_since
    )
    return [dict(row) for row in rows]


async def tasks(
    session: Session,
    within: Within,
    *,
    state: str | None,
    owner: str | None,
    due_before: date | None,
    after: tuple[date, UUID] | None,
    limit: int,
) -> list[dict[str, Any]]:
    """Return tasks, those due for longest first; `due_before`: only open ones due before that day."""
    due, last = after or (None, None)
    rows = await session.fetch(
        _TASKS, within.everything, list(within.wards), within.own, state, owner, due_before, due, last, limit
    )
    return [dict(row) for row in rows]
