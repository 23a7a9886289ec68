"""HTTP in: cases from opening to closing: visits, assessment on two axes, referrals (000)."""

from datetime import date
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Depends

from services.casework import handlers, queries, queries_cases, reading
from services.casework.domain import case
from services.casework.domain.desk import day_of
from services.casework.looking import reach_person
from services.casework.models import (
    Assessing,
    Assigning,
    CaseOpening,
    Closing,
    ReferralReply,
    Referring,
    Reopening,
    TakingOver,
    Visiting,
)
from services.casework.permissions import MAY_OPEN
from services.casework.policies import scheme_of
from services.casework.queries_cases import FAR
from shared.kernel.ids import derived_id
from shared.platform import store
from shared.platform.access import Answer, Call, action, allow, answer
from shared.platform.paging import Listed, Paged, listed
from shared.platform.postgres import Row

router = APIRouter(tags=["cases"])
Working = Annotated[Call, Depends(allow("case.work"))]


async def _row(call: Call, case_id: UUID) -> Row:
    """Return a case's row. Raises `NotFound("case.unknown")`, `Forbidden`."""
    async with call.parts.database.session() as session:
        row = await queries_cases.case(session, case_id)
        await reach_person(call, session, row["person"])
        return row


async def _work(call: Call, case_id: UUID, command: case.Command) -> Answer:
    row = await _row(call, case_id)
    return answer(await handlers.work_on_case(call.parts, row, command, call.origin()))


@router.post("/cases", responses={404: {}}, **action("case.open"))
async def open_case(body: CaseOpening, call: Annotated[Call, Depends(allow("case.open"))]) -> Answer:
    """Open a person's case: by hand, or because they arrived or left; the hand-off to casework is done by it."""
    async with call.parts.database.session() as session:
        await reach_person(call, session, body.person)
        row = await queries.person(session, body.person)
    command = body.command(row["household"], call.caller.id)
    return answer(await handlers.open_case(call.parts, command, call.origin()))


@router.get("/cases", **action("case.list"))
async def list_cases(
    call: Annotated[Call, Depends(allow("case.list"))],
    page: Paged,
    status: Literal["open", "closed"] | None = None,
    worker: str | None = None,
    visit_due_before: date | None = None,
) -> Listed[dict[str, Any]]:
    """Cases, those whose visit has been due for longest first (K0-016, K0-028)."""
    today = day_of(call.now)
    async with call.parts.database.session() as session:
        rows = await queries_cases.cases(
            session,
            call.within(),
            status=status,
            worker=worker,
            visit_before=visit_due_before,
            after=page.after(tuple[date, UUID]),
            limit=page.limit + 1,
        )
    for row in rows:
        row["visit_overdue"] = row["status"] == "open" and row["next_visit"] is not None and row["next_visit"] < today
    return listed(rows, page, mark=lambda row: (row["next_visit"] or FAR, row["case"]), show=lambda row: row)


@router.get("/cases/scheme", **action("policy.read"))
async def scheme(call: Annotated[Call, Depends(allow("policy.read"))]) -> dict[str, Any]:
    """The assessment scheme in force: axes, classes, rhythm of visits."""
    found = scheme_of(call.parts)
    return {
        "version": found.version,
        "title": found.title,
        "axes": {name: {"ja": axis.ja, "en": axis.en} for name, axis in found.axes.items()},
        "classes": [
            {"code": one.code, "ja": one.ja, "en": one.en, "continues": one.continues, "days": one.visit_every_days}
            for one in found.classes
        ],
    }


@router.get("/cases/{case_id}", **action("case.read"))
async def read_case(case_id: UUID, call: Annotated[Call, Depends(allow("case.read"))]) -> dict[str, Any]:
    """A case as it stands, its referrals, and everything that was said in it, oldest first."""
    row = await _row(call, case_id)
    async with call.parts.database.session() as session:
        events = await store.load(session, case_id)
        if call.caller.roles & MAY_OPEN:
            events = await store.open_words(session, call.parts.keyring, events)
        said = await queries_cases.referrals(session, case_id)
    return {**dict(row), "referrals": said, "history": [reading.own_entry(one) for one in events]}


@router.post("/cases/{case_id}/assign", **action("case.assign"))
async def assign(case_id: UUID, body: Assigning, call: Annotated[Call, Depends(allow("case.assign"))]) -> Answer:
    """Another caseworker is to be responsible; a hand-off until they have taken over."""
    return await _work(call, case_id, case.Assign(body.worker, body.base))


@router.post("/cases/{case_id}/take-over", **action("case.assign"))
async def take_over(case_id: UUID, body: TakingOver, call: Annotated[Call, Depends(allow("case.assign"))]) -> Answer:
    """The new caseworker has taken over."""
    return await _work(call, case_id, case.TakeOver(body.worker or call.caller.id))


@router.post("/cases/{case_id}/visits", **action("case.work"))
async def visit(case_id: UUID, body: Visiting, call: Working) -> Answer:
    """An outreach or watching-over visit, met or not, and what was found (K0-008)."""
    origin = call.origin()
    command = body.command(day_of(origin.happened or call.now), scheme_of(call.parts))
    return await _work(call, case_id, command)


@router.post("/cases/{case_id}/assessments", **action("case.work"))
async def assess(case_id: UUID, body: Assessing, call: Working) -> Answer:
    """Assess on two axes; the scheme says the class, whether support continues and how often to visit (K0-014–16)."""
    return await _work(call, case_id, body.command(scheme_of(call.parts)))


@router.post("/cases/{case_id}/referrals", **action("case.work"))
async def refer(case_id: UUID, body: Referring, call: Working) -> Answer:
    """Connect the person with a provider, with consent or for a reason (つなぎ, K0-026)."""
    origin = call.origin()
    return await _work(call, case_id, body.command(derived_id("referral", origin.causation)))


@router.post("/cases/{case_id}/referrals/{referral}/answer", **action("case.work"))
async def answer_referral(case_id: UUID, referral: UUID, body: ReferralReply, call: Working) -> Answer:
    """The provider accepted, rejected, or has done it; or it was withdrawn."""
    return await _work(call, case_id, body.command(referral))


@router.post("/cases/{case_id}/close", **action("case.work"))
async def close(case_id: UUID, body: Closing, call: Working) -> Answer:
    """Support ends, for this reason."""
    return await _work(call, case_id, body.command())


@router.post("/cases/{case_id}/reopen", **action("case.work"))
async def reopen(case_id: UUID, body: Reopening, call: Working) -> Answer:
    """Support goes on after all."""
    return await _work(call, case_id, body.command())
