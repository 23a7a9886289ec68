"""The HQ board from casework's own tables: figures, shelters, facilities, drives, what is overdue (K4-153–K4-160)."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from shared.platform.permissions import Within
from shared.platform.postgres import Row, Session

_IN = "($1 OR {of}.ward = ANY($2)) AND ($3::text IS NULL OR {of}.ward = $3)"
COUNTED = """
        count(*) FILTER (WHERE registered_heard IS NOT NULL) AS persons,
        count(*) FILTER (WHERE needs_care) AS needing_care,
        count(*) FILTER (WHERE screening IN ('requested', 'taken')) AS waiting_for_nurse,
        count(*) FILTER (WHERE phoned_at IS NOT NULL) AS phoned,
        count(*) FILTER (WHERE visit_ordered_at IS NOT NULL AND visit_made_at IS NULL
            AND screening IN ('requested', 'taken')) AS visit_pending,
        count(*) FILTER (WHERE decided_at IS NOT NULL) AS decided,
        count(*) FILTER (WHERE need IN ('open', 'waitlisted')) AS to_be_moved,
        count(*) FILTER (WHERE need = 'waitlisted') AS waitlisted,
        count(*) FILTER (WHERE asked_at IS NOT NULL) AS asked,
        count(*) FILTER (WHERE accepted_at IS NOT NULL) AS accepted,
        count(*) FILTER (WHERE moved_at IS NOT NULL) AS moved,
        count(*) FILTER (WHERE arrived_at IS NOT NULL) AS arrived,
        count(*) FILTER (WHERE presence IN ('ambulance', 'hospital')) AS in_hospital,
        count(*) FILTER (WHERE presence = 'left') AS departed,
        count(*) FILTER (WHERE presence = 'dead') AS died,
        count(*) FILTER (WHERE case_state = 'open') AS cases_open,
        count(*) FILTER (WHERE standing = 'lost') AS lost
"""
"""The figures of persons, each counted over rows of `people`; `queries_situation` counts them by ward."""
_FIGURES = f"""
    SELECT {COUNTED}
    FROM people p WHERE {_IN.format(of="p")} AND (kept IS NULL OR kept = person)
"""  # noqa: S608 - a condition of our own, here and below
_SHEETS = f"""
    SELECT count(*) AS sheets, count(*) FILTER (WHERE marks > 0) AS sheets_marked
    FROM households h WHERE {_IN.format(of="h")} AND registered_heard IS NOT NULL
"""  # noqa: S608
_SHELTERS = """
    SELECT p.shelter, f.name, f.ward, count(*) AS persons, count(*) FILTER (WHERE p.needs_care) AS needing_care,
        count(*) FILTER (WHERE p.presence = 'out') AS out,
        count(*) FILTER (WHERE p.lodging = 'welfare-space' OR p.interim = 'welfare-space'
            OR (p.destination = 'welfare-space' AND p.screening = 'decided')) AS welfare_space,
        count(*) FILTER (WHERE p.lodging = 'infection-space'
            OR (p.destination = 'infection-space' AND p.screening = 'decided')) AS infection_space,
        max(p.last_heard) AS as_of
    FROM people p LEFT JOIN facilities f ON f.facility = p.shelter
    WHERE p.shelter IS NOT NULL AND p.place_kind = 'shelter' AND p.presence IN ('present', 'out', 'ambulance')
      AND (kept IS NULL OR kept = person)
      AND ($1 OR coalesce(f.ward, p.ward) = ANY($2)) AND ($3::text IS NULL OR coalesce(f.ward, p.ward) = $3)
    GROUP BY p.shelter, f.name, f.ward ORDER BY count(*) DESC, p.shelter
"""
_FACILITIES = f"""
    SELECT f.facility, f.name, f.kind, f.ward, f.step, f.steps, f.open, f.total, f.reserved, f.lacks, f.reported_at,
        coalesce(p.waiting, 0) AS waiting, coalesce(p.accepted, 0) AS accepted, coalesce(p.received, 0) AS received,
        p.oldest_request
    FROM facilities f
    LEFT JOIN (
        SELECT facility, count(*) FILTER (WHERE state = 'asked') AS waiting,
            count(*) FILTER (WHERE state = 'accepted') AS accepted,
            count(*) FILTER (WHERE state = 'arrived') AS received,
            min(asked_at) FILTER (WHERE state = 'asked') AS oldest_request
        FROM placements WHERE state IN ('asked', 'accepted', 'arrived') GROUP BY facility
    ) p USING (facility)
    WHERE {_IN.format(of="f")} AND f.kind NOT IN ('emergency-site', 'shelter')
      AND (f.open OR f.step IS NOT NULL OR f.total IS NOT NULL OR p.facility IS NOT NULL)
    ORDER BY p.oldest_request NULLS LAST, f.name, f.facility
"""  # noqa: S608
_TRIPS = f"""
    SELECT t.trip, t.person, t.placement, t.facility, t.by, t.vehicle, t.partner, t.state, t.planned_at, t.wanted_at,
        p.ward, p.shelter, p.interim
    FROM trips t JOIN people p USING (person)
    WHERE t.state IN ('planned', 'offered', 'accepted', 'started', 'picked-up') AND p.presence <> 'dead'
      AND p.facility IS NULL AND {_IN.format(of="p")}
    ORDER BY t.wanted_at, t.trip LIMIT 200
"""  # noqa: S608
_OVERDUE = f"""
    SELECT h.* FROM handoffs h
    WHERE h.state = 'open' AND h.due < $4 AND {_IN.format(of="h")} ORDER BY h.due, h.handoff LIMIT $5
"""  # noqa: S608
_MISSED = f"""
    SELECT p.person, p.ward, p.standing, p.presence, p.place_kind, p.shelter, p.left_for, p.needs_care, p.age_band,
        p.last_contact, p.last_heard
    FROM people p
    WHERE {_IN.format(of="p")} AND (kept IS NULL OR kept = person) AND registered_heard IS NOT NULL AND {{which}}
      AND ($4::timestamptz IS NULL OR (p.last_contact, p.person) > ($4, $5::uuid))
    ORDER BY p.last_contact, p.person LIMIT $6
"""  # noqa: S608
_LOST = _MISSED.format(which="p.standing = 'lost' AND $7::timestamptz IS NOT NULL")
_OUTSIDE = _MISSED.format(which="p.standing = 'outside' AND $7::timestamptz IS NOT NULL")
_SILENT = _MISSED.format(
    which="p.standing NOT IN ('dead', 'closed', 'merged', 'signed-off') AND p.case_state <> 'closed'"
    " AND p.last_contact < $7"
)


def _scope(within: Within, ward: str | None) -> tuple[bool, list[str], str | None]:
    return within.everything, list(within.wards), ward


async def heard(session: Session) -> dict[str, datetime]:
    """Return up to when each topic has been heard."""
    rows = await session.fetch("SELECT topic, max(recorded_at) AS at FROM heard GROUP BY topic")
    return {row["topic"]: row["at"] for row in rows}


async def figures(session: Session, within: Within, ward: str | None) -> dict[str, int]:
    """Return every figure by its code."""
    people = await session.fetchrow(_FIGURES, *_scope(within, ward))
    sheets = await session.fetchrow(_SHEETS, *_scope(within, ward))
    return {**dict(people or {}), **dict(sheets or {})}


async def shelters(session: Session, within: Within, ward: str | None) -> list[dict[str, Any]]:
    """Return the people at each shelter, and how many need care (K4-154)."""
    return [dict(row) for row in await session.fetch(_SHELTERS, *_scope(within, ward))]


async def facilities(session: Session, within: Within, ward: str | None) -> list[dict[str, Any]]:
    """Return welfare shelters that have begun to open or were asked: whose request waits longest first (K4-155)."""
    return [dict(row) for row in await session.fetch(_FACILITIES, *_scope(within, ward))]


async def trips(session: Session, within: Within, ward: str | None, now: datetime) -> list[dict[str, Any]]:
    """Return drives that are wanted or under way, who waits longest first (K4-160)."""
    found = [dict(row) for row in await session.fetch(_TRIPS, *_scope(within, ward))]
    for row in found:
        row["waiting_seconds"] = max(0, int((now - row["wanted_at"]).total_seconds())) if row["wanted_at"] else None
    return found


async def overdue(session: Session, within: Within, ward: str | None, now: datetime, most: int) -> list[Row]:
    """Return open hand-offs past their time, what has been overdue for longest first."""
    return await session.fetch(_OVERDUE, *_scope(within, ward), now, most)


async def disasters(session: Session, wards: Sequence[str] | None) -> list[dict[str, Any]]:
    """Return the disasters that concern these wards (None: any), with their stage (K4-157)."""
    rows = await session.fetch(
        "SELECT * FROM disasters WHERE $1::text[] IS NULL OR wards = '{}' OR wards && $1 ORDER BY began, disaster",
        None if wards is None else list(wards),
    )
    return [dict(row) for row in rows]


async def missed(
    session: Session,
    which: str,
    within: Within,
    ward: str | None,
    now: datetime,
    days: int,
    after: tuple[datetime, UUID] | None,
    limit: int,
) -> list[dict[str, Any]]:
    """Return persons who might be missed, who has been silent for longest first.

    `lost`: in no queue, hand-off or shelter. `outside`: at a known place outside the shelters. `silent`: not closed,
    and without contact for these days (K0-006).
    """
    statement = {"lost": _LOST, "outside": _OUTSIDE, "silent": _SILENT}[which]
    at, last = after or (None, None)
    rows = await session.fetch(statement, *_scope(within, ward), at, last, limit, now - timedelta(days=days))
    return [dict(row) for row in rows]
