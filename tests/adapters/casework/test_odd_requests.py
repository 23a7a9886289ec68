"""Requests that no page sends, and that are answered as the document tells all the same."""

from datetime import UTC, datetime
from typing import Any

import pytest

from tests.adapters.casework.conftest import Send, Tell
from tests.adapters.casework.made import fresh_id, fresh_life

pytestmark = pytest.mark.stack


async def test_a_bad_header_is_told_once_and_not_as_a_fault_of_each_hand_off(send: Send) -> None:
    body = {"handoffs": [str(fresh_id())]}
    answer = await send("POST", "/handoffs/take", body, role="city-hq", wards="*", headers={"Tsunagi-Said-By": "x"})
    assert (answer.status_code, answer.json()["header"]) == (422, "Tsunagi-Said-By")


async def test_who_takes_nothing_but_what_nobody_knows_is_told_so(send: Send) -> None:
    answer = await send("POST", "/handoffs/take", {"handoffs": [str(fresh_id())]}, role="ward-hq")
    assert (answer.status_code, answer.json()["items"][0]["problem"]) == (200, "handoff.unknown")


async def test_a_time_with_whatever_offset_is_kept_as_the_instant_that_it_is(send: Send, tell: Tell) -> None:
    life = fresh_life()
    life.register("10:00")
    await tell(life.events)
    opened = await send("POST", "/cases", {"person": str(life.person), "reason": "outreach"})
    called = await send("POST", "/conferences", {"case": opened.json()["stream"], "at": "2024-11-28T22:55:00+20:55"})
    assert called.status_code == 200, called.text
    kept = (await send("GET", f"/conferences/{called.json()['stream']}")).json()
    assert datetime.fromisoformat(kept["at"]) == datetime(2024, 11, 28, 2, tzinfo=UTC)


@pytest.mark.parametrize(
    ("path", "body", "code"),
    [
        ("/cases", {"person": "{}", "reason": "outreach"}, "person.unknown"),
        ("/conferences", {"case": "{}", "at": "2024-11-28T10:00:00+09:00"}, "case.unknown"),
    ],
)
async def test_what_is_unknown_is_answered_as_the_document_tells(
    send: Send, app: Any, path: str, body: dict[str, str], code: str
) -> None:
    filled = {name: str(fresh_id()) if value == "{}" else value for name, value in body.items()}
    answer = await send("POST", path, filled)
    assert (answer.status_code, answer.json()["code"]) == (404, code)
    assert "404" in app.openapi()["paths"][path]["post"]["responses"]


async def test_an_id_that_another_case_has_already_is_a_conflict(send: Send, tell: Tell) -> None:
    cases: list[str] = []
    for _ in range(2):
        life = fresh_life()
        life.register("10:00")
        await tell(life.events)
        opened = await send("POST", "/cases", {"person": str(life.person), "reason": "outreach"})
        cases.append(opened.json()["stream"])
    referral = {"referral": str(fresh_id()), "provider": "law", "consent": "given"}
    first, second = [await send("POST", f"/cases/{one}/referrals", referral) for one in cases]
    assert first.status_code == 200, first.text
    assert (second.status_code, second.json()["code"]) == (409, "id.elsewhere")
    again = await send("POST", f"/cases/{cases[1]}/referrals", {**referral, "referral": str(fresh_id())})
    assert again.status_code == 200, again.text
