"""The board of the headquarters: at a desk and on the wall, of a ward or of the city; live by server-sent events."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated, Any, Final, Literal, NamedTuple
from uuid import UUID

from fastapi import APIRouter, Depends, Query
from starlette.requests import Request
from starlette.responses import Response

from services.casework import queries_situation
from services.casework.domain.situation import Shelter, Situation
from services.casework.pages import board_shown
from services.casework.pages.board_places import ShelterRow, shelter_rows, welfare_rows
from services.casework.pages.situations import Situations
from services.casework.permissions import MAY_NAME
from services.casework.settings import CaseworkSettings
from shared.contracts.wards import city_name, ward_name
from shared.platform import personal
from shared.platform.access import Call, allow
from shared.platform.pages.live import Live
from shared.platform.pages.rendering import Pages
from shared.platform.pages.routing import PageRoute, page

router = APIRouter(route_class=PageRoute)
Reading = Annotated[Call, Depends(allow("board.read"))]
WardAsked = Annotated[str | None, Query(pattern=r"^\d{5}$")]
PARTS: Final = ("clock", "late", "lanes", "work", "way", "wards", "welfare", "people", "map", "trips", "shelters")
LINKED: Final = ("timeline.read", "handoff.answer", "handoff.list")
"""What decides which links stand in the parts: readers who differ in these get other views."""
A_PAGE: Final = 200
Sorted = Literal["share", "people", "size", "name", "age"]


class Scope(NamedTuple):
    """What part of the city a reader sees: the wards (None: all of it), and which one was asked for."""

    wards: tuple[str, ...] | None
    ward: str | None


def scope_of(call: Call, ward: str | None) -> Scope:
    """Return the ward that was asked for, else all within reach. Raises `Forbidden` on a ward out of reach."""
    within = call.within()
    if ward is not None:
        call.reach(ward=ward)
        return Scope((ward,), ward)
    if within.everything:
        return Scope(None, None)
    return Scope(within.wards, within.wards[0] if len(within.wards) == 1 else None)


def headquarters(call: Call, scope: Scope) -> str:
    """Return whose board it is."""
    if scope.ward is not None:
        return f"{ward_name(scope.ward)} 災害対策本部"
    if scope.wards is None:
        return f"{city_name(call.parts.settings.city[:5])} 災害対策本部"
    return "・".join(ward_name(ward) for ward in scope.wards) + " 災害対策本部"


@router.get("/pages/board", **page("board.read"))
async def show(request: Request, call: Reading, ward: WardAsked = None, wall: str | None = None) -> Response:
    """The situation at a glance: `wall` for a screen that is read from four metres."""
    scope = scope_of(call, ward)
    context = await _context(request, call, scope)
    title = str(context["disaster"]["title"] or "") if context["disaster"] else ""
    pages: Pages = request.app.state.pages
    return pages.answer(
        request,
        call,
        "board.html",
        {
            **context,
            "parts": _parts(request, call, context),
            "headquarters": headquarters(call, scope),
            "drill_title": title.removeprefix("訓練：").removeprefix("訓練:"),
            "elsewhere_link": scope.ward is not None and _sees_more(call),
            "theme": "wall" if wall is not None else None,
        },
    )


def _sees_more(call: Call) -> bool:
    within = call.within()
    return within.everything or len(within.wards) > 1


@router.get("/pages/board/live", **page("board.read"))
async def live(request: Request, call: Reading, ward: WardAsked = None) -> Response:
    """The same parts, again whenever something has changed; one view for all who see the same."""
    scope = scope_of(call, ward)

    async def make() -> Mapping[str, str]:
        return _parts(request, call, await _context(request, call, scope))

    may = tuple(bool(call.caller.roles & request.app.state.permissions[one].roles.keys()) for one in LINKED)
    named = bool(call.caller.roles & MAY_NAME)
    stream: Live = request.app.state.live
    return stream.stream(("board", scope, named, may, request.scope.get("root_path", "")), make)


async def _context(request: Request, call: Call, scope: Scope) -> dict[str, Any]:
    situations: Situations = request.app.state.situations
    now = (await situations.read()).of(scope.wards)
    named = bool(call.caller.roles & MAY_NAME)
    names: Mapping[UUID, personal.PersonName] = {}
    ages: Mapping[UUID, str] = {}
    if named and now.overdue:
        persons = {row.person for row in now.overdue}
        async with call.parts.database.session() as session:
            names = await personal.names_of(session, persons)
            ages = await queries_situation.ages(session, persons, now.at)
    shown = board_shown.context(now, _wards(now, scope), old_after(call), names, ages, named=named)
    return {**shown, "ward": scope.ward}


def old_after(call: Call) -> timedelta:
    """Return after what time without news a figure is old."""
    return timedelta(minutes=call.parts.policy(CaseworkSettings).figure_old_minutes)


def _wards(now: Situation, scope: Scope) -> tuple[str, ...]:
    if scope.wards is not None:
        return scope.wards
    known = {one.ward for one in now.shelters} | {one.ward for one in now.welfare} | {one.ward for one in now.lanes}
    known.update(ward for one in now.disasters for ward in one["wards"])
    return tuple(sorted(ward for ward in known if ward is not None))


def _parts(request: Request, call: Call, context: Mapping[str, Any]) -> dict[str, str]:
    pages: Pages = request.app.state.pages
    return {name: pages.part(request, call, f"board/{name}.html", context) for name in PARTS}


@router.get("/pages/board/welfare", **page("board.read"))
async def welfare(
    request: Request,
    call: Reading,
    ward: WardAsked = None,
    begin: Annotated[int, Query(ge=0, le=100_000, alias="from")] = 0,
) -> Response:
    """Every welfare shelter, care facility and hospital of the scope that has begun to open or was asked."""
    scope = scope_of(call, ward)
    situations: Situations = request.app.state.situations
    now = (await situations.read()).of(scope.wards)
    rows = welfare_rows(now.welfare)
    pages: Pages = request.app.state.pages
    context = _listing(call, scope, now, begin, len(rows))
    return pages.answer(request, call, "board_welfare.html", {**context, "rows": rows[begin : begin + A_PAGE]})


def _listing(call: Call, scope: Scope, now: Situation, begin: int, count: int) -> dict[str, Any]:
    return {
        "headquarters": headquarters(call, scope),
        "ward": scope.ward,
        "at": now.at,
        "old_seconds": int(old_after(call).total_seconds()),
        "begin": begin,
        "count": count,
        "page_size": A_PAGE,
    }


@router.get("/pages/board/shelters", **page("board.read"))
async def shelters(
    request: Request,
    call: Reading,
    ward: WardAsked = None,
    sort: Sorted = "share",
    begin: Annotated[int, Query(ge=0, le=100_000, alias="from")] = 0,
) -> Response:
    """Every shelter of the scope, those without a report included: sorted, so many a page; as it stands now."""
    scope = scope_of(call, ward)
    situations: Situations = request.app.state.situations
    now = (await situations.read()).of(scope.wards)
    rows = _sorted(shelter_rows(now.shelters, now.at, old_after(call)), sort)
    pages: Pages = request.app.state.pages
    return pages.answer(
        request,
        call,
        "board_shelters.html",
        {
            **_listing(call, scope, now, begin, len(rows)),
            "rows": rows[begin : begin + A_PAGE],
            "sort": sort,
            "invented_sizes": any(row.shelter.size_invented for row in rows),
        },
    )


def _sorted(rows: list[ShelterRow], by: Sorted) -> list[ShelterRow]:
    def text(one: Shelter) -> tuple[str, str]:
        return one.name or "", str(one.facility)

    match by:
        case "people":
            return sorted(rows, key=lambda row: (-(row.shelter.persons or -1), text(row.shelter)))
        case "size":
            return sorted(rows, key=lambda row: (-(row.shelter.size or -1), text(row.shelter)))
        case "name":
            return sorted(rows, key=lambda row: text(row.shelter))
        case "age":
            return sorted(
                rows,
                key=lambda row: (
                    row.shelter.heard_at is None,
                    row.shelter.heard_at.timestamp() if row.shelter.heard_at else 0.0,
                    text(row.shelter),
                ),
            )
        case "share":
            return rows
