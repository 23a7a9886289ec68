"""HTTP in: the HQ board as JSON, and the lists of who might be missed."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Query

from services.casework import queries_board, queries_handoffs, queries_stays
from services.casework.domain.board import FIGURES, REGISTER, age
from services.casework.permissions import MAY_NAME
from services.casework.reading import handoff_view
from services.casework.settings import CaseworkSettings
from shared.platform import personal
from shared.platform.access import Call, action, allow
from shared.platform.instants import GivenInstant
from shared.platform.paging import Listed, Paged, listed

router = APIRouter(tags=["board"])
Listing = Annotated[Call, Depends(allow("person.list"))]


@router.get("/board", **action("board.read"))
async def board(
    call: Annotated[Call, Depends(allow("board.read"))],
    ward: Annotated[str | None, Query(pattern=r"^\d{5}$", description="JIS code; else all within reach.")] = None,
) -> dict[str, Any]:
    """The state of things at a glance; every figure with the instant up to which it has been heard (`as_of`).

    Hand-offs that are overdue stand first. What a figure counts is ever (phoned, decided, asked, accepted, moved,
    arrived) or now (the others). The register's people come with the register: null until then (K4-156).
    """
    within = call.within()
    async with call.parts.database.session() as session:
        heard = await queries_board.heard(session)
        counted = await queries_board.figures(session, within, ward)
        overdue = await queries_board.overdue(session, within, ward, call.now, 50)
        kinds = await queries_handoffs.counts(session, within, call.now, ward)
        shelters = await queries_board.shelters(session, within, ward)
        facilities = await queries_board.facilities(session, within, ward)
        trips = await queries_board.trips(session, within, ward, call.now)
        disasters = await queries_board.disasters(session, [ward] if ward else None)
    return {
        "now": call.now,
        "ward": ward,
        "disasters": disasters,
        "overdue": [handoff_view(row, call.now) for row in overdue],
        "handoffs": {"as_of": max(heard.values(), default=None), "kinds": kinds},
        "figures": [
            {
                "code": one.code,
                "ja": one.ja,
                "en": one.en,
                "value": counted.get(one.code, 0),
                "as_of": age(heard, one.heard_from),
            }
            for one in FIGURES
        ],
        "register": {"ja": REGISTER.ja, "en": REGISTER.en, "value": None, "as_of": None},
        "shelters": {"as_of": age(heard, ("intake.person",)), "items": shelters},
        "facilities": {"as_of": age(heard, ("transfer.facility", "transfer.placement")), "items": facilities},
        "trips": {"as_of": age(heard, ("transfer.trip",)), "items": trips},
    }


@router.get("/shelters/occupancy", **action("board.read"))
async def occupancy(
    call: Annotated[Call, Depends(allow("board.read"))],
    at: Annotated[GivenInstant | None, Query(description="As of when, as it had happened; else now.")] = None,
    ward: Annotated[str | None, Query(pattern=r"^\d{5}$", description="JIS code; else all within reach.")] = None,
) -> dict[str, Any]:
    """How many persons were at each shelter at an instant, as it had happened by what is known today (K4-154).

    Who is out for a while is counted, as on the board; a shelter that is absent had nobody. `as_of`: up to when
    intake has been heard.
    """
    instant = at or call.now
    async with call.parts.database.session() as session:
        heard = await queries_board.heard(session)
        items = await queries_stays.occupancy(session, call.within(), ward, instant)
    return {
        "at": instant,
        "ward": ward,
        "as_of": age(heard, ("intake.person",)),
        "persons": sum(item["persons"] for item in items),
        "items": items,
    }


async def _missed(
    call: Call, page: Paged, which: Literal["lost", "outside", "silent"], ward: str | None, days: int
) -> Listed[dict[str, Any]]:
    async with call.parts.database.session() as session:
        rows = await queries_board.missed(
            session,
            which,
            call.within(),
            ward,
            call.now,
            days,
            page.after(tuple[datetime, UUID]),
            page.limit + 1,
        )
        if call.caller.roles & MAY_NAME:
            names = await personal.names_of(session, [row["person"] for row in rows])
            for row in rows:
                row["name"] = names[row["person"]]._asdict() if row["person"] in names else None
    return listed(rows, page, mark=lambda row: (row["last_contact"], row["person"]), show=lambda row: row)


@router.get("/lost", **action("person.list"))
async def lost(call: Listing, page: Paged, ward: str | None = None) -> Listed[dict[str, Any]]:
    """Who was registered, is not closed, and is in no queue, hand-off, shelter or other known place: must be empty."""
    return await _missed(call, page, "lost", ward, 0)


@router.get("/outreach", **action("person.list"))
async def outreach(call: Listing, page: Paged, ward: str | None = None) -> Listed[dict[str, Any]]:
    """Who stays outside the shelters (home, car, relatives …), silent for longest first (K0-001, K0-007)."""
    return await _missed(call, page, "outside", ward, 0)


@router.get("/silent", **action("person.list"))
async def silent(
    call: Listing,
    page: Paged,
    ward: str | None = None,
    days: Annotated[int | None, Query(ge=0, le=3650, description="Else as configured.")] = None,
) -> Listed[dict[str, Any]]:
    """支援漏れの恐れ: no contact for so many days and no closed case, silent for longest first (K0-006)."""
    configured = call.parts.policy(CaseworkSettings).silent_days
    return await _missed(call, page, "silent", ward, configured if days is None else days)
