"""Requests that no page sends, and that are answered as the document tells all the same."""

from typing import Any

import pytest

from tests.adapters.screening.conftest import Send

pytestmark = pytest.mark.stack


async def test_a_guide_that_there_is_not_is_answered_as_the_document_tells(send: Send, app: Any) -> None:
    answer = await send("GET", "/guide?version=kobe-1922@1")
    assert (answer.status_code, answer.json()["code"]) == (404, "guide.entry-unknown")
    assert "404" in app.openapi()["paths"]["/guide"]["get"]["responses"]


async def test_a_bad_header_is_told_where_nothing_is_recorded(send: Send) -> None:
    answer = await send("POST", "/screenings/suggest", {"answers": {}}, headers={"Idempotency-Key": "x"})
    assert (answer.status_code, answer.json()["code"]) == (422, "id.malformed")
