"""Requests that no page sends, and that are answered as the document tells all the same."""

from typing import Any

import pytest

from shared.platform.parts import Parts
from tests.adapters.transfer import made
from tests.adapters.transfer.conftest import Send

pytestmark = pytest.mark.stack
PARTNER: dict[str, Any] = {"name": "（訓練）タクシー", "vehicles": ["ordinary"]}


@pytest.mark.parametrize("field", ["name", "kind"])
async def test_a_facility_keeps_its_name_and_kind(send: Send, parts: Parts, field: str) -> None:
    facility = await made.a_facility(parts)
    answer = await send("POST", f"/facilities/{facility}/edits", {field: None, "operator": "x"})
    assert (answer.status_code, answer.json()["code"]) == (422, "body.unreadable")
    kept = (await send("GET", f"/facilities/{facility}")).json()
    assert kept["operator"] is None
    assert kept[field]


async def test_a_text_that_postgresql_cannot_hold_is_told(send: Send) -> None:
    answer = await send("PUT", "/partners/taxi-1", {**PARTNER, "agreement": "協定\x00"})
    assert (answer.status_code, answer.json()["code"]) == (422, "text.nul")


async def test_a_bad_header_is_told_where_no_event_comes_of_it(send: Send) -> None:
    answer = await send("PUT", "/partners/taxi-1", PARTNER, headers={"Tsunagi-Channel": "pigeon"})
    assert (answer.status_code, answer.json()["header"]) == (422, "Tsunagi-Channel")


async def test_a_need_of_somebody_unknown_is_answered_as_the_document_tells(send: Send, app: Any) -> None:
    body = {"need": str(made.fresh_id()), "person": str(made.fresh_id()), "destination": "core-welfare"}
    answer = await send("POST", "/needs", {**body, "exception": "urgent"})
    assert (answer.status_code, answer.json()["code"]) == (404, "person.unknown")
    assert "404" in app.openapi()["paths"]["/needs"]["post"]["responses"]
