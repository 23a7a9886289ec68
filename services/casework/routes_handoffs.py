"""HTTP in: hand-offs, the most overdue first; taking on (引き受ける), returning (担当を戻す), ending one."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Query

from services.casework import handlers, queries, queries_handoffs
from services.casework.domain import handoff
from services.casework.models import Ending, Returning, Taking, TakingMany
from services.casework.permissions import MAY_NAME
from services.casework.policies import tables_of
from services.casework.queries_handoffs import Asked
from services.casework.reading import handoff_view
from shared.contracts import codes
from shared.kernel.errors import NotFound, Problem
from shared.platform import personal
from shared.platform.access import Answer, Call, action, allow, answer
from shared.platform.paging import Listed, Paged, listed
from shared.platform.postgres import Row, Session

router = APIRouter(tags=["hand-offs"])
Listing = Annotated[Call, Depends(allow("handoff.list"))]
Answering = Annotated[Call, Depends(allow("handoff.answer"))]


@router.get("/handoffs", **action("handoff.list"))
async def list_handoffs(
    call: Listing,
    page: Paged,
    state: Annotated[Literal["open", "taken", "unfinished", "done", "ended", "any"], Query()] = "unfinished",
    person: UUID | None = None,
    ward: str | None = None,
    kind: str | None = None,
    owner: str | None = None,
    overdue: bool = False,
) -> Listed[dict[str, Any]]:
    """Hand-offs, what has been overdue for longest first. `taken`: somebody has it and it is not done yet."""
    async with call.parts.database.session() as session:
        persons = None if person is None else [person]
        asked = Asked(state=state, persons=persons, ward=ward, kind=kind, owner=owner, overdue=overdue)
        rows = await queries_handoffs.handoffs(
            session, asked, call.within(), call.now, page.after(tuple[datetime, UUID]), page.limit + 1
        )
        shown = [handoff_view(row, call.now) for row in rows]
        if call.caller.roles & MAY_NAME:
            names = await personal.names_of(session, {row["person"] for row in rows})
            for one in shown:
                one["name"] = names[one["person"]]._asdict() if one["person"] in names else None
    return listed(shown, page, mark=lambda row: (row["due"], row["handoff"]), show=lambda row: row)


@router.get("/handoffs/figures", **action("handoff.list"))
async def figures(call: Listing, ward: str | None = None) -> dict[str, Any]:
    """How many hand-offs of each kind: opened = taken + ended + open; `overdue` is ever overdue, counted apart."""
    async with call.parts.database.session() as session:
        rows = await queries_handoffs.counts(session, call.within(), call.now, ward)
    totals = {name: sum(row[name] for row in rows) for name in ("opened", "taken", "ended", "open", "overdue")}
    return {"as_of": call.now, **totals, "kinds": rows}


@router.get("/handoffs/kinds", **action("policy.read"))
async def kinds(call: Annotated[Call, Depends(allow("policy.read"))]) -> dict[str, Any]:
    """The table of hand-offs in force: what opens each kind, from whom to whom it goes, when it is due."""
    rules = tables_of(call.parts).at(call.now)
    return {
        "version": rules.version,
        "items": [
            {
                "code": kind.code,
                **_labels(kind.code),
                "from": kind.giver,
                "to": kind.taker,
                "due_minutes": kind.due_minutes,
                "urgent_minutes": kind.urgent_minutes,
                "level": kind.level,
                "facts": kind.facts,
                "source": kind.source,
            }
            for kind in rules.kinds.values()
        ],
    }


def _labels(code: str) -> dict[str, str]:
    return {"ja": codes.HANDOFF.label(code, "ja"), "en": codes.HANDOFF.label(code, "en")}


async def _found(call: Call, session: Session, handoff_id: UUID) -> Row:
    """Return a hand-off's row. Raises `NotFound("handoff.unknown")`, `Forbidden`."""
    row = await queries.handoff(session, handoff_id)
    if row is None:
        raise NotFound("handoff.unknown")
    call.reach(wards=[row["ward"], *row["wards"]])
    return row


@router.get("/handoffs/{handoff_id}", **action("handoff.list"))
async def read_handoff(handoff_id: UUID, call: Listing) -> dict[str, Any]:
    """One hand-off, as it stands now."""
    return handoff_view(await _row(call, handoff_id), call.now)


async def _row(call: Call, handoff_id: UUID) -> Row:
    async with call.parts.database.session() as session:
        return await _found(call, session, handoff_id)


@router.post("/handoffs/take", **action("handoff.answer"))
async def take_many(body: TakingMany, call: Answering) -> dict[str, Any]:
    """Take many on at once (HQ has seen these sheets). Each stands or falls by itself; the answer says which fell."""
    call.within()  # each is reached by itself: of those that nobody knows, nothing is shown
    origin = call.origin()  # a header that cannot be read is no fault of a single one
    items: list[dict[str, Any]] = []
    for handoff_id in body.handoffs:
        try:
            row = await _row(call, handoff_id)
            owner = body.owner or call.caller.id
            outcome = await handlers.answer_handoff(call.parts, row, handoff.Take, origin, owner=owner, over=body.over)
            items.append({"handoff": handoff_id, "problem": None, **answer(outcome).model_dump()})
        except Problem as problem:
            items.append({"handoff": handoff_id, "problem": problem.code, "events": []})
    return {"items": items}


@router.post("/handoffs/{handoff_id}/take", **action("handoff.answer"))
async def take(handoff_id: UUID, body: Taking, call: Answering) -> Answer:
    """引き受ける: somebody has it from here on."""
    row = await _row(call, handoff_id)
    owner = body.owner or call.caller.id
    return answer(
        await handlers.answer_handoff(call.parts, row, handoff.Take, call.origin(), owner=owner, over=body.over)
    )


@router.post("/handoffs/{handoff_id}/return", **action("handoff.answer"))
async def give_back(handoff_id: UUID, body: Returning, call: Answering) -> Answer:
    """担当を戻す: nobody has it again; its clock has gone on meanwhile."""
    row = await _row(call, handoff_id)
    return answer(await handlers.answer_handoff(call.parts, row, handoff.Return, call.origin(), reason=body.code()))


@router.post("/handoffs/{handoff_id}/end", **action("handoff.answer"))
async def end(handoff_id: UUID, body: Ending, call: Answering) -> Answer:
    """It is over without having been done, for this reason."""
    row = await _row(call, handoff_id)
    return answer(await handlers.answer_handoff(call.parts, row, handoff.End, call.origin(), reason=body.code()))
