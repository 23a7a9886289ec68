"""Tables → answers about needs, placements and trips; `queries_facility` has the master."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from shared.contracts.event import Words
from shared.contracts.screening_screening import DecisionWords
from shared.contracts.transfer_placement import PlacementAccepted, PlacementDeclined, PlacementRequested
from shared.contracts.transfer_trip import TripPlanned
from shared.kernel.errors import NotFound
from shared.platform import store
from shared.platform.permissions import Within
from shared.platform.postgres import Session
from shared.platform.sealing import Keyring

Rows = list[dict[str, Any]]

_NEEDS = """
SELECT n.*, p.age_band, p.communication, p.presence, coalesce(p.place, n.place) AS place_now,
    ARRAY(SELECT m.need FROM aliases a JOIN needs m ON m.person IN (a.one, a.other) AND m.person <> n.person
        WHERE n.person IN (a.one, a.other) AND m.state NOT IN ('met', 'ended')) AS same_person
FROM needs n LEFT JOIN persons p USING (person)
"""
_NEED_LIST = (
    _NEEDS
    + """
WHERE ($1::text[] IS NULL OR n.ward = ANY($1)) AND ($2::text[] IS NULL OR n.state = ANY($2))
    AND ($3::text IS NULL OR n.ward = $3) AND ($4::uuid IS NULL OR n.person = $4)
    AND ($5::bool IS NULL OR n.emergency_admission = $5)
    AND ($6::timestamptz IS NULL OR (n.opened_at, n.need) > ($6, $7::uuid))
ORDER BY n.opened_at, n.need LIMIT $8
"""
)
_WAITING = (
    _NEEDS
    + """
WHERE n.state = 'waitlisted' AND ($1::text[] IS NULL OR n.ward = ANY($1)) AND ($2::text IS NULL OR n.ward = $2)
    AND ($3::bool IS NULL
        OR (NOT n.urgent, NOT n.high_risk, n.opened_at, n.need) > ($3, $4::bool, $5::timestamptz, $6::uuid))
ORDER BY NOT n.urgent, NOT n.high_risk, n.opened_at, n.need LIMIT $7
"""
)
_PLACEMENTS = """
SELECT p.*, f.name AS facility_name, f.ward AS facility_ward, n.destination, n.screening, n.groups, n.aids,
    n.high_risk, n.companion, n.urgent, n.emergency_admission, n.state AS need_state, w.age_band, w.communication,
    coalesce(w.place, n.place) AS place_now,
    t.trip, t.state AS trip_state, t.planned_at, s.over
FROM placements p
JOIN facilities f USING (facility)
JOIN needs n USING (need)
LEFT JOIN persons w ON w.person = p.person
LEFT JOIN LATERAL (
    SELECT trip, state, planned_at FROM trips WHERE trips.placement = p.placement
    ORDER BY state IN ('failed', 'cancelled'), wanted_at DESC LIMIT 1
) AS t ON true
LEFT JOIN places s ON s.placement = p.placement
"""
_PLACEMENT_LIST = (
    _PLACEMENTS
    + """
WHERE ($1 OR p.ward = ANY($2) OR f.ward = ANY($2) OR p.facility = ANY($3))
    AND ($4::text[] IS NULL OR p.state = ANY($4)) AND ($5::uuid IS NULL OR p.facility = $5)
    AND ($6::uuid IS NULL OR p.need = $6) AND ($7::text IS NULL OR p.ward = $7)
    AND ($8::timestamptz IS NULL OR p.state = 'accepted' AND coalesce(
        (t.planned_at + $9), (greatest(p.answered_at, p.from_time) + $10)) < $8)
    AND ($11::timestamptz IS NULL OR (p.asked_at, p.placement) > ($11, $12::uuid))
ORDER BY p.asked_at, p.placement LIMIT $13
"""
)
_TRIPS = """
SELECT t.*, f.name AS facility_name, f.ward AS facility_ward, f.address AS facility_address, f.published,
    o.name AS from_name, o.address AS from_address, o.ward AS from_ward, p.state AS placement_state
FROM trips t
JOIN facilities f ON f.facility = t.to_facility
LEFT JOIN facilities o ON o.facility = t.from_place
JOIN placements p USING (placement)
"""
_TRIP_LIST = (
    _TRIPS
    + """
WHERE ($1 OR t.ward = ANY($2) OR f.ward = ANY($2) OR t.to_facility = ANY($3)
        OR (t.partner = ANY($4) AND t.state <> 'planned'))
    AND ($5::text[] IS NULL OR t.state = ANY($5)) AND ($6::text IS NULL OR t.partner = $6)
    AND ($7::text IS NULL OR t.ward = $7)
    AND ($8::timestamptz IS NULL OR (t.wanted_at, t.trip) > ($8, $9::uuid))
ORDER BY t.wanted_at, t.trip LIMIT $10
"""
)
_TRANSPORT = """
SELECT p.placement, p.need, p.person, p.ward, p.facility, f.name AS facility_name, p.answered_at AS waiting_since,
    p.from_time, n.high_risk, n.aids, n.companion, n.urgent, n.interim, coalesce(w.place, n.place) AS place_now,
    t.trip, t.state AS trip_state, t.by, t.vehicle, t.planned_at, t.reason AS trip_reason
FROM placements p
JOIN facilities f USING (facility)
JOIN needs n USING (need)
LEFT JOIN persons w ON w.person = p.person
LEFT JOIN trips t ON t.placement = p.placement AND t.state NOT IN ('failed', 'cancelled')
WHERE p.state = 'accepted' AND (t.state IS NULL OR t.state IN ('planned', 'offered'))
    AND ($1 OR p.ward = ANY($2)) AND ($3::text IS NULL OR p.ward = $3)
    AND ($4::timestamptz IS NULL OR (p.answered_at, p.placement) > ($4, $5::uuid))
ORDER BY p.answered_at, p.placement LIMIT $6
"""


async def needs(
    session: Session,
    wards: Sequence[str] | None,
    states: Sequence[str] | None,
    ward: str | None,
    person: UUID | None,
    emergency: bool | None,
    after: tuple[datetime, UUID] | None,
    limit: int,
) -> Rows:
    """Return needs, the longest open first; `wards` is how far the caller reaches."""
    at, last = after or (None, None)
    rows = await session.fetch(_NEED_LIST, _list(wards), _list(states), ward, person, emergency, at, last, limit)
    return [dict(row) for row in rows]


async def waiting_list(
    session: Session,
    wards: Sequence[str] | None,
    ward: str | None,
    after: tuple[bool, bool, datetime, UUID] | None,
    limit: int,
) -> Rows:
    """Return who waits for a place, in the order in which they will be asked for."""
    marks = after or (None, None, None, None)
    return [dict(row) for row in await session.fetch(_WAITING, _list(wards), ward, *marks, limit)]


async def need(session: Session, need_id: UUID) -> dict[str, Any]:
    """Return one need. Raises `NotFound("need.unknown")`."""
    row = await session.fetchrow(_NEEDS + " WHERE n.need = $1", need_id)
    if row is None:
        raise NotFound("need.unknown")
    return dict(row)


async def person(session: Session, person_id: UUID) -> dict[str, Any]:
    """Return what is known of a person. Raises `NotFound("person.unknown")`."""
    row = await session.fetchrow("SELECT * FROM persons WHERE person = $1", person_id)
    if row is None:
        raise NotFound("person.unknown")
    return dict(row)


async def placements(
    session: Session,
    within: Within,
    states: Sequence[str] | None,
    facility: UUID | None,
    need_id: UUID | None,
    ward: str | None,
    overdue: tuple[datetime, float, float] | None,
    after: tuple[datetime, UUID] | None,
    limit: int,
) -> Rows:
    """Return placements within the caller's reach, the oldest request first.

    `overdue` = (now, minutes after the planned drive, minutes after the acceptance): only those whose arrival should
    have been reported by then (K4-118).
    """
    now, with_trip, without = overdue or (None, 0.0, 0.0)
    at, last = after or (None, None)
    rows = await session.fetch(
        _PLACEMENT_LIST,
        within.everything,
        list(within.wards),
        list(within.facilities),
        _list(states),
        facility,
        need_id,
        ward,
        now,
        timedelta(minutes=with_trip),
        timedelta(minutes=without),
        at,
        last,
        limit,
    )
    return [dict(row) for row in rows]


async def placement(session: Session, placement_id: UUID) -> dict[str, Any]:
    """Return one placement. Raises `NotFound("placement.unknown")`."""
    row = await session.fetchrow(_PLACEMENTS + " WHERE p.placement = $1", placement_id)
    if row is None:
        raise NotFound("placement.unknown")
    return dict(row)


async def trips(
    session: Session,
    within: Within,
    states: Sequence[str] | None,
    partner: str | None,
    ward: str | None,
    after: tuple[datetime, UUID] | None,
    limit: int,
) -> Rows:
    """Return trips within the caller's reach, the longest wanted first. A partner sees those offered to them."""
    at, last = after or (None, None)
    rows = await session.fetch(
        _TRIP_LIST,
        within.everything,
        list(within.wards),
        list(within.facilities),
        list(within.partners),
        _list(states),
        partner,
        ward,
        at,
        last,
        limit,
    )
    return [dict(row) for row in rows]


async def trip(session: Session, trip_id: UUID) -> dict[str, Any]:
    """Return one trip. Raises `NotFound("trip.unknown")`."""
    row = await session.fetchrow(_TRIPS + " WHERE t.trip = $1", trip_id)
    if row is None:
        raise NotFound("trip.unknown")
    return dict(row)


async def transport_needs(
    session: Session, within: Within, ward: str | None, after: tuple[datetime, UUID] | None, limit: int
) -> Rows:
    """Return who was accepted and for whom nobody drives yet, the longest waiting first (K4-127, K4-132, K4-160)."""
    at, last = after or (None, None)
    rows = await session.fetch(_TRANSPORT, within.everything, list(within.wards), ward, at, last, limit)
    return [dict(row) for row in rows]


async def condition(session: Session, keyring: Keyring, decision: UUID | None) -> str | None:
    """Return the condition in the nurse's words (K4-115), or None where there are none or their key is not here."""
    row = await session.fetchrow("SELECT topic, key, headers, value FROM decisions WHERE event = $1", decision)
    if row is None:
        return None
    [decided] = await store.open_words(session, keyring, [store.read_row(row)])
    return decided.words.condition if isinstance(decided.words, DecisionWords) else None


async def words_of_placement(session: Session, keyring: Keyring, placement_id: UUID) -> dict[str, Words]:
    """Return the words of a request and of its answer, opened as far as their key is here."""
    opened = await store.open_words(session, keyring, await store.load(session, placement_id))
    found: dict[str, Words] = {}
    for one in opened:
        if one.words is not None and isinstance(one.event, PlacementRequested):
            found["request"] = one.words
        elif one.words is not None and isinstance(one.event, PlacementAccepted | PlacementDeclined):
            found["reply"] = one.words
    return found


async def words_of_trip(session: Session, keyring: Keyring, trip_id: UUID) -> Words | None:
    """Return what the driver needs to know, opened as far as the key is here."""
    opened = await store.open_words(session, keyring, await store.load(session, trip_id))
    return next((one.words for one in opened if isinstance(one.event, TripPlanned)), None)


def _list(values: Sequence[str] | None) -> list[str] | None:
    return None if values is None else list(values)
