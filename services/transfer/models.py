"""What the routes of needs, placements and trips take and give."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import BaseModel, Field

from services.transfer.coded import (
    Aid,
    Body,
    By,
    Channel,
    ChoiceReason,
    Chosen,
    Condition,
    DeclineReason,
    Destination,
    EndReason,
    Exception_,
    Group,
    Lack,
    Minutes,
    PartnerId,
    Text,
    TripDecline,
    TripFailure,
    Vehicle,
    Waitlist,
    WardCode,
    example,
)
from services.transfer.domain import placement
from services.transfer.domain.ranking import REASONS, Candidate
from services.transfer.handlers_asking import Asking
from services.transfer.handlers_trip import Planned
from shared.contracts.places import Place
from shared.contracts.transfer_need import NeedOpened
from shared.contracts.transfer_placement import ReplyWords
from shared.contracts.transfer_trip import TripWords
from shared.kernel.ids import client_id
from shared.platform.access import Answer
from shared.platform.instants import GivenInstant

PERSON = "019ab5a0-3c00-7000-8000-000000000001"
PLACEMENT = "019ab5a0-3c00-7000-8000-0000000000b1"
FACILITY = "8f9d1c5e-7a1f-8c52-9b2e-3f0d5a1c7e10"


class NewNeed(Body):
    """HQ opens a need without a nurse's decision, and says why (K4-114)."""

    model_config = example(
        need="019ab5a0-3c00-7000-8000-0000000000a1",
        person=PERSON,
        destination="core-welfare",
        exception="no-nurse",
        groups=["elderly"],
        straight_from_home=True,
    )
    need: Annotated[str, Field(description="A UUIDv7 that the client chose.")]
    person: UUID
    destination: Destination
    exception: Exception_
    groups: tuple[Group, ...] = ()
    aids: tuple[Aid, ...] = ()
    high_risk: bool = False
    companion: bool = False
    urgent: bool = False
    emergency_admission: bool = False
    straight_from_home: bool = False
    ward: WardCode | None = Field(None, description="The ward responsible; the person's own where it is left out.")

    def id(self) -> UUID:
        return client_id(self.need, "need")

    def event(self, policy: str, household: UUID | None, place: Place | None) -> NeedOpened:
        return NeedOpened(
            person=self.person,
            exception=self.exception,
            policy=policy,
            destination=self.destination,
            household=household,
            groups=self.groups,
            aids=self.aids,
            high_risk=self.high_risk,
            companion=self.companion,
            urgent=self.urgent,
            emergency_admission=self.emergency_admission,
            place=place,
            straight_from_home=self.straight_from_home,
        )


class Ending(Body):
    model_config = example(reason="person-declined")
    reason: EndReason


class Waiting(Body):
    model_config = example(reason="no-candidate")
    reason: Waitlist = "no-candidate"


class AskBody(Body):
    """Ask a facility; without one, the best candidate that has a place, and with nobody left the waiting list."""

    model_config = example(placement=PLACEMENT, facility=FACILITY, reason="household", asked_by="phone")
    placement: Annotated[str, Field(description="A UUIDv7 that the client chose: the same one twice is one request.")]
    facility: UUID | None = None
    reason: ChoiceReason | None = Field(None, description="Needed where another is asked than the best candidate.")
    chosen: Chosen | None = None
    asked_by: Channel | None = Field(None, description="phone or fax, where the facility is not asked by its page.")
    minutes: Minutes | None = Field(None, description="How long it has to answer, where not the usual time.")
    condition: Text | None = Field(None, description="In place of the nurse's words; sealed.")
    note: Text | None = None

    def asking(self) -> Asking:
        return Asking(client_id(self.placement, "placement"), **self.model_dump(exclude={"placement"}))


class AskAnswer(Answer):
    """The request, or (`waitlisted`) the need that went on the waiting list."""

    placement: UUID | None = None
    facility: UUID | None = None
    held: bool | None = Field(None, description="false: nobody knows its places, so none is held.")
    until: datetime | None = None
    waitlisted: bool = False


class AcceptBody(Body):
    model_config = example(conditions=["carer-comes"], lacks=["beds"])
    conditions: tuple[Condition, ...] = ()
    from_time: GivenInstant | None = Field(None, description="The facility receives from this time on.")
    lacks: tuple[Lack, ...] = ()
    text: Text | None = Field(None, description="In the facility's words; sealed.")

    def command(self) -> placement.Accept:
        words = ReplyWords(text=self.text) if self.text else None
        return placement.Accept(self.conditions, self.from_time, self.lacks, words)


class DeclineBody(Body):
    model_config = example(reason="staff", lacks=["care-staff"])
    reason: DeclineReason
    lacks: tuple[Lack, ...] = ()
    text: Text | None = Field(None, description="In the facility's words; sealed.")

    def command(self) -> placement.Decline:
        words = ReplyWords(text=self.text) if self.text else None
        return placement.Decline(self.reason, self.lacks, words)


class TripBody(Body):
    """A drive: by the family first (自助); what is left out is taken from the need."""

    model_config = example(
        trip="019ab5a0-3c00-7000-8000-0000000000c1",
        by="partner",
        planned_at="2026-01-17T05:30:00Z",
        pick_up="体育館の北口",
    )
    trip: Annotated[str, Field(description="A UUIDv7 that the client chose.")]
    by: By
    planned_at: GivenInstant
    vehicle: Vehicle | None = None
    from_place: UUID | None = Field(None, description="A facility of the master; else say the place in `pick_up`.")
    passengers: Annotated[int | None, Field(ge=1, le=50)] = None
    aids: tuple[Aid, ...] | None = None
    companion: bool | None = None
    driver: Text | None = None
    pick_up: Text | None = Field(None, description="Where exactly; sealed, for the driver after acceptance.")
    phone: Text | None = None
    note: Text | None = None

    def id(self) -> UUID:
        return client_id(self.trip, "trip")

    def planned(self) -> Planned:
        words = TripWords(driver=self.driver, pick_up=self.pick_up, phone=self.phone, note=self.note)
        return Planned(
            by=self.by,
            planned_at=self.planned_at,
            vehicle=self.vehicle,
            from_place=self.from_place,
            passengers=self.passengers,
            aids=self.aids,
            companion=self.companion,
            words=words if words != TripWords() else None,
        )


class OfferBody(Body):
    model_config = example(partner="hyogo-taxi")
    partner: PartnerId
    vehicle: Vehicle | None = None
    minutes: Minutes | None = None


class TakeBody(Body):
    """The partner drives; for a drive of the family's own, the family confirms it."""

    model_config = example(pick_up_at="2026-01-17T05:40:00Z")
    pick_up_at: GivenInstant | None = None


class LeaveBody(Body):
    model_config = example(reason="no-vehicle")
    reason: TripDecline


class FailBody(Body):
    model_config = example(reason="road")
    reason: TripFailure


class ReasonShown(BaseModel):
    code: str
    ja: str
    en: str


class CandidateShown(BaseModel):
    """A facility that may be asked, and why it stands where it stands."""

    rank: int
    facility: UUID
    name: str
    kind: str
    ward: str | None
    group: str | None
    free: int | None = Field(description="Places open to this person; null: not known, which is not none.")
    same_ward: bool
    distance_km: float | None
    reasons: list[ReasonShown]

    @classmethod
    def of(cls, one: Candidate, row: dict[str, Any]) -> "CandidateShown":
        reasons = [ReasonShown(code=code, ja=REASONS[code].ja, en=REASONS[code].en) for code in one.reasons]
        known = {name: row[name] for name in ("name", "kind", "ward")}
        return cls(**{**one._asdict(), "reasons": reasons, **known})


class Candidates(BaseModel):
    """Who may be asked, the best one first, and how many may not, by why (codes, with their wording)."""

    need: UUID
    policy: str
    items: list[CandidateShown]
    excluded: dict[str, int]
    excluded_reasons: list[ReasonShown]
