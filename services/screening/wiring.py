"""Screening's composition root: the only place that names concrete parts."""

from services.screening.agents import EFFECTS
from services.screening.projection import project
from services.screening.settings import ScreeningSettings
from services.screening.tables import ledger
from services.screening.timers import TIMERS
from shared.platform.process import Service

SERVICE = Service(
    name="screening",
    settings=ScreeningSettings,
    ledger=ledger,
    project=project,
    make_api="services.screening.api:make_api",
    migrations="services.screening.migrations",
    effects=EFFECTS,
    timers=TIMERS,
    names=True,
)
