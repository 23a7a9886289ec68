"""A hand-off as a card: from whom to whom, since when, due when, who has it, how late it is, what may be done."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from services.casework.domain.handoffs import Handoff
from services.casework.pages.wording import Names, hand_off, when
from services.casework.reading import handoff_view
from shared.contracts import codes
from shared.platform.pages.times import span
from shared.platform.postgres import Row

Looks = Literal["waiting", "soon", "late", "doing", "done", "ended"]
_SOON_SECONDS = 15 * 60
_MINUTE = 60


@dataclass
class Card:
    """A hand-off as it is shown. `owner` None: nobody has it; `meant`: whose it is meant to be."""

    handoff: UUID
    kind: str
    route: str
    label: str
    person: UUID
    looks: Looks
    word: str
    since: str
    due: str
    owner: str | None
    meant: str | None
    taken: str | None
    urgent: bool
    told: str | None
    due_at: datetime
    open: bool
    mine: bool
    has_owner: bool
    finished: bool
    reason: str | None


def card(handoff: Handoff | Row, names: Names, now: datetime, caller: str, near: datetime | None = None) -> Card:
    """Make the card of a hand-off as it stands at `now`; times are said as beside `near`."""
    shown = handoff_view(handoff, now)
    beside = near or now
    looks, word = _state(shown, now)
    has_owner = shown["state"] == "taken"
    return Card(
        handoff=shown["handoff"],
        kind=shown["kind"],
        route=hand_off(shown["kind"]).say,
        label=codes.HANDOFF.label(shown["kind"]),
        person=shown["person"],
        looks=looks,
        word=word,
        since=when(shown["opened_heard"], beside),
        due=when(shown["due"], beside),
        owner=names.actor(shown["owner"]) if has_owner and shown["owner"] else None,
        meant=names.actor(shown["owner"]) if not has_owner and shown["owner"] else None,
        taken=when(shown["taken_at"], beside) if shown["taken_at"] else None,
        urgent=shown["urgent"],
        told=codes.LEVEL.label(shown["level"]) if shown["level"] and shown["escalated_at"] else None,
        due_at=shown["due"],
        open=shown["state"] == "open",
        mine=has_owner and shown["owner"] == caller,
        has_owner=has_owner,
        finished=shown["closed_by"] is not None,
        reason=codes.END.label(shown["reason"]) if shown["reason"] else None,
    )


def _state(shown: Mapping[str, Any], now: datetime) -> tuple[Looks, str]:
    if shown["state"] == "ended":
        return "ended", "- 終了"
    if shown["state"] == "open":
        if shown["overdue"]:
            return "late", _with_span("▲ 期限超過", shown["overdue_seconds"])
        left = (shown["due"] - now).total_seconds()
        return ("soon", _with_span("△ 期限間近", left, "あと")) if left < _SOON_SECONDS else ("waiting", "○ 待ち")
    if shown["late"]:
        late = f"▲ {span((shown['taken_heard'] - shown['due']).total_seconds())} 遅れ"
        return ("done" if shown["closed_by"] else "doing"), late
    return ("done", "✓ 期限内") if shown["closed_by"] else ("doing", "◐ 対応中")


def _with_span(word: str, seconds: float, before: str = "") -> str:
    """Say how much it is, from a minute on."""
    return f"{word} {before}{span(seconds)}" if seconds >= _MINUTE else word
