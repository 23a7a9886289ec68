"""Events → intake's own tables: its own in the transaction that appends them, the master's from transfer."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import bindparam, select, update
from sqlalchemy.dialects.postgresql import insert

from services.intake import rows
from services.intake.tables import disasters, households, persons, shelters, stays
from shared.contracts.envelope import Envelope, Recorded
from shared.contracts.intake_disaster import DisasterDeclared, StageChanged
from shared.contracts.intake_household import (
    HouseholdCorrected,
    HouseholdWords,
    MemberAdded,
    RepresentativeChanged,
    SharingConfirmed,
)
from shared.contracts.intake_person import (
    AmbulanceCalled,
    CameBack,
    CheckedIn,
    Departed,
    Died,
    HospitalConfirmed,
    PersonCorrected,
    PersonRegistered,
    PersonWords,
    ReturnedFromHospital,
    WentOut,
)
from shared.contracts.places import Place
from shared.contracts.transfer_facility import FacilityChanged, FacilityListed
from shared.platform.personal import keep_person_words
from shared.platform.postgres import Session, Statement

_NOWHERE = Place()
_insert_person = Statement(
    insert(persons).values({c.name: bindparam(c.name) for c in persons.columns}).on_conflict_do_nothing()
)
_insert_stay = Statement(
    insert(stays).values({c.name: bindparam(c.name) for c in stays.columns}).on_conflict_do_nothing()
)
_place_of = Statement(
    select(persons.c.shelter, persons.c.place_kind, persons.c.lodging).where(persons.c.person == bindparam("of"))
)
_move = Statement(
    update(persons)
    .where(persons.c.person == bindparam("of"))
    .values(
        presence=bindparam("presence_now"),
        shelter=bindparam("shelter_now"),
        place_kind=bindparam("kind_now"),
        lodging=bindparam("lodging_now"),
        since=bindparam("since_now"),
    )
)


async def project(session: Session, recorded: Sequence[Recorded]) -> None:
    """Take intake's own fresh events into its tables."""
    for one in recorded:
        envelope, event = one.envelope, one.event
        match event:
            case PersonRegistered():
                await _registered(session, one, event)
            case PersonCorrected():
                await _corrected(session, one, event)
            case CheckedIn(place=place) | ReturnedFromHospital(place=place):
                await _moved(session, one, "present", place)
            case WentOut():
                await _moved(session, one, "out", await _here(session, envelope))
            case CameBack():
                await _moved(session, one, "present", await _here(session, envelope))
            case Departed(placement=placement):
                await _moved(session, one, "moved" if placement else "left", _NOWHERE)
            case AmbulanceCalled():
                await _moved(session, one, "ambulance", await _here(session, envelope))
            case HospitalConfirmed():
                await _moved(session, one, "hospital", _NOWHERE)
            case Died():
                await _moved(session, one, "dead", _NOWHERE)
            case HouseholdCorrected():
                await _household_corrected(session, one, event)
            case MemberAdded(person=person):
                await session.execute(
                    "UPDATE households SET members = array_append(members, $2) WHERE household = $1",
                    envelope.subject,
                    person,
                )
            case RepresentativeChanged(person=person):
                await session.execute(
                    update(households).where(households.c.household == envelope.subject).values(representative=person)
                )
            case SharingConfirmed(agreed=agreed):
                await session.execute(
                    update(households)
                    .where(households.c.household == envelope.subject)
                    .values(sharing_confirmed=agreed)
                )
            case DisasterDeclared():
                await session.execute(
                    insert(disasters)
                    .values(
                        disaster=envelope.subject,
                        kind=event.kind,
                        drill=event.drill,
                        title=event.title,
                        stage=event.stage,
                        began=event.began,
                    )
                    .on_conflict_do_nothing()
                )
            case StageChanged(stage=stage):
                await session.execute(
                    update(disasters).where(disasters.c.disaster == envelope.subject).values(stage=stage)
                )
            case _:
                pass  # it changes no list of intake's


async def _registered(session: Session, one: Recorded, event: PersonRegistered) -> None:
    values = dict(zip((c.name for c in persons.columns), rows.person_row(one, event), strict=True))
    values["needs"] = list(event.needs)
    await session.execute(_insert_person, **values)
    await _stay(session, one, "present", event.place)
    await keep_person_words(session, [(one, one.words if isinstance(one.words, PersonWords) else PersonWords())])


async def _corrected(session: Session, one: Recorded, event: PersonCorrected) -> None:
    fields = {
        name: list(value) if isinstance(value := getattr(event, name), tuple) else value
        for name in event.fields
        if name in ("age_band", "needs", "care")
    }
    person = one.envelope.subject
    if fields:
        await session.execute(update(persons).where(persons.c.person == person).values(**fields))
    if "place" in event.fields and event.place is not None:
        await _moved(session, one, "present", event.place)
    if isinstance(one.words, PersonWords):
        await keep_person_words(session, [(one, one.words)])


async def _household_corrected(session: Session, one: Recorded, event: HouseholdCorrected) -> None:
    household = one.envelope.subject
    columns = {
        name: getattr(event, name) for name in event.fields if name in ("sheet_no", "written_at", "inquiry_consent")
    }
    if "place" in event.fields and event.place is not None:
        columns["shelter"] = event.place.shelter
    if columns:
        await session.execute(update(households).where(households.c.household == household).values(**columns))
    if isinstance(one.words, HouseholdWords):
        _, words, car = rows.household_words_row(one)
        await session.execute(
            "UPDATE personal.household SET words = words || $2::text::jsonb, car = coalesce($3, car)"
            " WHERE household = $1",
            household,
            words,
            car,
        )


async def _here(session: Session, envelope: Envelope) -> Place:
    row = await session.fetchrow(_place_of, of=envelope.subject)
    return Place(kind=row["place_kind"], shelter=row["shelter"], lodging=row["lodging"]) if row else _NOWHERE


async def _moved(session: Session, one: Recorded, presence: str, place: Place) -> None:
    await session.execute(
        _move,
        of=one.envelope.subject,
        presence_now=presence,
        shelter_now=place.shelter,
        kind_now=place.kind,
        lodging_now=place.lodging,
        since_now=one.envelope.time,
    )
    await _stay(session, one, presence, place)


async def _stay(session: Session, one: Recorded, presence: str, place: Place) -> None:
    await session.execute(_insert_stay, **dict(zip(rows.STAY, rows.stay_row(one, presence, place), strict=True)))


async def project_facilities(session: Session, recorded: Sequence[Recorded]) -> None:
    """Take the master's events (transfer's) into `shelters`."""
    for one in recorded:
        match one.event:
            case FacilityListed(name=name, kind=kind, ward=ward):
                row = insert(shelters).values(shelter=one.envelope.subject, name=name, kind=kind, ward=ward)
                await session.execute(
                    row.on_conflict_do_update(
                        index_elements=["shelter"], set_={"name": name, "kind": kind, "ward": ward}
                    )
                )
            case FacilityChanged(fields=fields) as event:
                known = {field: getattr(event, field) for field in fields if field in ("name", "kind", "ward")}
                if known:
                    await session.execute(
                        update(shelters).where(shelters.c.shelter == one.envelope.subject).values(**known)
                    )
            case _:
                pass


async def forget(session: Session, owner: UUID) -> None:
    """Delete what intake holds open about a household (persons' words are the platform's)."""
    await session.execute("DELETE FROM personal.household WHERE household = $1", owner)
