"""What the board says after a drill, and whether it agrees with what the players themselves did."""

from collections.abc import Mapping
from typing import Any

import msgspec

from tsunagi.client import CITY_HQ, Client

_BOARD = {"registered": "persons", "screened": "decided", "placed": "accepted", "moved": "moved", "arrived": "arrived"}
"""Our word, and the board's."""
_HANDOFFS = ("opened", "taken", "ended", "open", "overdue")


class Figures(msgspec.Struct, frozen=True, kw_only=True):
    """Persons: registered, decided by a nurse, accepted somewhere, moved there, arrived. Cases ever opened,
    conferences held, hand-offs (opened = taken + ended + open; overdue: ever)."""

    registered: int
    screened: int
    placed: int
    moved: int
    arrived: int
    cases: int
    conferences: int
    handoffs: dict[str, int]
    waiting_list: int
    overdue_now: int


async def ask(client: Client) -> Figures:
    """Ask casework as the city's headquarters do."""
    board = await client.get(CITY_HQ, "casework", "/board")
    told = {figure["code"]: figure["value"] for figure in board["figures"]}
    handoffs = await client.get(CITY_HQ, "casework", "/handoffs/figures")
    cases = await client.count(CITY_HQ, "casework", "/cases")
    held = await client.count(CITY_HQ, "casework", "/conferences", status="held")
    return Figures(
        **{ours: told[boards] for ours, boards in _BOARD.items()},
        cases=cases,
        conferences=held,
        handoffs={name: handoffs[name] for name in _HANDOFFS},
        waiting_list=told["waitlisted"],
        overdue_now=sum(kind["overdue_now"] for kind in handoffs["kinds"]),
    )


def differences(figures: Figures, done: Mapping[str, int], *, alone: bool) -> list[str]:
    """Say where the figures are not what the players did (`Done.counts`).

    `alone`: nobody else has worked on this stack, so that the figures must be the same and not only as many.
    """
    told: Mapping[str, Any] = msgspec.structs.asdict(figures)
    found = []
    for name, did in done.items():
        said = told[name]
        if said < did or (alone and said != did):
            found.append(f"casework says {said} {name}, the players did {did}")
    hands = figures.handoffs
    if hands["opened"] != hands["taken"] + hands["ended"] + hands["open"]:
        found.append(f"hand-offs do not add up: {hands}")
    return found
