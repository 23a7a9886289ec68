"""Requests that no page sends, and that are answered as the document tells all the same."""

from typing import Any

import pytest

from shared.platform.parts import Parts
from tests.adapters.intake.conftest import Send
from tests.adapters.intake.made import SHELTER, fresh_id, sheet

pytestmark = pytest.mark.stack


@pytest.mark.parametrize("at", ["2026-01-17T07:00:00", "1768628760", "%00"])
async def test_an_instant_that_is_not_written_out_is_told_and_not_guessed(send: Send, parts: Parts, at: str) -> None:
    async with parts.database.session() as session:
        await session.execute("INSERT INTO shelters VALUES ($1, '訓練小学校', 'shelter', '28101')", SHELTER)
    answer = await send("GET", f"/shelters/{SHELTER}/roster?known_by={at}")
    assert (answer.status_code, answer.json()["code"]) == (422, "query.unreadable")


async def test_a_word_that_postgresql_cannot_hold_is_told(send: Send) -> None:
    answer = await send("GET", "/households?name=%00")
    assert (answer.status_code, answer.json()["code"]) == (422, "text.nul")


async def test_the_document_tells_what_a_member_is_made_of(send: Send, app: Any) -> None:
    document = app.openapi()
    operation = document["paths"]["/households/{household_id}/members"]["post"]
    shape = operation["requestBody"]["content"]["application/json"]["schema"]["$ref"].rpartition("/")[2]
    household = sheet()
    assert (await send("POST", "/households", household)).status_code == 200
    member = {"id": fresh_id(), "name": "訓練 次郎"}
    assert member.keys() <= document["components"]["schemas"][shape]["properties"].keys()
    assert (await send("POST", f"/households/{household['id']}/members", member)).status_code == 200
