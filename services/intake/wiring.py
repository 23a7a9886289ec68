"""Intake's composition root: the only place that names concrete parts."""

from services.intake.agents import EFFECTS
from services.intake.projection import forget, project
from services.intake.settings import IntakeSettings
from services.intake.tables import ledger
from shared.platform.process import Service

SERVICE = Service(
    name="intake",
    settings=IntakeSettings,
    ledger=ledger,
    project=project,
    make_api="services.intake.api:make_api",
    migrations="services.intake.migrations",
    effects=EFFECTS,
    forget=forget,
)
