"""The survey sheet as it is handed in (避難者調査票, 004): one household, any number of members.

Every field may be missing. What cannot be read as the field it stands in is kept as text in `odd` and marked.
"""

from datetime import date, datetime
from uuid import UUID

import msgspec

from shared.contracts.intake_household import Contact
from shared.contracts.places import Place


class Member(msgspec.Struct, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """One line of ⑫–⑭, and what is asked of the attention groups (別紙). `id` is a UUIDv7 that the client chose."""

    id: UUID
    representative: bool = False
    name: str | None = None
    kana: str | None = None
    description: str | None = None
    birth: str | None = None
    age: int | None = None
    relation: str | None = None
    sex: str | None = None
    needs: tuple[str, ...] = ()
    care: bool = False
    groups: tuple[str, ...] = ()
    """Groups that ⑬ does not tell apart (sight, hearing, dementia …, 別紙)."""
    aids: tuple[str, ...] = ()
    power_needed: bool | None = None
    power_hours: float | None = None
    medicine_days: int | None = None
    communication: tuple[str, ...] = ()
    observations: tuple[str, ...] = ()
    carer: str | None = None
    carer_contact: Contact | None = None
    remarks: str | None = None
    doctor: Contact | None = None
    care_manager: Contact | None = None
    care_office: str | None = None
    medicine: str | None = None
    devices: str | None = None
    food: str | None = None
    equipment: str | None = None
    communication_note: str | None = None
    place: Place | None = None
    """Where this member is, if not with the household."""
    odd: dict[str, str] = {}


class Sheet(msgspec.Struct, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """A household's sheet, under an id that the client chose (UUIDv7; it is the household's).

    `ward` is the JIS code of the ward responsible, where the client knows it.
    """

    id: UUID
    members: list[Member] = []
    place: Place = Place()
    ward: str | None = None
    form: str = "kobe-2022"
    sheet_no: str | None = None
    written_at: datetime | None = None
    entered_on: date | None = None
    postcode: str | None = None
    address: str | None = None
    phone: str | None = None
    mobile: str | None = None
    car: str | None = None
    shelter_written: str | None = None
    """緊急避難場所名 as written, where the list has no such shelter; or where the household is, in words."""
    room: str | None = None
    relatives: tuple[Contact, ...] = ()
    damage: str | None = None
    damage_other: str | None = None
    lodging_other: str | None = None
    reasons: tuple[str, ...] = ()
    lifelines: tuple[str, ...] = ()
    reason_other: str | None = None
    inquiry_consent: str | None = None
    sharing_confirmed: bool | None = None
    note: str | None = None
    recorder: str | None = None
    written_by: dict[str, str] = {}
    odd: dict[str, str] = {}
