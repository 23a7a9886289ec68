"""What the routes of transport partners take and give."""

from datetime import date
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, Field

from services.transfer.coded import Body, PartnerId, Vehicle, WardCode, example


class PartnerBody(Body):
    """A transport partner, and the agreement under which it drives (K4-130, K4-133)."""

    model_config = example(
        name="（一社）兵庫県タクシー協会（訓練）",
        kind="taxi",
        vehicles=["ordinary"],
        wards=[],
        agreement="災害時における輸送業務に関する協定",
        agreed_on="2014-07-01",
    )
    name: Annotated[str, Field(min_length=1, max_length=200)]
    kind: Literal["taxi", "welfare-vehicles", "facility", "other"] = "taxi"
    vehicles: Annotated[list[Vehicle], Field(min_length=1)]
    wards: tuple[WardCode, ...] = Field((), description="Where it drives; empty: everywhere.")
    facility: UUID | None = Field(None, description="The facility whose vehicle it is.")
    agreement: Annotated[str | None, Field(max_length=400)] = None
    agreed_on: date | None = None
    phone: Annotated[str | None, Field(max_length=40)] = None
    active: bool = True

    def fields(self) -> dict[str, Any]:
        values = self.model_dump()
        values["agreed_on"] = None if self.agreed_on is None else self.agreed_on.isoformat()
        return values


class PartnerShown(BaseModel):
    partner: PartnerId
    name: str
    kind: str
    vehicles: list[str]
    wards: list[str]
    facility: UUID | None
    agreement: str | None
    agreed_on: date | None
    phone: str | None
    active: bool
