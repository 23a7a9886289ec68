"""Kafka in: evacuees and disasters from intake; facilities, needs and placements from transfer."""

from collections.abc import Mapping, Sequence

from sqlalchemy.dialects.postgresql import insert

from services.screening import queries
from services.screening.following import follow_person, react
from services.screening.tables import disasters, facilities, moves
from shared.contracts.envelope import Recorded
from shared.contracts.intake_disaster import TOPIC as DISASTERS
from shared.contracts.intake_disaster import DisasterDeclared, StageChanged
from shared.contracts.intake_person import TOPIC as PERSONS
from shared.contracts.transfer_facility import TOPIC as FACILITIES
from shared.contracts.transfer_facility import FacilityChanged, FacilityClosed, FacilityListed, OpeningStepReported
from shared.contracts.transfer_need import TOPIC as NEEDS
from shared.contracts.transfer_need import NeedChanged, NeedEnded, NeedMet, NeedOpened, NeedWaitlisted
from shared.contracts.transfer_placement import TOPIC as PLACEMENTS
from shared.contracts.transfer_placement import (
    ArrivalReported,
    PlacementAccepted,
    PlacementDeclined,
    PlacementEnded,
    PlacementWithdrawn,
)
from shared.platform.inbox import Effect
from shared.platform.parts import Parts
from shared.platform.postgres import Session

_NOT_ACCEPTED = (
    "UPDATE moves SET facility = NULL, accepted_at = NULL WHERE need = $1 AND facility = $2 AND arrived_at IS NULL"
)
_ARRIVED_AT = "UPDATE persons SET place_kind = 'facility', shelter = $2, lodging = NULL WHERE person = $1"


async def persons(parts: Parts, session: Session, events: Sequence[Recorded]) -> None:
    """What intake says of evacuees: who needs a nurse waits for one, at once (004 マニュアル 参考①)."""
    seen = await queries.seen(session, {one.envelope.subject for one in events})
    for one in events:
        await follow_person(parts, session, one, seen)


async def needs(parts: Parts, session: Session, events: Sequence[Recorded]) -> None:
    """How far the move is that a decision led to; one that comes to nothing may bring the person back to the nurse."""
    for one in events:
        need, event = one.envelope.subject, one.event
        match event:
            case NeedOpened(screening=decision) | NeedChanged(screening=decision):
                # One move a decision: what was opened for it before has been replaced.
                await session.execute(
                    "UPDATE moves SET decision = NULL WHERE decision = $1 AND need <> $2", decision, need
                )
                await _move(session, one, need, state="open", **({"decision": decision} if decision else {}))
            case NeedWaitlisted():
                await _move(session, one, need, state="waitlisted")
            case NeedMet():
                await _move(session, one, need, state="met", arrived_at=one.envelope.time)
            case NeedEnded(reason=reason):
                await _move(session, one, need, state="ended")
                if await _is_this_move(session, one, need):
                    await react(parts, session, one, "need-ended", {"code": reason})
            case _:
                pass


async def placements(parts: Parts, session: Session, events: Sequence[Recorded]) -> None:
    """Who has accepted, and the arrival: then the person leaves the team's list (K4-096)."""
    for one in events:
        envelope, event = one.envelope, one.event
        match event:
            case PlacementAccepted(need=need, facility=facility):
                await _move(session, one, need, facility=facility, accepted_at=envelope.time)
            case PlacementDeclined() | PlacementWithdrawn():
                await session.execute(_NOT_ACCEPTED, event.need, event.facility)
            case ArrivalReported(need=need, facility=facility):
                await _move(session, one, need, facility=facility, arrived_at=envelope.time)
                await session.execute(_ARRIVED_AT, envelope.key, facility)
            case PlacementEnded(need=need, reason=reason):
                if await _is_this_move(session, one, need):
                    await react(parts, session, one, "stay-ended", {"code": reason})
            case _:
                pass


async def _move(session: Session, one: Recorded, need: object, **values: object) -> None:
    row = insert(moves).values(need=need, person=one.envelope.key, **values)
    await session.execute(row.on_conflict_do_update(index_elements=["need"], set_=values))


async def _is_this_move(session: Session, one: Recorded, need: object) -> bool:
    """Whether the need is that of the decision that counts now, and not of one before."""
    found = await session.fetchval(
        "SELECT true FROM moves JOIN queue USING (decision) WHERE need = $1 AND queue.person = $2",
        need,
        one.envelope.key,
    )
    return bool(found)


async def master(_: Parts, session: Session, events: Sequence[Recorded]) -> None:
    """Names of places, and which welfare shelters are open."""
    for one in events:
        facility, event = one.envelope.subject, one.event
        match event:
            case FacilityListed(name=name, kind=kind, ward=ward):
                await _facility(session, facility, name=name, kind=kind, ward=ward)
            case FacilityChanged(fields=fields):
                known = {field: getattr(event, field) for field in fields if field in ("name", "kind", "ward")}
                if known:
                    await _facility(session, facility, **known)
            case OpeningStepReported(step="receiving", ok=ok):
                await _facility(session, facility, open=ok)
            case FacilityClosed():
                await _facility(session, facility, open=False)
            case _:
                pass


async def _facility(session: Session, facility: object, **values: object) -> None:
    row = insert(facilities).values(**{"facility": facility, "open": False, **values})
    await session.execute(row.on_conflict_do_update(index_elements=["facility"], set_=values))


async def stages(_: Parts, session: Session, events: Sequence[Recorded]) -> None:
    """The stage of the disaster, upon which the health team changes its name (K4-097)."""
    for one in events:
        match one.event:
            case DisasterDeclared(kind=kind, stage=stage, began=began):
                row = insert(disasters).values(disaster=one.envelope.subject, kind=kind, stage=stage, began=began)
                await session.execute(row.on_conflict_do_nothing())
            case StageChanged(stage=stage):
                await session.execute(
                    "UPDATE disasters SET stage = $2 WHERE disaster = $1", one.envelope.subject, stage
                )
            case _:
                pass


EFFECTS: Mapping[str, Effect] = {
    PERSONS: persons,
    NEEDS: needs,
    PLACEMENTS: placements,
    FACILITIES: master,
    DISASTERS: stages,
}
