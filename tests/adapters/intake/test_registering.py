"""A sheet, from the bytes of the request to durable: once, whole, in one statement."""

import asyncio
from typing import Any

import asyncpg
import pytest

from shared.platform.parts import Parts
from tests.adapters.intake.conftest import Send
from tests.adapters.intake.made import SECRET, fresh_id, sheet
from tests.fresh import FreshDatabase

EACH = {"events": 3, "keys": 3, "outbox": 6, "households": 1, "persons": 2, "stays": 2, "personal.person": 2}


async def rows(parts: Parts) -> dict[str, int]:
    async with parts.database.session() as session:
        return {table: await session.fetchval(f"SELECT count(*) FROM {table}") for table in EACH}


@pytest.mark.req("K4-022")
async def test_a_sheet_is_answered_when_all_of_it_is_durable(send: Send, parts: Parts) -> None:
    sent = sheet()
    answer = await send("POST", "/households", sent)
    assert answer.status_code == 200, answer.text
    receipt = answer.json()
    assert receipt["household"] == receipt["stream"] == sent["id"]
    assert receipt["persons"] == [member["id"] for member in sent["members"]]
    assert len(receipt["events"]) == 3
    assert await rows(parts) == EACH


async def test_the_same_sheet_again_has_the_same_answer_and_adds_nothing(send: Send, parts: Parts) -> None:
    sent = sheet()
    first = await send("POST", "/households", sent)
    again = await send("POST", "/households", sent)
    assert (again.status_code, again.content) == (200, first.content)
    assert (first.headers.get("Tsunagi-Repeated"), again.headers.get("Tsunagi-Repeated")) == (None, "true")
    assert await rows(parts) == EACH


async def test_the_same_sheet_many_times_at_once_is_one_registration(send: Send, parts: Parts) -> None:
    sent = sheet()
    answers = await asyncio.gather(*(send("POST", "/households", sent) for _ in range(20)))
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.content for answer in answers}) == 1
    assert await rows(parts) == EACH


def _with_other_phone(sent: dict[str, Any]) -> list[str]:
    sent["mobile"] = "090-0000-9999"
    return ["mobile"]


def _with_other_name(sent: dict[str, Any]) -> list[str]:
    sent["members"][1]["name"] = "別の名"
    return [f"members.{sent['members'][1]['id']}.name"]


def _with_another_member(sent: dict[str, Any]) -> list[str]:
    sent["members"].append({"id": fresh_id(), "name": "三人目"})
    return ["members"]


def _with_less_need(sent: dict[str, Any]) -> list[str]:
    sent["members"][1]["needs"] = []
    return [f"members.{sent['members'][1]['id']}.needs"]


@pytest.mark.parametrize(
    "change", [_with_other_phone, _with_other_name, _with_another_member, _with_less_need], ids=lambda c: c.__name__
)
async def test_the_same_id_with_other_content_is_a_conflict_that_names_the_fields(
    send: Send, parts: Parts, change: Any
) -> None:
    sent = sheet()
    await send("POST", "/households", sent)
    fields = change(sent)
    answer = await send("POST", "/households", sent)
    assert (answer.status_code, answer.json()["code"]) == (409, "household.differs")
    assert answer.json()["fields"] == fields
    assert answer.json()["stored"] == f"/households/{sent['id']}"
    assert SECRET not in answer.text
    assert "別の名" not in answer.text
    assert await rows(parts) == EACH


async def test_a_person_stands_on_one_sheet_only(send: Send, parts: Parts) -> None:
    first, second = sheet(), sheet()
    await send("POST", "/households", first)
    second["members"][0]["id"] = first["members"][0]["id"]
    answer = await send("POST", "/households", second)
    assert (answer.status_code, answer.json()["code"]) == (409, "person.elsewhere")
    assert await rows(parts) == EACH


@pytest.mark.parametrize("field", ["place", "written_at", "sharing_confirmed", "members", "ward"])
async def test_no_missing_field_blocks_intake(send: Send, field: str) -> None:
    sent = sheet()
    del sent[field]
    answer = await send("POST", "/households", sent)
    assert answer.status_code == 200, answer.text


async def test_odd_fields_come_back_word_for_word_for_those_who_may_read_them(send: Send) -> None:
    sent = sheet(damage="屋根がない", ペット="犬2匹", reasons=["余震"])
    assert (await send("POST", "/households", sent)).status_code == 200
    history = (await send("GET", f"/households/{sent['id']}")).json()["history"]
    assert history[0]["words"]["odd"] == {"damage": "屋根がない", "ペット": "犬2匹", "reasons": "余震"}


async def test_a_forgotten_household_still_has_its_answer_and_nobody_reads_it(send: Send, parts: Parts) -> None:
    sent = sheet()
    first = await send("POST", "/households", sent)
    for member in sent["members"]:
        answer = await send("POST", f"/persons/{member['id']}/forget", {"reason": "asked"}, role="operator", wards="*")
        assert answer.status_code == 200, answer.text
    again = await send("POST", "/households", sent)
    assert (again.status_code, again.content) == (200, first.content)
    shown = await send("GET", f"/households/{sent['id']}")
    person = await send("GET", f"/persons/{sent['members'][0]['id']}")
    listed = await send("GET", "/households")
    for answer in (shown, person, listed):
        assert answer.status_code == 200
        assert SECRET not in answer.text
    assert shown.json()["history"][0]["unreadable"] is True
    assert (await send("POST", f"/households/{sent['id']}/notes", {"text": "x"})).json()["code"] == "person.forgotten"


@pytest.mark.req("K4-020")
async def test_names_are_sealed_everywhere_but_in_the_schema_personal(send: Send, fresh: FreshDatabase) -> None:
    sent = sheet(note=f"{SECRET}の兄", relatives=[{"name": SECRET, "phone": "078-000-0000"}])
    await send("POST", "/households", sent)
    await send("POST", f"/households/{sent['id']}/notes", {"text": f"{SECRET}は要観察", "recorder": SECRET})
    await send("POST", f"/persons/{sent['members'][0]['id']}/corrections", {"name": f"{SECRET}次郎"})
    connection = await asyncpg.connect(fresh.dsn())
    try:
        tables = await connection.fetch(
            "SELECT schemaname, tablename FROM pg_tables WHERE schemaname IN ('public', 'personal')"
        )
        holding = set()
        for schema, table in tables:
            name = f'{schema}."{table}"'
            # As text, and as the bytes of the bytea columns.
            text = await connection.fetchval(
                f"SELECT count(*) FROM {name} t WHERE strpos(t::text, $1) > 0 OR strpos(t::text, $2) > 0",
                SECRET,
                SECRET.encode().hex(),
            )
            if text:
                holding.add(f"{schema}.{table}")
    finally:
        await connection.close()
    assert holding == {"personal.person", "personal.household"}
