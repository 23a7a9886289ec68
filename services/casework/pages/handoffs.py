"""The page of hand-offs (超過, 待ち, 担当), and what its forms do: 引き受ける, 担当を戻す."""

import asyncio
import time
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated, Any, Final, Literal
from urllib.parse import urlencode
from uuid import UUID

from fastapi import APIRouter, Depends, Query
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from services.casework import handlers, queries, queries_handoffs, queries_life
from services.casework.domain import handoff
from services.casework.pages.handoff_cards import card
from services.casework.pages.signed_in import of_whom
from services.casework.pages.timeline import REFUSED
from services.casework.pages.wording import Names, hand_off
from services.casework.permissions import MAY_NAME
from services.casework.queries_handoffs import Asked
from shared.contracts import codes
from shared.kernel.errors import Invalid, NotFound, Refused
from shared.kernel.ids import client_id
from shared.platform import personal
from shared.platform.access import Call, allow
from shared.platform.pages.forms import read_form
from shared.platform.pages.routing import PageRoute, page
from shared.platform.paging import Paged, encode_mark
from shared.platform.postgres import Row
from shared.platform.streams import Outcome

router = APIRouter(route_class=PageRoute)
Listing = Annotated[Call, Depends(allow("handoff.list"))]
Answering = Annotated[Call, Depends(allow("handoff.answer"))]
Which = Literal["overdue", "open", "mine"]
WAIT_SECONDS: Final = 3.0
"""How long a form waits until what it did is on the timeline; after that the page says that it is on its way."""
_PAUSE: Final = 0.05


@router.get("/pages/handoffs", **page("handoff.list"))
async def show(
    request: Request,
    call: Listing,
    paged: Paged,
    which: Which | None = None,
    kind: Annotated[str | None, Query(max_length=60)] = None,
    done: Literal["take", "return"] | None = None,
    event: UUID | None = None,
    refused: Annotated[str | None, Query(pattern=REFUSED)] = None,
) -> Response:
    """Hand-offs within reach, what has been due for longest first."""
    me = call.caller.id
    async with call.parts.database.session() as session:
        totals = await queries_handoffs.totals(session, call.within(), call.now, me)
        tab: Which = which or ("overdue" if totals["overdue"] else "open")
        asked = Asked(
            state="taken" if tab == "mine" else "open",
            kind=kind or None,
            owner=me if tab == "mine" else None,
            overdue=tab == "overdue",
        )
        rows = await queries_handoffs.handoffs(
            session, asked, call.within(), call.now, paged.after(tuple[datetime, UUID]), paged.limit + 1
        )
        arrived = event is None or await queries_life.is_there(session, [event])
        people = {row["person"] for row in rows}
        called = await personal.names_of(session, people) if call.caller.roles & MAY_NAME else {}
    shown = rows[: paged.limit]
    more = encode_mark((shown[-1]["due"], shown[-1]["handoff"])) if len(rows) > paged.limit else None
    return request.app.state.pages.answer(  # type: ignore[no-any-return]  # the state of an application is untyped
        request,
        call,
        "handoffs.html",
        {
            "of_whom": of_whom(call),
            "which": tab,
            "kind": kind or "",
            "kinds": {code: hand_off(code).say for code in codes.HANDOFF},
            "totals": totals,
            "cards": [card(row, Names(), call.now, me) for row in shown],
            "called": called,
            "next": _address(which=tab, kind=kind, after=more) if more else None,
            "first": paged.mark is None,
            "here": _address(which=tab, kind=kind, after=paged.mark),
            "done": done,
            "arrived": arrived,
            "refused": request.app.state.problems.rows.get(refused) if refused else None,
        },
    )


def _address(**asked: str | None) -> str:
    return "/pages/handoffs?" + urlencode({name: value for name, value in asked.items() if value})


@router.post("/pages/handoffs/{handoff_id}/take", **page("handoff.answer"))
async def take(request: Request, handoff_id: UUID, call: Answering) -> Response:
    """引き受ける: the caller has it from here on (`over`: from whoever has it now)."""
    form = await read_form(request)
    over = form.get("over") == "1"
    return await _answered(request, call, handoff_id, form, "take", handoff.Take, owner=call.caller.id, over=over)


@router.post("/pages/handoffs/{handoff_id}/return", **page("handoff.answer"))
async def give_back(request: Request, handoff_id: UUID, call: Answering) -> Response:
    """担当を戻す: nobody has it again."""
    form = await read_form(request)
    reason = form.get("reason") or None
    if reason is not None and reason not in codes.RELEASE_REASON:
        raise Invalid("code.unknown", field="reason", allowed=list(codes.RELEASE_REASON))
    return await _answered(request, call, handoff_id, form, "return", handoff.Return, reason=reason)


async def _answered(
    request: Request,
    call: Call,
    handoff_id: UUID,
    form: Mapping[str, str],
    done: str,
    command: type[handoff.Take | handoff.Return],
    **said: object,
) -> Response:
    """Carry a form's command out once, wait a little until the timeline shows it, and go back to where it was sent."""
    async with call.parts.database.session() as session:
        row = await queries.handoff(session, handoff_id)
    if row is None:
        raise NotFound("handoff.unknown")
    call.reach(wards=[row["ward"], *row["wards"]])
    origin = call.origin()._replace(causation=client_id(form.get("command", ""), "command"), channel="page")
    told: dict[str, str]
    try:
        outcome = await handlers.answer_handoff(call.parts, row, command, origin, **said)
    except Refused as problem:
        told = {"refused": problem.code}
    else:
        told = {"done": done} | await _when_there(call, outcome)
    return _back(request, row, form, told)


async def _when_there(call: Call, outcome: Outcome) -> dict[str, str]:
    """Wait, in real time and not for long, until the worker has taken in what the command made."""
    events = [one.envelope.id for one in outcome.events]
    until = time.monotonic() + WAIT_SECONDS
    while events:
        async with call.parts.database.session() as session:
            if await queries_life.is_there(session, events):
                break
        if time.monotonic() >= until:
            break
        await asyncio.sleep(_PAUSE)
    return {"event": str(events[-1])} if events else {}


def _back(request: Request, row: Row, form: Mapping[str, str], told: Mapping[str, str]) -> Response:
    root = str(request.scope.get("root_path", ""))
    if form.get("to") == "list":
        which = form.get("which", "")
        asked: Sequence[tuple[str, Any]] = [("which", which), *told.items()] if which else [*told.items()]
        return RedirectResponse(f"{root}/pages/handoffs?{urlencode(asked)}", 303)
    return RedirectResponse(f"{root}/pages/persons/{row['person']}?{urlencode(told)}", 303)
