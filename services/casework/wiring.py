"""Casework's composition root: the only place that names concrete parts."""

from services.casework.agents import EFFECTS
from services.casework.desk import project
from services.casework.escalation import TIMERS
from services.casework.projection import SWAP, admit
from services.casework.settings import CaseworkSettings
from services.casework.tables import ledger
from shared.platform.process import Service

SERVICE = Service(
    name="casework",
    settings=CaseworkSettings,
    ledger=ledger,
    project=project,
    make_api="services.casework.api:make_api",
    migrations="services.casework.migrations",
    effects=EFFECTS,
    timers=TIMERS,
    admit=admit,
    shares=SWAP,
    names=True,
)
