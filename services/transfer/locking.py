"""In which order rows are locked, so that calls, worker and timers never wait for each other in a ring.

Needs by id, then capacities by facility, then a group's number, then places. Who asks takes a need, a group's number
and one place; who releases or reports takes needs, capacities and the facility's places. A timer never waits for a
need: it comes again a second later, because its own row may be what the other one waits for.
"""

from collections.abc import Collection
from uuid import UUID

from shared.kernel.errors import NotFound
from shared.platform.postgres import Row, Session

_NEEDS = "SELECT * FROM needs WHERE need = ANY($1) ORDER BY need FOR UPDATE"
_NEED_IF_FREE = "SELECT * FROM needs WHERE need = $1 FOR UPDATE SKIP LOCKED"
_CAPACITIES = """
    SELECT facility FROM capacity
    WHERE facility IN (
        SELECT facility FROM placements WHERE need = ANY($1) AND state IN ('asked', 'accepted', 'arrived', 'expired')
    ) OR facility = ANY($2)
    ORDER BY facility FOR UPDATE
"""


async def lock_need(session: Session, need: UUID) -> Row:
    """Lock one need, for what touches no place that is taken already. Raises `NotFound("need.unknown")`."""
    row = await session.fetchrow(_NEEDS, [need])
    if row is None:
        raise NotFound("need.unknown")
    return row


async def lock_need_if_free(session: Session, need: UUID) -> Row | None:
    """Lock one need, or return None where somebody works on it at this moment (or there is none)."""
    return await session.fetchrow(_NEED_IF_FREE, need)


async def lock_whole(session: Session, needs: Collection[UUID], facilities: Collection[UUID] = ()) -> dict[UUID, Row]:
    """Lock needs and the places that hang on them, for what may release them."""
    if not needs and not facilities:
        return {}
    rows = await session.fetch(_NEEDS, list(needs)) if needs else []
    await session.fetch(_CAPACITIES, list(needs), list(facilities))
    return {row["need"]: row for row in rows}


async def need_of_placement(session: Session, placement: UUID) -> UUID:
    """Return the need that owns a placement (for ever). Raises `NotFound("placement.unknown")`."""
    need: UUID | None = await session.fetchval("SELECT need FROM placements WHERE placement = $1", placement)
    if need is None:
        raise NotFound("placement.unknown")
    return need


async def need_of_trip(session: Session, trip: UUID) -> UUID:
    """Return the need that a trip is for (for ever). Raises `NotFound("trip.unknown")`."""
    need: UUID | None = await session.fetchval("SELECT need FROM trips WHERE trip = $1", trip)
    if need is None:
        raise NotFound("trip.unknown")
    return need
