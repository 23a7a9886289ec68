"""Topic `intake.household`: the survey sheet (避難者調査票, 004), a household's own part. Keyed by household."""

from datetime import date
from uuid import UUID

import msgspec

from shared.contracts.event import Event, Instant, Words, event
from shared.contracts.places import Place

TOPIC = "intake.household"


class Mark(msgspec.Struct, frozen=True):
    """Something odd or missing on a sheet, marked 要確認 and never refused: which field, and a code of `codes.MARK`."""

    field: str
    code: str


class Contact(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """⑧ 親族などの連絡先, and any other person to ring up."""

    name: str | None = None
    relation: str | None = None
    postcode: str | None = None
    address: str | None = None
    phone: str | None = None
    note: str | None = None
    """When to reach them; the hours that a carer can give (K4-090)."""


class HouseholdWords(Words, frozen=True, kw_only=True, omit_defaults=True):
    """④–⑧ and the free texts of the sheet."""

    postcode: str | None = None
    address: str | None = None
    phone: str | None = None
    mobile: str | None = None
    car: str | None = None
    relatives: tuple[Contact, ...] = ()
    shelter: str | None = None
    """緊急避難場所名 as it was written, where the list has no such shelter; or where the household is, in words."""
    room: str | None = None
    """⑩ 建物内（　）."""
    damage_other: str | None = None
    lodging_other: str | None = None
    reason_other: str | None = None
    note: str | None = None
    recorder: str | None = None
    odd: dict[str, str] = {}
    """What stood in a field and could not be read as that field; nothing is lost."""


@event("tsunagi.intake.household.registered.v1", TOPIC)
class HouseholdRegistered(Event, frozen=True, kw_only=True, omit_defaults=True):
    """A household's survey sheet was received."""

    members: tuple[UUID, ...]
    representative: UUID | None = None
    place: Place
    sheet_no: str | None = None
    form: str = "kobe-2022"
    written_at: Instant | None = None
    """① 記入時点, to the minute."""
    entered_on: date | None = None
    """② 入所日."""
    damage: str | None = None
    reasons: tuple[str, ...] = ()
    lifelines: tuple[str, ...] = ()
    inquiry_consent: str | None = None
    """安否確認: agreed, declined, or not answered, which counts as no."""
    sharing_confirmed: bool | None = None
    """口頭確認 of sharing with the ward HQ and the second shelter; None: nobody has asked yet."""
    written_by: dict[str, str] = {}
    """Who filled in which field: household or staff."""
    marks: tuple[Mark, ...] = ()
    words: HouseholdWords | None = None


@event("tsunagi.intake.household.corrected.v1", TOPIC)
class HouseholdCorrected(Event, frozen=True, kw_only=True, omit_defaults=True):
    """Fields of the sheet were corrected; `fields` names them, only those count. What was there stays in the log."""

    fields: tuple[str, ...]
    place: Place | None = None
    sheet_no: str | None = None
    written_at: Instant | None = None
    entered_on: date | None = None
    damage: str | None = None
    reasons: tuple[str, ...] = ()
    lifelines: tuple[str, ...] = ()
    inquiry_consent: str | None = None
    reason: str | None = None
    words: HouseholdWords | None = None


class NoteWords(Words, frozen=True, kw_only=True, omit_defaults=True):
    text: str
    recorder: str | None = None


@event("tsunagi.intake.household.noted.v1", TOPIC)
class HouseholdNoted(Event, frozen=True, kw_only=True, omit_defaults=True):
    """聞き取りメモ: a dated note by a member of staff."""

    words: NoteWords | None = None


@event("tsunagi.intake.household.sharing-confirmed.v1", TOPIC)
class SharingConfirmed(Event, frozen=True, kw_only=True, omit_defaults=True):
    """口頭確認: the household was told with whom the sheet is shared, and answered."""

    agreed: bool


@event("tsunagi.intake.household.member-added.v1", TOPIC)
class MemberAdded(Event, frozen=True, kw_only=True, omit_defaults=True):
    """A person was added to the household after the sheet."""

    person: UUID


@event("tsunagi.intake.household.representative-changed.v1", TOPIC)
class RepresentativeChanged(Event, frozen=True, kw_only=True, omit_defaults=True):
    """Another member speaks for the household from now on (the former one left, died, or it was wrong)."""

    person: UUID
    reason: str | None = None
