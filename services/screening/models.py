"""What screening's routes take."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from services.screening.handlers import Decision
from shared.contracts import codes
from shared.contracts.screening_screening import CallWords, DecisionWords
from shared.kernel.errors import Invalid
from shared.platform.instants import GivenInstant

Text = Annotated[str, Field(max_length=4000)]
Code = Annotated[str, Field(max_length=60)]
Actor = Annotated[str, Field(pattern=r"^[!-~]{1,100}$", description="The id of a member of staff, never a name.")]
AnswersGiven = Annotated[
    dict[Code, Code | None], Field(max_length=100, description="Question → answer; `unknown` or null: not answered.")
]


class Body(BaseModel):
    """A command's body: unknown fields are an error that names them."""

    model_config = ConfigDict(extra="forbid")


def known(field: str, code: str | None, among: codes.Codes) -> str | None:
    """Return the code. Raises `Invalid("code.unknown")` where the catalogue has none such."""
    if code is not None and code not in among:
        raise Invalid("code.unknown", field=field, allowed=list(among))
    return code


def all_known(field: str, given: list[str], among: codes.Codes) -> tuple[str, ...]:
    """Return the codes, each once. Raises `Invalid("code.unknown")`."""
    for code in given:
        known(field, code, among)
    return tuple(dict.fromkeys(given))


class Spoken(Body):
    """With whom somebody spoke, and what was said; sealed."""

    with_whom: Text | None = None
    note: Text | None = None

    def words(self) -> CallWords | None:
        if self.with_whom is None and self.note is None:
            return None
        return CallWords(with_whom=self.with_whom, note=self.note)


class Asking(Body):
    """Why a nurse should look, and what was seen."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"reason": "fever", "observations": ["fever"]}]}
    )
    reason: Code = Field(description="A code of SCREENING_REASON.")
    observations: list[Code] = Field(default=[], max_length=20, description="Codes of OBSERVATION.")


class Consultation(Spoken):
    """健康相談. With `reason` a nurse looks at the person (again)."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"observations": ["unwell"], "note": "眠れない", "reason": "consultation"}]},
    )
    observations: list[Code] = Field(default=[], max_length=20)
    reason: Code | None = None


class Taking(Body):
    """`over`: also where another nurse has the person (引き継ぎ)."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{}, {"over": True}]})
    over: bool = False


class Releasing(Body):
    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"reason": "shift-ends"}]})
    reason: Code | None = None


class Called(Spoken):
    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"called": "shelter", "outcome": "reached"}]}
    )
    outcome: Code
    called: Code | None = None


class VisitOrder(Body):
    """Without `nurse`: whoever of the team accepts."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"nurse": "nurse-7"}]})
    nurse: Actor | None = None


class VisitReport(Spoken):
    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"outcome": "met"}]})
    outcome: Code
    nurse: Actor | None = Field(None, description="Who was there, where somebody else keys it in.")


class Answering(Spoken):
    """Answers, and whose word they are: the doctor's opinion stands in `with_whom` and `note` (K4-078)."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"answers": {"adl": "partial", "carer": "always"}, "with_whom": "長女"}]},
    )
    answers: AnswersGiven


class Trying(Body):
    """What would the guide say?"""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"answers": {"urgent": "no", "infection": "yes"}}]}
    )
    answers: AnswersGiven
    welfare_open: bool | None = Field(None, description="福祉避難所 are open; left out: as it is now in the city.")


class Deciding(Body):
    """The nurse's decision. What is left out is as sheet, answers and policy have it."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {"destination": "core-welfare", "condition": "歩行に見守りが要る", "explained": True, "agreed": True},
                {"destination": "facility", "admission_kind": "short-stay", "emergency_admission": True},
                {"destination": "general", "reason": "wish", "reason_words": "家族と離れたくない"},
            ]
        },
    )
    destination: Code
    reason: Code | None = Field(
        None, description="A code of DIFFERS: due where it differs from the guide, or the guide still asks."
    )
    reason_words: Text | None = None
    condition: Text | None = Field(None, description="The person's condition, for the shelter that is asked; sealed.")
    carer: Text | None = Field(None, description="Who helps, how to reach them and when they are there; sealed.")
    emergency_admission: bool = False
    admission_kind: Code | None = Field(None, description="Due for `facility`: a code of ADMISSION.")
    interim: Code | None = None
    groups: list[Code] | None = Field(None, max_length=30)
    aids: list[Code] | None = Field(None, max_length=30)
    high_risk: bool | None = None
    companion: bool | None = None
    again_at: GivenInstant | None = None
    explained: bool | None = Field(None, description="Purpose and way of deciding were explained (K4-094).")
    agreed: bool | None = None

    def decision(self) -> Decision:
        """Raises `Invalid("code.unknown")`."""
        words = DecisionWords(condition=self.condition, reason=self.reason_words, carer=self.carer)
        return Decision(
            destination=known("destination", self.destination, codes.DESTINATION) or "",
            reason=known("reason", self.reason, codes.DIFFERS),
            emergency_admission=self.emergency_admission,
            admission_kind=known("admission_kind", self.admission_kind, codes.ADMISSION),
            interim=known("interim", self.interim, codes.DESTINATION),
            groups=None if self.groups is None else all_known("groups", self.groups, codes.GROUP),
            aids=None if self.aids is None else all_known("aids", self.aids, codes.AID),
            high_risk=self.high_risk,
            companion=self.companion,
            again_at=self.again_at,
            explained=self.explained,
            agreed=self.agreed,
            words=words if words != DecisionWords() else None,
        )


class Ending(Body):
    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"reason": "not-needed"}]})
    reason: Code
