"""Transfer's own events → its tables, in the transaction that appends them.

Holds and timers are rows as well: they follow from the events alone, so that no way into an event forgets them.
"""

from collections.abc import Sequence

from services.transfer.projection_facility import FACILITY
from services.transfer.projection_need import NEED, PLACEMENT
from services.transfer.projection_trip import TRIP
from services.transfer.taking import Takes
from shared.contracts.envelope import Recorded
from shared.platform.postgres import Session

TAKES: Takes = {**FACILITY, **NEED, **PLACEMENT, **TRIP}
"""Event → what becomes of it; what is missing here changes no list (a dispatch, a contact)."""


async def project(session: Session, recorded: Sequence[Recorded]) -> None:
    """Take fresh events into the tables."""
    for one in recorded:
        take = TAKES.get(type(one.event))
        if take is not None:
            await take(session, one)
