"""A disaster and its stage, folded for the board (K4-157)."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

import msgspec

from services.casework.domain.timeline import settles_at
from shared.contracts.envelope import Recorded
from shared.contracts.intake_disaster import DisasterDeclared, StageChanged


class DisasterNow(msgspec.Struct, kw_only=True):
    """A disaster as it stands now."""

    disaster: UUID
    kind: str | None = None
    drill: bool = False
    title: str | None = None
    wards: list[str] = []
    stage: str | None = None
    began: datetime | None = None
    stage_since: datetime | None = None


def disaster(id_: UUID, events: Iterable[Recorded]) -> DisasterNow:
    """Fold the settled events of one disaster."""
    now = DisasterNow(disaster=id_)
    for one in events:
        match one.event:
            case DisasterDeclared() as event:
                now.kind, now.drill, now.title = event.kind, event.drill, event.title
                now.wards, now.stage, now.began = list(event.wards), event.stage, event.began
                now.stage_since = settles_at(one.envelope)
            case StageChanged(stage=stage):
                now.stage, now.stage_since = stage, settles_at(one.envelope)
            case _:
                pass
    return now
