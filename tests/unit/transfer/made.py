"""Events and ids for the tests of transfer."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from services.transfer.domain.policy import kobe_2022
from shared.contracts.transfer_facility import FacilityListed, Received
from shared.contracts.transfer_need import NeedOpened
from shared.contracts.transfer_placement import PlacementRequested
from shared.contracts.transfer_trip import TripPlanned
from shared.kernel.ids import derived_id

POLICY = kobe_2022()
NOON = datetime(2026, 1, 17, 3, 0, tzinfo=UTC)
PERSON, NEED, PLACEMENT, TRIP = (derived_id(name) for name in ("person", "need", "placement", "trip"))
HOME_A, HOME_B, HOME_C = (derived_id("facility", name) for name in "abc")


def later(minutes: float) -> datetime:
    return NOON + timedelta(minutes=minutes)


def listed(**fields: Any) -> FacilityListed:
    values: dict[str, Any] = {
        "name": "（訓練）特別養護老人ホーム",
        "kind": "core-welfare",
        "ward": "28106",
        "receives": Received(groups=("elderly",), with_family=True),
    }
    return FacilityListed(**(values | fields))


def opened(**fields: Any) -> NeedOpened:
    values: dict[str, Any] = {"person": PERSON, "destination": "core-welfare", "screening": derived_id("decision")}
    return NeedOpened(**(values | fields))


def requested(facility: UUID = HOME_A, until: datetime | None = None, **fields: Any) -> PlacementRequested:
    values: dict[str, Any] = {"need": NEED, "person": PERSON, "facility": facility, "until": until or later(30)}
    return PlacementRequested(**(values | fields))


def planned(**fields: Any) -> TripPlanned:
    values: dict[str, Any] = {
        "placement": PLACEMENT,
        "person": PERSON,
        "by": "family",
        "vehicle": "own-car",
        "planned_at": later(60),
        "to_facility": HOME_A,
    }
    return TripPlanned(**(values | fields))
