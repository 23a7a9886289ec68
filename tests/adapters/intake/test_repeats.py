"""Sheets as people really fill them in, sent twice: the same answer, byte for byte, whatever is odd about them."""

from itertools import islice

import msgspec

from services.intake.domain.sheet import Sheet
from tests.adapters.intake.conftest import Send
from tsunagi.drill.population import Population
from tsunagi.drill.scenario import load


async def test_every_sheet_of_a_street_is_answered_twice_alike(send: Send) -> None:
    marked = 0
    for household in islice(Population(load("kobe"), people=10_000), 150):
        body = msgspec.to_builtins(msgspec.json.decode(msgspec.json.encode(household.sheet), type=Sheet))
        first = await send("POST", "/households", body, wards="*")
        again = await send("POST", "/households", body, wards="*")
        assert first.status_code == again.status_code == 200, again.text
        assert again.content == first.content
        marked += bool(first.json()["marks"])
    assert marked > 10
