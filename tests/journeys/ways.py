"""Parts of the main way, for journeys that begin later: a person decided for, asked for, accepted, driven, arrived."""

from typing import Any, NamedTuple
from uuid import UUID

from tests.journeys.receiving import Facility
from tests.journeys.shelter import Person
from tests.journeys.telling import Answer
from tests.journeys.ward import Ward


class Way(NamedTuple):
    """Somebody on their way to a facility."""

    person: Person
    need: Answer
    placement: UUID
    facility: Facility


async def decided(ward: Ward, person: Person | None = None, **decision: Any) -> tuple[Person, Answer]:
    """Somebody for whom a nurse has decided on a core welfare shelter; return them with their need."""
    who = person or await ward.staff.registers_one()
    await ward.nurse.screens(who, **decision)
    return who, await ward.hq.need(who)


async def asked(ward: Ward, facility: Facility, person: Person | None = None, **decision: Any) -> Way:
    """Somebody for whom this facility (the best candidate) is asked."""
    who, need = await decided(ward, person, **decision)
    placement = await ward.hq.asks(need)
    assert (await ward.hq.placement(need, "asked"))["facility"] == str(facility.facility)
    return Way(who, need, placement, facility)


async def accepted(ward: Ward, facility: Facility, person: Person | None = None, **answer: Any) -> Way:
    """Somebody whom this facility has accepted."""
    way = await asked(ward, facility, person)
    await facility.accepts(way.placement, **answer)
    return way


async def arrived(ward: Ward, facility: Facility, person: Person | None = None) -> Way:
    """Somebody who was brought to this facility by the family."""
    way = await accepted(ward, facility, person)
    trip = await ward.hq.plans_trip(way.placement)
    for step in ("accept", "start", "pick-up", "drop-off"):
        await ward.hq.family(trip, step)
    await facility.reports_arrival(way.placement)
    return way
