"""HTTP in: what nurses do with one person, and how others ask for a nurse."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends

from services.screening import handlers, queries
from services.screening.domain.commands import (
    AcceptVisit,
    Command,
    Consult,
    End,
    MakeVisit,
    OrderVisit,
    RecordCall,
    Release,
    Take,
)
from services.screening.domain.commands import Answer as AnswerQuestions
from services.screening.models import (
    Answering,
    Asking,
    Called,
    Consultation,
    Deciding,
    Ending,
    Releasing,
    Taking,
    VisitOrder,
    VisitReport,
    all_known,
    known,
)
from services.screening.settings import ScreeningSettings
from services.screening.shown import SuggestionShown, suggestion_shown
from shared.contracts import codes
from shared.kernel.errors import Forbidden
from shared.platform.access import Answer, Call, action, allow, answer

router = APIRouter(tags=["screenings"])
_FOR_STAFF = ("advice", "health-team")
"""Whom others than nurses ring up: #7119 and the health team itself (K4-041)."""


_TAKE, _RELEASE, _ANYBODY = Taking(), Releasing(), VisitOrder()
"""What a command without a body says."""


class Answered(Answer):
    """The answers are durable; `suggestion` is what the guide says to all of them now."""

    suggestion: SuggestionShown


async def _reach(call: Call, person_id: UUID) -> None:
    async with call.parts.database.session() as session:
        row = await queries.person(session, person_id)
    call.reach(ward=row["ward"], facility=row["shelter"] if row["place_kind"] == "facility" else None)


async def _change(call: Call, person_id: UUID, command: Command) -> Answer:
    await _reach(call, person_id)
    return answer(await handlers.change(call.parts, person_id, command, call.origin()))


@router.post("/screenings/{person_id}/request", **action("screening.request"))
async def request(person_id: UUID, body: Asking, call: Annotated[Call, Depends(allow("screening.request"))]) -> Answer:
    """Ask that a nurse looks at this person, for the first time or again. Who waits already waits once (K4-104).

    A welfare shelter asks for those who are there (fever may come to anybody who is placed, K4-085).
    """
    reason = known("reason", body.reason, codes.SCREENING_REASON) or ""
    seen = all_known("observations", body.observations, codes.OBSERVATION)
    await _reach(call, person_id)
    return answer(await handlers.ask_for(call.parts, person_id, reason, seen, call.origin()))


@router.post("/screenings/{person_id}/consultations", **action("screening.consult"))
async def consult(
    person_id: UUID, body: Consultation, call: Annotated[Call, Depends(allow("screening.consult"))]
) -> Answer:
    """健康相談: record it, of anybody; it may lead to a screening (K4-095)."""
    seen = all_known("observations", body.observations, codes.OBSERVATION)
    reason = known("reason", body.reason, codes.SCREENING_REASON)
    await _reach(call, person_id)
    command = Consult(seen, body.words())
    return answer(await handlers.consult(call.parts, person_id, command, reason, call.origin()))


@router.post("/screenings/{person_id}/take", **action("screening.take"))
async def take(
    person_id: UUID, call: Annotated[Call, Depends(allow("screening.take"))], body: Taking = _TAKE
) -> Answer:
    """Take the person: no other nurse rings up meanwhile (K4-065)."""
    await _reach(call, person_id)
    return answer(await handlers.take(call.parts, person_id, Take(call.caller.id, body.over), call.origin()))


@router.post("/screenings/{person_id}/release", **action("screening.take"))
async def release(person_id: UUID, body: Releasing, call: Annotated[Call, Depends(allow("screening.take"))]) -> Answer:
    """Put the person back into the queue (担当を戻す); the time waited goes on."""
    reason = known("reason", body.reason, codes.RELEASE_REASON)
    return await _change(call, person_id, Release(call.caller.id, reason))


@router.post("/screenings/{person_id}/calls", **action("screening.call"))
async def record_call(person_id: UUID, body: Called, call: Annotated[Call, Depends(allow("screening.call"))]) -> Answer:
    """Record an attempt to telephone: when, with whom, how it went (K4-065). Staff: advice by #7119 or the team."""
    outcome = known("outcome", body.outcome, codes.CALL_OUTCOME) or ""
    called = known("called", body.called, codes.CALLED)
    if called not in _FOR_STAFF and "nurse" not in call.caller.roles:
        raise Forbidden("access.denied", action="screening.call", called=list(_FOR_STAFF))
    return await _change(call, person_id, RecordCall(call.caller.id, outcome, called, body.words()))


@router.post("/screenings/{person_id}/visits", **action("screening.visit"))
async def order_visit(
    person_id: UUID, call: Annotated[Call, Depends(allow("screening.visit"))], body: VisitOrder = _ANYBODY
) -> Answer:
    """Order a nurse's visit (004 参考②)."""
    return await _change(call, person_id, OrderVisit(call.caller.id, body.nurse))


@router.post("/screenings/{person_id}/visits/accepted", **action("screening.visit"))
async def accept_visit(person_id: UUID, call: Annotated[Call, Depends(allow("screening.visit"))]) -> Answer:
    """The caller goes there."""
    return await _change(call, person_id, AcceptVisit(call.caller.id))


@router.post("/screenings/{person_id}/visits/made", **action("screening.visit"))
async def make_visit(
    person_id: UUID, body: VisitReport, call: Annotated[Call, Depends(allow("screening.visit"))]
) -> Answer:
    """Report on a visit. Where nobody was there, it is still due."""
    outcome = known("outcome", body.outcome, codes.VISIT_OUTCOME) or ""
    return await _change(call, person_id, MakeVisit(call.caller.id, outcome, body.nurse, body.words()))


@router.post("/screenings/{person_id}/answers", **action("screening.answer"))
async def answer_questions(
    person_id: UUID, body: Answering, call: Annotated[Call, Depends(allow("screening.answer"))]
) -> Answered:
    """Answer questions of the guide; a later answer replaces the earlier one. Returns what the guide says now."""
    settings = call.parts.policy(ScreeningSettings)
    await _reach(call, person_id)
    command = AnswerQuestions(call.caller.id, body.answers, settings.guide, body.words())
    outcome = await handlers.change(call.parts, person_id, command, call.origin())
    async with call.parts.database.session() as session:
        row = await queries.person(session, person_id)
        given = {one["question"]: one["answer"] for one in await queries.answers(session, person_id)}
        said = await queries.suggestion_now(session, settings, row["ward"], given)
    return answer(outcome, into=Answered, suggestion=suggestion_shown(settings.guide, *said))


@router.post("/screenings/{person_id}/decision", **action("screening.decide"))
async def decide(person_id: UUID, body: Deciding, call: Annotated[Call, Depends(allow("screening.decide"))]) -> Answer:
    """The nurse decides the destination; suggestion and decision both stay on record (K4-067, K4-068)."""
    decision = body.decision()
    await _reach(call, person_id)
    return answer(await handlers.decide(call.parts, person_id, call.caller.id, decision, call.origin()))


@router.post("/screenings/{person_id}/end", **action("screening.end"))
async def end(person_id: UUID, body: Ending, call: Annotated[Call, Depends(allow("screening.end"))]) -> Answer:
    """Nothing more is to be done for this person here."""
    reason = known("reason", body.reason, codes.END) or ""
    return await _change(call, person_id, End(reason, call.caller.id))
