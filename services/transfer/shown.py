"""What the lists and pages of needs, placements and trips show, to whom (`domain.visibility`)."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from pydantic import BaseModel, Field

from services.transfer.domain import visibility
from services.transfer.permissions import CARES
from services.transfer.settings import TransferSettings
from shared.platform.permissions import Caller, Within
from shared.platform.personal import PersonName

Row = Mapping[str, Any]
Names = Mapping[UUID, PersonName]


class NameShown(BaseModel):
    """How a person is called; `description` where the name is not known."""

    name: str | None = None
    kana: str | None = None
    description: str | None = None

    @classmethod
    def of(cls, names: Names, person: UUID) -> "NameShown | None":
        found = names.get(person)
        return None if found is None else cls(**found._asdict())


class NeedShown(BaseModel):
    """Somebody who is to be moved. `state`: open, asked, accepted, waitlisted, met, ended."""

    need: UUID
    person: UUID
    name: NameShown | None
    household: UUID | None
    ward: str | None
    state: str
    since: datetime
    waiting_minutes: int = Field(description="Since the need was opened.")
    reason: str | None
    screening: UUID | None
    exception: str | None
    destination: str
    groups: list[str]
    aids: list[str]
    high_risk: bool
    companion: bool
    urgent: bool
    emergency_admission: bool
    admission_kind: str | None
    interim: str | None
    straight_from_home: bool
    place_kind: str
    place_now: UUID | None
    presence: str | None
    age_band: str | None
    communication: list[str] | None
    asked: int = Field(description="How many facilities have been asked.")
    opened_at: datetime
    same_person: list[UUID] = Field(description="Live needs of a registration that is the same person: a conflict.")

    @classmethod
    def of(cls, row: Row, names: Names, now: datetime) -> "NeedShown":
        waiting = round((now - row["opened_at"]).total_seconds() / 60)
        return cls(**{**row, "name": NameShown.of(names, row["person"]), "waiting_minutes": max(0, waiting)})


class PersonShown(BaseModel):
    """What a facility is told of the person: what its decision needs; the name only once it has accepted (K4-165)."""

    person: UUID
    name: NameShown | None = None
    groups: list[str]
    aids: list[str]
    high_risk: bool
    companion: bool
    age_band: str | None
    communication: list[str] | None
    place_now: UUID | None
    condition: str | None = None
    note: str | None = None


class PlacementShown(BaseModel):
    """One request. `about` is missing where nothing of the person is to be seen any more."""

    placement: UUID
    need: UUID
    facility: UUID
    facility_name: str
    ward: str | None
    state: str
    about: PersonShown | None
    urgent: bool
    emergency_admission: bool
    held: bool
    over: bool = Field(description="Promised beyond the places that the facility reported since.")
    rank: int | None
    chosen: str
    choice_reason: str | None
    asked_by: str | None
    asked_at: datetime
    until: datetime
    answered_at: datetime | None
    channel: str | None = Field(description="By which way the answer came: phone and fax are full channels (K4-167).")
    said_by: str | None
    conditions: list[str]
    from_time: datetime | None
    lacks: list[str]
    reason: str | None
    reply: str | None = None
    arrived_at: datetime | None
    ended_at: datetime | None
    trip: UUID | None
    trip_state: str | None
    overdue: bool = Field(description="Accepted, and the arrival should have been reported by now (K4-118).")


def placement_shown(
    row: Row, caller: Caller, within: Within, names: Names, now: datetime, settings: TransferSettings
) -> PlacementShown:
    """Return a placement as this caller may see it."""
    sees = visibility.of_placement(row["state"], cares=cares(caller, within, row["ward"], row["facility_ward"]))
    about = None
    if sees.facts:
        fields = {name: row[name] for name in PersonShown.model_fields if name in row}
        about = PersonShown(**fields, name=NameShown.of(names, row["person"]) if sees.name else None)
    return PlacementShown(**{**row, "about": about, "over": bool(row["over"]), "overdue": overdue(row, now, settings)})


def overdue(row: Row, now: datetime, settings: TransferSettings) -> bool:
    """Whether the facility has accepted and the arrival should have been reported by now."""
    if row["state"] != "accepted":
        return False
    if row["planned_at"] is not None:
        return bool(row["planned_at"] + timedelta(minutes=settings.arrival_due_minutes) < now)
    begins = max(filter(None, (row["answered_at"], row["from_time"])))
    return bool(begins + timedelta(minutes=settings.move_due_minutes) < now)


def cares(caller: Caller, within: Within, *wards: str | None) -> bool:
    """Whether the caller looks after persons of these wards, and does not only see what was asked of them."""
    if not caller.roles & CARES:
        return False
    return within.everything or any(ward in within.wards for ward in wards)


class TripShown(BaseModel):
    """A drive. Who it is for, where exactly, and whom to ring up are seen by the partner once it has accepted."""

    trip: UUID
    state: str
    by: str
    partner: str | None
    vehicle: str
    planned_at: datetime
    until: datetime | None
    pick_up_at: datetime | None
    from_place: UUID | None
    from_name: str | None
    from_address: str | None
    from_ward: str | None
    to_facility: UUID
    facility_name: str | None
    facility_address: str | None
    passengers: int
    aids: list[str]
    companion: bool
    reason: str | None
    wanted_at: datetime
    since: datetime
    waiting_minutes: int | None = Field(description="Since the drive was asked for, while nobody drives (K4-160).")
    placement: UUID | None = None
    person: UUID | None = None
    name: NameShown | None = None
    driver: str | None = None
    pick_up: str | None = None
    phone: str | None = None
    note: str | None = None


def trip_shown(row: Row, caller: Caller, within: Within, names: Names, now: datetime) -> TripShown | None:
    """Return a trip as this caller may see it (None: a partner's trip of which nothing is to be seen any more)."""
    sees = _of_trip(row, caller, within)
    if not sees.facts:
        return None
    waits = row["state"] in ("planned", "offered")
    fields: dict[str, Any] = {name: row[name] for name in TripShown.model_fields if name in row}
    fields["waiting_minutes"] = round((now - row["wanted_at"]).total_seconds() / 60) if waits else None
    if not sees.name:
        fields |= {"placement": None, "person": None}
        if not row["published"]:
            fields |= {"facility_name": None, "facility_address": None}
    else:
        fields["name"] = NameShown.of(names, row["person"])
    return TripShown(**fields)


def _of_trip(row: Row, caller: Caller, within: Within) -> visibility.Sees:
    """What is seen of the person: by who looks after them on either side (K4-159), by the facility, by the partner."""
    if cares(caller, within, row["ward"], row["facility_ward"]):
        return visibility.ALL
    if row["to_facility"] in within.facilities:
        return visibility.of_placement(row["placement_state"], cares=False)
    return visibility.of_trip(row["state"])


class TransportNeed(BaseModel):
    """Somebody who was accepted and for whom nobody drives yet, with how long they wait and where (K4-127, K4-132)."""

    placement: UUID
    need: UUID
    person: UUID
    name: NameShown | None
    ward: str | None
    facility: UUID
    facility_name: str
    place_now: UUID | None
    interim: str | None
    waiting_since: datetime
    waiting_minutes: int
    from_time: datetime | None
    high_risk: bool
    urgent: bool
    aids: list[str]
    companion: bool
    trip: UUID | None
    trip_state: str | None
    by: str | None
    vehicle: str | None = Field(description="Of the planned trip; where none is planned, the one that is needed.")
    planned_at: datetime | None
    trip_reason: str | None

    @classmethod
    def of(cls, row: Row, names: Names, now: datetime, needed: str) -> "TransportNeed":
        waiting = round((now - row["waiting_since"]).total_seconds() / 60)
        return cls(
            **{
                **row,
                "name": NameShown.of(names, row["person"]),
                "waiting_minutes": max(0, waiting),
                "vehicle": row["vehicle"] or needed,
            }
        )
