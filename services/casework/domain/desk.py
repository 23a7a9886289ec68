"""What a caseworker's desk shows of a case and of a conference, folded from casework's own events."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from uuid import UUID

import msgspec

from services.casework.domain.timeline import order_key, settle, settles_at
from shared.contracts.casework_case import (
    CaseAssessed,
    CaseAssigned,
    CaseClosed,
    CaseOpened,
    CaseReferred,
    CaseReopened,
    CaseTakenOver,
    CaseVisited,
    ReferralAnswered,
)
from shared.contracts.casework_conference import (
    ConferenceCalled,
    ConferenceCancelled,
    ConferenceHeld,
    Member,
    MembersChanged,
    TaskDone,
)
from shared.contracts.envelope import Envelope, Recorded
from shared.kernel.japan import JAPAN


class Referral(msgspec.Struct, kw_only=True):
    """A referral and how it stands: asked, accepted, rejected, done, withdrawn."""

    referral: UUID
    provider: str
    consent: str
    reason: str | None
    conference: UUID | None
    task: UUID | None
    referred_at: datetime
    state: str = "asked"
    answered_at: datetime | None = None


class CaseNow(msgspec.Struct, kw_only=True):
    """A case as it stands now. `next_visit`: when the next visit is due, in Japan."""

    case: UUID
    person: UUID
    household: UUID | None
    opened_for: str
    opened_at: datetime
    ward: str | None = None
    disaster: UUID | None = None
    status: str = "open"
    worker: str | None = None
    handed_to: str | None = None
    base: str | None = None
    scheme: str | None = None
    housing: str | None = None
    living: str | None = None
    class_: str | None = None
    continues: bool | None = None
    assessed_at: datetime | None = None
    visit_every_days: int | None = None
    visited_at: datetime | None = None
    next_visit: date | None = None
    visits: int = 0
    closed_at: datetime | None = None
    closed_for: str | None = None
    referrals: dict[UUID, Referral] = {}


class TaskNow(msgspec.Struct, kw_only=True):
    """A task of a conference: open, done, dropped."""

    task: UUID
    owner: str
    kind: str
    due: date | None
    provider: str | None
    state: str = "open"
    finished_at: datetime | None = None


class ConferenceNow(msgspec.Struct, kw_only=True):
    """A conference as it stands now; `present` is None until it was held."""

    conference: UUID
    case: UUID
    person: UUID
    at: datetime
    ward: str | None = None
    status: str = "called"
    agenda: list[str] = []
    members: list[Member] = []
    present: list[Member] | None = None
    held_at: datetime | None = None
    city_present: bool | None = None
    decision: str | None = None
    look_again_on: date | None = None
    reason: str | None = None
    tasks: dict[UUID, TaskNow] = {}


def day_of(instant: datetime) -> date:
    """Return the day of an instant in Japan."""
    return instant.astimezone(JAPAN).date()


def case_now(events: Iterable[Recorded]) -> CaseNow | None:
    """Fold the events of one case; None where it was never opened."""
    now: CaseNow | None = None
    for one in sorted(settle(events).events, key=_spoken):
        envelope, event = one.envelope, one.event
        if isinstance(event, CaseOpened):
            now = CaseNow(
                case=envelope.subject,
                person=event.person,
                household=event.household,
                opened_for=event.reason,
                opened_at=settles_at(envelope),
                disaster=envelope.disaster,
                worker=event.worker,
                base=event.base,
            )
        if now is not None:
            now.ward = envelope.ward or now.ward
            _take(now, one)
    return now


def _spoken(one: Recorded) -> tuple[int, object]:
    """Sort key: a stream's own order, since its commands were decided in it."""
    return one.envelope.version, order_key(one)


def _take(now: CaseNow, one: Recorded) -> None:
    envelope, at = one.envelope, settles_at(one.envelope)
    match one.event:
        case CaseAssigned(worker=worker, base=base, before=before):
            now.base = base or now.base
            if before is None:
                now.worker = worker
            else:
                now.handed_to = worker
        case CaseTakenOver(worker=worker):
            now.worker, now.handed_to = worker, None
        case CaseVisited() as event:
            now.visits += 1
            if event.outcome not in ("absent", "not-found"):
                now.visited_at = max(at, now.visited_at or at)
            now.next_visit = event.next_on or now.next_visit
        case CaseAssessed() as event:
            now.scheme, now.housing, now.living = event.scheme, event.housing, event.living
            now.class_, now.continues, now.assessed_at = event.result, event.continues, at
            now.visit_every_days = event.visit_every_days
            days = event.visit_every_days
            now.next_visit = day_of(at) + timedelta(days=days) if days is not None else None
        case CaseReferred() as event:
            now.referrals = {**now.referrals, event.referral: _referral(event, envelope)}
        case ReferralAnswered(referral=referral, answer=answer):
            found = now.referrals.get(referral)
            if found is not None:
                found.state, found.answered_at = answer, at
        case CaseClosed(reason=reason):
            now.status, now.closed_at, now.closed_for, now.handed_to = "closed", at, reason, None
        case CaseReopened():
            now.status, now.closed_at, now.closed_for = "open", None, None
        case _:
            pass


def _referral(event: CaseReferred, envelope: Envelope) -> Referral:
    return Referral(
        referral=event.referral,
        provider=event.provider,
        consent=event.consent,
        reason=event.reason,
        conference=event.conference,
        task=event.task,
        referred_at=settles_at(envelope),
    )


def conference_now(events: Iterable[Recorded]) -> ConferenceNow | None:
    """Fold the events of one conference; None where it was never called."""
    now: ConferenceNow | None = None
    for one in sorted(settle(events).events, key=_spoken):
        envelope, event, at = one.envelope, one.event, settles_at(one.envelope)
        if isinstance(event, ConferenceCalled):
            now = ConferenceNow(
                conference=envelope.subject,
                case=event.case,
                person=event.person,
                at=event.at,
                agenda=list(event.agenda),
                members=list(event.members),
            )
        if now is None:
            continue
        now.ward = envelope.ward or now.ward
        match event:
            case MembersChanged(members=members):
                now.members = list(members)
            case ConferenceHeld():
                _held(now, event, at)
            case ConferenceCancelled(reason=reason):
                now.status, now.reason = "cancelled", reason
            case TaskDone(task=task, outcome=outcome):
                found = now.tasks.get(task)
                if found is not None:
                    found.state, found.finished_at = outcome, at
            case _:
                pass
    return now


def _held(now: ConferenceNow, event: ConferenceHeld, at: datetime) -> None:
    now.status, now.held_at, now.city_present = "held", at, event.city_present
    now.present, now.decision, now.look_again_on = list(event.present), event.decision, event.look_again_on
    now.agenda = list(event.agenda)
    now.tasks = {
        task.id: TaskNow(task=task.id, owner=task.owner, kind=task.kind, due=task.due, provider=task.provider)
        for task in event.tasks
    }
