"""HTTP in: case conferences (ケース会議): called, confidentiality recorded, held, their tasks."""

from datetime import date, datetime, timedelta
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Depends

from services.casework import handlers, queries_cases, reading
from services.casework.domain import conference
from services.casework.domain.desk import day_of
from services.casework.looking import reach_person
from services.casework.models_conference import Cancelling, Circle, Confidentiality, Finishing, Holding, Invitation
from services.casework.permissions import MAY_OPEN
from services.casework.queries_cases import FAR
from services.casework.settings import CaseworkSettings
from shared.kernel.ids import derived_id
from shared.platform import store
from shared.platform.access import Answer, Call, action, allow, answer
from shared.platform.paging import Listed, Paged, listed
from shared.platform.postgres import Row

router = APIRouter(tags=["conferences"])
Calling = Annotated[Call, Depends(allow("conference.call"))]
Holds = Annotated[Call, Depends(allow("conference.hold"))]


async def _row(call: Call, conference_id: UUID) -> Row:
    """Return a conference's row. Raises `NotFound("conference.unknown")`, `Forbidden`."""
    async with call.parts.database.session() as session:
        row = await queries_cases.conference(session, conference_id)
        await reach_person(call, session, row["person"])
        return row


async def _change(call: Call, conference_id: UUID, command: conference.Command) -> Answer:
    row = await _row(call, conference_id)
    return answer(await handlers.change_conference(call.parts, row, command, call.origin()))


@router.post("/conferences", responses={404: {}}, **action("conference.call"))
async def call_conference(body: Invitation, call: Calling) -> Answer:
    """Call a case conference about a person, with members chosen for them."""
    origin = call.origin()
    async with call.parts.database.session() as session:
        row = await queries_cases.case(session, body.case)
        await reach_person(call, session, row["person"])
    command = body.command(row["person"], case_open=row["status"] == "open")
    conference_id = body.conference or derived_id("conference", origin.causation)
    return answer(await handlers.call_conference(call.parts, conference_id, command, origin))


@router.get("/conferences", **action("conference.read"))
async def list_conferences(
    call: Annotated[Call, Depends(allow("conference.read"))],
    page: Paged,
    status: Literal["called", "held", "cancelled"] | None = None,
    person: UUID | None = None,
) -> Listed[dict[str, Any]]:
    """Conferences in the order of their time. A member sees those that they are sworn to, while they are members."""
    since = call.now - timedelta(days=call.parts.policy(CaseworkSettings).member_days)
    async with call.parts.database.session() as session:
        rows = await queries_cases.conferences(
            session,
            call.within(),
            status=status,
            person=person,
            held_since=since,
            after=page.after(tuple[datetime, UUID]),
            limit=page.limit + 1,
        )
    return listed(rows, page, mark=lambda row: (row["at"], row["conference"]), show=lambda row: row)


@router.get("/conferences/{conference_id}", **action("conference.read"))
async def read_conference(
    conference_id: UUID, call: Annotated[Call, Depends(allow("conference.read"))]
) -> dict[str, Any]:
    """A conference: members, agenda, what it came to, its tasks, and everything that was said about it."""
    row = await _row(call, conference_id)
    async with call.parts.database.session() as session:
        events = await store.load(session, conference_id)
        if call.caller.roles & MAY_OPEN:
            events = await store.open_words(session, call.parts.keyring, events)
        circle = await queries_cases.members(session, conference_id)
        tasks = await queries_cases.tasks_of(session, conference_id)
    return {
        **dict(row),
        "members": circle,
        "tasks": tasks,
        "history": [reading.own_entry(one) for one in events],
    }


@router.post("/conferences/{conference_id}/members", **action("conference.call"))
async def change_members(conference_id: UUID, body: Circle, call: Calling) -> Answer:
    """Change the circle; who is no longer in it sees the case no more (K0-022)."""
    return await _change(call, conference_id, body.command())


@router.post("/conferences/{conference_id}/confidentiality", **action("conference.call"))
async def record_confidentiality(conference_id: UUID, body: Confidentiality, call: Calling) -> Answer:
    """守秘義務 of a member is recorded; before that they see nothing (K0-024)."""
    return await _change(call, conference_id, conference.RecordConfidentiality(body.member))


@router.post("/conferences/{conference_id}/hold", **action("conference.hold"))
async def hold(conference_id: UUID, body: Holding, call: Holds) -> Answer:
    """It took place: who was there, the city's presence, decision, goals and tasks (K0-020, K0-023).

    The hand-off casework → conference is done by it, and one opens for each task that names a provider.
    """
    return await _change(call, conference_id, body.command())


@router.post("/conferences/{conference_id}/cancel", **action("conference.call"))
async def cancel(conference_id: UUID, body: Cancelling, call: Calling) -> Answer:
    """It will not take place; the hand-off is open again."""
    return await _change(call, conference_id, body.command())


@router.post("/conferences/{conference_id}/tasks/{task}/finish", **action("task.finish"))
async def finish_task(
    conference_id: UUID, task: UUID, body: Finishing, call: Annotated[Call, Depends(allow("task.finish"))]
) -> Answer:
    """A task was done, or dropped."""
    return await _change(call, conference_id, conference.FinishTask(task, body.outcome))


@router.get("/tasks", **action("task.list"))
async def list_tasks(
    call: Annotated[Call, Depends(allow("task.list"))],
    page: Paged,
    state: Literal["open", "done", "dropped"] | None = "open",
    owner: str | None = None,
    overdue: bool = False,
) -> Listed[dict[str, Any]]:
    """Tasks of conferences, those due for longest first; a member sees their own (K0-020)."""
    today = day_of(call.now)
    async with call.parts.database.session() as session:
        rows = await queries_cases.tasks(
            session,
            call.within(),
            state=state,
            owner=owner,
            due_before=today if overdue else None,
            after=page.after(tuple[date, UUID]),
            limit=page.limit + 1,
        )
    for row in rows:
        row["overdue"] = row["state"] == "open" and row["due"] is not None and row["due"] < today
    return listed(rows, page, mark=lambda row: (row["due"] or FAR, row["task"]), show=lambda row: row)
