"""Who may see and do what: every route, every role, own and foreign wards."""

from typing import Any
from uuid import UUID

import msgspec
import pytest

from services.screening import handlers
from services.screening.domain.commands import OrderVisit, Take
from shared.contracts.places import Place
from shared.platform.parts import Parts
from shared.platform.store import Origin
from shared.platform.web import Api
from tests.adapters.screening.made import World, an_id
from tests.matrix import OWN, Ask, Factory, Ground, Token, failures

CALL = {"called": "advice", "outcome": "advised"}


@pytest.mark.req("K4-067", "K4-098", "K4-159")
async def test_a_ward_sees_its_own_and_only_nurses_decide(app: Api, token: Token, world: World, parts: Parts) -> None:
    def origin() -> Origin:
        return Origin(OWN.owner, "api", parts.clock.now(), an_id(), an_id())

    async def waiting(ground: Ground) -> UUID:
        return await world.register(ward=ground.ward, place=Place(kind="facility", shelter=ground.facility))

    async def taken(ground: Ground, *, visit: bool = False) -> UUID:
        person = await waiting(ground)
        await handlers.take(parts, person, Take(OWN.owner), origin())
        if visit:
            await handlers.change(parts, person, OrderVisit(OWN.owner), origin())
        return person

    def command(path: str, body: dict[str, Any], *, held: bool = True, visit: bool = False) -> Factory:
        async def ask(ground: Ground) -> Ask:
            person = await taken(ground, visit=visit) if held else await waiting(ground)
            return Ask(f"/screenings/{person}/{path}", json=body)

        return ask

    async def listing(ground: Ground) -> Ask:
        person = await waiting(ground)
        return Ask("/screenings", params={"limit": "200"}, shows=str(person))

    async def following(ground: Ground) -> Ask:
        person = await taken(ground)
        decision = handlers.Decision(destination="core-welfare", reason="urgent")
        await handlers.decide(parts, person, OWN.owner, decision, origin())
        return Ask("/screenings/following", params={"limit": "200"}, shows=str(person))

    async def visits(ground: Ground) -> Ask:
        person = await taken(ground, visit=True)
        return Ask("/screenings/visits", params={"limit": "200"}, shows=str(person))

    async def load(ground: Ground) -> Ask:
        await waiting(ground)
        return Ask("/screenings/load", shows=f'"{ground.ward}"')

    async def reading(ground: Ground) -> Ask:
        return Ask(f"/screenings/{await waiting(ground)}")

    factories: dict[str, Factory] = {
        "GET /screenings": listing,
        "GET /screenings/following": following,
        "GET /screenings/visits": visits,
        "GET /screenings/load": load,
        "GET /screenings/{person_id}": reading,
        "POST /screenings/suggest": lambda _: Ask("/screenings/suggest", json={"answers": {}}),
        "GET /guide": lambda _: Ask("/guide"),
        "GET /guide/considerations": lambda _: Ask("/guide/considerations", params={"code": "hearing"}),
        "POST /screenings/{person_id}/request": command("request", {"reason": "staff"}, held=False),
        "POST /screenings/{person_id}/consultations": command("consultations", {}, held=False),
        "POST /screenings/{person_id}/take": command("take", {}, held=False),
        "POST /screenings/{person_id}/release": command("release", {}),
        "POST /screenings/{person_id}/calls": command("calls", CALL),
        "POST /screenings/{person_id}/visits": command("visits", {}),
        "POST /screenings/{person_id}/visits/accepted": command("visits/accepted", {}, visit=True),
        "POST /screenings/{person_id}/visits/made": command("visits/made", {"outcome": "met"}),
        "POST /screenings/{person_id}/answers": command("answers", {"answers": {"urgent": "no"}}),
        "POST /screenings/{person_id}/decision": command("decision", {"destination": "general", "reason": "urgent"}),
        "POST /screenings/{person_id}/end": command("end", {"reason": "not-needed"}),
    }
    assert await failures(app, token, factories) == []


async def test_the_api_page_tells_of_every_route_with_an_example(app: Api) -> None:
    document = app.openapi()
    for path, methods in document["paths"].items():
        for method, told in methods.items():
            body = told.get("requestBody")
            if path.startswith("/screenings") and body is not None:
                assert '"examples"' in msgspec.json.encode(_resolved(document, body)).decode(), (method, path)


def _resolved(document: dict[str, Any], part: Any) -> Any:
    """Return a part of the document with its references followed (they do not go round here)."""
    match part:
        case {"$ref": str(name)}:
            return _resolved(document, document["components"]["schemas"][name.rsplit("/", 1)[-1]])
        case dict():
            return {key: _resolved(document, one) for key, one in part.items()}
        case list():
            return [_resolved(document, one) for one in part]
    return part
