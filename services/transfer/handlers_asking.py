"""Asking: which facility is asked for whom, with a place held for it; by HQ, by refusal or silence, by free places."""

from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import NamedTuple
from uuid import UUID

from services.transfer import holding, queries, situation
from services.transfer.domain import need as needs
from services.transfer.domain import placement
from services.transfer.domain.ranking import (
    UNFIT,
    Candidate,
    Site,
    Wanted,
    candidates,
    forbidden,
    share_for,
    unfit,
)
from services.transfer.job import Job
from services.transfer.locking import lock_need, lock_need_if_free
from services.transfer.timed import FREE_PLACES
from shared.contracts.transfer_placement import PlacementRequested, RequestWords
from shared.kernel.errors import Conflict, Invalid, NotFound, Refused
from shared.kernel.ids import derived_id
from shared.platform.parts import Parts
from shared.platform.postgres import Row, Session
from shared.platform.store import Origin
from shared.platform.streams import Outcome, transact
from shared.platform.timers import set_timer


class Asking(NamedTuple):
    """What HQ asks. Without a facility: the best candidate. `condition` replaces the nurse's words, where given."""

    placement: UUID
    facility: UUID | None = None
    reason: str | None = None
    chosen: str | None = None
    asked_by: str | None = None
    minutes: float | None = None
    condition: str | None = None
    note: str | None = None


class Choice(NamedTuple):
    """Whom to ask, and how it came to that."""

    site: Site
    group: str | None
    rank: int | None
    chosen: str
    reason: str | None = None


async def ask(parts: Parts, need_id: UUID, asking: Asking, origin: Origin) -> Outcome:
    """Ask a facility to receive the person of a need; with nobody named, the best candidate that has a place.

    Where nobody is named and nobody is left, the person goes on the waiting list: the outcome's stream is then the
    need's. Raises `NotFound("need.unknown" | "facility.unknown")`, `Conflict("placement.differs")`,
    `Invalid("placement.reason-missing")`, `Refused("need.closed" | "need.accepted-already" | "need.asked-enough" |
    "facility.not-askable" | "facility.full")`.
    """

    async def work(session: Session) -> Outcome:
        job = Job(parts, session, origin)
        need = await lock_need(session, need_id)
        before = await session.fetchrow("SELECT * FROM placements WHERE placement = $1", asking.placement)
        if before is not None:
            return await _repeated(job, need, before, asking)
        await _may_ask(job, need)
        wanted = await situation.wanted(session, need)
        ranked, known = await _ranked(job, need, wanted)
        if asking.facility is not None:
            choice = await _chosen(job, need, wanted, ranked, asking)
            held = await _hold(job, wanted, choice, asking.placement, wait=True)
            if held == "full":
                raise Refused("facility.full", facility=choice.site.facility)
            return await _request(job, need, choice, asking, held)
        found = await _first_with_room(job, need, wanted, ranked, known, asking.placement)
        if found is not None:
            return await _request(job, need, found[0], asking, found[1])
        return await _waitlist(job, need, wanted, known.values())

    return await transact(parts.database, work)


async def ask_next(job: Job, need: Row) -> None:
    """Ask the next candidate for a need that nobody is asked for any more; without one, put it on the waiting list."""
    if need["state"] not in ("open", "waitlisted"):
        return
    wanted = await situation.wanted(job.session, need)
    ranked, known = await _ranked(job, need, wanted)
    asking = Asking(_next_id(need))
    found = await _first_with_room(job, need, wanted, ranked, known, asking.placement)
    if found is None:
        await _waitlist(job, need, wanted, known.values())
    else:
        await _request(job, need, found[0], asking, found[1])


async def ask_for_waiting(job: Job, facility: UUID) -> None:
    """Places may be free: ask this facility for those on the waiting list, the most urgent, then the longest waiting.

    At most so many at once as the settings say; the rest in another transaction right after.
    """
    site = await situation.site(job.session, facility)
    if site is None or _hopeless(site, job):
        return
    destinations = [name for name, row in job.policy.destinations.items() if site.kind in row.kinds]
    asked = 0
    for need_id, wanted in await situation.waiting(job.session, facility, destinations):
        if unfit(wanted, site, job.policy) is not None:
            continue
        need = await lock_need_if_free(job.session, need_id)
        if need is None or need["state"] != "waitlisted":
            continue
        if asked == job.settings.refill_at_once:
            await set_timer(job.session, FREE_PLACES, facility, job.origin.now)
            return
        choice = Choice(site, _group(wanted, site, job), None, "next")
        placement_id = _next_id(need)
        held = await _hold(job, wanted, choice, placement_id, wait=False)
        if held == "full":
            continue
        await _request(job, need, choice, Asking(placement_id), held)
        asked += 1
        site = await situation.site(job.session, facility) or site
        if _hopeless(site, job):
            return


def _hopeless(site: Site, job: Job) -> bool:
    """Whether nobody at all could be asked for here: then the rest of the list need not be looked at."""
    room = site.room
    if room.free is None and not room.groups:
        return site.unheld >= job.policy.asked_without_hold
    return (room.free == 0) if room.free is not None else False


def _next_id(need: Row) -> UUID:
    return derived_id("placement", need["need"], need["asked"] + 1)


async def _may_ask(job: Job, need: Row) -> None:
    if need["state"] in ("met", "ended"):
        raise Refused("need.closed", state=need["state"])
    if need["state"] == "accepted":
        raise Refused("need.accepted-already")
    asked = await job.session.fetchval(
        "SELECT count(*) FROM placements WHERE need = $1 AND state = 'asked'", need["need"]
    )
    if asked >= job.settings.asked_at_once:
        raise Refused("need.asked-enough", most=job.settings.asked_at_once)


async def _ranked(job: Job, need: Row, wanted: Wanted) -> tuple[Sequence[Candidate], dict[UUID, Site]]:
    known = {site.facility: site for site in await situation.sites(job.session, need["destination"], job.policy)}
    return candidates(wanted, known.values(), job.policy, len(known)), known


async def _chosen(job: Job, need: Row, wanted: Wanted, ranked: Sequence[Candidate], asking: Asking) -> Choice:
    """HQ names a facility: what the rules forbid is refused, what they advise against needs a reason."""
    site = await situation.site(job.session, asking.facility) if asking.facility else None
    if site is None:
        raise NotFound("facility.unknown", facility=asking.facility)
    code = forbidden(wanted, site, job.policy)
    if code == "full":
        raise Refused("facility.full", facility=site.facility)
    if code is not None:
        raise Refused("facility.not-askable", facility=site.facility, why=code, **_both("why", code))
    rank = next((one.rank for one in ranked if one.facility == site.facility), None)
    if rank == 1:
        return Choice(site, _group(wanted, site, job), rank, asking.chosen or _turn(need), asking.reason)
    if asking.reason is None:
        advised = unfit(wanted, site, job.policy)
        details = {"why": advised, **_both("why", advised)} if advised else {"rank": rank}
        raise Invalid("placement.reason-missing", facility=site.facility, **details)
    return Choice(site, _group(wanted, site, job), rank, asking.chosen or "other", asking.reason)


def _both(name: str, code: str) -> dict[str, str]:
    return {f"{name}_ja": UNFIT[code].ja, f"{name}_en": UNFIT[code].en}


def _turn(need: Row) -> str:
    return "next" if need["asked"] else "first"


def _group(wanted: Wanted, site: Site, job: Job) -> str | None:
    """As which group the person counts there: the one whose number binds, else the first of the person's own."""
    bound = share_for(wanted, site, job.policy).group
    return bound or next(iter(job.policy.groups(wanted.groups)), None)


async def _first_with_room(
    job: Job, need: Row, wanted: Wanted, ranked: Sequence[Candidate], known: dict[UUID, Site], placement_id: UUID
) -> tuple[Choice, holding.Hold] | None:
    """Hold a place at the best candidate that has one at this moment."""
    for candidate in ranked:
        choice = Choice(known[candidate.facility], candidate.group, candidate.rank, _turn(need))
        held = await _hold(job, wanted, choice, placement_id, wait=False)
        if held != "full":
            return choice, held
    return None


async def _hold(job: Job, wanted: Wanted, choice: Choice, placement_id: UUID, *, wait: bool) -> holding.Hold:
    return await holding.take(
        job.session,
        placement_id,
        choice.site.facility,
        choice.group,
        job.origin.now,
        unscreened=wanted.unscreened and choice.site.kind in job.policy.keeps_places,
        wait=wait,
    )


async def _request(job: Job, need: Row, choice: Choice, asking: Asking, held: holding.Hold) -> Outcome:
    told = asking.condition or await queries.condition(job.session, job.parts.keyring, need["screening"])
    words = RequestWords(condition=told, note=asking.note) if told or asking.note else None
    event = PlacementRequested(
        need=need["need"],
        person=need["person"],
        facility=choice.site.facility,
        group=choice.group,
        held=held == "held",
        until=job.origin.now + timedelta(minutes=asking.minutes or job.settings.hold_minutes),
        rank=choice.rank,
        chosen=choice.chosen,
        reason=choice.reason,
        asked_by=asking.asked_by,
        policy=job.policy.name,
        words=words,
    )
    return await job.on_placement(need, asking.placement, placement.Ask(event))


async def _repeated(job: Job, need: Row, before: Row, asking: Asking) -> Outcome:
    """The same request again: its answer is what it came to."""
    if before["need"] != need["need"] or asking.facility not in (None, before["facility"]):
        raise Conflict("placement.differs", fields=["need", "facility"])
    event = PlacementRequested(
        need=before["need"], person=before["person"], facility=before["facility"], until=before["until"]
    )
    return await job.on_placement(need, asking.placement, placement.Ask(event))


async def _waitlist(job: Job, need: Row, wanted: Wanted, sites: Iterable[Site]) -> Outcome:
    why = {unfit(wanted, site, job.policy) for site in sites}
    reason = "declined-by-all" if need["asked"] else "none-open" if why and why <= _SHUT else "no-candidate"
    return await job.on_need(need, needs.Waitlist(reason, need["asked"]))


_SHUT = {"closed", "not-open", "damaged"}
