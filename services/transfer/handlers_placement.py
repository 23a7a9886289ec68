"""Answers and arrivals: what a facility says, or somebody for it by telephone, and what follows from it."""

from collections.abc import Collection
from dataclasses import replace
from uuid import UUID

from services.transfer import holding
from services.transfer.domain import need as needs
from services.transfer.domain import placement
from services.transfer.handlers_trip import cancel_trips, conclude_trips
from services.transfer.job import Job
from services.transfer.locking import lock_need_if_free, lock_whole, need_of_placement
from shared.kernel.errors import NotFound
from shared.platform.parts import Parts
from shared.platform.postgres import Row, Session
from shared.platform.store import Origin
from shared.platform.streams import Outcome, transact

LIVE = ("asked", "accepted")

SAME_PERSON = """
    -- $1: persons; they and whoever is the same person by a merge
    WITH RECURSIVE same(person) AS (
        SELECT unnest($1::uuid[])
        UNION
        SELECT CASE WHEN a.one = same.person THEN a.other ELSE a.one END
        FROM aliases a JOIN same ON same.person IN (a.one, a.other)
    )
    SELECT person FROM same
"""
_STAYS = f"""
    SELECT placement, need FROM placements WHERE state = 'arrived' AND person IN ({SAME_PERSON})
"""  # noqa: S608 - a statement out of our own two


async def accept(parts: Parts, placement_id: UUID, command: placement.Accept, origin: Origin) -> Outcome:
    """The facility receives the person; whoever else is asked for this need is asked no more.

    Raises `NotFound("placement.unknown")`, `Refused("placement.expired" | "placement.withdrawn" | …)`.
    """

    async def work(session: Session) -> Outcome:
        job = Job(parts, session, origin)
        need, row = await _locked(session, placement_id)
        late = row["state"] == "expired" and await _still_possible(job, need, row)
        outcome = await job.on_placement(need, placement_id, replace(command, late=late))
        if not outcome.repeated:
            await withdraw_all(job, need, "accepted-elsewhere", ("asked",), but=placement_id)
        return outcome

    return await transact(parts.database, work)


async def _still_possible(job: Job, need: Row, row: Row) -> bool:
    """An answer after the time ran out counts where nobody else is asked and a place can be held at this moment."""
    if need["state"] not in ("open", "waitlisted"):
        return False
    unscreened = need["emergency_admission"] or need["screening"] is None
    held = await holding.take(
        job.session,
        row["placement"],
        row["facility"],
        row["grp"],
        job.origin.now,
        unscreened=unscreened,
        wait=True,
    )
    return held != "full"


async def decline(parts: Parts, placement_id: UUID, command: placement.Decline, origin: Origin) -> Outcome:
    """The facility cannot receive the person, or no longer can: the place is free, drives are cancelled."""

    async def work(session: Session) -> Outcome:
        job = Job(parts, session, origin)
        need, _ = await _locked(session, placement_id)
        outcome = await job.on_placement(need, placement_id, command)
        if not outcome.repeated:
            await cancel_trips(job, need, placement_id, "withdrawn")
        return outcome

    return await transact(parts.database, work)


async def expire(job: Job, placement_id: UUID) -> bool:
    """The facility has not answered in time. Returns False where somebody works on the need at this moment."""
    need = await lock_need_if_free(job.session, await need_of_placement(job.session, placement_id))
    if need is None:
        return False
    await lock_whole(job.session, [need["need"]])
    await job.on_placement(need, placement_id, placement.Expire(job.origin.now))
    return True


async def withdraw(parts: Parts, placement_id: UUID, reason: str, origin: Origin) -> Outcome:
    """HQ no longer asks this facility, or needs its promise no more."""

    async def work(session: Session) -> Outcome:
        job = Job(parts, session, origin)
        need, _ = await _locked(session, placement_id)
        return await withdraw_one(job, need, placement_id, reason)

    return await transact(parts.database, work)


async def withdraw_one(job: Job, need: Row, placement_id: UUID, reason: str) -> Outcome:
    """Take a request or a promise back, with its drives. The need is locked whole."""
    outcome = await job.on_placement(need, placement_id, placement.Withdraw(reason))
    if not outcome.repeated:
        await cancel_trips(job, need, placement_id, reason)
    return outcome


async def withdraw_all(
    job: Job, need: Row, reason: str, states: Collection[str] = LIVE, *, but: UUID | None = None
) -> None:
    """Take back all that is asked or promised for a need (those in these states), but one."""
    rows = await job.session.fetch(
        "SELECT placement FROM placements WHERE need = $1 AND state = ANY($2) ORDER BY placement",
        need["need"],
        list(states),
    )
    for row in rows:
        if row["placement"] != but:
            await withdraw_one(job, need, row["placement"], reason)


async def report_arrival(parts: Parts, placement_id: UUID, origin: Origin) -> Outcome:
    """受入報告: the person is there. The place is taken for good, the need is met, drives and other requests are over.

    Somebody who was at another facility has moved on from it.
    """

    async def work(session: Session) -> Outcome:
        job = Job(parts, session, origin)
        stays = await _stays(session, placement_id)
        locked = await lock_whole(session, {await need_of_placement(session, placement_id), *stays.values()})
        row = await _row(session, placement_id)
        need = locked[row["need"]]
        late = row["state"] == "expired" and await _still_possible(job, need, row)
        outcome = await job.on_placement(need, placement_id, placement.ReportArrival(late))
        if outcome.repeated:
            return outcome
        await conclude_trips(job, need, placement_id)
        await withdraw_all(job, need, "accepted-elsewhere", but=placement_id)
        await job.on_need(need, needs.Meet(placement_id))
        for stay, its_need in stays.items():
            if stay != placement_id:
                await job.on_placement(locked[its_need], stay, placement.End("moved-on"))
        return outcome

    return await transact(parts.database, work)


async def _stays(session: Session, placement_id: UUID) -> dict[UUID, UUID]:
    """Where the person (or who is the same person) stays now: placement → need."""
    person = await session.fetchval("SELECT person FROM placements WHERE placement = $1", placement_id)
    return {row["placement"]: row["need"] for row in await session.fetch(_STAYS, [person])}


async def end_stay(parts: Parts, placement_id: UUID, reason: str, origin: Origin) -> Outcome:
    """The person left the facility: its place is free."""

    async def work(session: Session) -> Outcome:
        need, _ = await _locked(session, placement_id)
        return await Job(parts, session, origin).on_placement(need, placement_id, placement.End(reason))

    return await transact(parts.database, work)


async def _locked(session: Session, placement_id: UUID) -> tuple[Row, Row]:
    need_id = await need_of_placement(session, placement_id)
    locked = await lock_whole(session, [need_id])
    return locked[need_id], await _row(session, placement_id)


async def _row(session: Session, placement_id: UUID) -> Row:
    row = await session.fetchrow("SELECT * FROM placements WHERE placement = $1", placement_id)
    if row is None:
        raise NotFound("placement.unknown")
    return row
