"""What falls due: unanswered requests and offers, the next one to ask, free places for those who wait.

Fired in the relay's process, one transaction each. None waits for a need that somebody works on: it comes again.
"""

from collections.abc import Mapping
from datetime import timedelta
from uuid import UUID

from services.transfer.domain import trip
from services.transfer.handlers_asking import ask_for_waiting, ask_next
from services.transfer.handlers_placement import expire
from services.transfer.handlers_trip import step
from services.transfer.job import Job
from services.transfer.locking import lock_need_if_free, need_of_trip
from services.transfer.timed import ANSWER_DUE, ASK_NEXT, FREE_PLACES, OFFER_DUE
from shared.platform.parts import Parts
from shared.platform.postgres import Session
from shared.platform.store import Origin
from shared.platform.timers import Fire, Payload, set_timer

AGAIN = timedelta(seconds=1)


async def answer_due(parts: Parts, session: Session, subject: UUID, payload: Payload, origin: Origin) -> None:
    """No answer in time: the request expires."""
    if not await expire(Job(parts, session, origin), subject):
        await set_timer(session, ANSWER_DUE, subject, origin.now + AGAIN, payload)


async def offer_due(parts: Parts, session: Session, subject: UUID, payload: Payload, origin: Origin) -> None:
    """No answer in time: the trip is to be offered to somebody else."""
    need = await lock_need_if_free(session, await need_of_trip(session, subject))
    if need is None:
        await set_timer(session, OFFER_DUE, subject, origin.now + AGAIN, payload)
    else:
        await step(Job(parts, session, origin), need, subject, trip.ExpireOffer(origin.now))


async def next_due(parts: Parts, session: Session, subject: UUID, payload: Payload, origin: Origin) -> None:
    """Nobody is asked for this need any more."""
    job = Job(parts, session, origin)
    if not job.settings.auto_next:
        return
    need = await lock_need_if_free(session, subject)
    if need is None:
        await set_timer(session, ASK_NEXT, subject, origin.now + AGAIN, payload)
    else:
        await ask_next(job, need)


async def places_free(parts: Parts, session: Session, subject: UUID, _: Payload, origin: Origin) -> None:
    """A facility may have room for somebody who waits."""
    job = Job(parts, session, origin)
    if job.settings.auto_next:
        await ask_for_waiting(job, subject)


FIRES: Mapping[str, Fire] = {
    ANSWER_DUE: answer_due,
    OFFER_DUE: offer_due,
    ASK_NEXT: next_due,
    FREE_PLACES: places_free,
}
