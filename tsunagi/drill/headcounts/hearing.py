"""When intake hears what happened: minutes later, a day later where the network was gone, and some of it twice.

Of one household everything is sent one after the other, in the order in which it happened.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from tsunagi.drill.dice import Dice
from tsunagi.drill.headcounts.people import Arrival

Somebody = tuple[int, int]
"""A household's number, and which of its members."""

_MINUTE = timedelta(minutes=1)
_SHEET_LATE, _MOVE_LATE, _SHEET_AGAIN, _MOVE_AGAIN = 0.12, 0.06, 0.06, 0.05
"""Which share is held back, and which comes twice."""


class Moved(NamedTuple):
    """Something that happened to somebody: check-in (`shelter`), departure (`destination`), out or back."""

    at: datetime
    who: Somebody
    kind: str
    shelter: int | None = None
    destination: str | None = None


class Act(NamedTuple):
    """Something that reaches intake: `at` is when it happened, `sent` when it is sent.

    `kind`: sheet, check-in, departure, out, back. `turn` is its place among the household's; `again`: it was sent
    before, and comes once more. `shelter` is a row of the facts, `destination` a code of codes.DESTINATION_AFTER.
    """

    sent: datetime
    number: int
    turn: int
    kind: str
    at: datetime
    member: int | None = None
    shelter: int | None = None
    destination: str | None = None
    again: bool = False


def sent(arrivals: Sequence[Arrival], moves: Iterable[Moved], *names: object) -> list[Act]:
    """Return everything in the order in which it is sent; the dice stand under `names`."""
    happened: defaultdict[int, list[Moved]] = defaultdict(list)
    for moved in moves:
        happened[moved.who[0]].append(moved)
    acts: list[Act] = []
    for arrival in arrivals:
        in_order = sorted(happened[arrival.number], key=lambda one: (one.at, one.who))
        acts += _of_household(arrival, in_order, Dice(*names, "sent", arrival.number))
    return sorted(acts)


def _of_household(arrival: Arrival, moves: Sequence[Moved], dice: Dice) -> list[Act]:
    delay = dice.between(180, 1800) if dice.chance(_SHEET_LATE) else dice.between(2, 40)
    acts = [Act(arrival.at + delay * _MINUTE, arrival.number, 0, "sheet", arrival.at, shelter=arrival.shelter)]
    if dice.chance(_SHEET_AGAIN):
        acts.append(acts[0]._replace(sent=acts[0].sent + dice.between(3, 240) * _MINUTE, again=True))
    last = acts[0].sent
    for turn, moved in enumerate(moves, start=1):
        delay = dice.between(120, 1200) if dice.chance(_MOVE_LATE) else dice.between(2, 30)
        last = max(last, moved.at + delay * _MINUTE)
        act = Act(
            last,
            arrival.number,
            turn,
            moved.kind,
            moved.at,
            member=moved.who[1],
            shelter=moved.shelter,
            destination=moved.destination,
        )
        acts.append(act)
        if dice.chance(_MOVE_AGAIN):
            acts.append(act._replace(sent=last + dice.between(1, 90) * _MINUTE, again=True))
    return acts
