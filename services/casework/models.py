"""What casework's routes take and give."""

from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from services.casework.domain import case
from services.casework.domain.assessment import Scheme
from shared.contracts import codes
from shared.contracts.casework_case import AnswerWords, AssessmentWords, ReferralWords, VisitWords
from shared.contracts.places import Place
from shared.kernel.errors import Invalid

Text = Annotated[str, Field(max_length=8000)]
Code = Annotated[str, Field(max_length=60, pattern=r"^[\x21-\x7e]+$")]
Actor = Annotated[str, Field(min_length=1, max_length=120, pattern=r"^[\x21-\x7e]+$")]
PERSON = "019ab5a0-3c00-7000-8000-000000000001"
CASE = "5c1f0c9e-8a4b-8d33-9e8f-1b2c3d4e5f60"
TASK = "019ab5a0-3c00-7000-8000-0000000000a1"


def example(**values: Any) -> ConfigDict:
    """Return a model's configuration: unknown fields are an error that names them, and this is an example of it."""
    return ConfigDict(extra="forbid", json_schema_extra={"examples": [values]})


def known(field: str, code: str, among: codes.Codes) -> str:
    """Return the code. Raises `Invalid("code.unknown")` where the catalogue has none such."""
    if code not in among:
        raise Invalid("code.unknown", field=field, allowed=list(among))
    return code


class Taking(BaseModel):
    """Somebody takes it on: the caller, or for whom the caller keys it in."""

    model_config = example(owner="hq-nada-3")
    owner: Actor | None = None
    over: bool = Field(False, description="From whoever has it now.")


class TakingMany(Taking):
    model_config = example(handoffs=[TASK], owner="hq-nada-3")
    handoffs: Annotated[list[UUID], Field(min_length=1, max_length=200)]


class Returning(BaseModel):
    model_config = example(reason="shift-ends")
    reason: Code | None = None

    def code(self) -> str | None:
        return None if self.reason is None else known("reason", self.reason, codes.RELEASE_REASON)


class Ending(BaseModel):
    model_config = example(reason="not-needed")
    reason: Code

    def code(self) -> str:
        return known("reason", self.reason, codes.END)


class CaseOpening(BaseModel):
    model_config = example(person=PERSON, reason="arrival", worker="worker-7", base="support-base-nada")
    person: UUID
    reason: Code
    worker: Actor | None = None
    base: Actor | None = None

    def command(self, household: UUID | None, caller: str) -> case.Open:
        return case.Open(
            person=self.person,
            reason=known("reason", self.reason, codes.CASE_REASON),
            household=household,
            worker=self.worker or caller,
            base=self.base,
        )


class Assigning(BaseModel):
    model_config = example(worker="worker-8")
    worker: Actor
    base: Actor | None = None


class TakingOver(BaseModel):
    model_config = example(worker="worker-8")
    worker: Actor | None = Field(None, description="Who has taken over; else the caller.")


class PlaceBody(BaseModel):
    model_config = example(kind="temporary-housing")
    kind: Code
    shelter: UUID | None = None
    lodging: Code | None = None

    def place(self) -> Place:
        lodging = None if self.lodging is None else known("lodging", self.lodging, codes.LODGING)
        return Place(kind=known("kind", self.kind, codes.PLACE), shelter=self.shelter, lodging=lodging)


class Visiting(BaseModel):
    """A visit: when it was stands in the header `Tsunagi-Happened-At`."""

    model_config = example(kind="watching-over", outcome="met", findings=["isolation"], found="玄関先で会えた。")
    kind: Code
    outcome: Code
    urgent: bool = False
    urgent_to: Code | None = None
    worker: Actor | None = None
    place: PlaceBody | None = None
    findings: Annotated[list[Code], Field(max_length=30)] = []
    next_on: date | None = None
    found: Text | None = None

    def command(self, on: date, scheme: Scheme) -> case.Visit:
        return case.Visit(
            kind=known("kind", self.kind, codes.VISIT),
            outcome=known("outcome", self.outcome, codes.VISIT_OUTCOME),
            on=on,
            scheme=scheme,
            urgent=self.urgent,
            urgent_to=None if self.urgent_to is None else known("urgent_to", self.urgent_to, codes.PROVIDER),
            worker=self.worker,
            place=None if self.place is None else self.place.place(),
            findings=tuple(known("findings", one, codes.FINDING) for one in self.findings),
            next_on=self.next_on,
            words=VisitWords(found=self.found) if self.found else None,
        )


class Assessing(BaseModel):
    """Both axes as codes, with the grounds and the person's own wishes (意向) in words."""

    model_config = example(housing="much", living="some", wishes="元の家の近くに戻りたい。")
    housing: Code
    living: Code
    housing_words: Text | None = None
    living_words: Text | None = None
    wishes: Text | None = None

    def command(self, scheme: Scheme) -> case.Assess:
        words = AssessmentWords(housing=self.housing_words, living=self.living_words, wishes=self.wishes)
        return case.Assess(
            scheme=scheme,
            housing=known("housing", self.housing, codes.AXIS),
            living=known("living", self.living, codes.AXIS),
            words=words if words != AssessmentWords() else None,
        )


class Referring(BaseModel):
    """つなぎ. A task of a conference, where this carries it out, closes that task's hand-off when it is accepted."""

    model_config = example(
        provider="law", consent="given", provider_name="兵庫県弁護士会（訓練）", request="契約の相談"
    )
    referral: UUID | None = None
    provider: Code
    consent: Code
    reason: Code | None = None
    conference: UUID | None = None
    task: UUID | None = None
    provider_name: Text | None = None
    request: Text | None = None

    def command(self, referral: UUID) -> case.Refer:
        words = ReferralWords(provider=self.provider_name, request=self.request)
        return case.Refer(
            referral=self.referral or referral,
            provider=known("provider", self.provider, codes.PROVIDER),
            consent=known("consent", self.consent, codes.REFERRAL_CONSENT),
            reason=None if self.reason is None else known("reason", self.reason, codes.OVERRIDE_REASON),
            conference=self.conference,
            task=self.task,
            words=words if words != ReferralWords() else None,
        )


class ReferralReply(BaseModel):
    model_config = example(answer="accepted")
    answer: Code
    text: Text | None = None

    def command(self, referral: UUID) -> case.AnswerReferral:
        answer = known("answer", self.answer, codes.REFERRAL_ANSWER)
        return case.AnswerReferral(referral, answer, AnswerWords(text=self.text) if self.text else None)


class Closing(BaseModel):
    model_config = example(reason="self-reliant")
    reason: Code

    def command(self) -> case.Close:
        return case.Close(known("reason", self.reason, codes.CASE_END))


class Reopening(BaseModel):
    model_config = example(reason="new-need")
    reason: Code

    def command(self) -> case.Reopen:
        return case.Reopen(known("reason", self.reason, codes.CASE_REASON))


class TimelineEntry(BaseModel):
    """One line of a timeline, for the API's documentation (answers are written by `reading.Entry`)."""

    event: UUID
    type: str
    service: str
    subject: UUID
    version: int
    person: UUID | None
    household: UUID | None
    happened: datetime
    precision: str
    settles: datetime = Field(description="Where it stands in the order of happening.")
    recorded_at: datetime = Field(description="When it was heard.")
    actor: str
    channel: str
    said_by: str | None
    correlation: UUID
    causation: UUID
    corrects: UUID | None
    corrected_by: UUID | None
    disaster: UUID | None
    ward: str | None
    device_offset: int | None
    facts: dict[str, Any]
    words: dict[str, Any] | None
    words_are: Literal["none", "open", "closed", "late", "forgotten", "damaged"]


class TimelinePage(BaseModel):
    """A page of a timeline."""

    person: UUID
    registrations: list[UUID]
    items: list[TimelineEntry]
    next: str | None
