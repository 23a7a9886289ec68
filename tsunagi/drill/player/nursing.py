"""What a nurse of the drill says and decides: pure, from what the guide suggests and what is true of the person."""

from collections.abc import Mapping, Sequence
from math import ceil
from typing import Any, NamedTuple

from tsunagi.drill.dice import Dice
from tsunagi.drill.stories import Story

MOVES = frozenset({"core-welfare", "welfare", "facility"})
"""Destinations for which headquarters look for a place."""
MINUTES = (3, 9)
"""How long a call or a visit takes."""

_MILDER = {
    "hospital": "core-welfare",
    "facility": "core-welfare",
    "core-welfare": "welfare-space",
    "welfare": "welfare-space",
    "infection-space": "welfare-space",
    "welfare-space": "general",
    "general": "welfare-space",
}
"""Where a nurse sends somebody who wishes otherwise."""


class Chosen(NamedTuple):
    """A decision: where to, and why otherwise than the guide (codes.DIFFERS; None: as it suggests)."""

    destination: str
    reason: str | None = None


def answers_now(story: Story, asked: Sequence[str], *, called_back: bool) -> dict[str, str]:
    """Return the answers that can be given to these questions: some only when the nurse calls back."""
    return {
        question: story.answers[question]
        for question in asked
        if question in story.answers and (called_back or question not in story.asked_again)
    }


def choose(story: Story, suggestion: Mapping[str, Any], dice: Dice) -> Chosen:
    """Decide on a suggestion as the screening shows it: follow it, or have a reason.

    While the guide still asks, the person goes where it is safest meanwhile.
    """
    if suggestion["kind"] == "ask":
        return Chosen(suggestion["safest_meanwhile"] or "welfare-space", "condition")
    candidates: list[str] = suggestion["candidates"]
    named = [row["code"] for row in suggestion["destinations"]]
    if suggestion["now"]:
        return Chosen(named[0])
    usual = dice.pick(named) if suggestion["nurse_decides"] else named[0]
    if usual == "core-welfare" and "welfare" in candidates and dice.chance(0.4):
        usual = "welfare"
    if not story.agrees and usual in MOVES:
        return _otherwise(usual, candidates, "wish")
    if story.decides_otherwise is not None:
        return _otherwise(usual, candidates, story.decides_otherwise)
    return Chosen(usual)


def _otherwise(usual: str, candidates: Sequence[str], reason: str) -> Chosen:
    other = _MILDER[usual]
    return Chosen(other, None if other in candidates else reason)


def decision(story: Story, chosen: Chosen, dice: Dice) -> dict[str, Any]:
    """Return the body of the decision."""
    body: dict[str, Any] = {
        "destination": chosen.destination,
        "condition": story.condition,
        "explained": True,
        "agreed": True,
    }
    if chosen.reason is not None:
        body |= {"reason": chosen.reason, "reason_words": "本人・家族と話し合って決めた（訓練）"}
    if chosen.destination == "facility":
        body["admission_kind"] = dice.weighted(((3, "short-stay"), (1, "admission")))
        body["emergency_admission"] = dice.chance(0.5)
    return body


def nurses_needed(persons: int, hours: float) -> int:
    """Return how many nurses a ward has for so many persons who will need one within so many hours.

    Most come in the first hours, some are seen again, and a call is not all of it: others help out (応援, K4-098).
    """
    minutes = persons * 1.4 * (sum(MINUTES) / 2 + 8)
    return max(1, ceil(minutes / (hours * 60 * 0.35)))
