"""Codes in bodies and addresses: one of a set of the catalogue, named in the API's documents, refused by name."""

from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationInfo

from shared.contracts import codes
from shared.kernel.errors import Invalid

Text = Annotated[str, Field(max_length=4000)]
WardCode = Annotated[str, Field(pattern=r"^\d{5}$", examples=["28106"])]
PartnerId = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,59}$", examples=["hyogo-taxi"])]
Places = Annotated[int, Field(ge=0, le=2000)]
Minutes = Annotated[float, Field(gt=0, le=7 * 24 * 60)]


def _of(among: codes.Codes) -> Any:
    def check(value: str, info: ValidationInfo) -> str:
        if value not in among:
            raise Invalid("code.unknown", field=info.field_name, allowed=list(among))
        return value

    return AfterValidator(check)


def _shown(among: codes.Codes) -> Any:
    return Field(json_schema_extra={"enum": list(among)}, description=f"A code of `{among.name}`: {among.about}")


Aid = Annotated[str, _of(codes.AID), _shown(codes.AID)]
By = Annotated[str, _of(codes.TRIP_BY), _shown(codes.TRIP_BY)]
Channel = Annotated[str, _of(codes.CHANNEL), _shown(codes.CHANNEL)]
Cause = Annotated[str, _of(codes.OPENING_CAUSE), _shown(codes.OPENING_CAUSE)]
ChoiceReason = Annotated[str, _of(codes.CHOICE_REASON), _shown(codes.CHOICE_REASON)]
Chosen = Annotated[str, _of(codes.CHOSEN), _shown(codes.CHOSEN)]
ClosingReason = Annotated[str, _of(codes.CLOSING_REASON), _shown(codes.CLOSING_REASON)]
Condition = Annotated[str, _of(codes.CONDITION), _shown(codes.CONDITION)]
DeclineReason = Annotated[str, _of(codes.DECLINE), _shown(codes.DECLINE)]
Destination = Annotated[str, _of(codes.DESTINATION), _shown(codes.DESTINATION)]
EndReason = Annotated[str, _of(codes.END), _shown(codes.END)]
Exception_ = Annotated[str, _of(codes.EXCEPTION), _shown(codes.EXCEPTION)]
FacilityKind = Annotated[str, _of(codes.FACILITY), _shown(codes.FACILITY)]
Group = Annotated[str, _of(codes.GROUP), _shown(codes.GROUP)]
Hazard = Annotated[str, _of(codes.HAZARD), _shown(codes.HAZARD)]
Lack = Annotated[str, _of(codes.LACK), _shown(codes.LACK)]
OpeningStep = Annotated[str, _of(codes.OPENING_STEP), _shown(codes.OPENING_STEP)]
TripDecline = Annotated[str, _of(codes.TRIP_DECLINE), _shown(codes.TRIP_DECLINE)]
TripFailure = Annotated[str, _of(codes.TRIP_FAILURE), _shown(codes.TRIP_FAILURE)]
Vehicle = Annotated[str, _of(codes.VEHICLE), _shown(codes.VEHICLE)]
Waitlist = Annotated[str, _of(codes.WAITLIST), _shown(codes.WAITLIST)]


class Body(BaseModel):
    """A command's body: unknown fields are an error that names them."""

    model_config = ConfigDict(extra="forbid")


def example(**values: Any) -> ConfigDict:
    """Return a model's configuration with an example of it."""
    return ConfigDict(extra="forbid", json_schema_extra={"examples": [values]})
