"""Casework's tables → what a person's page shows beside the timeline: names of places, family, when anything came."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from shared.contracts.event import decode_as
from shared.contracts.intake_person import PersonRegistered
from shared.platform.permissions import Within
from shared.platform.postgres import Row, Session

_MOMENTS = "SELECT DISTINCT {column} AS at FROM timeline WHERE key = ANY($1) ORDER BY 1"
_TO_KATAKANA = {code: code + 0x60 for code in range(0x3041, 0x3097)}
_TO_HIRAGANA = {code + 0x60: code for code in range(0x3041, 0x3097)}
_WITHOUT_SPACES = "replace(replace(w.{column}, ' ', ''), '　', '')"
_FIND = f"""
    SELECT p.person, p.ward, p.age_band, p.standing, p.needs_care, p.shelter, p.place_kind, p.presence, p.facility,
        w.name, w.kana, coalesce(w.kana, '') AS sorted
    FROM personal.person w JOIN people p USING (person)
    WHERE (strpos({_WITHOUT_SPACES.format(column="name")}, $1) > 0
        OR strpos({_WITHOUT_SPACES.format(column="kana")}, $2) > 0
        OR strpos({_WITHOUT_SPACES.format(column="kana")}, $3) > 0)
      AND ($4 OR p.wards && $5 OR EXISTS (
            SELECT 1 FROM placements l JOIN facilities f USING (facility)
            WHERE l.person = p.person AND l.state IN ('asked', 'accepted', 'arrived') AND f.ward = ANY($5)))
      AND ($6::text IS NULL OR (coalesce(w.kana, ''), p.person) > ($6, $7::uuid))
    ORDER BY coalesce(w.kana, ''), p.person LIMIT $8
"""  # noqa: S608 - a condition of our own
"""Names stand as they were written; who looks for one writes them in either kana."""


class Place(NamedTuple):
    """A facility's name and ward; the name is None where the master has not told of it yet."""

    name: str | None
    ward: str | None


async def places(session: Session, facilities: Collection[UUID]) -> dict[UUID, Place]:
    """Return what these facilities are called."""
    rows = await session.fetch("SELECT facility, name, ward FROM facilities WHERE facility = ANY($1)", list(facilities))
    return {row["facility"]: Place(row["name"], row["ward"]) for row in rows}


async def moments(session: Session, keys: Sequence[UUID], *, known: bool) -> list[datetime]:
    """Return when anything was heard (else: happened) about these, in order."""
    rows = await session.fetch(_MOMENTS.format(column="recorded_at" if known else "at"), list(keys))
    return [row["at"] for row in rows]


async def overdue_since(session: Session, persons: Sequence[UUID], now: datetime) -> list[datetime]:
    """Return when hand-offs of these persons became overdue."""
    rows = await session.fetch(
        "SELECT DISTINCT due FROM handoffs WHERE person = ANY($1) AND due < $2 AND (late OR state = 'open')",
        list(persons),
        now,
    )
    return [row["due"] for row in rows]


async def records(session: Session, keys: Sequence[UUID]) -> int:
    """Return how many records there are of these."""
    found: int = await session.fetchval("SELECT count(*) FROM timeline WHERE key = ANY($1)", list(keys))
    return found


async def is_there(session: Session, events: Sequence[UUID]) -> bool:
    """Whether all of these events have come to the timeline."""
    found: int = await session.fetchval("SELECT count(*) FROM timeline WHERE id = ANY($1)", list(events))
    return found == len(set(events))


class Correction(NamedTuple):
    """What corrected an event: its id, its type, and when it was heard."""

    event: UUID
    type: str
    heard: datetime


async def corrections(session: Session, events: Sequence[UUID], known_by: datetime) -> dict[UUID, Correction]:
    """Return for each of these events what corrected it last, as it was known by then."""
    rows = await session.fetch(
        "SELECT DISTINCT ON (corrects) corrects, id, type, recorded_at FROM timeline"
        " WHERE corrects = ANY($1) AND recorded_at <= $2 ORDER BY corrects, recorded_at DESC, id DESC",
        list(events),
        known_by,
    )
    return {row["corrects"]: Correction(row["id"], row["type"], row["recorded_at"]) for row in rows}


async def disasters(session: Session, ids: Collection[UUID]) -> list[Row]:
    """Return the disasters of these ids, the first first."""
    return await session.fetch("SELECT * FROM disasters WHERE disaster = ANY($1) ORDER BY began, disaster", list(ids))


class Relative(NamedTuple):
    """Another member of the household, as the sheet says."""

    person: UUID
    relation: str | None
    age_band: str
    representative: bool


async def family(
    session: Session, households: Sequence[UUID], persons: Sequence[UUID], known_by: datetime
) -> list[Relative]:
    """Return who else stands on these households' sheets, as it was known by then, the representative first."""
    rows = await session.fetch(
        "SELECT DISTINCT ON (t.key) t.key, t.value FROM timeline t JOIN people p ON p.person = t.key"
        " WHERE p.household = ANY($1) AND NOT t.key = ANY($2) AND t.type = $3 AND t.recorded_at <= $4"
        " ORDER BY t.key, t.recorded_at DESC",
        list(households),
        list(persons),
        PersonRegistered.TYPE,
        known_by,
    )
    told = [(row["key"], decode_as(PersonRegistered, row["value"])) for row in rows]
    found = [Relative(key, one.relation, one.age_band, one.representative) for key, one in told]
    return sorted(found, key=lambda one: (not one.representative, one.person))


async def find(session: Session, within: Within, words: str, after: tuple[str, UUID] | None, limit: int) -> list[Row]:
    """Return persons within reach whose name or kana holds these words (without spaces), by kana.

    Hiragana finds katakana, and the other way round. Who is out of reach does not count anywhere, not even in how
    many there are.
    """
    mark, last = after or (None, None)
    kana = words.translate(_TO_KATAKANA), words.translate(_TO_HIRAGANA)
    return await session.fetch(_FIND, words, *kana, within.everything, list(within.wards), mark, last, limit)
