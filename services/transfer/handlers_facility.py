"""The master: imported, edited; a facility opens in steps, reports its places, closes (004 (2)①④)."""

from collections.abc import Sequence
from typing import NamedTuple
from uuid import UUID

from services.transfer.domain import facility
from services.transfer.handlers_placement import withdraw_one
from services.transfer.job import Job
from services.transfer.locking import lock_whole
from shared.contracts.transfer_facility import FacilityListed
from shared.platform.parts import Parts
from shared.platform.postgres import Session
from shared.platform.store import Origin
from shared.platform.streams import Outcome, transact

AT_ONCE = 100
"""How many rows of a list are taken in one transaction."""

ABOARD = ("picked-up",)
"""Drives that a closing does not cancel: the person sits in the vehicle, and HQ must find another place first."""


class Counts(NamedTuple):
    """What became of a list."""

    new: int = 0
    changed: int = 0
    same: int = 0


async def take_list(parts: Parts, rows: Sequence[tuple[UUID, FacilityListed]], origin: Origin) -> Counts:
    """Take a published list into the master. The same list again changes nothing.

    A bounded number of rows a transaction: broken off in between, it is sent again and goes on where it ended.
    """
    counts = Counts()
    for begin in range(0, len(rows), AT_ONCE):
        part = sorted(rows[begin : begin + AT_ONCE], key=lambda row: row[0])
        counts = _sum(counts, await _take_part(parts, part, origin))
    return counts


async def _take_part(parts: Parts, rows: Sequence[tuple[UUID, FacilityListed]], origin: Origin) -> Counts:
    async def work(session: Session) -> Counts:
        job, counts = Job(parts, session, origin), Counts()
        for facility_id, listed in rows:
            outcome = await job.on_facility(facility_id, facility.Take(listed), listed.ward)
            new = outcome.version == 1
            if outcome.repeated:
                counts = _sum(counts, Counts(same=1))
            else:
                counts = _sum(counts, Counts(new=int(new), changed=int(not new)))
        return counts

    return await transact(parts.database, work)


def _sum(one: Counts, other: Counts) -> Counts:
    return Counts(*(a + b for a, b in zip(one, other, strict=True)))


async def change(parts: Parts, facility_id: UUID, command: facility.Command, origin: Origin) -> Outcome:
    """Carry out a command on a facility. Raises `NotFound("facility.unknown")` and what the rules refuse."""

    async def work(session: Session) -> Outcome:
        ward = await session.fetchval("SELECT ward FROM facilities WHERE facility = $1", facility_id)
        job = Job(parts, session, origin)
        if isinstance(command, facility.ReportCapacity):
            # Before the event: who reports twice at once waits here, and both reports count in their order.
            await lock_whole(session, (), [facility_id])
        return await job.on_facility(facility_id, command, ward)

    return await transact(parts.database, work)


async def close(parts: Parts, facility_id: UUID, reason: str | None, origin: Origin) -> Outcome:
    """Close a facility: whoever was asked for or promised a place there needs another one, and is asked for again.

    Who is there stays until told otherwise; who sits in the vehicle stays promised, for HQ to see.
    """

    async def work(session: Session) -> Outcome:
        job = Job(parts, session, origin)
        asked = await session.fetch(
            """
            SELECT placement, need FROM placements p
            WHERE facility = $1 AND state IN ('asked', 'accepted') AND NOT EXISTS (
                SELECT FROM trips t WHERE t.placement = p.placement AND t.state = ANY($2)
            ) ORDER BY placement
            """,
            facility_id,
            list(ABOARD),
        )
        locked = await lock_whole(session, {row["need"] for row in asked}, [facility_id])
        ward = await session.fetchval("SELECT ward FROM facilities WHERE facility = $1", facility_id)
        outcome = await job.on_facility(facility_id, facility.Close(reason), ward)
        for row in asked:
            state = await session.fetchval("SELECT state FROM placements WHERE placement = $1", row["placement"])
            if state in ("asked", "accepted") and not outcome.repeated:
                await withdraw_one(job, locked[row["need"]], row["placement"], "facility-closed")
        return outcome

    return await transact(parts.database, work)
