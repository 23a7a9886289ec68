"""What transfer keeps of persons, from intake's and screening's events: where they are, how to be understood."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import update

from services.transfer.tables import persons
from shared.contracts.envelope import Recorded
from shared.contracts.intake_person import (
    AmbulanceCalled,
    CameBack,
    CheckedIn,
    Departed,
    Died,
    HospitalConfirmed,
    PersonCorrected,
    PersonRegistered,
    PersonsMerged,
    PersonsUnmerged,
    ReturnedFromHospital,
    WentOut,
)
from shared.contracts.places import Place
from shared.platform.postgres import Session

LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)
"""Since when somebody is where nobody has said yet: the registration replaces it."""
_REGISTERED = """
    INSERT INTO persons (person, household, ward, disaster, presence, since, place_kind, place, age_band,
        communication, urgent)
    VALUES ($1, $2, $3, $4, 'present', $5, $6, $7, $8, $9, false)
    ON CONFLICT (person) DO UPDATE SET household = excluded.household, ward = excluded.ward,
        disaster = excluded.disaster, presence = excluded.presence, since = excluded.since,
        place_kind = excluded.place_kind, place = excluded.place, age_band = excluded.age_band,
        communication = excluded.communication
"""
_URGENT = """
    INSERT INTO persons (person, presence, since, place_kind, age_band, communication, urgent)
    VALUES ($1, 'nobody', $2, 'unknown', 'unknown', '{}', $3)
    ON CONFLICT (person) DO UPDATE SET urgent = excluded.urgent
"""
_MERGED = """
    INSERT INTO aliases (merge, one, other, kept) VALUES ($1, least($2::uuid, $3), greatest($2::uuid, $3), $4)
    ON CONFLICT DO NOTHING
"""


async def project_registered(session: Session, events: Sequence[Recorded]) -> None:
    """Take those of these events into the tables by which persons are registered, all at once."""
    rows = [_registered(one, one.event) for one in events if isinstance(one.event, PersonRegistered)]
    if rows:
        await session.raw.executemany(_REGISTERED, rows)


async def project_person(session: Session, one: Recorded) -> None:
    """Take one event of a person into the tables; by which they are registered: see `project_registered`."""
    envelope, event = one.envelope, one.event
    person, at = envelope.key, envelope.time
    match event:
        case PersonCorrected(fields=fields):
            await _corrected(session, person, event, fields)
        case CheckedIn(place=place) | ReturnedFromHospital(place=place):
            await _is(session, person, at, "present", place)
        case WentOut():
            await _is(session, person, at, "out")
        case CameBack():
            await _is(session, person, at, "present")
        case Departed(placement=placement, to_facility=to_facility):
            where = None if to_facility is None else Place(kind="facility", shelter=to_facility)
            await _is(session, person, at, "moved" if placement else "left", where)
        case Died():
            await _is(session, person, at, "dead")
        case AmbulanceCalled():
            await _is(session, person, at, "ambulance")
        case HospitalConfirmed():
            await _is(session, person, at, "hospital")
        case PersonsMerged(merge=merge, other=other, kept=kept):
            await session.execute(_MERGED, merge, person, other, kept)
        case PersonsUnmerged(merge=merge):
            await session.execute("DELETE FROM aliases WHERE merge = $1", merge)


def _registered(one: Recorded, event: PersonRegistered) -> tuple[Any, ...]:
    envelope = one.envelope
    return (
        envelope.key,
        event.household,
        envelope.ward,
        envelope.disaster,
        envelope.time,
        event.place.kind,
        event.place.shelter,
        event.age_band,
        list(event.communication),
    )


async def _corrected(session: Session, person: UUID, event: PersonCorrected, fields: tuple[str, ...]) -> None:
    values: dict[str, Any] = {}
    if "age_band" in fields and event.age_band is not None:
        values["age_band"] = event.age_band
    if "communication" in fields:
        values["communication"] = list(event.communication)
    if "place" in fields and event.place is not None:
        values |= {"place_kind": event.place.kind, "place": event.place.shelter}
    if values:
        await session.execute(update(persons).where(persons.c.person == person).values(**values))


async def _is(session: Session, person: UUID, at: datetime, presence: str, place: Place | None = None) -> None:
    """Say where a person is. What happened before the last that is known was told late and changes nothing."""
    where = {} if place is None else {"place_kind": place.kind, "place": place.shelter}
    await session.execute(
        update(persons)
        .where(persons.c.person == person, persons.c.since <= at)
        .values(presence=presence, since=at, **where)
    )


async def decided_urgency(session: Session, person: UUID, *, urgent: bool) -> None:
    """A nurse is asked to look at a person, urgently or not."""
    await session.execute(_URGENT, person, LONG_AGO, urgent)
