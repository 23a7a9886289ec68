"""The master → answers: facilities with their opening and places, transport partners, who should have opened."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from shared.contracts.transfer_facility import ContactWords, FacilityContactChanged
from shared.kernel.errors import NotFound
from shared.platform import store
from shared.platform.postgres import Session
from shared.platform.sealing import Keyring

Rows = list[dict[str, Any]]

_FACILITIES = """
SELECT f.*, c.report, c.total, c.reported_at AS places_reported_at, r.free, r.held, r.promised, r.taken, r.over,
    r.reserved, q.requests
FROM facilities f
JOIN capacity c USING (facility)
CROSS JOIN LATERAL (
    SELECT count(*) FILTER (WHERE state = 'free') AS free, count(*) FILTER (WHERE state = 'held') AS held,
        count(*) FILTER (WHERE state = 'promised') AS promised, count(*) FILTER (WHERE state = 'taken') AS taken,
        count(*) FILTER (WHERE over) AS over, count(*) FILTER (WHERE reserved) AS reserved
    FROM places p WHERE p.facility = f.facility
) AS r
CROSS JOIN LATERAL (
    SELECT count(*) AS requests FROM placements p WHERE p.facility = f.facility AND p.state = 'asked'
) AS q
"""
_LIST = (
    _FACILITIES
    + """
WHERE ($1::text IS NULL OR f.ward = $1) AND ($2::text[] IS NULL OR f.kind = ANY($2))
    AND ($3::text[] IS NULL OR f.state = ANY($3)) AND ($4::bool IS NULL OR (r.free > 0) = $4)
    AND ($5::text IS NULL OR strpos(f.name, $5) > 0 AND (f.published OR $6 OR f.facility = ANY($7)))
    AND ($8::bool IS NULL OR (c.total IS NULL) = $8)
    AND (f.published OR $6 OR f.facility = ANY($7))
    AND ($9::text IS NULL OR (coalesce(f.ward, ''), f.name, f.facility) > ($9, $10::text, $11::uuid))
ORDER BY coalesce(f.ward, ''), f.name, f.facility LIMIT $12
"""
)
_OPENINGS = """
SELECT f.facility, f.name, f.kind, f.ward, f.state, f.state_since, f.steps, f.opening_requested_at, f.reported_at
FROM facilities f
WHERE f.state <> 'open' AND ($1::text[] IS NULL OR f.ward = ANY($1))
    AND (f.kind = 'core-welfare' OR f.opening_requested_at IS NOT NULL)
    AND ($2::uuid IS NULL OR f.facility > $2)
ORDER BY f.facility LIMIT $3
"""


async def facilities(
    session: Session,
    ward: str | None,
    kinds: Sequence[str] | None,
    states: Sequence[str] | None,
    free: bool | None,
    unknown: bool | None,
    name: str | None,
    unpublished: bool,
    own: Sequence[UUID],
    after: tuple[str, str, UUID] | None,
    limit: int,
) -> Rows:
    """Return facilities by ward and name. `unpublished`: the caller is staff and sees names that are not published;
    others see the published ones and their `own` (K1-023). `unknown`: places not reported, or reported."""
    marks = after or (None, None, None)
    rows = await session.fetch(
        _LIST,
        ward,
        None if kinds is None else list(kinds),
        None if states is None else list(states),
        free,
        name,
        unpublished,
        list(own),
        unknown,
        *marks,
        limit,
    )
    return [dict(row) for row in rows]


async def facility(session: Session, facility_id: UUID) -> dict[str, Any]:
    """Return one facility. Raises `NotFound("facility.unknown")`."""
    row = await session.fetchrow(_FACILITIES + " WHERE f.facility = $1", facility_id)
    if row is None:
        raise NotFound("facility.unknown")
    return dict(row)


async def ward_of(session: Session, facility_id: UUID) -> str | None:
    """Return a facility's ward. Raises `NotFound("facility.unknown")`."""
    row = await session.fetchrow("SELECT ward FROM facilities WHERE facility = $1", facility_id)
    if row is None:
        raise NotFound("facility.unknown")
    return row["ward"]  # type: ignore[no-any-return]  # a text column


async def contact(session: Session, keyring: Keyring, facility_id: UUID) -> tuple[ContactWords | None, datetime | None]:
    """Return how to reach a facility's manager, and since when that is known."""
    row = await session.fetchrow(
        "SELECT topic, key, headers, value FROM events WHERE stream = $1 AND type = $2 ORDER BY version DESC LIMIT 1",
        facility_id,
        FacilityContactChanged.TYPE,
    )
    if row is None:
        return None, None
    [one] = await store.open_words(session, keyring, [store.read_row(row)])
    return one.words if isinstance(one.words, ContactWords) else None, one.envelope.time


async def not_open(session: Session, wards: Sequence[str] | None, after: UUID | None, limit: int) -> Rows:
    """Return who should have opened and has not said so: core shelters, and whoever was asked to (K4-108, K4-109)."""
    rows = await session.fetch(_OPENINGS, None if wards is None else list(wards), after, limit)
    return [dict(row) for row in rows]


async def partners(session: Session) -> Rows:
    """Return the transport partners; there are few."""
    return [dict(row) for row in await session.fetch("SELECT * FROM partners ORDER BY partner")]
