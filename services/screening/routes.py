"""HTTP in: who waits for a nurse, whose move is not done, the load, and the guide itself."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

import msgspec
from fastapi import APIRouter, Depends, Query

from services.screening import queries
from services.screening.domain.considerations import groups_of
from services.screening.domain.suggest import Context, suggest
from services.screening.domain.team import team_at
from services.screening.models import Trying
from services.screening.settings import ScreeningSettings
from services.screening.shown import (
    SuggestionShown,
    Waiting,
    attention_shown,
    place_of,
    suggestion_shown,
    waiting_line,
)
from shared.platform.access import Call, action, allow
from shared.platform.paging import Listed, Paged, listed

router = APIRouter(tags=["screenings"])
State = Literal["waiting", "taken", "decided", "ended"]
VisitState = Literal["ordered", "accepted", "made", "dropped"]


def wards_of(call: Call, ward: str | None) -> list[str] | None:
    """Return the wards that a list shows: the caller's, narrowed to one where it is asked for."""
    reached = call.wards()
    if ward is None:
        return reached
    return [ward] if reached is None or ward in reached else []


@router.get("/screenings", **action("screening.list"))
async def list_screenings(
    call: Annotated[Call, Depends(allow("screening.list"))],
    page: Paged,
    state: Annotated[list[State] | None, Query(description="Left out: waiting.")] = None,
    ward: Annotated[str | None, Query(max_length=6)] = None,
    shelter: UUID | None = None,
) -> Listed[Waiting]:
    """The nurses' queue: the gravest first, then what runs out first, then who has waited longest (K4-105)."""
    wards = wards_of(call, ward)
    async with call.parts.database.session() as session:
        rows = await queries.waiting(
            session, state or ["waiting"], wards, shelter, page.after(queries.Mark), page.limit + 1
        )
    return listed(rows, page, mark=queries.mark, show=waiting_line)


@router.get("/screenings/following", **action("screening.follow"))
async def list_followed(
    call: Annotated[Call, Depends(allow("screening.follow"))],
    page: Paged,
    ward: Annotated[str | None, Query(max_length=6)] = None,
    shelter: UUID | None = None,
) -> Listed[Waiting]:
    """Who was decided and has not arrived yet: the team follows the move until then (K4-096)."""
    wards = wards_of(call, ward)
    settings = call.parts.policy(ScreeningSettings)
    async with call.parts.database.session() as session:
        rows = await queries.followed(session, settings, wards, shelter, page.after(queries.Mark), page.limit + 1)
    return listed(rows, page, mark=queries.mark, show=waiting_line)


@router.get("/screenings/visits", **action("screening.visits"))
async def list_visits(
    call: Annotated[Call, Depends(allow("screening.visits"))],
    page: Paged,
    state: Annotated[list[VisitState] | None, Query(description="Left out: ordered and accepted.")] = None,
    ward: Annotated[str | None, Query(max_length=6)] = None,
    shelter: UUID | None = None,
) -> Listed[dict[str, Any]]:
    """Nurses' visits, by shelter or all, the oldest order first (K4-066)."""
    wards = wards_of(call, ward)
    async with call.parts.database.session() as session:
        rows = await queries.visits(
            session,
            state or ["ordered", "accepted"],
            wards,
            shelter,
            page.after(tuple[datetime, UUID]),
            page.limit + 1,
        )
    return listed(rows, page, mark=lambda row: (row["ordered_at"], row["visit"]), show=dict)


@router.get("/screenings/load", **action("screening.load"))
async def load(call: Annotated[Call, Depends(allow("screening.load"))], disaster: UUID | None = None) -> dict[str, Any]:
    """How many wait, how long, and how many each nurse has, ward by ward: when to ask for 応援 (K4-099)."""
    wards = call.wards()
    async with call.parts.database.session() as session:
        rows = await queries.load(session, wards)
        stage = await queries.stage(session, disaster)
    found: dict[str | None, dict[str, Any]] = {}
    for row in rows:
        ward = found.setdefault(
            row["ward"],
            {"ward": row["ward"], "waiting": 0, "urgent": 0, "oldest": None, "oldest_minutes": None, "nurses": []},
        )
        if row["state"] == "waiting":
            minutes = int((call.now - row["oldest"]).total_seconds() // 60)
            ward |= {"waiting": row["persons"], "urgent": row["urgent"], "oldest": row["oldest"]}
            ward["oldest_minutes"] = max(0, minutes)
        else:
            nurse = {"nurse": row["nurse"], "persons": row["persons"], "since": row["first_taken"]}
            ward["nurses"].append(nurse)
    team = team_at(stage)
    return {
        "as_of": call.now,
        "stage": stage,
        "team": team._asdict(),
        "wards": sorted(found.values(), key=lambda ward: ward["ward"] or ""),
    }


@router.post("/screenings/suggest", **action("guide.try"))
async def try_guide(body: Trying, call: Annotated[Call, Depends(allow("guide.try"))]) -> SuggestionShown:
    """What would the guide say to these answers? Nothing is recorded."""
    call.origin()  # nothing is recorded; a header that cannot be read is refused all the same
    settings = call.parts.policy(ScreeningSettings)
    open_ = body.welfare_open
    if open_ is None:
        async with call.parts.database.session() as session:
            open_ = await queries.welfare_open(session, settings, None)
    suggestion = suggest(settings.guide, body.answers, Context(welfare_open=open_))
    answers = {code: answer for code, answer in body.answers.items() if answer is not None}
    return suggestion_shown(settings.guide, suggestion, answers, open_)


@router.get("/screenings/{person_id}", **action("screening.read"))
async def read_screening(person_id: UUID, call: Annotated[Call, Depends(allow("screening.read"))]) -> dict[str, Any]:
    """One person: answers, what the guide says to them now, what to heed for each group, and the whole history."""
    settings, parts = call.parts.policy(ScreeningSettings), call.parts
    async with parts.database.session() as session:
        row = await queries.person(session, person_id)
        call.reach(ward=row["ward"])
        here = await queries.row_of(session, person_id)
        answered = await queries.answers(session, person_id)
        others = await queries.same_as(session, person_id)
        words = await queries.words(session, person_id)
        given = {one["question"]: one["answer"] for one in answered}
        suggestion, answers, open_ = await queries.suggestion_now(session, settings, row["ward"], given)
        history = await queries.history(session, parts.keyring, {person_id, *others})
    known = queries.known_of(row)
    return {
        "person": person_id,
        "ward": row["ward"],
        "place": place_of(row),
        "same_as": others,
        "known": msgspec.to_builtins(known),
        "words": words,
        "screening": waiting_line(here) if here else None,
        "answers": answered,
        "suggestion": suggestion_shown(settings.guide, suggestion, answers, open_),
        "attention": attention_shown(settings.considerations, known, answers),
        "definitions": msgspec.to_builtins(settings.guide.definitions),
        "history": history,
    }


@router.get("/guide/considerations", tags=["guide"], **action("guide.read"))
async def read_considerations(
    call: Annotated[Call, Depends(allow("guide.read"))],
    code: Annotated[list[str] | None, Query(max_length=50, description="Needs, aids, groups … of one person")] = None,
) -> list[dict[str, Any]]:
    """What to heed (別紙): of the groups that these codes bring somebody into, 共通 always; without codes all nine."""
    considerations = call.parts.policy(ScreeningSettings).considerations
    groups = considerations.groups
    if code:
        groups = tuple(considerations.group(one) for one in groups_of(code, considerations))
    return [msgspec.to_builtins(group) for group in groups]


@router.get("/guide", tags=["guide"], responses={404: {}}, **action("guide.read"))
async def read_guide(
    call: Annotated[Call, Depends(allow("guide.read"))],
    version: Annotated[str | None, Query(max_length=80, description="As a decision names it: kobe-2022@1")] = None,
) -> dict[str, Any]:
    """The guide in use, or one by which something was decided: questions, definitions, destinations, rows (K4-093)."""
    settings = call.parts.policy(ScreeningSettings)
    async with call.parts.database.session() as session:
        guide = await queries.guide_of(session, settings, version)
    return {
        "key": guide.key,
        "in_use": guide.key == settings.guide.key,
        "reading_order": guide.reading_order,
        **msgspec.to_builtins(guide),
    }
