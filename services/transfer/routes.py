"""HTTP in: needs, that is who is to be moved; whom to ask; who waits."""

from collections import Counter
from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query

from services.transfer import handlers_asking, handlers_need, queries, situation
from services.transfer.coded import WardCode
from services.transfer.domain.ranking import UNFIT, candidates, unfit
from services.transfer.models import (
    AskAnswer,
    AskBody,
    Candidates,
    CandidateShown,
    Ending,
    NewNeed,
    ReasonShown,
    Waiting,
)
from services.transfer.settings import TransferSettings
from services.transfer.shown import NeedShown
from shared.contracts.places import Place
from shared.contracts.transfer_placement import PlacementRequested
from shared.platform.access import Answer, Call, action, allow, answer
from shared.platform.paging import Listed, Paged, listed
from shared.platform.personal import names_of

router = APIRouter(tags=["needs"])

States = Annotated[list[str] | None, Query(description="open, asked, accepted, waitlisted, met, ended")]


@router.get("/needs", **action("need.list"))
async def list_needs(
    call: Annotated[Call, Depends(allow("need.list"))],
    page: Paged,
    state: States = None,
    ward: WardCode | None = None,
    person: UUID | None = None,
    emergency: Annotated[bool | None, Query(description="緊急入所 only, or the others only (K4-140).")] = None,
) -> Listed[NeedShown]:
    """Who is to be moved, the longest waiting first."""
    async with call.parts.database.session() as session:
        after = page.after(tuple[datetime, UUID])
        rows = await queries.needs(session, call.wards(), state, ward, person, emergency, after, page.limit + 1)
        names = await names_of(session, {row["person"] for row in rows})
    return listed(
        rows,
        page,
        mark=lambda row: (row["opened_at"], row["need"]),
        show=lambda row: NeedShown.of(row, names, call.now),
    )


@router.get("/waiting-list", **action("need.list"))
async def waiting_list(
    call: Annotated[Call, Depends(allow("need.list"))], page: Paged, ward: WardCode | None = None
) -> Listed[NeedShown]:
    """Who waits because nobody is left to ask, in the order in which they are asked for as soon as places appear."""
    async with call.parts.database.session() as session:
        after = page.after(tuple[bool, bool, datetime, UUID])
        rows = await queries.waiting_list(session, call.wards(), ward, after, page.limit + 1)
        names = await names_of(session, {row["person"] for row in rows})
    return listed(
        rows,
        page,
        mark=lambda row: (not row["urgent"], not row["high_risk"], row["opened_at"], row["need"]),
        show=lambda row: NeedShown.of(row, names, call.now),
    )


@router.post("/needs", responses={404: {}}, **action("need.open"))
async def open_need(body: NewNeed, call: Annotated[Call, Depends(allow("need.open"))]) -> Answer:
    """Look for a place without a nurse's decision, with the reason (K4-114)."""
    async with call.parts.database.session() as session:
        person = await queries.person(session, body.person)
    ward = person["ward"] or body.ward
    call.reach(ward=ward)
    place = Place(kind=person["place_kind"], shelter=person["place"])
    event = body.event(call.parts.policy(TransferSettings).rules.name, person["household"], place)
    origin = call.origin(disaster=person["disaster"])
    return answer(await handlers_need.open_by_hand(call.parts, body.id(), event, body.ward or ward, origin))


@router.get("/needs/{need_id}", **action("need.read"))
async def read_need(need_id: UUID, call: Annotated[Call, Depends(allow("need.read"))]) -> NeedShown:
    """One need; its placements are in `/placements?need=`."""
    async with call.parts.database.session() as session:
        row = await queries.need(session, need_id)
        call.reach(ward=row["ward"])
        names = await names_of(session, [row["person"]])
    return NeedShown.of(row, names, call.now)


@router.get("/needs/{need_id}/candidates", **action("need.candidates"))
async def list_candidates(need_id: UUID, call: Annotated[Call, Depends(allow("need.candidates"))]) -> Candidates:
    """Whom to ask, the best one first, each with its reasons; and how many facilities are no candidates, and why."""
    settings = call.parts.policy(TransferSettings)
    async with call.parts.database.transaction(readonly=True) as session:
        need = await queries.need(session, need_id)
        call.reach(ward=need["ward"])
        wanted = await situation.wanted(session, need)
        sites = await situation.sites(session, need["destination"], settings.rules)
        best = candidates(wanted, sites, settings.rules, settings.candidates)
        rows = await session.fetch(
            "SELECT facility, name, kind, ward FROM facilities WHERE facility = ANY($1)",
            [one.facility for one in best],
        )
    known = {row["facility"]: dict(row) for row in rows}
    excluded = Counter(code for site in sites if (code := unfit(wanted, site, settings.rules)) is not None)
    return Candidates(
        need=need_id,
        policy=settings.rules.name,
        items=[CandidateShown.of(one, known[one.facility]) for one in best],
        excluded=dict(excluded),
        excluded_reasons=[ReasonShown(code=code, ja=UNFIT[code].ja, en=UNFIT[code].en) for code in sorted(excluded)],
    )


@router.post("/needs/{need_id}/placements", **action("placement.ask"))
async def ask(need_id: UUID, body: AskBody, call: Annotated[Call, Depends(allow("placement.ask"))]) -> AskAnswer:
    """Ask a facility to receive the person, and hold a place meanwhile; without one, the best candidate.

    Where no facility is named and no candidate is left, the person goes on the waiting list (`waitlisted`).
    """
    await _reach(call, need_id)
    outcome = await handlers_asking.ask(call.parts, need_id, body.asking(), call.origin())
    request = next((one.event for one in outcome.events if isinstance(one.event, PlacementRequested)), None)
    if outcome.stream == need_id:
        return answer(outcome, into=AskAnswer, waitlisted=True)
    if request is None:
        return answer(outcome, into=AskAnswer, placement=outcome.stream)
    return answer(
        outcome,
        into=AskAnswer,
        placement=outcome.stream,
        facility=request.facility,
        held=request.held,
        until=request.until,
    )


@router.post("/needs/{need_id}/waiting", **action("need.end"))
async def wait(need_id: UUID, body: Waiting, call: Annotated[Call, Depends(allow("need.end"))]) -> Answer:
    """Put the person on the waiting list; they are asked for again as soon as places appear."""
    await _reach(call, need_id)
    return answer(await handlers_need.waitlist_by_hand(call.parts, need_id, body.reason, call.origin()))


@router.post("/needs/{need_id}/end", **action("need.end"))
async def end(need_id: UUID, body: Ending, call: Annotated[Call, Depends(allow("need.end"))]) -> Answer:
    """The person is not to be moved any more: requests are withdrawn, places released, drives cancelled."""
    await _reach(call, need_id)
    return answer(await handlers_need.end_by_hand(call.parts, need_id, body.reason, call.origin()))


async def _reach(call: Call, need_id: UUID) -> None:
    async with call.parts.database.session() as session:
        call.reach(ward=(await queries.need(session, need_id))["ward"])
