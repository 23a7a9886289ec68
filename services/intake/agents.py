"""Kafka in: the master of shelters, and arrivals at welfare shelters."""

from collections.abc import Mapping, Sequence

from services.intake.handlers import follow_arrival
from services.intake.projection import project_facilities
from shared.contracts.envelope import Recorded
from shared.contracts.transfer_facility import TOPIC as FACILITIES
from shared.contracts.transfer_placement import TOPIC as PLACEMENTS
from shared.contracts.transfer_placement import ArrivalReported
from shared.platform.inbox import Effect, reaction
from shared.platform.parts import Parts
from shared.platform.postgres import Session


async def facilities(_: Parts, session: Session, events: Sequence[Recorded]) -> None:
    """The master of shelters changed."""
    await project_facilities(session, events)


async def placements(parts: Parts, session: Session, events: Sequence[Recorded]) -> None:
    """Somebody arrived at a welfare shelter: sign them out here."""
    for one in events:
        if isinstance(one.event, ArrivalReported):
            origin = reaction(one, parts)._replace(happened=one.envelope.time)
            await follow_arrival(parts, session, one.envelope.key, one.event, one.envelope.subject, origin)


EFFECTS: Mapping[str, Effect] = {FACILITIES: facilities, PLACEMENTS: placements}
