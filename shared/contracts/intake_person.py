"""Topic `intake.person`: one evacuee, from the sheet to the last sign-out. Keyed by person."""

from uuid import UUID

from shared.contracts.event import Event, Words, event
from shared.contracts.intake_household import Contact, Mark
from shared.contracts.places import Place

TOPIC = "intake.person"


class PersonWords(Words, frozen=True, kw_only=True, omit_defaults=True):
    """⑫ and ⑭ in words, and what is asked in addition (別紙)."""

    name: str | None = None
    kana: str | None = None
    description: str | None = None
    """氏名不詳: how to recognise the person."""
    birth: str | None = None
    """⑫ 生年月日 as it was written, in an era or not: 昭和20年3月5日, 1945, 80歳くらい."""
    birth_date: str | None = None
    """The same as far as it could be read: 1945-03-05, 1945-03, 1945."""
    age: int | None = None
    """⑫ 歳 as it was given; never overwritten by a computed one."""
    relation: str | None = None
    remarks: str | None = None
    """⑭ 備考: illness, food allergy."""
    doctor: Contact | None = None
    care_manager: Contact | None = None
    care_office: str | None = None
    medicine: str | None = None
    devices: str | None = None
    food: str | None = None
    equipment: str | None = None
    communication: str | None = None
    carer: Contact | None = None
    odd: dict[str, str] = {}
    """What stood in a field and could not be read as that field; nothing is lost."""


@event("tsunagi.intake.person.registered.v1", TOPIC)
class PersonRegistered(Event, frozen=True, kw_only=True, omit_defaults=True):
    """A person stands on a household's sheet."""

    household: UUID
    place: Place
    representative: bool = False
    relation: str | None = None
    age_band: str = "unknown"
    sex: str | None = None
    needs: tuple[str, ...] = ()
    """⑬ ア–エ: codes of `codes.NEED`."""
    care: bool = False
    """Staff marked 配慮が必要, with or without a tick in ⑬ (K4-027)."""
    aids: tuple[str, ...] = ()
    """Mobility aids: codes of `codes.AID`."""
    power_needed: bool | None = None
    """A device needs power to keep the person alive (K4-030)."""
    power_hours: float | None = None
    medicine_days: int | None = None
    communication: tuple[str, ...] = ()
    """How to reach and understand the person (K4-031): codes of `codes.COMMUNICATION`."""
    observations: tuple[str, ...] = ()
    """What staff saw at reception: codes of `codes.OBSERVATION` (fever, unwell, wandering …)."""
    groups: tuple[str, ...] = ()
    """Groups that ⑬ does not tell apart (sight, hearing, dementia …, 別紙; K4-044): codes of `codes.GROUP`."""
    carer: str | None = None
    """介助者 who helps with daily living: a code of `codes.CARER`; None: not asked."""
    marks: tuple[Mark, ...] = ()
    words: PersonWords | None = None

    @property
    def needs_screening(self) -> bool:
        """Whether the sheet says that the nurse should look (004 マニュアル 参考①: 特に配慮が必要な方)."""
        return bool(self.needs or self.care or self.power_needed or self.observations or self.aids or self.groups)


@event("tsunagi.intake.person.corrected.v1", TOPIC)
class PersonCorrected(Event, frozen=True, kw_only=True, omit_defaults=True):
    """Fields of a person were corrected; `fields` names them, and only those count."""

    fields: tuple[str, ...]
    place: Place | None = None
    relation: str | None = None
    age_band: str | None = None
    sex: str | None = None
    needs: tuple[str, ...] = ()
    care: bool = False
    aids: tuple[str, ...] = ()
    power_needed: bool | None = None
    power_hours: float | None = None
    medicine_days: int | None = None
    communication: tuple[str, ...] = ()
    observations: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    carer: str | None = None
    reason: str | None = None
    words: PersonWords | None = None


@event("tsunagi.intake.person.checked-in.v1", TOPIC)
class CheckedIn(Event, frozen=True, kw_only=True, omit_defaults=True):
    """The person entered a shelter (入所), or is now known to be at another place."""

    place: Place


@event("tsunagi.intake.person.went-out.v1", TOPIC)
class WentOut(Event, frozen=True, kw_only=True, omit_defaults=True):
    """一時外出 [O]: out, and meant to come back."""


@event("tsunagi.intake.person.came-back.v1", TOPIC)
class CameBack(Event, frozen=True, kw_only=True, omit_defaults=True):
    """Back from going out."""


class DepartureWords(Words, frozen=True, kw_only=True, omit_defaults=True):
    destination: str | None = None
    contact: str | None = None


@event("tsunagi.intake.person.departed.v1", TOPIC)
class Departed(Event, frozen=True, kw_only=True, omit_defaults=True):
    """退所, with 退所先 (`codes.DESTINATION_AFTER`); `placement` where the person moved to a welfare shelter."""

    destination: str
    shelter: UUID | None = None
    """The shelter that was left."""
    to_facility: UUID | None = None
    """Where the person went, where that is a facility of the master (another shelter, a welfare shelter)."""
    placement: UUID | None = None
    words: DepartureWords | None = None


@event("tsunagi.intake.person.died.v1", TOPIC)
class Died(Event, frozen=True, kw_only=True, omit_defaults=True):
    """The person died."""


@event("tsunagi.intake.person.ambulance-called.v1", TOPIC)
class AmbulanceCalled(Event, frozen=True, kw_only=True, omit_defaults=True):
    """救急搬送 was asked for (K4-040)."""


class HospitalWords(Words, frozen=True, kw_only=True, omit_defaults=True):
    hospital: str | None = None


@event("tsunagi.intake.person.hospital-confirmed.v1", TOPIC)
class HospitalConfirmed(Event, frozen=True, kw_only=True, omit_defaults=True):
    """It is known that a hospital has the person."""

    words: HospitalWords | None = None


@event("tsunagi.intake.person.returned-from-hospital.v1", TOPIC)
class ReturnedFromHospital(Event, frozen=True, kw_only=True, omit_defaults=True):
    """The person is back from hospital, at this place."""

    place: Place


@event("tsunagi.intake.person.merged.v1", TOPIC)
class PersonsMerged(Event, frozen=True, kw_only=True, omit_defaults=True):
    """Two registrations are one person: an alias event, written on both keys. Nothing moves; reads unite over it."""

    merge: UUID
    other: UUID
    kept: UUID
    """Which of the two ids is shown from now on."""


@event("tsunagi.intake.person.unmerged.v1", TOPIC)
class PersonsUnmerged(Event, frozen=True, kw_only=True, omit_defaults=True):
    """They are two persons after all: takes the alias `merge` back, on both keys."""

    merge: UUID
    other: UUID


@event("tsunagi.intake.person.forgotten.v1", TOPIC)
class PersonForgotten(Event, frozen=True, kw_only=True, omit_defaults=True):
    """The person's words were made unreadable everywhere, on whose decision (actor) and why (`codes.FORGET_REASON`).

    That it happened outlives what is forgotten; the wrapped key's tombstone on topic `keys` does it.
    """

    reason: str
