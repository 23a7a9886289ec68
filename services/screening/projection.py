"""Screening's own events → queue, answers, visits, in the transaction that appends them."""

from collections.abc import Sequence

from sqlalchemy import bindparam, update
from sqlalchemy.dialects.postgresql import insert

from services.screening.domain.questions import UNKNOWN
from services.screening.domain.screening import LAST
from services.screening.tables import queue, visits
from shared.contracts.envelope import Recorded
from shared.contracts.screening_screening import (
    CallAttempted,
    ScreeningAnswered,
    ScreeningDecided,
    ScreeningEnded,
    ScreeningReleased,
    ScreeningRequested,
    ScreeningTaken,
    VisitAccepted,
    VisitMade,
    VisitOrdered,
)
from shared.platform.postgres import Session, Statement
from shared.platform.timers import set_timer

AGAIN = "screening-again"
"""The timer upon which somebody is to be screened again."""

_NOT_ASKED = {
    "calls": 0,
    "last_call_at": None,
    "last_call_outcome": None,
    "nurse": None,
    "taken_at": None,
    "ended": None,
}
_NOT_DECIDED = {
    "decision": None,
    "destination": None,
    "interim": None,
    "decided_by": None,
    "decided_at": None,
    "again_at": None,
}
_new_round = insert(queue).values({column.name: bindparam(column.name) for column in queue.columns})
_begin = Statement(
    _new_round.on_conflict_do_update(
        index_elements=["person"],
        set_={column.name: _new_round.excluded[column.name] for column in queue.columns if column.name != "person"},
    )
)
# All answers of a call at once: a statement each would be as many times to and fro.
_KEEP_ANSWERS = """
    INSERT INTO answers (person, question, answer, guide, nurse, answered_at)
    SELECT $1, question, answer, $4, $5, $6 FROM unnest($2::text[], $3::text[]) AS given (question, answer)
    ON CONFLICT (person, question) DO UPDATE
    SET answer = excluded.answer, guide = excluded.guide, nurse = excluded.nurse, answered_at = excluded.answered_at
"""
_SEEN = """
    UPDATE queue SET observations = ARRAY(SELECT DISTINCT unnest(observations || $2::text[]) ORDER BY 1)
    WHERE person = $1
"""
_DROP_ANSWERS = "DELETE FROM answers WHERE person = $1 AND question = ANY($2)"
_MADE = """
    UPDATE visits
    SET attempts = attempts + 1, outcome = $2, made_at = $3::timestamptz,
        state = CASE WHEN $3::timestamptz IS NULL THEN state ELSE 'made' END,
        nurse = CASE WHEN $3::timestamptz IS NULL THEN nurse ELSE $4 END
    WHERE person = $1 AND state IN ('ordered', 'accepted')
"""
_DROP_VISITS = "UPDATE visits SET state = 'dropped' WHERE person = $1 AND state IN ('ordered', 'accepted')"


async def project(session: Session, recorded: Sequence[Recorded]) -> None:
    """Take screening's own fresh events into its tables."""
    for one in recorded:
        envelope, event = one.envelope, one.event
        person, now = envelope.subject, envelope.recorded_at
        match event:
            case ScreeningRequested():
                await _requested(session, one, event)
            case ScreeningTaken(nurse=nurse):
                await _set(session, one, state="taken", nurse=nurse, taken_at=now, since=now)
            case ScreeningReleased():
                await _set(session, one, state="waiting", nurse=None, taken_at=None, since=now)
            case CallAttempted(outcome=outcome):
                await session.execute(
                    "UPDATE queue SET calls = calls + 1, last_call_at = $2, last_call_outcome = $3 WHERE person = $1",
                    person,
                    envelope.time,
                    outcome,
                )
            case VisitOrdered(nurse=nurse):
                await session.execute(_DROP_VISITS, person)
                await _visit(session, one, nurse, ordered_by=envelope.actor)
            case VisitAccepted(nurse=nurse):
                await session.execute(
                    "UPDATE visits SET state = 'accepted', nurse = $2, accepted_at = $3"
                    " WHERE person = $1 AND state = 'ordered'",
                    person,
                    nurse,
                    now,
                )
            case VisitMade():
                await _visited(session, one, event)
            case ScreeningAnswered():
                await _answered(session, one, event)
            case ScreeningDecided():
                await _decided(session, one, event)
            case ScreeningEnded(reason=reason):
                await _set(session, one, state="ended", ended=reason, nurse=None, taken_at=None, since=now)
                await session.execute(_DROP_VISITS, person)
            case _:
                pass  # a health consultation changes no list


async def _set(session: Session, one: Recorded, **values: object) -> None:
    await session.execute(update(queue).where(queue.c.person == one.envelope.subject).values(**values))


async def _requested(session: Session, one: Recorded, event: ScreeningRequested) -> None:
    envelope = one.envelope
    risk = {
        "risk": event.risk,
        "because": event.because,
        "rank": LAST if event.rank is None else event.rank,
        "urgent": event.urgent,
        "rules": event.rules,
        "runs_out_at": event.runs_out_at,
    }
    if event.raised:
        await _set(session, one, **risk)
        await session.execute(_SEEN, envelope.subject, list(event.observations))
        return
    await session.execute(
        _begin,
        person=envelope.subject,
        household=event.household,
        ward=envelope.ward,
        disaster=envelope.disaster,
        state="waiting",
        round=event.round,
        reason=event.reason,
        observations=list(event.observations),
        waiting_since=envelope.recorded_at,
        since=envelope.recorded_at,
        **risk,
        **_NOT_ASKED,
        **_NOT_DECIDED,
    )
    if event.anew:
        await session.execute(_DROP_ANSWERS, envelope.subject, list(event.anew))


async def _answered(session: Session, one: Recorded, event: ScreeningAnswered) -> None:
    envelope = one.envelope
    unknown = [question for question, answer in event.answers.items() if answer == UNKNOWN]
    given = {question: answer for question, answer in event.answers.items() if answer != UNKNOWN}
    if unknown:
        await session.execute(_DROP_ANSWERS, envelope.subject, unknown)
    if given:
        questions, answers = list(given), list(given.values())
        who = (event.guide, envelope.actor, envelope.time)
        await session.execute(_KEEP_ANSWERS, envelope.subject, questions, answers, *who)


async def _decided(session: Session, one: Recorded, event: ScreeningDecided) -> None:
    envelope = one.envelope
    await _set(
        session,
        one,
        state="decided",
        nurse=None,
        taken_at=None,
        since=envelope.recorded_at,
        decision=envelope.id,
        destination=event.destination,
        interim=event.interim,
        decided_by=event.nurse,
        decided_at=envelope.time,
        again_at=event.again_at,
    )
    await session.execute(_DROP_VISITS, envelope.subject)
    if event.again_at is not None:
        payload = {"round": event.round, "correlation": str(envelope.correlation)}
        await set_timer(session, AGAIN, envelope.subject, event.again_at, payload)


async def _visit(session: Session, one: Recorded, nurse: str | None, **values: object) -> None:
    envelope = one.envelope
    row = {"state": "ordered", "nurse": nurse, "ordered_at": envelope.time, "attempts": 0, **values}
    await session.execute(insert(visits).values(visit=envelope.id, person=envelope.subject, ward=envelope.ward, **row))


async def _visited(session: Session, one: Recorded, event: VisitMade) -> None:
    """Report on the visit that is under way (absent: it is still due); one that nobody ordered gets its own row."""
    envelope, nurse = one.envelope, event.nurse or one.envelope.actor
    made_at = None if event.outcome == "absent" else envelope.time
    touched = await session.execute(_MADE, envelope.subject, event.outcome, made_at, nurse)
    if touched == 0:
        report = {"state": "made", "made_at": envelope.time, "outcome": event.outcome, "attempts": 1}
        await _visit(session, one, nurse, **report)
