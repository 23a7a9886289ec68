"""Places as rows: held, promised, taken, released; laid out anew when a facility reports (design, decision 7).

A place is taken by locking a free row and passing over rows that others lock (`SKIP LOCKED`): nobody waits, and no
row is given twice. Only where no free row is left over, those that others hold at this moment are waited for: one of
them may give it back, and full must mean full.
"""

from datetime import datetime
from typing import Literal
from uuid import UUID

import msgspec

from services.transfer.domain.places import Spot, fit, maxima
from shared.contracts.transfer_facility import CapacityReported
from shared.platform.postgres import Session

Hold = Literal["held", "unknown", "full"]

_KNOWN = """
    SELECT total, (SELECT places FROM group_places g WHERE g.facility = c.facility AND g.grp = $2) AS most
    FROM capacity c WHERE facility = $1
"""
_LOCK_GROUP = "SELECT places FROM group_places WHERE facility = $1 AND grp = $2 FOR UPDATE"
_USED = "SELECT count(*) FROM places WHERE facility = $1 AND grp = $2 AND placement IS NOT NULL"
_FREE = """
    SELECT id FROM places
    WHERE facility = $1 AND placement IS NULL AND kept_for IS NOT DISTINCT FROM $2 AND NOT (reserved AND $3)
    ORDER BY reserved DESC, id LIMIT 1 FOR UPDATE
"""
_TAKE = "UPDATE places SET placement = $2, state = $3, grp = $4, unscreened = $5, since = $6 WHERE id = $1"
_MAKE = """
    INSERT INTO places (facility, placement, state, grp, unscreened, reserved, over, since)
    VALUES ($1, $2, $3, $4, $5, false, false, $6)
"""
_RELEASE = """
    UPDATE places SET placement = NULL, state = 'free', grp = NULL, unscreened = false, since = $2
    WHERE placement = $1 RETURNING facility
"""
_SPOTS = """
    SELECT id, state, grp AS "group", kept_for, unscreened, reserved, over, extract(epoch FROM since)::float8 AS since
    FROM places WHERE facility = $1 ORDER BY id FOR UPDATE
"""


async def take(
    session: Session, placement: UUID, facility: UUID, group: str | None, at: datetime, *, unscreened: bool, wait: bool
) -> Hold:
    """Hold one free place for a placement: `held`, `full`, or `unknown` where nobody knows how many places there are.

    The caller holds the need's lock. Without `wait`, what somebody else just works on counts as gone: who tries
    several facilities, or asks for several persons, holds places already and must not wait for others.
    """
    known = await session.fetchrow(_KNOWN, facility, group)
    total = known["total"] if known else None
    if known is None or (total is None and known["most"] is None):
        return "unknown"
    if known["most"] is not None:
        most = await session.fetchval(_LOCK_GROUP + ("" if wait else " SKIP LOCKED"), facility, group)
        if most is None and not wait:
            return "full"
        if most is not None and await session.fetchval(_USED, facility, group) >= most:
            return "full"
    lane = None if total is not None else group
    for clause in (" SKIP LOCKED", "") if wait else (" SKIP LOCKED",):
        place = await session.fetchval(_FREE + clause, facility, lane, unscreened)
        if place is not None:
            await session.execute(_TAKE, place, placement, "held", group, unscreened, at)
            return "held"
    return "full"


async def promise(
    session: Session, placement: UUID, facility: UUID, group: str | None, at: datetime, *, unscreened: bool
) -> None:
    """The facility has accepted: the held place is promised; where none was held, its acceptance makes one."""
    if await session.execute("UPDATE places SET state = 'promised', since = $2 WHERE placement = $1", placement, at):
        return
    await lock_capacity(session, facility)
    held = await take(session, placement, facility, group, at, unscreened=unscreened, wait=True)
    if held == "held":
        await session.execute("UPDATE places SET state = 'promised' WHERE placement = $1", placement)
        return
    await session.execute(_MAKE, facility, placement, "promised", group, unscreened, at)
    await lay_out(session, facility, at)


async def settle(session: Session, placement: UUID, at: datetime) -> None:
    """The person is there: the place is taken for good."""
    await session.execute("UPDATE places SET state = 'taken', since = $2 WHERE placement = $1", placement, at)


async def release(session: Session, placement: UUID, at: datetime) -> None:
    """Give a place back; one that was over is gone, or takes the mark from another."""
    facility = await session.fetchval("SELECT facility FROM places WHERE placement = $1", placement)
    if facility is None:
        return
    await lock_capacity(session, facility)
    await session.execute(_RELEASE, placement, at)
    await lay_out(session, facility, at)


async def lock_capacity(session: Session, facility: UUID) -> None:
    """Keep everybody else from laying out this facility's places until the transaction ends."""
    await session.fetchval("SELECT facility FROM capacity WHERE facility = $1 FOR UPDATE", facility)


async def report(session: Session, facility: UUID, reported: CapacityReported, at: datetime) -> None:
    """A facility reported its places: keep the report and lay the places out by it."""
    await lock_capacity(session, facility)
    await session.execute(
        "UPDATE capacity SET report = $2, total = $3, reported_at = $4 WHERE facility = $1",
        facility,
        msgspec.to_builtins(reported),
        reported.total,
        at,
    )
    groups = maxima(reported)
    await session.execute(
        "DELETE FROM group_places WHERE facility = $1 AND grp <> ALL($2::text[])", facility, list(groups)
    )
    await session.execute(
        """
        INSERT INTO group_places (facility, grp, places) SELECT $1, * FROM unnest($2::text[], $3::int[])
        ON CONFLICT (facility, grp) DO UPDATE SET places = excluded.places
        """,
        facility,
        list(groups),
        list(groups.values()),
    )
    await lay_out(session, facility, at)


async def lay_out(session: Session, facility: UUID, at: datetime) -> None:
    """Make the rows what the last report and what was promised since say (`domain.places.fit`)."""
    stored = await session.fetchval("SELECT report FROM capacity WHERE facility = $1", facility)
    spots = [msgspec.convert(dict(row), Spot) for row in await session.fetch(_SPOTS, facility)]
    fitting = fit(spots, msgspec.convert(stored, CapacityReported) if stored is not None else None)
    if fitting.remove:
        await session.execute("DELETE FROM places WHERE id = ANY($1::bigint[])", list(fitting.remove))
    for spot in fitting.change:
        await session.execute(
            "UPDATE places SET kept_for = $2, over = $3, reserved = $4 WHERE id = $1",
            spot.id,
            spot.kept_for,
            spot.over,
            spot.reserved,
        )
    if fitting.add:
        await session.execute(
            """
            INSERT INTO places (facility, state, unscreened, over, since, kept_for, reserved)
            SELECT $1, 'free', false, false, $2, * FROM unnest($3::text[], $4::bool[])
            """,
            facility,
            at,
            [lane for lane, _ in fitting.add],
            [reserved for _, reserved in fitting.add],
        )
