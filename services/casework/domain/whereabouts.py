"""Since when a person is where they are: the instant at which their place last changed (look, a person's timeline)."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from services.casework.domain.journey import Journey
from services.casework.domain.steps import take
from services.casework.domain.timeline import settles_at
from shared.contracts.envelope import Recorded


def since(person: UUID, events: Iterable[Recorded]) -> datetime | None:
    """Return when the person came to where they are now; `events` are those that count, in their order.

    None where nothing has said yet where they are. Going out and coming back is a change, too.
    """
    way = Journey(person=person)
    where, changed = _where(way), None
    for one in events:
        take(way, one)
        now = _where(way)
        if now != where:
            where, changed = now, settles_at(one.envelope)
    return changed


def _where(way: Journey) -> tuple[object, ...]:
    return way.presence, way.place_kind, way.shelter, way.lodging, way.left_for, way.facility
