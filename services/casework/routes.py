"""HTTP in: one person, read as of any instant: timeline, summary, hand-offs, and who looked."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

import msgspec
from fastapi import APIRouter, Depends
from starlette.responses import Response

from services.casework import queries, reading
from services.casework.looking import Instants, look, looked, reach_person
from services.casework.models import TimelinePage
from services.casework.policies import tables_of
from services.casework.reading import Timeline
from shared.platform import personal
from shared.platform.access import Call, action, allow
from shared.platform.paging import Listed, Paged, encode_mark, listed

router = APIRouter(tags=["persons"])
_encoder = msgspec.json.Encoder()

Reading = Annotated[Call, Depends(allow("timeline.read"))]


@router.get("/persons/{person}/timeline", responses={200: {"model": TimelinePage}}, **action("timeline.read"))
async def timeline(
    person: UUID, call: Reading, as_of: Instants, page: Paged, order: Literal["oldest", "newest"] = "newest"
) -> Response:
    """Everything that happened to a person, from every service, in the order in which it happened.

    The facts of the household's sheet stand there as well, and those of registrations that are the same person.
    Words are opened for who may read them; `words_are` says why not. That the caller looked is kept (K4-169).
    """
    async with call.parts.database.session() as session:
        reach = await reach_person(call, session, person)
        seen = looked(call, person, "timeline")
        items, end = await reading.page(
            call.parts,
            session,
            reach,
            as_of,
            after=page.after(tuple[datetime, datetime, str, UUID]),
            limit=page.limit,
            newest=order == "newest",
            may_open=seen.opened,
            look=seen,
        )
    shown = Timeline(
        person=reach.persons[0], registrations=reach.persons, items=items, next=encode_mark(end) if end else None
    )
    return Response(_encoder.encode(shown), media_type="application/json")


@router.get("/persons/{person}", **action("timeline.read"))
async def summary(person: UUID, call: Reading, as_of: Instants) -> dict[str, Any]:
    """Where the person is, how far each service has come, who has them, and what does not fit together.

    `registrations`: each that is this person, the one that is shown first; `conflicts`: two live placements and the
    like, for a person to decide.
    """
    async with call.parts.database.session() as session:
        await reach_person(call, session, person, ever=True)
        may_open = await look(call, session, person, "summary")
        found = await reading.known(session, tables_of(call.parts), person, as_of)
        ids = [one.journey.person for one in found.traced]
        names = await personal.names_of(session, ids) if may_open else {}
    return {
        "person": ids[0],
        "registrations": [
            {
                **msgspec.to_builtins(one.journey),
                "needs_care": one.journey.needs_care,
                "standing": one.standing,
                "name": names[one.journey.person]._asdict() if one.journey.person in names else None,
                "handoffs": [
                    reading.handoff_view(handoff, call.now) for handoff in one.handoffs if not handoff.finished
                ],
            }
            for one in found.traced
        ],
        "conflicts": msgspec.to_builtins(found.conflicts),
    }


@router.get("/persons/{person}/handoffs", **action("timeline.read"))
async def handoffs(person: UUID, call: Reading, as_of: Instants) -> dict[str, Any]:
    """Every hand-off of a person as of an instant, in the order of opening; overdue as of `known_by` (or now)."""
    async with call.parts.database.session() as session:
        await reach_person(call, session, person, ever=True)
        found = await reading.known(session, tables_of(call.parts), person, as_of)
    now = min(call.now, as_of.known_by)
    return {
        "person": found.traced[0].journey.person,
        "items": [reading.handoff_view(one, now) for traced in found.traced for one in traced.handoffs],
    }


@router.get("/persons/{person}/views", **action("views.list"))
async def views(
    person: UUID, call: Annotated[Call, Depends(allow("views.list"))], page: Paged
) -> Listed[dict[str, Any]]:
    """Who looked at the person, the last first (K4-169)."""
    async with call.parts.database.session() as session:
        reach = await queries.united(session, person)
        call.reach(wards=reach.wards)
        rows = await queries.views(session, person, page.after(tuple[datetime, UUID]), page.limit + 1)
    return listed(rows, page, mark=lambda row: (row["at"], row["id"]), show=lambda row: row)
