"""What the routes of the master take and give."""

from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import BaseModel, Field

from services.transfer.coded import (
    Body,
    Cause,
    ClosingReason,
    FacilityKind,
    Group,
    Hazard,
    Lack,
    OpeningStep,
    Places,
    Text,
    WardCode,
    example,
)
from shared.contracts.transfer_facility import (
    Capacity,
    CapacityReported,
    ContactWords,
    FacilityChanged,
    FacilityListed,
    Received,
)

Latitude = Annotated[float, Field(ge=-90, le=90)]
Longitude = Annotated[float, Field(ge=-180, le=180)]


class ReceivesBody(Body):
    """受入対象者, as published."""

    groups: tuple[Group, ...] = ()
    with_family: bool = False
    wording: Annotated[str | None, Field(max_length=1000)] = None

    def received(self) -> Received:
        return Received(groups=self.groups, with_family=self.with_family, wording=self.wording)


class _Facts(Body):
    operator: Annotated[str | None, Field(max_length=200)] = None
    ward: WardCode | None = None
    address: Annotated[str | None, Field(max_length=400)] = None
    latitude: Latitude | None = None
    longitude: Longitude | None = None
    receives: ReceivesBody | None = None
    hazards: tuple[Hazard, ...] = ()
    at_risk: tuple[Hazard, ...] = ()
    same_place: bool | None = None
    designated: bool = True
    published: bool = True
    size: Annotated[
        int | None,
        Field(ge=1, le=200_000, description="想定収容人数: for how many people it is meant; null: not known."),
    ] = None
    size_invented: bool = Field(False, description="The size was made up for a drill.")
    source: Annotated[str | None, Field(max_length=400)] = None
    licence: Annotated[str | None, Field(max_length=400)] = None
    extra: dict[str, str] = Field(default_factory=dict)

    def facts(self) -> dict[str, Any]:
        """The fields of the event that are given."""
        names = self.model_fields_set & set(FacilityListed.__struct_fields__)
        values = {name: getattr(self, name) for name in names}
        if self.receives is not None:
            values["receives"] = self.receives.received()
        return values


class ListedRow(_Facts):
    """One facility of a published list (`tsunagi import shelters` sends what it has read)."""

    model_config = example(
        id="8f9d1c5e-7a1f-8c52-9b2e-3f0d5a1c7e10",
        official_id="E2810000011210",
        city="28100",
        name="ケアハウス（訓練）",
        kind="welfare",
        ward="28107",
        address="神戸市須磨区（訓練）3-3-16",
        latitude=34.639846,
        longitude=135.101977,
        receives={"groups": ["elderly", "named-by-city"], "with_family": True, "wording": "高齢者とその家族等"},
        source="国土地理院「指定緊急避難場所・指定避難所データ」",
        licence="国土地理院コンテンツ利用規約",
    )
    id: UUID
    name: Annotated[str, Field(min_length=1, max_length=200)]
    kind: FacilityKind
    city: Annotated[str | None, Field(pattern=r"^\d{5}$")] = None
    official_id: Annotated[str | None, Field(max_length=60)] = None
    invented: bool = False

    def event(self) -> FacilityListed:
        return FacilityListed(**self.facts())


class ListBody(Body):
    """A list, or a part of one; a list longer than this is sent in parts."""

    rows: Annotated[list[ListedRow], Field(max_length=2000)]


class ListCounts(BaseModel):
    """What became of a list."""

    imported: int = Field(description="How many rows there were.")
    new: int
    changed: int
    same: int


class NewFacility(ListedRow):
    """A facility entered by hand, under an id that the client chose (UUIDv7)."""


class FacilityEdit(_Facts):
    """Only the fields that are given change; what was there stays in the history."""

    model_config = example(at_risk=["flood"], published=False)
    # May be left out, but a facility without a name or kind is none: their defaults are never read.
    name: str = Field(default_factory=str, min_length=1, max_length=200)
    kind: FacilityKind = Field(default_factory=str)
    from_day: date | None = None

    def event(self) -> FacilityChanged:
        values = self.facts()
        return FacilityChanged(fields=tuple(sorted(values)), from_day=self.from_day, **values)


class StepBody(Body):
    """A step of opening: done, or found impossible. `receiving` means that the facility is open."""

    model_config = example(step="receiving", ok=True, deputy=False, cause="quake")
    step: OpeningStep
    ok: bool = True
    deputy: bool = Field(False, description="The head is absent; a deputy reports (K4-113).")
    cause: Cause | None = None
    note: Text | None = None


class RequestBody(Body):
    model_config = example(cause="asked")
    cause: Cause = "asked"


class CloseBody(Body):
    model_config = example(reason="damage")
    reason: ClosingReason | None = None


class GroupPlaces(Body):
    """Places of one group; what is left out is not known, which is not none."""

    group: Group
    places: Places | None = None
    in_24_hours: Places | None = None
    in_72_hours: Places | None = None


class CapacityBody(Body):
    """How many people can be received, those who were promised a place or are there included."""

    model_config = example(
        total=8, reserved=2, by_group=[{"group": "elderly", "places": 6}], in_24_hours=10, lacks=["care-staff"]
    )
    total: Places | None = None
    baseline: Places | None = None
    by_group: tuple[GroupPlaces, ...] = ()
    reserved: Places = Field(0, description="枠: kept for persons whom a nurse has screened (K4-107).")
    in_24_hours: Places | None = None
    in_72_hours: Places | None = None
    lacks: tuple[Lack, ...] = ()

    def event(self) -> CapacityReported:
        groups = tuple(Capacity(**one.model_dump()) for one in self.by_group)
        return CapacityReported(**self.model_dump(exclude={"by_group", "lacks"}), by_group=groups, lacks=self.lacks)


class ContactBody(Body):
    """How to reach the facility's manager; kept sealed under the facility's own key."""

    model_config = example(
        person="施設長（訓練）", phone="078-000-0000", fax="078-000-0001", night_phone="090-0000-0000"
    )
    person: Text | None = None
    phone: Text | None = None
    fax: Text | None = None
    night_phone: Text | None = None

    def words(self) -> ContactWords:
        return ContactWords(**self.model_dump())


class ContactShown(BaseModel):
    facility: UUID
    person: str | None = None
    phone: str | None = None
    fax: str | None = None
    night_phone: str | None = None
    since: datetime | None = None


class PlacesShown(BaseModel):
    """The rows of places by what they are; `over` is what was promised beyond the last report: shown, not dropped."""

    total: int | None = Field(description="null: not known, which is not none.")
    free: int
    held: int
    promised: int
    taken: int
    over: int
    reserved: int
    requests: int = Field(description="Requests that wait for an answer.")
    reported_at: datetime | None
    report: dict[str, Any] | None = Field(description="The last report as it came, with its groups.")


class StepShown(BaseModel):
    step: str
    ok: bool
    deputy: bool
    at: datetime


class FacilityShown(BaseModel):
    """A facility as the master has it."""

    facility: UUID
    name: str
    kind: str
    operator: str | None
    ward: str | None
    address: str | None
    latitude: float | None
    longitude: float | None
    receives: dict[str, Any] | None
    hazards: list[str]
    at_risk: list[str]
    same_place: bool | None
    designated: bool
    published: bool
    invented: bool
    size: int | None = Field(description="想定収容人数; null: not known, which is not none.")
    size_invented: bool
    official_id: str | None
    source: str | None
    licence: str | None
    extra: dict[str, str]
    state: str = Field(description="listed, opening, open, closed")
    state_since: datetime
    steps: list[StepShown]
    opening_requested_at: datetime | None
    close_reason: str | None
    places: PlacesShown

    @classmethod
    def of(cls, row: dict[str, Any]) -> "FacilityShown":
        steps = [StepShown(step=name, ok=told[0], deputy=told[1], at=told[2]) for name, told in row["steps"].items()]
        places = {name: row[name] for name in PlacesShown.model_fields if name in row}
        places["reported_at"] = row["places_reported_at"]
        return cls(**{**row, "steps": steps, "places": PlacesShown(**places)})


class NotOpen(BaseModel):
    """Who should have opened and has not said so (K4-108): silent, or how far it has come."""

    facility: UUID
    name: str
    kind: str
    ward: str | None
    state: str
    silent: bool
    failed_step: str | None
    requested_at: datetime | None
    waiting_minutes: int | None

    @classmethod
    def of(cls, row: dict[str, Any], now: datetime) -> "NotOpen":
        asked = row["opening_requested_at"]
        return cls(
            **{name: row[name] for name in ("facility", "name", "kind", "ward", "state")},
            silent=row["reported_at"] is None,
            failed_step=next((step for step, told in row["steps"].items() if not told[0]), None),
            requested_at=asked,
            waiting_minutes=None if asked is None else round((now - asked).total_seconds() / 60),
        )
