"""The page of a person: the timeline by lanes, as of any instant, and what is open of theirs."""

from datetime import datetime, timedelta
from typing import Annotated, Any, Final, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Query
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from services.casework import queries, queries_life, reading
from services.casework.domain.handoffs import Handoff
from services.casework.looking import FAR, Instants, look, reach_person
from services.casework.pages import asof, timeline_head, timeline_view
from services.casework.pages.asof import Sense
from services.casework.pages.handoff_cards import Card, card
from services.casework.pages.sentences import lanes
from services.casework.pages.signed_in import of_whom
from services.casework.pages.wording import Names
from services.casework.policies import tables_of
from services.casework.queries import Reach
from services.casework.reading import AsOf, Known
from shared.platform import personal
from shared.platform.access import Call, allow
from shared.platform.pages.live import Live
from shared.platform.pages.routing import PageRoute, page
from shared.platform.paging import Paged, encode_mark
from shared.platform.postgres import Session

router = APIRouter(route_class=PageRoute)
Reading = Annotated[Call, Depends(allow("timeline.read"))]
_PAST_IT: Final = timedelta(seconds=1)
"""When what is due at an instant is seen to be overdue."""
REFUSED: Final = r"^[a-z][a-z.-]{1,60}$"


@router.get("/pages/persons/{person}", **page("timeline.read"))
async def show(
    request: Request,
    person: UUID,
    call: Reading,
    as_of: Instants,
    paged: Paged,
    by: Sense | None = None,
    step: Annotated[int | None, Query(ge=0)] = None,
    at: Annotated[str | None, Query(max_length=40)] = None,
    done: Literal["take", "return"] | None = None,
    event: UUID | None = None,
    refused: Annotated[str | None, Query(pattern=REFUSED)] = None,
) -> Response:
    """Everything that is known of a person, newest on top; `step` and `at` lead to an instant of the control."""
    path = f"/pages/persons/{person}"
    sense = asof.sense_of(as_of, by)
    async with call.parts.database.session() as session:
        reach = await reach_person(call, session, person, ever=True)
        moments = await _moments(session, reach, sense, call.now)
        if step is not None or at:
            wanted = asof.in_japan(at) if at else _at_step(moments, step or 0, call.now)
            there = asof.moved(AsOf(FAR, FAR), sense, wanted)
            root = str(request.scope.get("root_path", ""))
            return RedirectResponse(f"{root}{path}{asof.query_of(there) or f'?by={sense}'}", 303)
        may_open = await look(call, session, person, "timeline")
        records = await queries_life.records(session, [*reach.persons, *reach.households])
        known = await reading.known(session, tables_of(call.parts), person, as_of)
        context = await _life(
            call,
            session,
            known,
            as_of,
            paged.after(tuple[datetime, datetime, str, UUID]),
            paged.limit,
            may_open=may_open,
        )
        arrived = event is None or await queries_life.is_there(session, [event])
    control = asof.control(as_of, moments, call.now, path, sense)
    return request.app.state.pages.answer(  # type: ignore[no-any-return]  # the state of an application is untyped
        request,
        call,
        "timeline.html",
        context
        | {
            "of_whom": of_whom(call),
            "person": person,
            "path": path,
            "asof": control,
            "query": asof.query_of(as_of),
            "lanes": lanes(),
            "records": records,
            "older": paged.mark is not None,
            "done": done,
            "arrived": arrived,
            "refused": request.app.state.problems.rows.get(refused) if refused else None,
        },
    )


def _at_step(moments: list[datetime], step: int, now: datetime) -> datetime | None:
    """Return the instant of the slider's place; None: now, which comes after the last."""
    steps = [one for one in moments if one <= now][:-1]
    return steps[step] if step < len(steps) else None


async def _moments(session: Session, reach: Reach, sense: Sense, now: datetime) -> list[datetime]:
    """Return when anything changed in this sense: something was heard, or was missed; or something happened."""
    keys = [*reach.persons, *reach.households]
    found = await queries_life.moments(session, keys, known=sense == "known")
    if sense == "known":
        found += [due + _PAST_IT for due in await queries_life.overdue_since(session, reach.persons, now)]
    return sorted(set(found))


async def _life(
    call: Call, session: Session, known: Known, as_of: AsOf, after: queries.Mark | None, limit: int, *, may_open: bool
) -> dict[str, Any]:
    """Return what the page shows of a person as of both instants."""
    ways = [one.journey for one in known.traced]
    reach = Reach(
        [way.person for way in ways], sorted({way.household for way in ways if way.household is not None}), []
    )
    entries, end = await reading.page(
        call.parts, session, reach, as_of, after=after, limit=limit, newest=True, may_open=may_open
    )
    handoffs = [handoff for traced in known.traced for handoff in traced.handoffs]
    relatives = await queries_life.family(session, reach.households, reach.persons, as_of.known_by)
    facilities, persons, _ = timeline_view.named_in(entries, handoffs)
    called = await personal.names_of(session, persons | {one.person for one in relatives}) if may_open else {}
    places = await queries_life.places(session, facilities | timeline_head.facility_ids(known))
    names = Names(
        facilities={id_: place.name for id_, place in places.items() if place.name},
        persons={id_: one.name for id_, one in called.items() if one.name},
        placements={id_: one.facility for way in ways for id_, one in way.placements.items()},
    )
    sheet = timeline_head.sheet_events(known.events[0])
    words = await reading.words_of(call.parts, session, sheet, may_open=may_open)
    then = min(call.now, as_of.known_by, as_of.happened_by)
    shown = timeline_view.Shown(
        entries=entries,
        handoffs=handoffs,
        names=names,
        corrections=await queries_life.corrections(session, [one.event for one in entries], as_of.known_by),
        disasters=await queries_life.disasters(session, {way.disaster for way in ways if way.disaster is not None}),
        person=reach.persons[0],
        caller=call.caller.id,
        now=then,
        as_of=then,
        above=after[0] if after else None,
        last=end is None,
    )
    return {
        "head": timeline_head.make_head(known, timeline_head.fold_words(sheet, words), relatives, called, names, then),
        "cards": _cards(handoffs, names, then, call.caller.id),
        "rows": timeline_view.lanes_of(shown),
        "next": encode_mark(end) if end else None,
        "may_open": may_open,
        "then": then,
    }


def _cards(handoffs: list[Handoff], names: Names, now: datetime, caller: str) -> list[Card]:
    """Return the hand-offs that are not finished: what nobody has first, what has been due for longest before that."""
    made = [card(one, names, now, caller) for one in handoffs if not one.finished]
    return sorted(made, key=lambda one: (not one.open, one.due_at, one.handoff))


@router.get("/pages/persons/{person}/live", **page("timeline.read"))
async def live(request: Request, person: UUID, call: Reading) -> Response:
    """Say how many records there are of a person, now and whenever that changes."""
    async with call.parts.database.session() as session:
        reach = await reach_person(call, session, person, ever=True)
    keys = (*reach.persons, *reach.households)

    async def make() -> dict[str, str]:
        async with call.parts.database.session() as counting:
            return {"records": str(await queries_life.records(counting, keys))}

    stream: Live = request.app.state.live
    return stream.stream(("records", keys), make)
