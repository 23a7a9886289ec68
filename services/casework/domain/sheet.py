"""A household's survey sheet as the board needs it, folded from the household's events (K4-153)."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

import msgspec

from shared.contracts.envelope import Recorded
from shared.contracts.intake_household import (
    HouseholdCorrected,
    HouseholdRegistered,
    MemberAdded,
    RepresentativeChanged,
    SharingConfirmed,
)


class SheetNow(msgspec.Struct, kw_only=True):
    """A sheet as it stands now."""

    household: UUID
    ward: str | None = None
    disaster: UUID | None = None
    registered_heard: datetime | None = None
    sheet_no: str | None = None
    members: list[UUID] = []
    representative: UUID | None = None
    place_kind: str = "unknown"
    shelter: UUID | None = None
    damage: str | None = None
    sharing_confirmed: bool | None = None
    marks: int = 0


def sheet(household: UUID, events: Iterable[Recorded]) -> SheetNow:
    """Fold the settled events of one household."""
    now = SheetNow(household=household)
    for one in events:
        now.ward = one.envelope.ward or now.ward
        now.disaster = now.disaster or one.envelope.disaster
        match one.event:
            case HouseholdRegistered() as event:
                now.registered_heard = one.envelope.recorded_at
                now.sheet_no, now.damage = event.sheet_no, event.damage
                now.members = sorted({*now.members, *event.members})
                now.representative = event.representative
                now.place_kind, now.shelter = event.place.kind, event.place.shelter
                now.sharing_confirmed, now.marks = event.sharing_confirmed, len(event.marks)
            case HouseholdCorrected() as event:
                _correct(now, event)
            case SharingConfirmed(agreed=agreed):
                now.sharing_confirmed = agreed
            case MemberAdded(person=person):
                now.members = sorted({*now.members, person})
            case RepresentativeChanged(person=person):
                now.representative = person
            case _:
                pass
    return now


def _correct(now: SheetNow, event: HouseholdCorrected) -> None:
    for name in event.fields:
        if name in ("sheet_no", "damage"):
            setattr(now, name, getattr(event, name))
        elif name == "place" and event.place is not None:
            now.place_kind, now.shelter = event.place.kind, event.place.shelter
