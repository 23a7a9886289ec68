"""A risk that rises while the person waits, or is with a nurse, begins no new round: the nurse stays."""

from datetime import UTC, datetime
from uuid import UUID

from services.casework.domain.journey import Journey
from services.casework.domain.steps import _STEPS
from shared.contracts.envelope import Envelope
from shared.contracts.screening_screening import ScreeningRequested, ScreeningTaken

AT = datetime(2026, 1, 17, tzinfo=UTC)
PERSON = UUID(int=7)
ENVELOPE = Envelope(
    id=PERSON, type="t", source="/281000/screening", subject=PERSON, version=1, time=AT, recorded_at=AT, key=PERSON,
    topic="screening.screening", actor="a", channel="api", correlation=PERSON, causation=PERSON,
)  # fmt: skip


def test_who_is_with_a_nurse_stays_with_the_nurse_when_the_risk_rises() -> None:
    journey = Journey(person=PERSON)
    for event in (
        ScreeningRequested(reason="needs", risk="high"),
        ScreeningTaken(nurse="sato"),
        ScreeningRequested(reason="needs", risk="highest", urgent=True, raised=True),
    ):
        _STEPS[type(event)](journey, event, ENVELOPE, AT)
    assert (journey.screening, journey.nurse, journey.risk, journey.urgent) == ("taken", "sato", "highest", True)
