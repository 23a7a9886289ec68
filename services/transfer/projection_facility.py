"""Events of facilities → the master, its places, and the word to those who wait that something has changed."""

from typing import Any

import msgspec
from sqlalchemy import update
from sqlalchemy.dialects.postgresql import insert

from services.transfer import holding
from services.transfer.domain.facility import FACTS, RECEIVING
from services.transfer.tables import capacity, facilities
from services.transfer.taking import Takes
from services.transfer.timed import FREE_PLACES
from shared.contracts.envelope import Recorded
from shared.contracts.transfer_facility import (
    CapacityReported,
    FacilityChanged,
    FacilityClosed,
    FacilityListed,
    OpeningRequested,
    OpeningStepReported,
)
from shared.platform.postgres import Session
from shared.platform.timers import set_timer


def _columns(event: Any, names: tuple[str, ...]) -> dict[str, Any]:
    values = {name: getattr(event, name) for name in names}
    if values.get("receives") is not None:
        values["receives"] = msgspec.to_builtins(values["receives"])
    return {name: list(value) if isinstance(value, tuple) else value for name, value in values.items()}


async def _listed(session: Session, one: Recorded) -> None:
    await session.execute(
        insert(facilities).values(
            facility=one.envelope.subject,
            state="listed",
            state_since=one.envelope.time,
            steps={},
            **_columns(one.event, FacilityListed.__struct_fields__),
        )
    )
    await session.execute(insert(capacity).values(facility=one.envelope.subject))


async def _changed(session: Session, one: Recorded) -> None:
    assert isinstance(one.event, FacilityChanged)  # noqa: S101 - the table says so
    names = tuple(name for name in one.event.fields if name in FACTS)
    await session.execute(
        update(facilities).where(facilities.c.facility == one.envelope.subject).values(**_columns(one.event, names))
    )


async def _opening_requested(session: Session, one: Recorded) -> None:
    await session.execute(
        "UPDATE facilities SET opening_requested_at = $2 WHERE facility = $1", one.envelope.subject, one.envelope.time
    )


async def _step(session: Session, one: Recorded) -> None:
    event = one.event
    assert isinstance(event, OpeningStepReported)  # noqa: S101 - the table says so
    facility, at = one.envelope.subject, one.envelope.time
    row = await session.fetchrow("SELECT state, steps FROM facilities WHERE facility = $1 FOR UPDATE", facility)
    if row is None:
        return
    steps: dict[str, Any] = {} if row["state"] == "closed" else row["steps"]
    steps = {**steps, event.step: [event.ok, event.deputy, at.isoformat()]}
    state = "open" if steps.get(RECEIVING, [False])[0] else "opening"
    await session.execute(
        """
        UPDATE facilities SET steps = $2, state = $3, reported_at = $4, close_reason = NULL,
            state_since = CASE WHEN state = $3 THEN state_since ELSE $4 END
        WHERE facility = $1
        """,
        facility,
        steps,
        state,
        at,
    )
    await set_timer(session, FREE_PLACES, facility, one.envelope.recorded_at)


async def _closed(session: Session, one: Recorded) -> None:
    assert isinstance(one.event, FacilityClosed)  # noqa: S101 - the table says so
    await session.execute(
        """
        UPDATE facilities SET state = 'closed', state_since = $2, steps = '{}', close_reason = $3,
            opening_requested_at = NULL
        WHERE facility = $1
        """,
        one.envelope.subject,
        one.envelope.time,
        one.event.reason,
    )


async def _reported(session: Session, one: Recorded) -> None:
    assert isinstance(one.event, CapacityReported)  # noqa: S101 - the table says so
    facility = one.envelope.subject
    await holding.report(session, facility, one.event, one.envelope.time)
    await session.execute("UPDATE facilities SET reported_at = $2 WHERE facility = $1", facility, one.envelope.time)
    await set_timer(session, FREE_PLACES, facility, one.envelope.recorded_at)


FACILITY: Takes = {
    FacilityListed: _listed,
    FacilityChanged: _changed,
    OpeningRequested: _opening_requested,
    OpeningStepReported: _step,
    FacilityClosed: _closed,
    CapacityReported: _reported,
}
