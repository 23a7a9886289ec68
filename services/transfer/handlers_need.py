"""Needs: opened by a nurse's decision or by HQ with a reason, ended by what happens to the person (K4-114, K4-119)."""

from collections.abc import Sequence
from uuid import UUID

from services.transfer.domain import need as needs
from services.transfer.domain import placement
from services.transfer.domain.decision import Demand, Live, Promise, Verdict, demand, settle
from services.transfer.domain.endings import GONE, ends_need, ends_stay, too_late
from services.transfer.handlers_placement import LIVE, SAME_PERSON, withdraw_all
from services.transfer.job import Job
from services.transfer.locking import lock_need, lock_whole
from services.transfer.situation import received_of
from shared.contracts.envelope import Recorded, headers_text
from shared.contracts.places import Place
from shared.contracts.screening_screening import ScreeningDecided
from shared.contracts.transfer_need import NeedChanged, NeedOpened
from shared.kernel.errors import Conflict, NotFound, Refused
from shared.kernel.ids import derived_id
from shared.platform.parts import Parts
from shared.platform.personal import lock_owner
from shared.platform.postgres import Row, Session
from shared.platform.store import Origin
from shared.platform.streams import Outcome, transact

_LIVE_NEEDS = f"""
    SELECT need FROM needs WHERE state NOT IN ('met', 'ended') AND person IN ({SAME_PERSON})
"""  # noqa: S608 - a statement out of our own two
_HERE = f"""
    SELECT placement, need, facility, state, arrived_at FROM placements
    WHERE state IN ('asked', 'accepted', 'arrived') AND person IN ({SAME_PERSON}) ORDER BY placement
"""  # noqa: S608 - the same
_KEEP = """
    INSERT INTO decisions (event, person, topic, key, headers, value) VALUES ($1, $2, $3, $2, $4, $5)
    ON CONFLICT DO NOTHING
"""
_PROMISE = """
    SELECT f.kind, f.receives FROM placements p JOIN facilities f USING (facility)
    WHERE need = $1 AND p.state = 'accepted'
"""
_FURTHER = {"accepted": 2, "asked": 1}


async def open_by_hand(parts: Parts, need_id: UUID, opened: NeedOpened, ward: str | None, origin: Origin) -> Outcome:
    """HQ opens a need without a nurse's decision, with the reason (K4-114).

    Raises `NotFound("person.unknown")`, `Refused("need.open-already")`, `Conflict("need.differs")`.
    """

    async def work(session: Session) -> Outcome:
        job = Job(parts, session, origin)
        # The worker holds this lock while it opens a need out of a decision for the same person.
        await lock_owner(session, opened.person)
        before = await session.fetchrow("SELECT * FROM needs WHERE need = $1", need_id)
        if before is not None and before["person"] != opened.person:
            raise Conflict("need.differs", fields=["person"])
        if before is None:
            if not await session.fetchval("SELECT true FROM persons WHERE person = $1", opened.person):
                raise NotFound("person.unknown")
            live = await live_needs(session, opened.person)
            if live:
                raise Refused("need.open-already", need=live[0])
        return await job.open_need(need_id, needs.Open(opened), ward)

    return await transact(parts.database, work)


async def end_by_hand(parts: Parts, need_id: UUID, reason: str, origin: Origin) -> Outcome:
    """HQ ends a need: the person declined, it was a mistake, it is needed no more."""

    async def work(session: Session) -> Outcome:
        locked = await lock_whole(session, [need_id])
        if need_id not in locked:
            raise NotFound("need.unknown")
        return await end_need(Job(parts, session, origin), locked[need_id], reason)

    return await transact(parts.database, work)


async def waitlist_by_hand(parts: Parts, need_id: UUID, reason: str, origin: Origin) -> Outcome:
    """HQ puts a need on the waiting list; it is asked for again as soon as places appear."""

    async def work(session: Session) -> Outcome:
        need = await lock_need(session, need_id)
        if need["state"] in LIVE:
            raise Refused("need.asked")
        return await Job(parts, session, origin).on_need(need, needs.Waitlist(reason, need["asked"]))

    return await transact(parts.database, work)


async def end_need(job: Job, need: Row, reason: str) -> Outcome:
    """End a need with all that hangs on it: requests and promises taken back, drives cancelled. It is locked whole."""
    if need["state"] not in ("met", "ended"):
        await withdraw_all(job, need, reason)
    return await job.on_need(need, needs.End(reason))


async def live_needs(session: Session, person: UUID) -> list[UUID]:
    """Return the needs under way for a person, or for who is the same person by a merge."""
    return [row["need"] for row in await session.fetch(_LIVE_NEEDS, [person])]


async def follow_decision(job: Job, recorded: Recorded, decided: ScreeningDecided) -> None:
    """A nurse decided where somebody belongs: open, change, replace or end the need (`domain.decision`)."""
    envelope = recorded.envelope
    await job.session.execute(_KEEP, envelope.id, envelope.key, envelope.topic, headers_text(envelope), recorded.value)
    person = await job.session.fetchrow("SELECT * FROM persons WHERE person = $1", envelope.key)
    gone = person is not None and (
        person["presence"] == "dead" or (person["presence"] in GONE and person["since"] > envelope.time)
    )
    locked = await lock_whole(job.session, await live_needs(job.session, envelope.key))
    need = _furthest(list(locked.values()))
    verdict = settle(demand(decided), await _live(job, need), job.policy, gone=gone)
    if verdict.end is not None:
        for row in locked.values():
            await end_need(job, row, verdict.end)
    elif need is not None:
        await _settle(job, need, recorded, decided, verdict)
    if verdict.opens:
        await _open(job, recorded, decided, person)


async def _live(job: Job, need: Row | None) -> Live | None:
    if need is None:
        return None
    row = await job.session.fetchrow(_PROMISE, need["need"])
    promise = Promise(row["kind"], received_of(row["receives"])) if row else None
    now = Demand(
        need["destination"],
        tuple(need["groups"]),
        tuple(need["aids"]),
        need["high_risk"],
        need["companion"],
        need["emergency_admission"],
    )
    return Live(now, promise)


async def _settle(job: Job, need: Row, recorded: Recorded, decided: ScreeningDecided, verdict: Verdict) -> None:
    if verdict.change:
        event = NeedChanged(
            screening=recorded.envelope.id,
            policy=job.policy.name,
            destination=decided.destination,
            groups=decided.groups,
            aids=decided.aids,
            high_risk=decided.high_risk,
            companion=decided.companion,
            urgent=decided.suggestion.now or need["urgent"],
            emergency_admission=decided.emergency_admission,
            admission_kind=decided.admission_kind,
            interim=decided.interim,
            place=decided.place,
        )
        await job.on_need(need, needs.Change(event))
    if verdict.withdraw:
        await withdraw_all(job, need, "replaced", ("asked",))


async def _open(job: Job, recorded: Recorded, decided: ScreeningDecided, person: Row | None) -> None:
    place = decided.place
    if place is None and person is not None:
        place = Place(kind=person["place_kind"], shelter=person["place"])
    event = NeedOpened(
        person=recorded.envelope.key,
        screening=recorded.envelope.id,
        policy=job.policy.name,
        destination=decided.destination,
        household=decided.household,
        groups=decided.groups,
        aids=decided.aids,
        high_risk=decided.high_risk,
        companion=decided.companion,
        urgent=decided.suggestion.now or (person is not None and person["urgent"]),
        emergency_admission=decided.emergency_admission,
        admission_kind=decided.admission_kind,
        interim=decided.interim,
        place=place,
        straight_from_home=place is not None and place.kind == "home",
    )
    ward = recorded.envelope.ward or (person["ward"] if person else None)
    await job.open_need(derived_id("need", recorded.envelope.id), needs.Open(event), ward)


def _furthest(found: Sequence[Row]) -> Row | None:
    """Of several needs of one person (merged), the one that has come furthest, then the older one."""
    return min(found, key=lambda row: (-_FURTHER.get(row["state"], 0), row["opened_at"], row["need"]), default=None)


async def follow_fact(job: Job, recorded: Recorded) -> None:
    """Something happened to a person: end what it ends, with its reason. The needs are locked whole by the caller."""
    envelope, event = recorded.envelope, recorded.event
    here = await job.session.fetch(_HERE, [envelope.key])
    asked = {row["facility"] for row in here if row["state"] != "arrived"}
    reason = ends_need(event, job.policy, asked)
    if reason is not None:
        for need_id in await live_needs(job.session, envelope.key):
            need = await lock_need(job.session, need_id)
            if not too_late(envelope, need["decided_at"]):
                await end_need(job, need, reason)
    for row in here:
        if row["state"] != "arrived" or too_late(envelope, row["arrived_at"]):
            continue
        reason = ends_stay(event, job.policy, row["facility"])
        if reason is not None:
            need = await lock_need(job.session, row["need"])
            await job.on_placement(need, row["placement"], placement.End(reason))


async def follow_merge(job: Job, kept: UUID, person: UUID, other: UUID) -> None:
    """Two registrations are one person: of two needs the one that has come further goes on.

    Where both were accepted already, nothing is ended: two promises for one person are a conflict to be seen.
    """
    found = await lock_whole(job.session, await live_needs(job.session, person))
    rows = [row for row in found.values() if row["person"] in (person, other)]
    if len(rows) < 2 or all(row["state"] == "accepted" for row in rows):
        return
    rows.sort(key=lambda row: (-_FURTHER.get(row["state"], 0), row["person"] != kept, row["opened_at"]))
    for row in rows[1:]:
        if row["state"] != "accepted":
            await end_need(job, row, "merged")
