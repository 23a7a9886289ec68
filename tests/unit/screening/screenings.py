"""Screenings as tests need them: risks, events, answers."""

from datetime import UTC, datetime
from typing import Any

from services.screening.domain.guide import kobe_2022
from services.screening.domain.risk import Risk
from services.screening.domain.suggest import Context, suggest
from shared.contracts.screening_screening import (
    ScreeningAnswered,
    ScreeningDecided,
    ScreeningRequested,
    Suggestion,
)

GUIDE = kobe_2022()
NOON = datetime(2026, 1, 17, 12, 0, tzinfo=UTC)
SATO, KATO = "nurse-sato", "nurse-kato"

RAISED = Risk(risk="raised", because="care", rank=6, urgent=False, rules="risk@1")
CRITICAL = Risk(risk="critical", because="danger-signs", rank=1, urgent=True, rules="risk@1")
NORMAL = Risk(risk="normal", because="others", rank=7, urgent=False, rules="risk@1")


def requested(reason: str = "sheet", risk: Risk = RAISED, **more: Any) -> ScreeningRequested:
    """The event of a request with this risk."""
    return ScreeningRequested(
        reason=reason,
        risk=risk.risk,
        urgent=risk.urgent,
        runs_out_at=risk.runs_out_at,
        rules=risk.rules,
        because=risk.because,
        rank=risk.rank,
        **more,
    )


STABLE = {"urgent": "no", "unstable": "no", "infection": "no", "medical-care": "no", "maternity-infancy": "none"}
HELPED_TO_THE_FULL = {**STABLE, "adl": "full", "carer": "always", "group-life": "none"}
"""Who needs help with everything and has a carer all the time: a core welfare shelter (P7)."""


def answered(answers: dict[str, str]) -> ScreeningAnswered:
    return ScreeningAnswered(answers=answers, guide=GUIDE.key)


def says(answers: dict[str, str], *, welfare_open: bool = False) -> Any:
    """What the guide says to these answers."""
    return suggest(GUIDE, answers, Context(welfare_open=welfare_open))


def decided(destination: str = "core-welfare", **more: Any) -> ScreeningDecided:
    return ScreeningDecided(
        nurse=SATO, destination=destination, suggestion=Suggestion(guide=GUIDE.key, row="P7"), **more
    )
