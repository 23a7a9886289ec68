"""Screening's tables → answers: the queue, the load, the follow-up list, one person."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

import msgspec

from services.screening.domain.decision import answers_that_fit
from services.screening.domain.follow_up import Standing
from services.screening.domain.guide import Guide
from services.screening.domain.person import Known
from services.screening.domain.risk import NEVER
from services.screening.domain.suggest import Ask, Context, Decided, suggest
from services.screening.settings import ScreeningSettings
from shared.contracts.envelope import Recorded
from shared.contracts.places import Place
from shared.kernel.errors import NotFound
from shared.platform import store
from shared.platform.postgres import Row, Session
from shared.platform.sealing import Keyring

_COLUMNS = """
SELECT q.*, p.presence, p.place_kind, p.shelter, p.lodging, p.age_band, p.needs, p.care, p.aids, p.communication,
       p.groups, p.observations AS seen, s.name AS shelter_name, w.name, w.kana,
       w.words ->> 'description' AS description, w.words ->> 'communication' AS how_to_talk,
       v.visit, v.state AS visit_state, v.nurse AS visit_nurse, v.ordered_at AS visit_ordered_at,
       m.state AS move_state, m.facility AS move_facility, m.accepted_at, m.arrived_at, f.name AS move_facility_name
"""
_JOINS = """
JOIN persons p USING (person)
LEFT JOIN personal.person w USING (person)
LEFT JOIN facilities s ON s.facility = p.shelter
LEFT JOIN visits v ON v.person = q.person AND v.state IN ('ordered', 'accepted')
LEFT JOIN moves m ON m.decision = q.decision
LEFT JOIN facilities f ON f.facility = m.facility
"""
_SHOWN = f"{_COLUMNS} FROM queue q {_JOINS}"
_ORDER = "ORDER BY q.rank, q.runs_out_at, q.waiting_since, q.person LIMIT $8"
_AFTER = "($4::int IS NULL OR (q.rank, coalesce(q.runs_out_at, $9), q.waiting_since, q.person) > ($4, $5, $6, $7))"
_SCOPE = "($1::text[] IS NULL OR q.ward = ANY($1)) AND ($2::uuid IS NULL OR p.shelter = $2)"
# A page is chosen first and looked up then: thousands wait after a quake, and a hundred are shown.
QUEUE = f"""
WITH page AS (
    SELECT q.* FROM queue q
    WHERE q.state = ANY($3) AND ($1::text[] IS NULL OR q.ward = ANY($1)) AND {_AFTER}
      AND ($2::uuid IS NULL OR EXISTS (SELECT 1 FROM persons p WHERE p.person = q.person AND p.shelter = $2))
    {_ORDER}
)
{_COLUMNS} FROM page q {_JOINS} {_ORDER}
"""  # noqa: S608 - constants only
_FOLLOWED = """
    q.state = 'decided' AND m.arrived_at IS NULL
    AND (q.destination = ANY($3) OR (q.destination = ANY($10) AND p.lodging IS DISTINCT FROM q.destination))
"""
FOLLOWED = f"{_SHOWN} WHERE {_FOLLOWED} AND {_SCOPE} AND {_AFTER} {_ORDER}"
LOAD = """
SELECT ward, nurse, state, count(*) AS persons, count(*) FILTER (WHERE urgent) AS urgent,
       min(waiting_since) AS oldest, min(taken_at) AS first_taken
FROM queue
WHERE state IN ('waiting', 'taken') AND ($1::text[] IS NULL OR ward = ANY($1))
GROUP BY ward, nurse, state
"""
VISITS = """
SELECT v.*, p.shelter, s.name AS shelter_name, p.place_kind, p.lodging, w.name, w.kana
FROM visits v
JOIN persons p USING (person)
LEFT JOIN personal.person w USING (person)
LEFT JOIN facilities s ON s.facility = p.shelter
WHERE v.state = ANY($3) AND ($1::text[] IS NULL OR v.ward = ANY($1)) AND ($2::uuid IS NULL OR p.shelter = $2)
  AND ($4::timestamptz IS NULL OR (v.ordered_at, v.visit) > ($4, $5::uuid))
ORDER BY v.ordered_at, v.visit LIMIT $6
"""
OPEN = """
SELECT count(*) FROM facilities
WHERE open AND kind = ANY($1) AND ($2::text IS NULL OR ward = $2)
"""


class Mark(NamedTuple):
    """Where a page of the queue ended; `runs_out_at` far ahead where nothing does."""

    rank: int
    runs_out_at: datetime
    waiting_since: datetime
    person: UUID


class Here(NamedTuple):
    """One person's row in the queue, and how far the move is that the decision led to."""

    state: str
    round: int
    reason: str
    destination: str | None
    ended: str | None
    decision: UUID | None
    decided_at: datetime | None
    taken_at: datetime | None
    need: UUID | None
    facility: UUID | None
    arrived_at: datetime | None

    @property
    def standing(self) -> Standing:
        """Where the screening stands, as the follow-up policy names it."""
        standings: Mapping[str, Standing] = {
            "waiting": "waiting",
            "taken": "taken",
            "decided": "arrived" if self.arrived_at else "decided",
        }
        return standings.get(self.state, "ended")


async def here(session: Session, person: UUID) -> Here | None:
    """Return where a person stands in the queue; None: never asked for."""
    row = await session.fetchrow(
        "SELECT q.state, q.round, q.reason, q.destination, q.ended, q.decision, q.decided_at, q.taken_at, m.need,"
        " m.facility, m.arrived_at FROM queue q LEFT JOIN moves m ON m.decision = q.decision WHERE q.person = $1",
        person,
    )
    return Here(**row) if row else None


async def waiting(
    session: Session,
    states: Sequence[str],
    wards: Sequence[str] | None,
    shelter: UUID | None,
    after: Mark | None,
    limit: int,
) -> list[dict[str, Any]]:
    """Return the queue in its order: risk, then what runs out first, then who has waited longest (K4-105)."""
    rows = await session.fetch(QUEUE, wards, shelter, list(states), *(after or (None,) * 4), limit, NEVER)
    return [dict(row) for row in rows]


async def followed(
    session: Session,
    settings: ScreeningSettings,
    wards: Sequence[str] | None,
    shelter: UUID | None,
    after: Mark | None,
    limit: int,
) -> list[dict[str, Any]]:
    """Return those who were decided and have not arrived yet: the team follows their move (K4-096)."""
    policy = settings.follow_up.followed
    until_arrival, until_lodged = list(policy.until_arrival), list(policy.until_lodged)
    rows = await session.fetch(
        FOLLOWED, wards, shelter, until_arrival, *(after or (None,) * 4), limit, NEVER, until_lodged
    )
    return [dict(row) for row in rows]


def mark(row: Mapping[str, Any]) -> Mark:
    """Return where a page of the queue ends with this row."""
    return Mark(row["rank"], row["runs_out_at"] or NEVER, row["waiting_since"], row["person"])


async def load(session: Session, wards: Sequence[str] | None) -> list[dict[str, Any]]:
    """Return how many wait and how many are with each nurse, ward by ward (K4-099)."""
    return [dict(row) for row in await session.fetch(LOAD, wards)]


async def visits(
    session: Session,
    states: Sequence[str],
    wards: Sequence[str] | None,
    shelter: UUID | None,
    after: tuple[datetime, UUID] | None,
    limit: int,
) -> list[dict[str, Any]]:
    """Return nurses' visits, the oldest order first, of one shelter or all (K4-066)."""
    rows = await session.fetch(VISITS, wards, shelter, list(states), *(after or (None, None)), limit)
    return [dict(row) for row in rows]


async def row_of(session: Session, person: UUID) -> dict[str, Any] | None:
    """Return a person's row as the queue shows it; None: never asked for."""
    row = await session.fetchrow(f"{_SHOWN} WHERE q.person = $1", person)
    return dict(row) if row else None


async def person(session: Session, person_id: UUID) -> dict[str, Any]:
    """Return what is known of a person. Raises `NotFound("screening.person-unknown")`."""
    row = await session.fetchrow(
        "SELECT p.*, s.name AS shelter_name FROM persons p LEFT JOIN facilities s ON s.facility = p.shelter"
        " WHERE person = $1",
        person_id,
    )
    if row is None:
        raise NotFound("screening.person-unknown")
    return dict(row)


def known_of(row: Row | Mapping[str, Any]) -> Known:
    """Read a row of `persons`."""
    values = {name: row[name] for name in Known.__struct_fields__ if name != "place"}
    lists = {name: tuple(value) for name, value in values.items() if isinstance(value, list)}
    place = Place(kind=row["place_kind"], shelter=row["shelter"], lodging=row["lodging"])
    return Known(place=place, **{**values, **lists})


async def known(session: Session, person_id: UUID) -> Known | None:
    """Return what is known of a person, or None where nothing has come yet."""
    row = await session.fetchrow("SELECT * FROM persons WHERE person = $1", person_id)
    return known_of(row) if row else None


class Seen(NamedTuple):
    """What is known of persons, and who of them was never asked to be screened: kept up by who changes it."""

    known: dict[UUID, Known]
    never_asked: set[UUID]


async def seen(session: Session, persons: Collection[UUID]) -> Seen:
    """Return what is known of these persons, all at once."""
    rows = await session.fetch(
        "SELECT p.*, one.person AS who, q.person IS NULL AS never_asked FROM unnest($1::uuid[]) AS one(person)"
        " LEFT JOIN persons p ON p.person = one.person LEFT JOIN queue q ON q.person = one.person",
        sorted(persons),
    )
    known = {row["who"]: known_of(row) for row in rows if row["person"] is not None}
    return Seen(known, {row["who"] for row in rows if row["never_asked"]})


async def words(session: Session, person_id: UUID) -> dict[str, Any]:
    """Return a person's open words, for those in scope: name, doctor, carer, medicine, how to talk …"""
    found = await session.fetchval("SELECT words FROM personal.person WHERE person = $1", person_id)
    return dict(found or {})


async def same_as(session: Session, person_id: UUID) -> list[UUID]:
    """Return the other registrations of the same person."""
    rows = await session.fetch("SELECT DISTINCT other FROM aliases WHERE person = $1 ORDER BY other", person_id)
    return [row["other"] for row in rows]


async def answers(session: Session, person_id: UUID) -> list[dict[str, Any]]:
    """Return the answers that count now, each with who wrote it down."""
    rows = await session.fetch(
        "SELECT question, answer, guide, nurse, answered_at FROM answers WHERE person = $1 ORDER BY question", person_id
    )
    return [dict(row) for row in rows]


async def history(session: Session, keyring: Keyring, streams: Collection[UUID]) -> list[dict[str, Any]]:
    """Return everything that happened in these screenings, oldest first, words opened."""
    events = [one for stream in sorted(streams) for one in await store.load(session, stream)]
    opened = await store.open_words(session, keyring, sorted(events, key=lambda one: one.envelope.recorded_at))
    return [_entry(one) for one in opened]


def _entry(one: Recorded) -> dict[str, Any]:
    envelope = one.envelope
    body = msgspec.to_builtins(one.event)
    body.pop("words", None)
    return {
        "event": envelope.id,
        "person": envelope.subject,
        "type": envelope.type,
        "version": envelope.version,
        "happened": envelope.time,
        "recorded_at": envelope.recorded_at,
        "actor": envelope.actor,
        "channel": envelope.channel,
        "said_by": envelope.said_by,
        "facts": body,
        "words": msgspec.to_builtins(one.words) if one.words is not None else None,
        "unreadable": one.sealed is not None and one.words is None,
    }


async def welfare_open(session: Session, settings: ScreeningSettings, ward: str | None) -> bool:
    """Say whether 福祉避難所 are open, so that the guide counts on them (K4-079, K4-080)."""
    excluded = settings.guide.destination("welfare").excludes_kinds
    kinds = [kind for kind in settings.follow_up.welfare_shelters.kinds if kind not in excluded]
    within = ward if settings.welfare_open_within == "ward" else None
    found: int = await session.fetchval(OPEN, kinds, within)
    return found >= settings.welfare_open_least


async def suggestion_now(
    session: Session, settings: ScreeningSettings, ward: str | None, answers: Mapping[str, str]
) -> tuple[Decided | Ask, dict[str, str], bool]:
    """Return what the guide in force says to these answers, which of them fit it, and whether 福祉避難所 are open."""
    open_ = await welfare_open(session, settings, ward)
    fitting = answers_that_fit(settings.guide, answers)
    return suggest(settings.guide, fitting, Context(welfare_open=open_)), fitting, open_


async def guide_of(session: Session, settings: ScreeningSettings, key: str | None) -> Guide:
    """Return the guide in use, or the one of that name by which something was decided (K4-093).

    Raises `NotFound("guide.entry-unknown")`.
    """
    if key is None or key == settings.guide.key:
        return settings.guide
    data = await session.fetchval("SELECT data FROM guides WHERE guide = $1", key)
    if data is None:
        raise NotFound("guide.entry-unknown")
    return msgspec.convert(data, Guide)


async def stage(session: Session, disaster: UUID | None) -> str | None:
    """Return the stage of a disaster (or of the one that began last); None: there is none."""
    found: str | None = await session.fetchval(
        "SELECT stage FROM disasters WHERE $1::uuid IS NULL OR disaster = $1 ORDER BY began DESC LIMIT 1", disaster
    )
    return found
