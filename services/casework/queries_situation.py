"""Casework's tables → the situation of the whole city at once, of which every scope is a part (`domain.situation`).

A city on its second day has 200,000 people in these tables: one pass over each, whoever looks.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from services.casework import queries_board
from services.casework.domain.board import FIGURES
from services.casework.domain.facility import STEPS
from services.casework.domain.places import Taken, places
from services.casework.domain.situation import (
    Change,
    Drive,
    Lane,
    Overdue,
    Shelter,
    Situation,
    Trend,
    Welfare,
)
from shared.kernel.japan import JAPAN
from shared.platform.postgres import Row, Session

MOST_OVERDUE = 40
"""So many hand-offs of a ward and state are listed; how many there are is counted."""
MOST_POINTS = 240
_STEPS_OF = tuple(timedelta(minutes=n) for n in (1, 2, 5, 10, 15, 30, 60, 120, 360, 720, 1440))

_PEOPLE = f"""
    SELECT place_kind, shelter, ward, max(last_heard) AS heard_at,
        count(*) FILTER (WHERE presence IN ('present', 'out', 'ambulance')) AS here,
        count(*) FILTER (WHERE needs_care AND presence IN ('present', 'out', 'ambulance')) AS care_here,
        count(*) FILTER (WHERE presence = 'out') AS out,
        {queries_board.COUNTED}
    FROM people WHERE kept IS NULL OR kept = person
    GROUP BY place_kind, shelter, ward
"""  # noqa: S608 - figures of our own
_SHEETS = """
    SELECT ward, count(*) AS sheets, count(*) FILTER (WHERE marks > 0) AS sheets_marked
    FROM households WHERE registered_heard IS NOT NULL GROUP BY ward
"""
_MASTER = "SELECT facility, name, kind, ward, latitude, longitude, size, size_invented FROM facilities"
_LANES = """
    SELECT kind, ward, count(*) FILTER (WHERE state = 'open') AS waiting,
        count(*) FILTER (WHERE state = 'open' AND due < $1) AS overdue,
        count(*) FILTER (WHERE state = 'taken') AS in_hand
    FROM handoffs WHERE closed_by IS NULL GROUP BY kind, ward
"""
_OVERDUE = """
    SELECT h.handoff, h.kind, h.person, h.ward, h.state, h.owner, h.urgent, h.due, p.age_band, p.place_kind, p.shelter,
        (SELECT facility FROM placements q WHERE q.person = h.person AND q.state IN ('accepted', 'arrived')
            ORDER BY q.asked_at DESC NULLS LAST LIMIT 1) AS facility
    FROM (
        SELECT *, row_number() OVER (PARTITION BY ward, state ORDER BY due, handoff) AS turn
        FROM handoffs WHERE closed_by IS NULL AND due < $1
    ) h
    JOIN people p USING (person)
    WHERE h.turn <= $2
    ORDER BY h.due, h.handoff
"""
_FACILITIES = """
    SELECT facility, name, kind, ward, latitude, longitude, open, step, steps, closed_at, total, baseline, by_group,
        reported_at
    FROM facilities
    WHERE kind NOT IN ('emergency-site', 'shelter') AND (
        open OR step IS NOT NULL OR steps <> '{}' OR reported_at IS NOT NULL OR facility = ANY($1))
"""
_TAKEN = """
    SELECT facility, state, "group", held, count(*) AS persons FROM placements
    WHERE state IN ('asked', 'accepted', 'arrived') GROUP BY facility, state, "group", held
"""
_DRIVES = """
    SELECT t.trip, p.ward, t.state, t.vehicle, coalesce(t.pick_up_at, t.planned_at) AS planned_at, t.wanted_at,
        p.shelter, t.facility
    FROM trips t JOIN people p USING (person)
    WHERE t.state IN ('planned', 'offered', 'accepted', 'started', 'picked-up') AND p.presence <> 'dead'
        AND p.facility IS NULL
"""
_CHANGES = """
    SELECT coalesce(f.ward, c.ward) AS ward, c.begins, sum(c.came)::int AS came, sum(c.went)::int AS went
    FROM (
        SELECT shelter, ward, date_bin($1, greatest(since, $2), $2) AS begins, count(*) AS came, 0 AS went
        FROM stays WHERE place_kind = 'shelter' AND shelter IS NOT NULL AND since <= $3
            AND (kept IS NULL OR kept = person)
        GROUP BY 1, 2, 3
        UNION ALL
        SELECT shelter, ward, date_bin($1, greatest(until, $2), $2), 0, count(*)
        FROM stays WHERE place_kind = 'shelter' AND shelter IS NOT NULL AND until <= $3
            AND (kept IS NULL OR kept = person)
        GROUP BY 1, 2, 3
    ) c LEFT JOIN facilities f ON f.facility = c.shelter
    GROUP BY 1, 2 ORDER BY 2, 1
"""
_HOUR_AGO = """
    SELECT coalesce(f.ward, s.ward) AS ward, count(*) AS persons
    FROM stays s LEFT JOIN facilities f ON f.facility = s.shelter
    WHERE s.place_kind = 'shelter' AND s.shelter IS NOT NULL AND s.since <= $1 AND (s.until IS NULL OR s.until > $1)
        AND (s.kept IS NULL OR s.kept = s.person)
    GROUP BY 1
"""


async def situation(session: Session, now: datetime, trend: Trend | None) -> Situation:
    """Return the situation of everything now, with the trend as it was last reckoned."""
    placed = await session.fetch(_TAKEN)
    facilities = await session.fetch(_FACILITIES, sorted({row["facility"] for row in placed}))
    master = {row["facility"]: row for row in await session.fetch(_MASTER)}
    people = await session.fetch(_PEOPLE)
    elsewhere = [row for row in people if row["place_kind"] not in ("shelter", "facility") and row["here"]]
    return Situation(
        at=now,
        heard=await queries_board.heard(session),
        shelters=tuple(_shelters(master, [row for row in people if row["place_kind"] == "shelter"])),
        elsewhere={(row["ward"], row["place_kind"]): row["here"] for row in elsewhere if row["shelter"] is None},
        lanes=tuple(Lane(**dict(row)) for row in await session.fetch(_LANES, now)),
        overdue=tuple(Overdue(**dict(row)) for row in await session.fetch(_OVERDUE, now, MOST_OVERDUE)),
        welfare=tuple(_welfare(facilities, placed)),
        drives=tuple(Drive(**dict(row)) for row in await session.fetch(_DRIVES)),
        disasters=tuple(await queries_board.disasters(session, None)),
        trend=trend,
        figures=_figures([*people, *await session.fetch(_SHEETS)]),
        places={id_: row["name"] for id_, row in master.items() if row["name"] is not None},
    )


def _figures(rows: Sequence[Row]) -> dict[tuple[str | None, str], int]:
    """Add up the figures of these rows by ward."""
    found: dict[tuple[str | None, str], int] = {}
    for row in rows:
        for figure in FIGURES:
            count = row.get(figure.code, 0)
            if count:
                found[row["ward"], figure.code] = found.get((row["ward"], figure.code), 0) + count
    return found


def _shelters(master: Mapping[UUID, Row], people: Sequence[Row]) -> Iterator[Shelter]:
    """Shelters of the master, and such as people are said to be at though the master has not told of them."""
    here: dict[UUID, list[Row]] = {id_: [] for id_, row in master.items() if row["kind"] == "shelter"}
    for row in people:
        if row["shelter"] is not None:
            here.setdefault(row["shelter"], []).append(row)
    for id_, rows in here.items():
        known = master.get(id_)
        wards = sorted({row["ward"] for row in rows if row["ward"] is not None})
        yield Shelter(
            facility=id_,
            name=known["name"] if known else None,
            ward=(known["ward"] if known else None) or (wards[0] if wards else None),
            latitude=known["latitude"] if known else None,
            longitude=known["longitude"] if known else None,
            size=known["size"] if known else None,
            size_invented=known["size_invented"] if known else False,
            persons=sum(row["here"] for row in rows) if rows else None,
            needing_care=sum(row["care_here"] for row in rows),
            out=sum(row["out"] for row in rows),
            heard_at=max((row["heard_at"] for row in rows if row["heard_at"] is not None), default=None),
        )


def _welfare(facilities: Sequence[Row], placed: Sequence[Row]) -> list[Welfare]:
    taken: dict[UUID, list[Taken]] = {}
    for row in placed:
        taken.setdefault(row["facility"], []).append(Taken(row["state"], row["group"], row["held"], row["persons"]))
    return [_one(dict(row), taken.get(row["facility"], [])) for row in facilities]


def _one(row: dict[str, Any], taken: list[Taken]) -> Welfare:
    steps, by_group, closed_at = row.pop("steps"), row.pop("by_group"), row.pop("closed_at")
    failed = next((name for name in STEPS if name in steps and not steps[name]["ok"]), None)
    closed = closed_at is not None and not row["open"] and not steps
    return Welfare(**row, failed=failed, closed=closed, places=places(row["total"], by_group, taken))


async def trend(session: Session, now: datetime) -> Trend | None:
    """Reckon the people in shelters since the onset from who stayed where, or None where nothing has begun."""
    began = await session.fetchval(
        "SELECT coalesce((SELECT began FROM disasters WHERE began <= $1 ORDER BY began DESC LIMIT 1),"
        " (SELECT min(since) FROM stays))",
        now,
    )
    if began is None or began >= now:
        return None
    step = next((one for one in _STEPS_OF if (now - began) / one <= MOST_POINTS), _STEPS_OF[-1])
    changes = await session.fetch(_CHANGES, step, began, now)
    hour_ago = await session.fetch(_HOUR_AGO, now - timedelta(hours=1))
    return Trend(
        at=now,
        began=began,
        step=step,
        changes=tuple(Change(**dict(row)) for row in changes),
        hour_ago={row["ward"]: row["persons"] for row in hour_ago},
    )


async def ages(session: Session, persons: Collection[UUID], now: datetime) -> dict[UUID, str]:
    """Return how old persons are, in words, as far as their sheets say: 81歳, or 80歳くらい of a year alone."""
    rows = await session.fetch(
        "SELECT person, words ->> 'birth_date' AS birth, words ->> 'age' AS age FROM personal.person"
        " WHERE person = ANY($1)",
        list(persons),
    )
    found = {row["person"]: age_in_words(row["birth"], row["age"], now.astimezone(JAPAN).date()) for row in rows}
    return {person: age for person, age in found.items() if age is not None}


def age_in_words(birth: str | None, age: str | None, today: date) -> str | None:
    """Return an age of a date of birth as far as it was read (`1945-03-05`, `1945-03`, `1945`), or as it was given."""
    parts = [int(part) for part in (birth or "").split("-") if part.isdecimal()]
    if len(parts) == len(("year", "month", "day")):
        return f"{today.year - parts[0] - ((today.month, today.day) < (parts[1], parts[2]))}歳"
    if age is not None and age.isdecimal():
        return f"{int(age)}歳"
    return f"{today.year - parts[0]}歳くらい" if parts else None
