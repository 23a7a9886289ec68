"""From a sheet to its events: one for the household, one for each member, and the marks of what is odd.

Nothing here refuses. What is missing or strange is marked 要確認, and a member of staff looks later.
"""

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from services.intake.domain.cleaning import clean_member, clean_sheet
from services.intake.domain.sheet import Member, Sheet
from shared.contracts import codes
from shared.contracts.intake_household import HouseholdRegistered, HouseholdWords, Mark
from shared.contracts.intake_person import PersonRegistered, PersonWords
from shared.contracts.places import Place
from shared.kernel.eras import age_on, read_birth
from shared.kernel.japan import JAPAN

_AHEAD = timedelta(minutes=5)
"""A device may be this far ahead of us before its 記入時点 is marked."""


class Registered(NamedTuple):
    """What a sheet comes to. `happened` is ① where it can be believed, else None."""

    household: HouseholdRegistered
    persons: tuple[tuple[UUID, PersonRegistered], ...]
    happened: datetime | None


def register(sheet: Sheet, now: datetime) -> Registered:
    """Make the events of a sheet that is handed in at `now`."""
    if sheet.written_at is not None and sheet.written_at.tzinfo is None:
        sheet.written_at = sheet.written_at.replace(tzinfo=JAPAN)  # a paper sheet says no offset
    marks = [*clean_sheet(sheet), *_household_marks(sheet, now)]
    speakers = [member.id for member in sheet.members if member.representative]
    representative = speakers[0] if speakers else (sheet.members[0].id if sheet.members else None)
    if len(speakers) != 1 and sheet.members:
        marks.append(Mark("representative", "several" if speakers else "missing"))
    today = now.astimezone(JAPAN).date()
    persons = tuple(
        (member.id, _person(member, sheet.id, sheet.place, today, speaks=member.id == representative))
        for member in sheet.members
    )
    happened = None
    if sheet.written_at is not None:
        happened = sheet.written_at.astimezone(UTC) if sheet.written_at <= now + _AHEAD else None
    event = HouseholdRegistered(
        members=tuple(member.id for member in sheet.members),
        representative=representative,
        place=sheet.place,
        sheet_no=sheet.sheet_no,
        form=sheet.form,
        written_at=sheet.written_at,
        entered_on=sheet.entered_on,
        damage=sheet.damage,
        reasons=sheet.reasons,
        lifelines=sheet.lifelines,
        inquiry_consent=sheet.inquiry_consent,
        sharing_confirmed=sheet.sharing_confirmed,
        written_by=sheet.written_by,
        marks=tuple(marks),
        words=HouseholdWords(
            postcode=sheet.postcode,
            address=sheet.address,
            phone=sheet.phone,
            mobile=sheet.mobile,
            car=sheet.car,
            shelter=sheet.shelter_written,
            room=sheet.room,
            relatives=sheet.relatives,
            damage_other=sheet.damage_other,
            lodging_other=sheet.lodging_other,
            reason_other=sheet.reason_other,
            note=sheet.note,
            recorder=sheet.recorder,
            odd=sheet.odd,
        ),
    )
    return Registered(event, persons, happened)


def member_registered(household: UUID, member: Member, now: datetime) -> PersonRegistered:
    """Make the event of a member who is added to a household after its sheet."""
    return _person(member, household, Place(), now.astimezone(JAPAN).date(), speaks=False)


def age_of(birth: str | None, age: int | None, now: datetime) -> tuple[str | None, str | None]:
    """Return what a corrected birth date or age comes to: the date as far as it can be read, and the age band.

    Both are None where neither was given.
    """
    if birth is None and age is None:
        return None, None
    birth_date, years, _ = _age(birth, age, now.astimezone(JAPAN).date())
    return birth_date, codes.age_band(years)


def _age(birth: str | None, age: int | None, today: date) -> tuple[str | None, int | None, list[Mark]]:
    """Return the birth date as far as it can be read, the age in years as far as it is likely, and what is odd."""
    marks: list[Mark] = []
    birth_date = None
    if birth:
        read = read_birth(birth, today)
        birth_date = read.text
        if read.odd:
            marks.append(Mark("birth", read.odd))
        computed = age_on(read.text, today) if read.text and not read.odd else read.about_age
        if age is None:
            age = computed
        elif computed is not None and abs(computed - age) > 1:
            marks.append(Mark("age", "differs-from-birth"))
    if age is not None and not 0 <= age <= 120:
        marks.append(Mark("age", "unlikely"))
        age = None
    return birth_date, age, marks


def _household_marks(sheet: Sheet, now: datetime) -> Iterable[Mark]:
    if not sheet.members:
        yield Mark("members", "missing")
    if sheet.place.kind == "unknown":
        yield Mark("place", "missing")
    if sheet.place.kind == "shelter" and sheet.place.shelter is None:
        yield Mark("place.shelter", "shelter-unknown" if sheet.shelter_written else "missing")
    if sheet.written_at is None:
        yield Mark("written_at", "missing")
    elif sheet.written_at > now + _AHEAD:
        yield Mark("written_at", "in-future")
    if sheet.sharing_confirmed is None:
        yield Mark("sharing_confirmed", "missing")


def _person(member: Member, household: UUID, place: Place, today: date, *, speaks: bool) -> PersonRegistered:
    marks = clean_member(member)
    if not (member.name or member.kana or member.description):
        marks.append(Mark("name", "missing"))
    birth_date, age, odd = _age(member.birth, member.age, today)
    marks.extend(odd)
    relation = member.relation if member.relation in codes.RELATION else None
    return PersonRegistered(
        household=household,
        place=member.place or place,
        representative=speaks,
        relation=relation,
        age_band=codes.age_band(age),
        sex=member.sex,
        needs=member.needs,
        care=member.care,
        groups=member.groups,
        aids=member.aids,
        power_needed=member.power_needed,
        power_hours=member.power_hours,
        medicine_days=member.medicine_days,
        communication=member.communication,
        observations=member.observations,
        carer=member.carer,
        marks=tuple(marks),
        words=PersonWords(
            name=member.name,
            kana=member.kana,
            description=member.description,
            birth=member.birth,
            birth_date=birth_date,
            age=member.age,
            relation=None if relation else member.relation,
            remarks=member.remarks,
            doctor=member.doctor,
            care_manager=member.care_manager,
            care_office=member.care_office,
            medicine=member.medicine,
            devices=member.devices,
            food=member.food,
            equipment=member.equipment,
            communication=member.communication_note,
            carer=member.carer_contact,
            odd=member.odd,
        ),
    )
