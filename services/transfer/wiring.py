"""Transfer's composition root: the only place that names concrete parts."""

from services.transfer.agents import EFFECTS
from services.transfer.due import FIRES
from services.transfer.projection import project
from services.transfer.settings import TransferSettings
from services.transfer.tables import ledger
from shared.platform.service import Service

SERVICE = Service(
    name="transfer",
    settings=TransferSettings,
    ledger=ledger,
    project=project,
    make_api="services.transfer.api:make_api",
    migrations="services.transfer.migrations",
    effects=EFFECTS,
    timers=FIRES,
    names=True,
)
