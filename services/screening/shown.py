"""How screening shows itself: rows of the queue, suggestions in the words of the guide, groups with what to heed."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

import msgspec
from pydantic import BaseModel

from services.screening.domain.considerations import Considerations, groups_of
from services.screening.domain.guide import Guide
from services.screening.domain.person import Known
from services.screening.domain.profile import groups_received
from services.screening.domain.suggest import Ask, Suggestion


class PlaceShown(BaseModel):
    """Where the person is."""

    kind: str
    shelter: UUID | None = None
    name: str | None = None
    lodging: str | None = None
    presence: str


class VisitPending(BaseModel):
    """A visit that is ordered and not made."""

    state: str
    nurse: str | None = None
    ordered_at: datetime


class MoveShown(BaseModel):
    """How far the move is that the decision led to."""

    state: Literal["none", "open", "waitlisted", "accepted", "arrived", "ended"]
    facility: UUID | None = None
    name: str | None = None


class Waiting(BaseModel):
    """A line of the queue: who, where, since when, with whom, and how to reach and understand them (K4-031)."""

    person: UUID
    household: UUID | None
    ward: str | None
    name: str | None
    kana: str | None
    description: str | None
    age_band: str
    place: PlaceShown
    state: str
    round: int
    reason: str
    risk: str
    because: str
    urgent: bool
    runs_out_at: datetime | None
    waiting_since: datetime
    nurse: str | None
    taken_at: datetime | None
    calls: int
    last_call_at: datetime | None
    last_call_outcome: str | None
    communication: list[str]
    how_to_talk: str | None
    needs: list[str]
    aids: list[str]
    observations: list[str]
    attention: list[str]
    visit: VisitPending | None
    destination: str | None
    interim: str | None
    decided_by: str | None
    decided_at: datetime | None
    again_at: datetime | None
    move: MoveShown | None
    ended: str | None


_AS_THEY_ARE = frozenset(Waiting.model_fields) - {"place", "visit", "move", "attention", "observations"}


def waiting_line(row: Mapping[str, Any]) -> Waiting:
    """Show a row of the queue."""
    visit = None
    if row["visit"] is not None:
        visit = VisitPending(state=row["visit_state"], nurse=row["visit_nurse"], ordered_at=row["visit_ordered_at"])
    return Waiting(
        **{name: row[name] for name in _AS_THEY_ARE},
        place=place_of(row),
        observations=sorted({*row["observations"], *row["seen"]}),
        attention=list(groups_of(_codes(row))),
        visit=visit,
        move=_move(row) if row["decision"] is not None else None,
    )


def place_of(row: Mapping[str, Any]) -> PlaceShown:
    """Show where the person is, the shelter with its name."""
    return PlaceShown(
        kind=row["place_kind"],
        shelter=row["shelter"],
        name=row["shelter_name"],
        lodging=row["lodging"],
        presence=row["presence"],
    )


def _codes(row: Mapping[str, Any]) -> Iterable[str]:
    lists = ("needs", "aids", "communication", "observations", "seen", "groups")
    return (*(code for name in lists for code in row[name]), row["age_band"])


def _move(row: Mapping[str, Any]) -> MoveShown:
    facility = {"facility": row["move_facility"], "name": row["move_facility_name"]}
    if row["arrived_at"] is not None:
        return MoveShown(state="arrived", **facility)
    if row["accepted_at"] is not None:
        return MoveShown(state="accepted", **facility)
    return MoveShown(state=row["move_state"] or "none")


class QuestionShown(BaseModel):
    """A question to ask, in the guide's words."""

    code: str
    text: str


class AwaitedShown(BaseModel):
    """An answer that is still to come, and what to do until it does."""

    code: str
    text: str
    advice: str


class DestinationShown(BaseModel):
    """A destination in the official wording (K4-069); `remark` goes to the shelter (備考)."""

    code: str
    title: str
    remark: str


class SuggestionShown(BaseModel):
    """What the guide says to the answers. `decided`: the answers suffice; `ask`: more is to be asked.

    `plain` tells the household why, in plain words. With `nurse_decides` the destinations are those between which the
    nurse decides (※2). `candidates` may be chosen without a reason.
    """

    kind: Literal["decided", "ask"]
    guide: str
    welfare_open: bool
    row: str | None = None
    row_title: str | None = None
    plain: str | None = None
    nurse_decides: bool = False
    destinations: list[DestinationShown] = []
    also_right: list[str] = []
    candidates: list[str] = []
    now: bool = False
    remark: str = ""
    awaited: list[AwaitedShown] = []
    questions: list[QuestionShown] = []
    rows: list[str] = []
    safest_meanwhile: str | None = None


def suggestion_shown(guide: Guide, suggestion: Suggestion, answers: Mapping[str, str], open_: bool) -> SuggestionShown:
    """Show a suggestion in the words of the guide; `answers` are those that it was made of."""
    if isinstance(suggestion, Ask):
        return SuggestionShown(
            kind="ask",
            guide=suggestion.guide,
            welfare_open=open_,
            questions=[QuestionShown(code=code, text=guide.question(code).text) for code in suggestion.questions],
            rows=list(suggestion.rows),
            safest_meanwhile=suggestion.safest_meanwhile,
            remark=suggestion.remark,
        )
    row = guide.row(suggestion.row)
    return SuggestionShown(
        kind="decided",
        guide=suggestion.guide,
        welfare_open=open_,
        row=row.id,
        row_title=row.title,
        plain=row.plain,
        nurse_decides=bool(suggestion.nurse_decides_between),
        destinations=[
            DestinationShown(code=code, title=guide.destination(code).title, remark=guide.destination(code).remark)
            for code in suggestion.destinations or suggestion.nurse_decides_between
        ],
        also_right=list(suggestion.also_right),
        candidates=list(suggestion.candidates),
        now=suggestion.now,
        remark=suggestion.remark,
        awaited=[
            AwaitedShown(
                code=code, text=guide.question(code).text, advice=guide.question(code).answer(answers[code]).advice
            )
            for code in suggestion.awaited
        ],
    )


def attention_shown(considerations: Considerations, known: Known, answers: Mapping[str, str]) -> list[dict[str, Any]]:
    """Return the groups of a person with what to heed for each, word by word (別紙, K4-044)."""
    codes = (
        *known.needs,
        *known.aids,
        *known.communication,
        *known.observations,
        *known.groups,
        *groups_received(known, answers),
        known.age_band,
    )
    return [msgspec.to_builtins(considerations.group(code)) for code in groups_of(codes, considerations)]
