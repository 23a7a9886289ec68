"""What intake's routes take and give (all but the sheet itself, whose type is `domain.sheet.Sheet`)."""

from datetime import date
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from shared.contracts import codes
from shared.contracts.intake_household import Contact, HouseholdCorrected, HouseholdWords
from shared.contracts.intake_person import PersonCorrected, PersonWords
from shared.contracts.places import Place
from shared.kernel.errors import Invalid
from shared.platform.instants import GivenInstant

Text = Annotated[str, Field(max_length=4000)]
Code = Annotated[str, Field(max_length=60)]
Number = Annotated[str, Field(pattern=r"^[0-9A-Za-z][0-9A-Za-z/_-]{0,31}$")]


class Body(BaseModel):
    """A command's body: unknown fields are an error that names them."""

    model_config = ConfigDict(extra="forbid")


def known(field: str, code: str | None, among: codes.Codes) -> str | None:
    """Return the code. Raises `Invalid("code.unknown")` where the catalogue has none such."""
    if code is not None and code not in among:
        raise Invalid("code.unknown", field=field, allowed=list(among))
    return code


class PlaceBody(Body):
    kind: Code = "shelter"
    shelter: UUID | None = None
    lodging: Code | None = None

    def place(self) -> Place:
        kind = known("kind", self.kind, codes.PLACE) or "unknown"
        return Place(kind=kind, shelter=self.shelter, lodging=known("lodging", self.lodging, codes.LODGING))


class ContactBody(Body):
    name: Text | None = None
    relation: Text | None = None
    postcode: Text | None = None
    address: Text | None = None
    phone: Text | None = None

    def contact(self) -> Contact:
        return Contact(**self.model_dump())


class HouseholdCorrection(Body):
    """Only the fields that are given are corrected; what was there stays in the history."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"mobile": "090-0000-1234", "damage": "half-destroyed"}]}
    )

    place: PlaceBody | None = None
    sheet_no: Number | None = None
    written_at: GivenInstant | None = None
    entered_on: date | None = None
    damage: Code | None = None
    reasons: list[Code] | None = None
    lifelines: list[Code] | None = None
    inquiry_consent: Code | None = None
    postcode: Text | None = None
    address: Text | None = None
    phone: Text | None = None
    mobile: Text | None = None
    car: Text | None = None
    relatives: list[ContactBody] | None = None
    shelter: Text | None = Field(None, description="緊急避難場所名 as written, where the list has none such")
    room: Text | None = None
    damage_other: Text | None = None
    lodging_other: Text | None = None
    reason_other: Text | None = None
    reason: Code | None = None

    def event(self) -> HouseholdCorrected:
        given = self.model_fields_set - {"reason"}
        values = {name: getattr(self, name) for name in given}
        if self.place is not None:
            values["place"] = self.place.place()
        for name, among in (("damage", codes.DAMAGE), ("inquiry_consent", codes.CONSENT)):
            known(name, values.get(name), among)
        for name, among in (("reasons", codes.REASON), ("lifelines", codes.LIFELINE)):
            if name in values:
                values[name] = tuple(known(name, code, among) for code in values[name] or ())
        if "relatives" in values:
            values["relatives"] = tuple(one.contact() for one in self.relatives or ())
        words = {name: values.pop(name) for name in _names(HouseholdWords) & values.keys()}
        return HouseholdCorrected(
            fields=tuple(sorted(given)),
            reason=known("reason", self.reason, codes.CORRECTION_REASON),
            words=HouseholdWords(**words) if words else None,
            **values,
        )


class PersonCorrection(Body):
    """Only the fields that are given are corrected; what was there stays in the history."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"kana": "ヤマダ キヨ", "needs": ["care-3-plus"]}]}
    )

    place: PlaceBody | None = None
    relation: Code | None = None
    sex: Code | None = None
    needs: list[Code] | None = None
    care: bool | None = None
    groups: list[Code] | None = None
    aids: list[Code] | None = None
    power_needed: bool | None = None
    power_hours: float | None = None
    medicine_days: int | None = None
    communication: list[Code] | None = None
    observations: list[Code] | None = None
    carer: Code | None = None
    name: Text | None = None
    kana: Text | None = None
    description: Text | None = None
    birth: Text | None = None
    age: int | None = None
    remarks: Text | None = None
    doctor: ContactBody | None = None
    care_manager: ContactBody | None = None
    care_office: Text | None = None
    medicine: Text | None = None
    devices: Text | None = None
    food: Text | None = None
    equipment: Text | None = None
    reason: Code | None = None

    def event(self, birth_date: str | None, age_band: str | None) -> PersonCorrected:
        """`birth_date` and `age_band` are what the new birth date or age comes to."""
        given = self.model_fields_set - {"reason"}
        values: dict[str, Any] = {name: getattr(self, name) for name in given}
        if self.place is not None:
            values["place"] = self.place.place()
        for name, among in (("relation", codes.RELATION), ("sex", codes.SEX), ("carer", codes.CARER)):
            known(name, values.get(name), among)
        for name, among in (
            ("needs", codes.NEED),
            ("groups", codes.GROUP),
            ("aids", codes.AID),
            ("communication", codes.COMMUNICATION),
            ("observations", codes.OBSERVATION),
        ):
            if name in values:
                values[name] = tuple(known(name, code, among) for code in values[name] or ())
        for name in ("doctor", "care_manager"):
            if values.get(name) is not None:
                values[name] = values[name].contact()
        if values.get("care", False) is None:
            values["care"] = False
        words = {name: values.pop(name) for name in (_names(PersonWords) - _names(PersonCorrected)) & values.keys()}
        if birth_date is not None:
            words["birth_date"] = birth_date
        if age_band is not None:
            values["age_band"] = age_band
            given = given | {"age_band"}
        return PersonCorrected(
            fields=tuple(sorted(given)),
            reason=known("reason", self.reason, codes.CORRECTION_REASON),
            words=PersonWords(**words) if words else None,
            **values,
        )


def _names(struct: type[Any]) -> set[str]:
    return set(struct.__struct_fields__)


class Note(Body):
    text: Text
    recorder: Text | None = None


class Sharing(Body):
    agreed: bool


class Representative(Body):
    person: UUID
    reason: Code | None = None


class CheckIn(PlaceBody):
    corrects: UUID | None = Field(None, description="The event that reported a death by mistake.")


class Departure(Body):
    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"destination": "relatives"}]})
    destination: Code
    destination_text: Text | None = None
    contact: Text | None = None


class Hospital(Body):
    hospital: Text | None = None


class Merge(Body):
    merge: UUID
    other: UUID


class Forgetting(Body):
    reason: Code


class Declaration(Body):
    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [{"kind": "quake", "title": "訓練 神戸", "began": "2026-11-20T05:46:00Z", "wards": ["28101"]}]
        },
    )
    kind: Literal["quake", "wind-flood"]
    title: Annotated[str, Field(max_length=200)]
    began: GivenInstant
    wards: list[Annotated[str, Field(pattern=r"^\d{5}$")]] = []
    stage: Code = "onset"


class Stage(Body):
    stage: Code
