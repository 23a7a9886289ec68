"""Events of needs and placements → their rows, the places that hang on them, and what falls due."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import update
from sqlalchemy.dialects.postgresql import insert

from services.transfer import holding
from services.transfer.tables import needs, placements
from services.transfer.taking import Takes
from services.transfer.timed import ANSWER_DUE, ASK_NEXT, FREE_PLACES
from shared.contracts.envelope import Envelope, Recorded
from shared.contracts.transfer_need import NeedChanged, NeedEnded, NeedMet, NeedOpened, NeedWaitlisted
from shared.contracts.transfer_placement import (
    ArrivalReported,
    PlacementAccepted,
    PlacementDeclined,
    PlacementEnded,
    PlacementExpired,
    PlacementRequested,
    PlacementWithdrawn,
)
from shared.platform.postgres import Session
from shared.platform.timers import drop_timer, set_timer

ASK_AGAIN = frozenset({"facility-closed", "replaced"})
"""Reasons of a withdrawal that leave the person without a request through nobody's wish: the next one is asked."""


def _demand(event: NeedOpened | NeedChanged, envelope: Envelope) -> dict[str, Any]:
    values: dict[str, Any] = {
        "screening": event.screening,
        "exception": event.exception,
        "destination": event.destination,
        "groups": list(event.groups),
        "aids": list(event.aids),
        "high_risk": event.high_risk,
        "companion": event.companion,
        "urgent": event.urgent,
        "emergency_admission": event.emergency_admission,
        "admission_kind": event.admission_kind,
        "interim": event.interim,
        "decided_at": envelope.time,
    }
    if event.place is not None:
        values |= {"place_kind": event.place.kind, "place": event.place.shelter}
    return values


async def _opened(session: Session, one: Recorded) -> None:
    event, envelope = one.event, one.envelope
    assert isinstance(event, NeedOpened)  # noqa: S101 - the table says so
    values = {"place_kind": "unknown", "place": None} | _demand(event, envelope)
    await session.execute(
        insert(needs).values(
            need=envelope.subject,
            person=event.person,
            household=event.household,
            ward=envelope.ward,
            disaster=envelope.disaster,
            straight_from_home=event.straight_from_home,
            state="open",
            asked=0,
            opened_at=envelope.recorded_at,
            since=envelope.recorded_at,
            **values,
        )
    )


async def _changed(session: Session, one: Recorded) -> None:
    assert isinstance(one.event, NeedChanged)  # noqa: S101 - the table says so
    need = one.envelope.subject
    waited = await session.fetchval("SELECT state = 'waitlisted' FROM needs WHERE need = $1", need)
    values = _demand(one.event, one.envelope)
    await session.execute(update(needs).where(needs.c.need == need).values(**values))
    await _recount(session, need, one.envelope.recorded_at)
    if waited:  # what nobody had a place for before, somebody may have now
        await _ask_next(session, one, need)


async def _state(session: Session, one: Recorded, state: str, reason: str | None) -> None:
    await session.execute(
        "UPDATE needs SET state = $2, reason = $3, since = CASE WHEN state = $2 THEN since ELSE $4 END WHERE need = $1",
        one.envelope.subject,
        state,
        reason,
        one.envelope.recorded_at,
    )


async def _waitlisted(session: Session, one: Recorded) -> None:
    assert isinstance(one.event, NeedWaitlisted)  # noqa: S101 - the table says so
    await _state(session, one, "waitlisted", one.event.reason)


async def _met(session: Session, one: Recorded) -> None:
    await _state(session, one, "met", None)


async def _need_ended(session: Session, one: Recorded) -> None:
    assert isinstance(one.event, NeedEnded)  # noqa: S101 - the table says so
    await _state(session, one, "ended", one.event.reason)


async def _recount(session: Session, need: UUID, at: datetime) -> None:
    """Say of a live need what its placements say: accepted, asked, or open again."""
    await session.execute(
        """
        UPDATE needs SET state = now.state, reason = NULL,
            since = CASE WHEN needs.state = now.state THEN since ELSE $2 END
        FROM (
            SELECT CASE WHEN bool_or(state = 'accepted') THEN 'accepted' WHEN bool_or(state = 'asked') THEN 'asked'
                ELSE 'open' END AS state
            FROM placements WHERE need = $1 AND state IN ('asked', 'accepted')
        ) AS now
        WHERE need = $1 AND needs.state NOT IN ('met', 'ended')
        """,
        need,
        at,
    )


async def _requested(session: Session, one: Recorded) -> None:
    event, envelope = one.event, one.envelope
    assert isinstance(event, PlacementRequested)  # noqa: S101 - the table says so
    await session.execute(
        insert(placements).values(
            placement=envelope.subject,
            need=event.need,
            person=event.person,
            facility=event.facility,
            ward=envelope.ward,
            state="asked",
            grp=event.group,
            held=event.held,
            rank=event.rank,
            chosen=event.chosen,
            choice_reason=event.reason,
            asked_by=event.asked_by,
            until=event.until,
            asked_at=envelope.time,
            conditions=[],
            lacks=[],
        )
    )
    await session.execute("UPDATE needs SET asked = asked + 1 WHERE need = $1", event.need)
    await _recount(session, event.need, envelope.recorded_at)
    await set_timer(session, ANSWER_DUE, envelope.subject, event.until, {"correlation": str(envelope.correlation)})


async def _stage(session: Session, envelope: Envelope, state: str, **values: Any) -> None:
    await session.execute(
        update(placements).where(placements.c.placement == envelope.subject).values(state=state, **values)
    )
    await drop_timer(session, ANSWER_DUE, envelope.subject)


def _answered(envelope: Envelope) -> dict[str, Any]:
    return {"answered_at": envelope.time, "channel": envelope.channel, "said_by": envelope.said_by}


async def _accepted(session: Session, one: Recorded) -> None:
    event, envelope = one.event, one.envelope
    assert isinstance(event, PlacementAccepted)  # noqa: S101 - the table says so
    await _stage(
        session,
        envelope,
        "accepted",
        conditions=list(event.conditions),
        from_time=event.from_time,
        lacks=list(event.lacks),
        reason=None,
        **_answered(envelope),
    )
    row = await session.fetchrow(
        """
        SELECT p.grp, p.held, (n.emergency_admission OR n.screening IS NULL) AS unscreened
        FROM placements p JOIN needs n USING (need) WHERE placement = $1
        """,
        envelope.subject,
    )
    if row is not None:
        at = envelope.recorded_at
        await holding.promise(session, envelope.subject, event.facility, row["grp"], at, unscreened=row["unscreened"])
        if not row["held"]:
            await set_timer(session, FREE_PLACES, event.facility, at)
    await _recount(session, event.need, envelope.recorded_at)


async def _released(session: Session, one: Recorded, facility: UUID, need: UUID) -> None:
    """A place is free again, if one was held; who waits may be asked for."""
    at = one.envelope.recorded_at
    await holding.release(session, one.envelope.subject, at)
    await _recount(session, need, at)
    await set_timer(session, FREE_PLACES, facility, at)


async def _ask_next(session: Session, one: Recorded, need: UUID) -> None:
    correlation = {"correlation": str(one.envelope.correlation)}
    await set_timer(session, ASK_NEXT, need, one.envelope.recorded_at, correlation)


async def _declined(session: Session, one: Recorded) -> None:
    event = one.event
    assert isinstance(event, PlacementDeclined)  # noqa: S101 - the table says so
    answered = _answered(one.envelope)
    await _stage(session, one.envelope, "declined", reason=event.reason, lacks=list(event.lacks), **answered)
    await _released(session, one, event.facility, event.need)
    await _ask_next(session, one, event.need)


async def _expired(session: Session, one: Recorded) -> None:
    event = one.event
    assert isinstance(event, PlacementExpired)  # noqa: S101 - the table says so
    await _stage(session, one.envelope, "expired", reason="silent", answered_at=one.envelope.time)
    await _released(session, one, event.facility, event.need)
    await _ask_next(session, one, event.need)


async def _withdrawn(session: Session, one: Recorded) -> None:
    event = one.event
    assert isinstance(event, PlacementWithdrawn)  # noqa: S101 - the table says so
    await _stage(session, one.envelope, "withdrawn", reason=event.reason, ended_at=one.envelope.time)
    await _released(session, one, event.facility, event.need)
    if event.reason in ASK_AGAIN:
        await _ask_next(session, one, event.need)


async def _arrived(session: Session, one: Recorded) -> None:
    event = one.event
    assert isinstance(event, ArrivalReported)  # noqa: S101 - the table says so
    await _stage(session, one.envelope, "arrived", arrived_at=one.envelope.time)
    await holding.settle(session, one.envelope.subject, one.envelope.recorded_at)
    await session.execute(
        """
        UPDATE persons SET presence = 'moved', place_kind = 'facility', place = $2, since = $3
        WHERE person = $1 AND since <= $3
        """,
        one.envelope.key,
        event.facility,
        one.envelope.time,
    )


async def _stay_ended(session: Session, one: Recorded) -> None:
    event = one.event
    assert isinstance(event, PlacementEnded)  # noqa: S101 - the table says so
    await _stage(session, one.envelope, "ended", reason=event.reason, ended_at=one.envelope.time)
    await _released(session, one, event.facility, event.need)


NEED: Takes = {
    NeedOpened: _opened,
    NeedChanged: _changed,
    NeedWaitlisted: _waitlisted,
    NeedMet: _met,
    NeedEnded: _need_ended,
}
PLACEMENT: Takes = {
    PlacementRequested: _requested,
    PlacementAccepted: _accepted,
    PlacementDeclined: _declined,
    PlacementExpired: _expired,
    PlacementWithdrawn: _withdrawn,
    ArrivalReported: _arrived,
    PlacementEnded: _stay_ended,
}
