"""What transfer keeps of persons, from intake's and screening's events: where they are, how to be understood."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import update
from sqlalchemy.dialects.postgresql import insert

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
_MERGED = """
    INSERT INTO aliases (merge, one, other, kept) VALUES ($1, least($2::uuid, $3), greatest($2::uuid, $3), $4)
    ON CONFLICT DO NOTHING
"""


async def project_person(session: Session, one: Recorded) -> None:
    """Take one event of a person into the tables."""
    envelope, event = one.envelope, one.event
    person, at = envelope.key, envelope.time
    match event:
        case PersonRegistered():
            await _registered(session, one, event)
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


async def _registered(session: Session, one: Recorded, event: PersonRegistered) -> None:
    envelope = one.envelope
    await session.execute(
        _REGISTERED,
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
    row = insert(persons).values(
        person=person,
        presence="nobody",
        since=LONG_AGO,
        place_kind="unknown",
        age_band="unknown",
        communication=[],
        urgent=urgent,
    )
    await session.execute(row.on_conflict_do_update(index_elements=["person"], set_={"urgent": urgent}))
