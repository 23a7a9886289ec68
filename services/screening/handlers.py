"""One function a command: load, decide, append, answer."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

import msgspec

from services.screening import queries
from services.screening.domain import screening
from services.screening.domain.commands import Command, Consult, Decide, Request, Take
from services.screening.domain.decision import Details
from services.screening.domain.guide import Guide
from services.screening.domain.person import Known
from services.screening.domain.profile import profile
from services.screening.domain.risk import assess_risk
from services.screening.domain.suggest import Ask, Context, Decided
from services.screening.settings import ScreeningSettings
from shared.contracts.screening_screening import DecisionWords
from shared.kernel.errors import Refused
from shared.kernel.ids import derived_id
from shared.platform.parts import Parts
from shared.platform.postgres import Session
from shared.platform.store import Origin
from shared.platform.streams import Outcome, transact
from shared.platform.timers import set_timer

RISK = "screening-risk"
"""The timer upon which time alone makes somebody more urgent: power or medicine is about to run out (K4-105)."""


async def perform(parts: Parts, session: Session, person: UUID, command: Command, origin: Origin) -> Outcome:
    """Carry out a command on a person's screening; its stream is the person's, and so is its key."""
    return await parts.streams.perform(session, screening, command, stream=person, key=person, origin=origin)


async def change(parts: Parts, person: UUID, command: Command, origin: Origin) -> Outcome:
    """Carry out a command on a person's screening, in a transaction of its own. Raises what the rules refuse."""

    async def work(session: Session) -> Outcome:
        return await perform(parts, session, person, command, await _whence(session, person, origin))

    return await transact(parts.database, work)


async def take(parts: Parts, person: UUID, command: Take, origin: Origin) -> Outcome:
    """Take a person. Raises `Refused("screening.taken", nurse=…, since=…)` where another nurse has them (K4-065)."""

    async def work(session: Session) -> Outcome:
        try:
            return await perform(parts, session, person, command, origin)
        except Refused as no:
            held = await queries.here(session, person)
            if no.code != "screening.taken" or held is None:
                raise
            raise Refused(no.code, **no.details, since=held.taken_at) from None

    return await transact(parts.database, work)


async def request(
    parts: Parts,
    session: Session,
    person: UUID,
    reason: str,
    origin: Origin,
    *,
    seen: Sequence[str] = (),
    policy: str = "",
    known: Known | None = None,
) -> Outcome:
    """Let a person wait for a nurse, as urgent as what is known of them makes it; and see to it when that changes."""
    settings = parts.policy(ScreeningSettings)
    person_known = known or await queries.known(session, person) or Known()
    facts = person_known.facts(origin.now, tuple(seen), power_out=reason == "power-out")
    risk = assess_risk(settings.risk, facts, origin.now)
    command = Request(
        reason,
        risk,
        household=person_known.household,
        place=person_known.place,
        observations=tuple(seen),
        anew=settings.follow_up.anew(reason),
        policy=policy,
    )
    outcome = await perform(parts, session, person, command, await _whence(session, person, origin))
    if risk.changes_at is not None and risk.changes_at > origin.now:
        await set_timer(session, RISK, person, risk.changes_at, {"correlation": str(origin.correlation)})
    return outcome


async def ask_for(parts: Parts, person: UUID, reason: str, seen: Sequence[str], origin: Origin) -> Outcome:
    """Somebody asks that a nurse looks at this person (K4-095, K4-104)."""

    async def work(session: Session) -> Outcome:
        return await request(parts, session, person, reason, origin, seen=seen)

    return await transact(parts.database, work)


async def consult(parts: Parts, person: UUID, command: Consult, reason: str | None, origin: Origin) -> Outcome:
    """Record a health consultation; with a reason, let a nurse look at the person (K4-095)."""

    async def work(session: Session) -> Outcome:
        outcome = await perform(parts, session, person, command, await _whence(session, person, origin))
        if reason is not None and not outcome.repeated:
            asked = origin._replace(causation=derived_id("consultation", origin.causation))
            await request(parts, session, person, reason, asked, seen=command.observations)
        return outcome

    return await transact(parts.database, work)


@dataclass(frozen=True, kw_only=True)
class Decision:
    """A decision as a nurse gives it; None: as sheet, answers and policy have it."""

    destination: str
    reason: str | None = None
    emergency_admission: bool = False
    admission_kind: str | None = None
    interim: str | None = None
    groups: tuple[str, ...] | None = None
    aids: tuple[str, ...] | None = None
    high_risk: bool | None = None
    companion: bool | None = None
    again_at: datetime | None = None
    explained: bool | None = None
    agreed: bool | None = None
    words: DecisionWords | None = None


async def decide(parts: Parts, person: UUID, nurse: str, given: Decision, origin: Origin) -> Outcome:
    """Let the nurse decide; what the guide says to the answers is reckoned here and recorded beside it (K4-068)."""
    settings = parts.policy(ScreeningSettings)

    async def work(session: Session) -> Outcome:
        row = await queries.person(session, person)
        known = queries.known_of(row)
        state, _ = await parts.streams.state(session, screening, person)
        suggestion, answers, open_ = await queries.suggestion_now(session, settings, row["ward"], state.answers)
        details = _details(settings, known, answers, suggestion, given, origin.now)
        command = Decide(nurse, given.destination, settings.guide, Context(welfare_open=open_), details)
        outcome = await perform(parts, session, person, command, origin)
        await _keep_guide(session, settings.guide, origin.now)
        return outcome

    return await transact(parts.database, work)


def _details(
    settings: ScreeningSettings,
    known: Known,
    answers: dict[str, str],
    suggestion: Decided | Ask,
    given: Decision,
    now: datetime,
) -> Details:
    policy, made = settings.follow_up, profile(known, answers)
    risk = assess_risk(settings.risk, known.facts(now), now)
    usual = Details(
        interim=policy.interim_of(given.destination, answers, at_shelter=known.place.kind == "shelter"),
        groups=made.groups,
        aids=made.aids,
        high_risk=made.high_risk,
        companion=made.companion,
        urgent=risk.urgent,
        again_at=policy.again_at(now, given.destination, suggestion, risk.changes_at, settings.again_hours),
        household=known.household,
        place=known.place,
        policy=policy.key,
        reason=given.reason,
        emergency_admission=given.emergency_admission,
        admission_kind=given.admission_kind,
        explained=given.explained,
        agreed=given.agreed,
        words=given.words,
    )
    said = {
        name: value
        for name in ("interim", "groups", "aids", "high_risk", "companion", "again_at")
        if (value := getattr(given, name)) is not None
    }
    return replace(usual, **said)


async def _keep_guide(session: Session, guide: Guide, now: datetime) -> None:
    """Keep the guide by which something was decided (K4-093); it is large, so it is only sent once."""
    if not await session.fetchval("SELECT true FROM guides WHERE guide = $1", guide.key):
        await session.execute(
            "INSERT INTO guides (guide, data, since) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
            guide.key,
            msgspec.to_builtins(guide),
            now,
        )


async def _whence(session: Session, person: UUID, origin: Origin) -> Origin:
    """Return the origin with the ward and disaster of the person, where the command names none."""
    if origin.ward is not None and origin.disaster is not None:
        return origin
    row = await session.fetchrow("SELECT ward, disaster FROM persons WHERE person = $1", person)
    if row is None:
        return origin
    return origin._replace(ward=origin.ward or row["ward"], disaster=origin.disaster or row["disaster"])
