"""Who was at which shelter, counted as of any instant as it had happened, late and corrected facts included.

A person counts once: a registration that is shown under another one counts until that one begins, where the person
was before anybody saw that it was the same. At the present these are the numbers of the board
(`queries_board.shelters`).
"""

from datetime import datetime
from typing import Any

from shared.platform.permissions import Within
from shared.platform.postgres import Session

_SCOPE = "($1 OR coalesce(f.ward, s.ward) = ANY($2)) AND ($3::text IS NULL OR coalesce(f.ward, s.ward) = $3)"
_AT = f"""
    SELECT s.shelter, f.name, f.ward, count(*) AS persons
    FROM stays s LEFT JOIN facilities f ON f.facility = s.shelter
    WHERE s.shelter IS NOT NULL AND s.place_kind = 'shelter'
      AND s.since <= $4 AND (s.until IS NULL OR s.until > $4)
      AND (s.kept IS NULL OR s.kept = s.person
           OR NOT EXISTS (SELECT FROM stays k WHERE k.person = s.kept AND k.since <= $4))
      AND {_SCOPE}
    GROUP BY s.shelter, f.name, f.ward ORDER BY count(*) DESC, s.shelter
"""  # noqa: S608 - a condition of our own


async def occupancy(session: Session, within: Within, ward: str | None, at: datetime) -> list[dict[str, Any]]:
    """Return how many persons were at each shelter at an instant, the fullest first; a shelter without any is absent.

    `ward`: the shelter's (JIS code), the person's where the master does not tell of the shelter.
    """
    rows = await session.fetch(_AT, within.everything, list(within.wards), ward, at)
    return [dict(row) for row in rows]
