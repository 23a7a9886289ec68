"""What is known of a need and of the facilities that could receive, as the ranking wants it."""

from collections.abc import Collection, Mapping
from typing import Any
from uuid import UUID

import msgspec

from services.transfer.domain.places import Room
from services.transfer.domain.policy import Policy
from services.transfer.domain.ranking import Position, Refusal, Site, Wanted
from shared.contracts.transfer_facility import Received
from shared.platform.postgres import Row, Session

_SITES = """
SELECT f.facility, f.kind, f.ward, f.latitude, f.longitude, f.receives, f.state, f.steps, f.at_risk, f.reported_at,
    c.total, r.free, r.unreserved, g.left_by_group, u.unheld
FROM facilities f
JOIN capacity c USING (facility)
CROSS JOIN LATERAL (
    SELECT count(*) FILTER (WHERE placement IS NULL AND kept_for IS NULL) AS free,
        count(*) FILTER (WHERE placement IS NULL AND kept_for IS NULL AND NOT reserved) AS unreserved
    FROM places p WHERE p.facility = f.facility
) AS r
CROSS JOIN LATERAL (
    SELECT jsonb_object_agg(o.grp, CASE
        WHEN c.total IS NULL THEN (SELECT count(*) FROM places p
            WHERE p.facility = f.facility AND p.kept_for = o.grp AND p.placement IS NULL)
        ELSE o.places - (SELECT count(*) FROM places p
            WHERE p.facility = f.facility AND p.grp = o.grp AND p.placement IS NOT NULL)
    END) AS left_by_group
    FROM group_places o WHERE o.facility = f.facility
) AS g
CROSS JOIN LATERAL (
    SELECT count(*) AS unheld FROM placements p WHERE p.facility = f.facility AND p.state = 'asked' AND NOT p.held
) AS u
WHERE ($1::text[] IS NULL OR f.kind = ANY($1)) AND ($2::uuid IS NULL OR f.facility = $2)
"""
_POSITION = """
SELECT f.latitude, f.longitude FROM facilities f WHERE f.facility = coalesce(
    (SELECT place FROM persons WHERE person = $1 AND presence IN ('present', 'out', 'moved')), $2
) AND f.latitude IS NOT NULL AND f.longitude IS NOT NULL
"""
_ANSWERS = """
SELECT DISTINCT ON (facility) facility, state, reason, coalesce(answered_at, ended_at, asked_at) AS at
FROM placements WHERE person = $1
ORDER BY facility, state NOT IN ('asked', 'accepted', 'arrived'), at DESC
"""

_WAITING = """
SELECT n.need, n.destination, n.groups, n.ward, n.emergency_admission, n.screening, p.state, p.reason, p.at
FROM needs n
LEFT JOIN LATERAL (
    SELECT state, reason, coalesce(answered_at, ended_at, asked_at) AS at FROM placements
    WHERE placements.person = n.person AND facility = $1
    ORDER BY state NOT IN ('asked', 'accepted', 'arrived'), at DESC LIMIT 1
) AS p ON true
WHERE n.state = 'waitlisted' AND n.destination = ANY($2)
ORDER BY n.urgent DESC, n.high_risk DESC, n.opened_at, n.need
"""
_LIVE = ("asked", "accepted", "arrived")


async def wanted(session: Session, need: Row | Mapping[str, Any]) -> Wanted:
    """Return what the ranking wants to know of a need (its row)."""
    position = await session.fetchrow(_POSITION, need["person"], need["place"])
    answers = await session.fetch(_ANSWERS, need["person"])
    refusals = {row["facility"]: refusal for row in answers if (refusal := _refusal(row)) is not None}
    asked = frozenset(row["facility"] for row in answers if row["state"] in _LIVE)
    return Wanted(
        destination=need["destination"],
        groups=tuple(need["groups"]),
        ward=need["ward"],
        position=Position(position["latitude"], position["longitude"]) if position else None,
        emergency_admission=need["emergency_admission"],
        screened=need["screening"] is not None,
        refusals=refusals,
        asked=asked,
    )


def _refusal(row: Row) -> Refusal | None:
    """Read a facility's no for a person; a request that HQ took back is none."""
    if row["state"] in ("declined", "expired") or row["reason"] == "facility-closed":
        return Refusal(row["reason"] or "silent", row["at"])
    return None


async def waiting(session: Session, facility: UUID, destinations: Collection[str]) -> list[tuple[UUID, Wanted]]:
    """Return who is on the waiting list for these destinations, as far as one facility wants to know: the most urgent
    first, then at high risk, then the longest waiting."""
    found = []
    for row in await session.fetch(_WAITING, facility, list(destinations)):
        refusal = _refusal(row) if row["state"] else None
        one = Wanted(
            destination=row["destination"],
            groups=tuple(row["groups"]),
            ward=row["ward"],
            emergency_admission=row["emergency_admission"],
            screened=row["screening"] is not None,
            refusals={facility: refusal} if refusal else {},
            asked=frozenset([facility]) if row["state"] in _LIVE else frozenset(),
        )
        found.append((row["need"], one))
    return found


async def sites(session: Session, destination: str, policy: Policy) -> list[Site]:
    """Return every facility of the kinds that receive for a destination."""
    rows = await session.fetch(_SITES, list(policy.kinds(destination)), None)
    return [_site(row) for row in rows]


async def site(session: Session, facility: UUID) -> Site | None:
    """Return one facility of any kind, or None where the master has none such."""
    row = await session.fetchrow(_SITES, None, facility)
    return None if row is None else _site(row)


def _site(row: Row) -> Site:
    known = row["total"] is not None
    groups: Mapping[str, int] = row["left_by_group"] or {}
    steps: Mapping[str, Any] = row["steps"]
    return Site(
        facility=row["facility"],
        kind=row["kind"],
        ward=row["ward"],
        position=None if row["latitude"] is None else Position(row["latitude"], row["longitude"]),
        receives=received_of(row["receives"]),
        state=row["state"],
        steps={step: told[0] for step, told in steps.items()},
        at_risk=bool(row["at_risk"]),
        reported_at=row["reported_at"],
        room=Room(row["free"] if known else None, row["unreserved"] if known else None, groups),
        unheld=row["unheld"],
    )


def received_of(stored: Any) -> Received | None:
    """Read 受入対象者 as a row keeps them."""
    return None if stored is None else msgspec.convert(stored, Received)
