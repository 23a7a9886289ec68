"""Kafka in: who the persons are and what happens to them, what the nurses decide."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from services.transfer.handlers_need import follow_decision, follow_fact, follow_merge
from services.transfer.handlers_placement import SAME_PERSON
from services.transfer.job import Job
from services.transfer.locking import lock_whole
from services.transfer.projection_person import decided_urgency, project_person, project_registered
from shared.contracts.envelope import Recorded
from shared.contracts.intake_person import TOPIC as PERSONS
from shared.contracts.intake_person import (
    AmbulanceCalled,
    CheckedIn,
    Departed,
    Died,
    HospitalConfirmed,
    PersonsMerged,
    ReturnedFromHospital,
)
from shared.contracts.screening_screening import TOPIC as SCREENINGS
from shared.contracts.screening_screening import ScreeningDecided, ScreeningRequested
from shared.platform.inbox import Effect, reaction
from shared.platform.parts import Parts
from shared.platform.postgres import Session

_ENDING = (AmbulanceCalled, CheckedIn, Departed, Died, HospitalConfirmed, ReturnedFromHospital)
_NEEDS_OF = f"""
    SELECT DISTINCT need FROM placements
    WHERE state IN ('asked', 'accepted', 'arrived') AND person IN ({SAME_PERSON})
    UNION
    SELECT need FROM needs WHERE state NOT IN ('met', 'ended') AND person IN ({SAME_PERSON})
"""  # noqa: S608 - a statement out of our own


async def persons(parts: Parts, session: Session, events: Sequence[Recorded]) -> None:
    """Where persons are; what of it ends a need or a stay; who is whom."""
    ending = [one for one in events if isinstance(one.event, (*_ENDING, PersonsMerged))]
    others = [one.event.other for one in ending if isinstance(one.event, PersonsMerged)]
    await _lock(session, [*(one.envelope.key for one in ending), *others])
    await project_registered(session, events)  # whatever happens to somebody comes after it: their stream's first event
    for one in events:
        envelope, event = one.envelope, one.event
        await project_person(session, one)
        job = Job(parts, session, reaction(one, parts))
        if isinstance(event, _ENDING):
            await follow_fact(job, one)
        elif isinstance(event, PersonsMerged):
            await follow_merge(job, event.kept, envelope.key, event.other)


async def _lock(session: Session, whom: Sequence[UUID]) -> None:
    """Lock all that a batch may end before anything else, in the order that everybody keeps (`locking`)."""
    if whom:
        needs = {row["need"] for row in await session.fetch(_NEEDS_OF, list(whom))}
        await lock_whole(session, needs)


async def screenings(parts: Parts, session: Session, events: Sequence[Recorded]) -> None:
    """What the nurses decided, and how urgent it was."""
    await _lock(session, [one.envelope.key for one in events if isinstance(one.event, ScreeningDecided)])
    for one in events:
        if isinstance(one.event, ScreeningRequested):
            await decided_urgency(session, one.envelope.key, urgent=one.event.urgent)
        elif isinstance(one.event, ScreeningDecided):
            origin = reaction(one, parts)._replace(happened=one.envelope.time, precision=one.envelope.precision)
            await follow_decision(Job(parts, session, origin), one, one.event)


EFFECTS: Mapping[str, Effect] = {PERSONS: persons, SCREENINGS: screenings}
