"""Casework's tables → what is known of a person: the row, the united registrations, the events, the hand-offs."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from services.casework.rows import recorded_of
from shared.contracts.envelope import Recorded
from shared.kernel.errors import NotFound
from shared.platform.postgres import Row, Session

Mark = tuple[datetime, datetime, str, UUID]
"""Where a page of a timeline ended: `at`, `recorded_at`, `service`, `id`."""

SHOWN = (
    "id",
    "type",
    "service",
    "subject",
    "version",
    "person",
    "household",
    "time",
    "precision",
    "at",
    "recorded_at",
    "actor",
    "channel",
    "said_by",
    "correlation",
    "causation",
    "corrects",
    "corrected_by",
    "disaster",
    "ward",
    "device_offset",
)
"""What of an event is shown as it stands; its value comes after these."""

_LOOKED = """
    WITH looked AS (
        INSERT INTO views (person, at, id, actor, what, opened) VALUES ($9, $10, $11, $12, $13, $14)
    )
"""
_PAGE = (
    "SELECT "  # noqa: S608 - names of our own columns
    + ", ".join("c.id AS corrected_by" if name == "corrected_by" else f"t.{name}" for name in SHOWN)
    + """, t.value
    FROM timeline t
    LEFT JOIN LATERAL (
        SELECT id FROM timeline WHERE corrects = t.id AND recorded_at <= $3 ORDER BY recorded_at DESC, id DESC LIMIT 1
    ) c ON true
    WHERE t.key = ANY($1) AND t.at <= $2 AND t.recorded_at <= $3
      AND ($4::timestamptz IS NULL OR
           (t.at, t.recorded_at, t.service, t.id) {than} ($4, $5::timestamptz, $6::text, $7::uuid))
    ORDER BY t.at {way}, t.recorded_at {way}, t.service {way}, t.id {way}
    LIMIT $8
"""
)
_OLDEST_FIRST = _PAGE.format(than=">", way="ASC")
_NEWEST_FIRST = _PAGE.format(than="<", way="DESC")
_REACH = """
    WITH RECURSIVE one (person) AS (
        SELECT $1::uuid
        UNION
        SELECT unnest(p.{link}) FROM one JOIN people p USING (person)
    )
    SELECT p.person, p.household, p.wards, p.kept, (
        SELECT array_agg(f.ward) FROM placements l JOIN facilities f USING (facility)
        WHERE l.person = p.person AND l.state IN ('asked', 'accepted', 'arrived') AND f.ward IS NOT NULL
    ) AS of_facilities
    FROM one JOIN people p USING (person)
"""
_UNITED = _REACH.format(link="same_as")
_EVER_UNITED = _REACH.format(link="linked")
_CONFIDANT = """
    SELECT 1 FROM members m JOIN conferences c USING (conference)
    WHERE m.actor = $1 AND m.person = ANY($2) AND m.confidential
      AND (c.status = 'called' OR (c.status = 'held' AND c.held_at > $3))
    LIMIT 1
"""


_CONFIDED = """
    SELECT DISTINCT m.person, w.name, w.kana FROM members m JOIN conferences c USING (conference)
    LEFT JOIN personal.person w ON w.person = m.person
    WHERE m.actor = $1 AND m.confidential AND (c.status = 'called' OR (c.status = 'held' AND c.held_at > $2))
    ORDER BY w.kana NULLS LAST, m.person LIMIT $3
"""


class Reach(NamedTuple):
    """What of a person decides who may see them: the wards, and who shares the case as a conference's member."""

    persons: list[UUID]
    """The registrations that are this person, the one that is shown first."""
    households: list[UUID]
    wards: list[str]


async def person(session: Session, person_id: UUID) -> Row:
    """Return a person's row. Raises `NotFound("person.unknown")`: nothing has been heard of them (yet)."""
    row = await session.fetchrow("SELECT * FROM people WHERE person = $1", person_id)
    if row is None:
        raise NotFound("person.unknown")
    return row


async def united(session: Session, person_id: UUID, *, ever: bool = False) -> Reach:
    """Return the registrations that are one person with this one by merges in force (`ever`: or taken back since).

    A ward of any of them sees the person, and so does the ward of the facility where they are or are expected
    (K4-159). Raises `NotFound("person.unknown")`.
    """
    rows = await session.fetch(_EVER_UNITED if ever else _UNITED, person_id)
    found = {row["person"]: row for row in rows}
    if person_id not in found:
        raise NotFound("person.unknown")
    kept = {row["kept"] for row in rows} & found.keys()
    return Reach(
        sorted(found, key=lambda one: (one not in kept, one != person_id, one)),
        sorted({row["household"] for row in rows if row["household"] is not None}),
        sorted({ward for row in rows for ward in (*row["wards"], *(row["of_facilities"] or ()))}),
    )


async def is_confidant(session: Session, actor: str, persons: Sequence[UUID], now: datetime, days: int) -> bool:
    """Whether somebody shares this person's case as a conference's member, confidentiality recorded (K0-022, K0-024).

    From being called until they are no longer members, or `days` after it was held.
    """
    return bool(await session.fetchval(_CONFIDANT, actor, list(persons), now - timedelta(days=days)))


async def confided(session: Session, actor: str, now: datetime, days: int, most: int) -> list[Row]:
    """Return the persons whose cases somebody shares as a conference's member (`is_confidant`), with their names."""
    return await session.fetch(_CONFIDED, actor, now - timedelta(days=days), most)


class Look(NamedTuple):
    """That somebody looks at a person, when, at what, and whether words are open to them (K4-169)."""

    person: UUID
    at: datetime
    id: UUID
    actor: str
    what: str
    opened: bool


async def timeline(
    session: Session,
    keys: Collection[UUID],
    *,
    happened_by: datetime,
    known_by: datetime,
    after: Mark | None,
    limit: int,
    newest: bool,
    look: Look | None = None,
) -> list[Row]:
    """Return events of these persons and households in the order of happening, as of both instants.

    With `look`, that somebody looked is kept by the same statement: what it returns has been seen by somebody known.
    """
    at, recorded_at, service, id_ = after or (None, None, None, None)
    statement = _NEWEST_FIRST if newest else _OLDEST_FIRST
    if look is not None:
        statement = _LOOKED + statement
    asked = (list(keys), happened_by, known_by, at, recorded_at, service, id_, limit)
    return await session.fetch(statement, *asked, *(look or ()))


async def events(session: Session, persons: Collection[UUID]) -> dict[UUID, list[Recorded]]:
    """Return every event of these persons, words sealed, to be folded."""
    found: dict[UUID, list[Recorded]] = {person_id: [] for person_id in persons}
    for row in await session.fetch("SELECT * FROM timeline WHERE key = ANY($1)", list(persons)):
        one = recorded_of(row)
        if one is not None:
            found[one.envelope.key].append(one)
    return found


async def note_look(session: Session, look: Look) -> None:
    """Keep that somebody looked (K4-169)."""
    await session.execute(
        "INSERT INTO views (person, at, id, actor, what, opened) VALUES ($1, $2, $3, $4, $5, $6)", *look
    )


async def views(
    session: Session, person_id: UUID, after: tuple[datetime, UUID] | None, limit: int
) -> list[dict[str, Any]]:
    """Return who looked at a person, the last first."""
    at, id_ = after or (None, None)
    rows = await session.fetch(
        "SELECT at, id, actor, what, opened FROM views WHERE person = $1"
        " AND ($2::timestamptz IS NULL OR (at, id) < ($2, $3::uuid)) ORDER BY at DESC, id DESC LIMIT $4",
        person_id,
        at,
        id_,
        limit,
    )
    return [dict(row) for row in rows]


async def forgotten(session: Session, owners: Collection[UUID]) -> set[UUID]:
    """Return which of these owners of keys were forgotten."""
    rows = await session.fetch(
        "SELECT owner FROM keys WHERE owner = ANY($1) AND forgotten_at IS NOT NULL", list(owners)
    )
    return {row["owner"] for row in rows}


async def handoff(session: Session, handoff_id: UUID) -> Row | None:
    """Return a hand-off's row, or None where there is none (yet)."""
    return await session.fetchrow("SELECT * FROM handoffs WHERE handoff = $1", handoff_id)
