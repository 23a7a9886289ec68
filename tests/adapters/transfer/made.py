"""People, facilities and answers, as tests of transfer need them on a real database."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import asyncpg

from services.transfer import handlers_facility, handlers_placement
from services.transfer.agents import EFFECTS
from services.transfer.domain import facility, placement
from services.transfer.due import FIRES
from services.transfer.handlers_asking import Asking, ask
from shared.contracts.envelope import Recorded, headers_text
from shared.contracts.event import Event
from shared.contracts.intake_person import PersonRegistered
from shared.contracts.places import Place
from shared.contracts.screening_screening import DecisionWords, ScreeningDecided, Suggestion
from shared.contracts.transfer_facility import Capacity, CapacityReported, FacilityListed, Received
from shared.kernel.ids import derived_id, new_id
from shared.platform import store
from shared.platform.parts import Parts
from shared.platform.store import Entry, Origin
from shared.platform.streams import Outcome
from shared.platform.timers import fire_due

WARD = "28106"
NAGATA = (34.6656, 135.1507)
SECRET = "心不全、酸素2L"
"""A nurse's words that must be found nowhere open."""


def fresh_id() -> UUID:
    return new_id(datetime.now(UTC))


def by(parts: Parts, **fields: Any) -> Origin:
    """The origin of a new command."""
    command = fields.pop("causation", None) or fresh_id()
    values: dict[str, Any] = {"actor": "sato", "channel": "api", "now": parts.clock.now(), "ward": None}
    return Origin(causation=command, correlation=command, **(values | fields))


async def a_facility(
    parts: Parts,
    total: int | None = 1,
    *,
    groups: dict[str, int] | None = None,
    reserved: int = 0,
    opens: bool = True,
    **fields: Any,
) -> UUID:
    """A core welfare shelter that is open, with so many places (None: unknown)."""
    facility_id: UUID = fields.pop("facility_id", None) or fresh_id()
    values: dict[str, Any] = {
        "name": f"（訓練）特養 {facility_id}",
        "kind": "core-welfare",
        "ward": WARD,
        "latitude": NAGATA[0],
        "longitude": NAGATA[1],
        "receives": Received(groups=("elderly",), with_family=True),
    }
    listed = FacilityListed(**(values | fields))
    await handlers_facility.take_list(parts, [(facility_id, listed)], by(parts))
    if opens:
        await handlers_facility.change(parts, facility_id, facility.ReportStep("receiving"), by(parts))
    await reports(parts, facility_id, total, groups=groups, reserved=reserved)
    return facility_id


async def reports(
    parts: Parts, facility_id: UUID, total: int | None, *, groups: dict[str, int] | None = None, reserved: int = 0
) -> Outcome:
    by_group = tuple(Capacity(group=group, places=places) for group, places in (groups or {}).items())
    event = CapacityReported(total=total, by_group=by_group, reserved=reserved)
    return await handlers_facility.change(parts, facility_id, facility.ReportCapacity(event), by(parts))


async def hears(parts: Parts, topic: str, *events: Recorded) -> None:
    """The worker settles events of a topic, as the platform has it do: locks on the keys, one transaction."""
    async with parts.database.transaction() as session:
        numbers = sorted({store.lock_number(one.envelope.key) for one in events})
        await session.execute("SELECT pg_advisory_xact_lock(number) FROM unnest($1::bigint[]) AS number", numbers)
        await EFFECTS[topic](parts, session, events)


async def told(
    parts: Parts, person: UUID, event: Event, version: int = 1, *, happened: datetime | None = None, **fields: Any
) -> Recorded:
    """An event of another service about a person, sealed as that service would."""
    cipher = None
    if getattr(event, "words", None) is not None:
        async with parts.database.transaction() as session:
            cipher = await store.new_key(session, parts.keyring, person)
    origin = by(parts, **({"happened": happened, "ward": WARD} | fields))
    recorded = store.record(Entry(event, person, version, person), origin, "/281000/other", cipher)
    return store.read_row(
        {"topic": event.TOPIC, "key": person, "headers": headers_text(recorded.envelope), "value": recorded.value}
    )


async def a_person(parts: Parts, shelter: UUID | None = None, ward: str = WARD, **fields: Any) -> UUID:
    """Somebody registered at a shelter."""
    person = fresh_id()
    place = Place(kind="shelter", shelter=shelter)
    event = PersonRegistered(household=fresh_id(), place=place, age_band="85-plus", **fields)
    await hears(parts, event.TOPIC, await told(parts, person, event, ward=ward))
    return person


def decision(destination: str = "core-welfare", **fields: Any) -> ScreeningDecided:
    values: dict[str, Any] = {
        "nurse": "nurse-1",
        "destination": destination,
        "suggestion": Suggestion(guide="kobe-2022@1"),
        "groups": ("elderly",),
        "words": DecisionWords(condition=SECRET),
    }
    return ScreeningDecided(**(values | fields))


async def a_need(parts: Parts, person: UUID | None = None, destination: str = "core-welfare", **fields: Any) -> UUID:
    """A need that a nurse's decision has opened."""
    ward = fields.pop("ward", WARD)
    person = person or await a_person(parts, ward=ward)
    recorded = await told(parts, person, decision(destination, **fields), ward=ward)
    await hears(parts, recorded.envelope.topic, recorded)
    return derived_id("need", recorded.envelope.id)


async def asks(parts: Parts, need: UUID, facility_id: UUID | None = None, **fields: Any) -> Outcome:
    reason = fields.pop("reason", "wish" if facility_id else None)
    asking = Asking(fields.pop("placement", None) or fresh_id(), facility_id, reason, **fields)
    return await ask(parts, need, asking, by(parts))


async def fires(parts: Parts) -> int:
    """Whatever is due by now fires, as in the relay's process."""
    return await fire_due(parts, FIRES)


def passes(parts: Parts, minutes: float) -> None:
    """Let so much time pass on the stack's clock."""
    parts.clock.epoch += timedelta(minutes=minutes)


async def rows(parts: Parts, statement: str, *arguments: Any) -> Sequence[asyncpg.Record]:
    async with parts.database.session() as session:
        return await session.fetch(statement, *arguments)


async def row(parts: Parts, statement: str, *arguments: Any) -> asyncpg.Record:
    [only] = await rows(parts, statement, *arguments)
    return only


async def state_of(parts: Parts, need: UUID) -> str:
    return str((await row(parts, "SELECT state FROM needs WHERE need = $1", need))["state"])


async def types_of(parts: Parts, stream: UUID) -> list[str]:
    """The names of what happened in a stream, in order: `requested`, `accepted` …"""
    found = await rows(parts, "SELECT type FROM events WHERE stream = $1 ORDER BY version", stream)
    return [one["type"].split(".")[3] for one in found]


async def live(parts: Parts, need: UUID) -> list[asyncpg.Record]:
    """The placements of a need that are asked or promised, the oldest first."""
    return list(
        await rows(
            parts,
            "SELECT * FROM placements WHERE need = $1 AND state IN ('asked', 'accepted') ORDER BY asked_at, placement",
            need,
        )
    )


async def accepts(parts: Parts, placement_id: UUID, **fields: Any) -> Outcome:
    return await handlers_placement.accept(parts, placement_id, placement.Accept(**fields), by(parts))


async def declines(parts: Parts, placement_id: UUID, reason: str = "staff") -> Outcome:
    return await handlers_placement.decline(parts, placement_id, placement.Decline(reason), by(parts))


async def arrives(parts: Parts, placement_id: UUID) -> Outcome:
    return await handlers_placement.report_arrival(parts, placement_id, by(parts))


async def happens(parts: Parts, person: UUID, event: Event, **fields: Any) -> None:
    """Intake tells of a person."""
    recorded = await told(parts, person, event, version=2, **fields)
    await hears(parts, event.TOPIC, recorded)


async def places_of(parts: Parts, facility_id: UUID) -> dict[str, int]:
    """How many places a facility has by state, those over counted as `over` besides."""
    found = await row(
        parts,
        """
        SELECT count(*) FILTER (WHERE state = 'free') AS free, count(*) FILTER (WHERE state = 'held') AS held,
            count(*) FILTER (WHERE state = 'promised') AS promised, count(*) FILTER (WHERE state = 'taken') AS taken,
            count(*) FILTER (WHERE over) AS over
        FROM places WHERE facility = $1
        """,
        facility_id,
    )
    return {name: count for name, count in found.items() if count}
