"""Every route × every role × own and foreign ground: who stands in no row is refused (design, decision 8)."""

from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

import pytest

from services.transfer import handlers_facility
from services.transfer.domain import facility
from services.transfer.handlers_trip import PARTNER, Planned, offer, partner_changed, plan
from shared.platform.parts import Parts
from shared.platform.web import Api
from tests.adapters.transfer import made
from tests.adapters.transfer.made import fresh_id
from tests.matrix import FOREIGN, OWN, Ask, Factory, Ground, Token, failures

pytestmark = pytest.mark.stack
Make = Callable[[Ground], Awaitable[UUID]]


class Grounds:
    """Two wards with a facility and a partner each; on them whatever a route asks for, made once for each route."""

    def __init__(self, parts: Parts) -> None:
        self.parts = parts

    async def prepare(self) -> None:
        for ground in (OWN, FOREIGN):
            await made.a_facility(self.parts, 500, facility_id=ground.facility, ward=ground.ward)
            fields: dict[str, Any] = dict.fromkeys(PARTNER)
            fields |= {"name": "x", "kind": "taxi", "vehicles": ["ordinary"], "wards": [], "active": True}
            await partner_changed(self.parts, ground.partner, fields)

    async def closed(self, ground: Ground) -> UUID:
        return await made.a_facility(self.parts, None, ward=ground.ward, opens=False)

    async def person(self, ground: Ground) -> UUID:
        return await made.a_person(self.parts, ward=ground.ward)

    async def need(self, ground: Ground) -> UUID:
        return await made.a_need(self.parts, ward=ground.ward)

    async def waiting(self, ground: Ground) -> UUID:
        need = await made.a_need(self.parts, ward=ground.ward, destination="facility")
        await made.asks(self.parts, need)
        return need

    async def asked(self, ground: Ground) -> UUID:
        opens = facility.ReportStep("receiving")  # another cell may have closed it
        await handlers_facility.change(self.parts, ground.facility, opens, made.by(self.parts))
        return (await made.asks(self.parts, await self.need(ground), ground.facility)).stream

    async def accepted(self, ground: Ground) -> UUID:
        placement = await self.asked(ground)
        await made.accepts(self.parts, placement)
        return placement

    async def trip(self, ground: Ground) -> UUID:
        placement, trip_id = await self.accepted(ground), fresh_id()
        planned = Planned("partner", self.parts.clock.now())
        await plan(self.parts, placement, trip_id, planned, made.by(self.parts))
        await offer(self.parts, trip_id, ground.partner, None, None, made.by(self.parts))
        return trip_id


def asking(make: Make, path: str, json: Any = None, *, shows: bool = False, anew: bool = False) -> Factory:
    """A route's factory: `{}` in the path is what `make` makes; once for each ground, or anew where it must stand
    as it was made (another route's cell may have closed the facility)."""
    there: dict[Ground, UUID] = {}

    async def ask(ground: Ground) -> Ask:
        if ground not in there or shows or anew:
            there[ground] = await make(ground)
        body = json() if callable(json) else json
        return Ask(path.replace("{}", str(there[ground])), json=body, shows=str(there[ground]) if shows else None)

    return ask


def there(path: str, json: Any = None) -> Factory:
    """A factory for what concerns the ground's own facility or nothing in particular."""
    return lambda ground: Ask(path.replace("{facility}", str(ground.facility)), json=json() if callable(json) else json)


def routes(on: Grounds) -> dict[str, Factory]:
    listed = {"name": "（訓練）施設", "kind": "welfare", "ward": "28101"}

    async def new_need(ground: Ground) -> Ask:
        body = {"need": str(fresh_id()), "person": str(await on.person(ground)), "destination": "core-welfare"}
        return Ask("/needs", json=body | {"exception": "urgent"})

    def placement() -> dict[str, str]:
        return {"placement": str(fresh_id())}

    def trip() -> dict[str, str]:
        return {"trip": str(fresh_id()), "by": "family", "planned_at": "2036-01-17T05:30:00Z"}

    return {
        "PUT /facilities/import": there("/facilities/import", lambda: {"rows": [{"id": str(fresh_id()), **listed}]}),
        "POST /facilities": there("/facilities", lambda: {"id": str(fresh_id()), **listed}),
        "GET /facilities": there("/facilities"),
        "GET /facilities/not-open": asking(on.closed, "/facilities/not-open", shows=True),
        "GET /facilities/{facility_id}": there("/facilities/{facility}"),
        "POST /facilities/{facility_id}/edits": there("/facilities/{facility}/edits", {"operator": "x"}),
        "POST /facilities/{facility_id}/opening-request": there("/facilities/{facility}/opening-request", {}),
        "POST /facilities/{facility_id}/opening-steps": there(
            "/facilities/{facility}/opening-steps", {"step": "space-made"}
        ),
        "POST /facilities/{facility_id}/capacity": there("/facilities/{facility}/capacity", {"total": 500}),
        "PUT /facilities/{facility_id}/contact": there("/facilities/{facility}/contact", {"phone": "1"}),
        "GET /facilities/{facility_id}/contact": there("/facilities/{facility}/contact"),
        "GET /needs": asking(on.need, "/needs", shows=True),
        "GET /waiting-list": asking(on.waiting, "/waiting-list", shows=True),
        "POST /needs": new_need,
        "GET /needs/{need_id}": asking(on.need, "/needs/{}"),
        "GET /needs/{need_id}/candidates": asking(on.need, "/needs/{}/candidates"),
        "POST /needs/{need_id}/placements": asking(on.need, "/needs/{}/placements", placement),
        "POST /needs/{need_id}/waiting": asking(on.need, "/needs/{}/waiting", {}),
        "POST /needs/{need_id}/end": asking(on.need, "/needs/{}/end", {"reason": "not-needed"}),
        "GET /placements": asking(on.asked, "/placements", shows=True),
        "GET /placements/{placement_id}": asking(on.asked, "/placements/{}"),
        "POST /placements/{placement_id}/accept": asking(on.asked, "/placements/{}/accept", {}),
        "POST /placements/{placement_id}/decline": asking(on.asked, "/placements/{}/decline", {"reason": "full"}),
        "POST /placements/{placement_id}/withdraw": asking(
            on.asked, "/placements/{}/withdraw", {"reason": "withdrawn"}
        ),
        "POST /placements/{placement_id}/arrival": asking(on.asked, "/placements/{}/arrival"),
        "POST /placements/{placement_id}/end": asking(on.asked, "/placements/{}/end", {"reason": "home"}),
        "GET /transport-needs": asking(on.accepted, "/transport-needs", shows=True),
        "POST /placements/{placement_id}/trips": asking(on.accepted, "/placements/{}/trips", trip),
        "GET /trips": asking(on.trip, "/trips", shows=True),
        "GET /trips/{trip_id}": asking(on.trip, "/trips/{}", anew=True),
        "POST /trips/{trip_id}/offer": asking(on.trip, "/trips/{}/offer", {"partner": OWN.partner}),
        "POST /trips/{trip_id}/accept": asking(on.trip, "/trips/{}/accept", {}),
        "POST /trips/{trip_id}/decline": asking(on.trip, "/trips/{}/decline", {"reason": "road"}),
        "POST /trips/{trip_id}/start": asking(on.trip, "/trips/{}/start"),
        "POST /trips/{trip_id}/pick-up": asking(on.trip, "/trips/{}/pick-up"),
        "POST /trips/{trip_id}/drop-off": asking(on.trip, "/trips/{}/drop-off"),
        "POST /trips/{trip_id}/fail": asking(on.trip, "/trips/{}/fail", {"reason": "road"}),
        "POST /trips/{trip_id}/cancel": asking(on.trip, "/trips/{}/cancel", {"reason": "not-needed"}),
        "GET /partners": there("/partners"),
        "PUT /partners/{partner}": there("/partners/some-taxi", {"name": "x", "vehicles": ["ordinary"]}),
        "POST /facilities/{facility_id}/closing": there("/facilities/{facility}/closing", {}),
    }


@pytest.mark.req("K4-159", "K4-164")
async def test_every_route_admits_whom_the_table_admits_and_nobody_else(parts: Parts, app: Api, token: Token) -> None:
    on = Grounds(parts)
    await on.prepare()
    found = await failures(app, token, routes(on))
    assert not found, "\n".join(found)
