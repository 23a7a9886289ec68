"""Intake's tables → answers: a sheet with its history, a person, the roster of a shelter at any instant."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from shared.contracts.envelope import Recorded
from shared.kernel.errors import NotFound
from shared.platform import store
from shared.platform.postgres import Session
from shared.platform.sealing import Keyring

ROSTER = """
SELECT last.person, last.presence, last.lodging, last.happened AS since, p.household, p.age_band, p.needs, p.care,
       w.name, w.kana
FROM (
    SELECT DISTINCT ON (person) person, presence, shelter, lodging, happened
    FROM stays
    WHERE person IN (SELECT person FROM stays WHERE shelter = $1)
      AND happened <= $2 AND recorded_at <= $3 AND ($4::uuid IS NULL OR person > $4)
    ORDER BY person, happened DESC, recorded_at DESC, event DESC
) last
JOIN persons p USING (person)
LEFT JOIN personal.person w USING (person)
WHERE last.shelter = $1 AND last.presence IN ('present', 'out', 'ambulance')
ORDER BY last.person
LIMIT $5
"""
HEADCOUNT = """
SELECT coalesce(lodging, 'unknown') AS lodging, count(*) FILTER (WHERE presence = 'present') AS present,
       count(*) FILTER (WHERE presence = 'out') AS out,
       count(*) FILTER (WHERE needs <> '{}' OR care) AS care
FROM persons
WHERE shelter = $1 AND presence IN ('present', 'out', 'ambulance')
GROUP BY 1 ORDER BY 1
"""
HOUSEHOLDS = """
SELECT h.household, h.ward, h.sheet_no, h.shelter, h.members, h.marks, h.sharing_confirmed, h.recorded_at,
       w.name, w.kana
FROM households h
LEFT JOIN personal.person w ON w.person = h.representative
LEFT JOIN personal.household hw ON hw.household = h.household
WHERE ($1::text[] IS NULL OR h.ward = ANY($1))
  AND ($2::uuid IS NULL OR h.shelter = $2)
  AND ($3::text IS NULL OR strpos(hw.car, $3) > 0)
  AND ($4::text IS NULL OR strpos(w.name, $4) > 0 OR strpos(w.kana, $4) > 0)
  AND ($5::timestamptz IS NULL OR (h.recorded_at, h.household) < ($5, $6::uuid))
ORDER BY h.recorded_at DESC, h.household DESC
LIMIT $7
"""


async def roster(
    session: Session, shelter: UUID, happened_by: datetime, known_by: datetime, after: UUID | None, limit: int
) -> list[dict[str, Any]]:
    """Return who was in the shelter at an instant, as it was known by another (K4-023), by person."""
    return [dict(row) for row in await session.fetch(ROSTER, shelter, happened_by, known_by, after, limit)]


async def headcount(session: Session, shelter: UUID) -> list[dict[str, Any]]:
    """Return how many people are at a shelter now, by where they lodge there (⑩, K4-009)."""
    return [dict(row) for row in await session.fetch(HEADCOUNT, shelter)]


async def households(
    session: Session,
    wards: Sequence[str] | None,
    shelter: UUID | None,
    car: str | None,
    name: str | None,
    after: tuple[datetime, UUID] | None,
    limit: int,
) -> list[dict[str, Any]]:
    """Return households, newest first; `car` and `name` are any part of them (K4-006)."""
    at, last = after or (None, None)
    rows = await session.fetch(HOUSEHOLDS, wards and list(wards), shelter, car, name, at, last, limit)
    return [dict(row) for row in rows]


async def ward_of_household(session: Session, household: UUID) -> str | None:
    """Return the ward responsible. Raises `NotFound("household.unknown")`."""
    row = await session.fetchrow("SELECT ward FROM households WHERE household = $1", household)
    if row is None:
        raise NotFound("household.unknown")
    return row["ward"]  # type: ignore[no-any-return]  # a text column


async def where_of_household(session: Session, household: UUID) -> tuple[str | None, UUID | None]:
    """Return the ward and the disaster of a household (None, None where there is no such household)."""
    row = await session.fetchrow("SELECT ward, disaster FROM households WHERE household = $1", household)
    return (row["ward"], row["disaster"]) if row else (None, None)


async def person(session: Session, person_id: UUID) -> dict[str, Any]:
    """Return a person's row. Raises `NotFound("person.unknown")`."""
    row = await session.fetchrow("SELECT * FROM persons WHERE person = $1", person_id)
    if row is None:
        raise NotFound("person.unknown")
    return dict(row)


async def history(session: Session, keyring: Keyring, stream: UUID) -> list[dict[str, Any]]:
    """Return everything that was said about a household or a person here, oldest first, words opened."""
    events = await store.open_words(session, keyring, await store.load(session, stream))
    return [_entry(one) for one in events]


def _entry(one: Recorded) -> dict[str, Any]:
    envelope = one.envelope
    body = msgspec.to_builtins(one.event)
    body.pop("words", None)
    return {
        "event": envelope.id,
        "type": envelope.type,
        "version": envelope.version,
        "happened": envelope.time,
        "recorded_at": envelope.recorded_at,
        "actor": envelope.actor,
        "channel": envelope.channel,
        "said_by": envelope.said_by,
        "device_offset": envelope.device_offset,
        "corrects": envelope.corrects,
        "facts": body,
        "words": msgspec.to_builtins(one.words) if one.words is not None else None,
        "unreadable": one.sealed is not None and one.words is None,
    }


async def ward_of_shelter(session: Session, shelter: UUID) -> str | None:
    """Return the shelter's ward (None where the master has not told of it yet: then only the whole city may see)."""
    return await session.fetchval("SELECT ward FROM shelters WHERE shelter = $1", shelter)  # type: ignore[no-any-return]
