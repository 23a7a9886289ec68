"""The figures of the HQ board as a table (K4-153–K4-156, K4-160): what each counts, and which topics it hears it from.

The age of a figure is the instant up to which its topics have been heard: it can be no fresher than that.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple

_HOUSEHOLD = ("intake.household",)
_PERSON = ("intake.person",)
_SCREENING = ("intake.person", "screening.screening")
_PLACEMENT = ("transfer.placement",)
_TRIP = ("transfer.placement", "transfer.trip")
_ALL = ("intake.person", "screening.screening", "transfer.need", "transfer.placement", "transfer.trip", "casework.case")


class Figure(NamedTuple):
    """One figure: its code, what a person reads, and the topics that it is counted from."""

    code: str
    ja: str
    en: str
    heard_from: tuple[str, ...]


FIGURES: tuple[Figure, ...] = (
    Figure("sheets", "受け付けた調査票", "sheets received", _HOUSEHOLD),
    Figure("sheets_marked", "要確認の調査票", "sheets with something to check", _HOUSEHOLD),
    Figure("persons", "登録された人", "persons registered", _PERSON),
    Figure("needing_care", "特に配慮が必要な人", "persons with special needs", _SCREENING),
    Figure("waiting_for_nurse", "スクリーニング待ち", "waiting for a nurse", _SCREENING),
    Figure("phoned", "電話で確認した人", "phoned", _SCREENING),
    Figure("visit_pending", "訪問待ち", "visit pending", _SCREENING),
    Figure("decided", "避難先を判断した人", "decided", _SCREENING),
    Figure("to_be_moved", "移送が必要な人", "to be moved", ("transfer.need",)),
    Figure("waitlisted", "受入先が見つからない人", "on the waiting list", ("transfer.need",)),
    Figure("asked", "受入を要請した人", "asked for", _PLACEMENT),
    Figure("accepted", "受入が決まった人", "accepted", _PLACEMENT),
    Figure("moved", "移動した人", "moved", _TRIP),
    Figure("arrived", "受入報告のあった人", "arrived", _PLACEMENT),
    Figure("in_hospital", "救急搬送・入院", "on the way to hospital or there", _PERSON),
    Figure("departed", "退所した人", "departed", _PERSON),
    Figure("died", "亡くなった人", "died", _PERSON),
    Figure("cases_open", "支援中のケース", "open cases", ("casework.case",)),
    Figure("lost", "どこにも引き継がれていない人", "lost between two hands", _ALL),
)

REGISTER = Figure("register", "名簿登載者の安否", "people of the register: heard of, in shelters, unknown", ())
"""K4-156: its facts come with the register; until then the board says that it has none, not that it is zero."""


def age(heard: Mapping[str, datetime], topics: tuple[str, ...]) -> datetime | None:
    """Return up to when these topics have been heard: the latest instant of any of them, None where of none."""
    instants = [heard[topic] for topic in topics if topic in heard]
    return max(instants) if instants else None
