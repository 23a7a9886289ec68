"""A shelter or welfare shelter as its own reports say, folded for the board (K4-155)."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

import msgspec

from services.casework.domain.timeline import settles_at
from shared.contracts.envelope import Recorded
from shared.contracts.transfer_facility import (
    CapacityReported,
    FacilityChanged,
    FacilityClosed,
    FacilityListed,
    OpeningStepReported,
)

STEPS = ("people-safe", "damage-checked", "space-made", "receiving")
"""The steps of opening in their order (004 (2)④); with the last one the facility is open."""

_FIELDS = ("name", "kind", "ward", "latitude", "longitude", "published", "size", "size_invented")


class Step(msgspec.Struct, frozen=True):
    """A step as it was last reported."""

    ok: bool
    at: datetime


class FacilityNow(msgspec.Struct, kw_only=True):
    """A facility as it stands now. `total` None is 不明 and not 0; `reported_at`: the age of what it says of places."""

    facility: UUID
    name: str | None = None
    kind: str | None = None
    ward: str | None = None
    latitude: float | None = None
    longitude: float | None = None
    published: bool = True
    invented: bool = False
    size: int | None = None
    """For how many people a shelter is meant (めやす); None is 不明 and not 0."""
    size_invented: bool = False
    steps: dict[str, Step] = {}
    step: str | None = None
    open: bool = False
    opened_at: datetime | None = None
    closed_at: datetime | None = None
    total: int | None = None
    baseline: int | None = None
    """Places in ordinary times."""
    by_group: dict[str, int] = {}
    """The places of each group that has a number of its own."""
    reserved: int = 0
    lacks: list[str] = []
    reported_at: datetime | None = None


def facility(id_: UUID, events: Iterable[Recorded]) -> FacilityNow:
    """Fold the settled events of one facility."""
    now = FacilityNow(facility=id_)
    for one in events:
        at = settles_at(one.envelope)
        match one.event:
            case FacilityListed() as event:
                for name in _FIELDS:
                    setattr(now, name, getattr(event, name))
                now.invented = event.invented
            case FacilityChanged(fields=fields) as event:
                for name in fields:
                    if name in _FIELDS:
                        setattr(now, name, getattr(event, name))
            case OpeningStepReported(step=step, ok=ok):
                _report(now, step, Step(ok, at))
            case FacilityClosed():
                now.open, now.closed_at, now.steps, now.step = False, at, {}, None
            case CapacityReported() as event:
                now.total, now.reserved, now.lacks = event.total, event.reserved, list(event.lacks)
                now.baseline = event.baseline
                now.by_group = {one.group: one.places for one in event.by_group if one.group and one.places is not None}
                now.reported_at = at
            case _:
                pass
    return now


def _report(now: FacilityNow, name: str, step: Step) -> None:
    now.steps = dict(sorted({**now.steps, name: step}.items()))
    reached = [one for one in STEPS if one in now.steps and now.steps[one].ok]
    now.step = reached[-1] if reached else None
    if name == "receiving":
        if step.ok and not now.open:
            now.opened_at = step.at
        now.open = step.ok
