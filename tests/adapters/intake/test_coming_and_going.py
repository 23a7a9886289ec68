"""Persons come, go and are found; who may see whom."""

from datetime import UTC, datetime
from typing import Any

import pytest

from services.intake.tables import metadata
from shared.platform.migrate import differences
from shared.platform.parts import Parts
from shared.platform.web import Api
from tests.adapters.intake.conftest import Send
from tests.adapters.intake.made import SECRET, SHELTER, fresh_id, sheet
from tests.fresh import FreshDatabase
from tests.matrix import OWN, Ask, Factory, Ground, Token, failures


async def test_the_migrations_make_the_tables_that_are_declared(fresh: FreshDatabase) -> None:
    assert await differences(metadata, fresh.dsn()) == []


async def household(send: Send, **fields: Any) -> tuple[str, list[str]]:
    sent = sheet(**fields)
    answer = await send("POST", "/households", sent, role="city-hq", wards="*")
    assert answer.status_code == 200, answer.text
    return sent["id"], [member["id"] for member in sent["members"]]


async def shelter(parts: Parts, ward: str = "28101") -> None:
    async with parts.database.session() as session:
        await session.execute(
            "INSERT INTO shelters VALUES ($1, '訓練小学校', 'shelter', $2) ON CONFLICT (shelter) DO UPDATE SET ward = $2",
            SHELTER,
            ward,
        )


@pytest.mark.req("K4-023", "K4-014", "K4-162")
async def test_the_roster_is_right_at_every_instant(send: Send, parts: Parts) -> None:
    await shelter(parts)
    _, (rep, kiyo) = await household(send)
    moves: tuple[tuple[str, str, dict[str, str], str], ...] = (
        (kiyo, "out", {}, "2026-01-17T09:00:00+09:00"),
        (kiyo, "back", {}, "2026-01-17T10:00:00+09:00"),
        (kiyo, "departure", {"destination": "relatives"}, "2026-01-17T12:00:00+09:00"),
    )
    for person, what, body, at in moves:
        answer = await send("POST", f"/persons/{person}/{what}", body, headers={"Tsunagi-Happened-At": at})
        assert answer.status_code == 200, answer.text

    async def roster(at: str) -> dict[str, str]:
        answer = await send("GET", f"/shelters/{SHELTER}/roster", params={"happened_by": at})
        return {row["person"]: row["presence"] for row in answer.json()["items"]}

    assert await roster("2026-01-17T06:00:00+09:00") == {}
    assert await roster("2026-01-17T07:00:00+09:00") == {rep: "present", kiyo: "present"}
    assert await roster("2026-01-17T09:30:00+09:00") == {rep: "present", kiyo: "out"}
    assert await roster("2026-01-17T10:30:00+09:00") == {rep: "present", kiyo: "present"}
    assert await roster("2026-01-17T13:00:00+09:00") == {rep: "present"}


@pytest.mark.req("K4-009")
async def test_the_headcount_counts_by_where_people_lodge(send: Send, parts: Parts) -> None:
    await shelter(parts)
    await household(send)
    await household(send, place={"kind": "shelter", "shelter": str(SHELTER), "lodging": "car-on-site"})
    await household(send, people=1, place={"kind": "shelter", "shelter": str(SHELTER)})
    counted = (await send("GET", f"/shelters/{SHELTER}/headcount")).json()["by_lodging"]
    assert [(row["lodging"], row["present"], row["care"]) for row in counted] == [
        ("building", 2, 1),
        ("car-on-site", 2, 1),
        ("unknown", 1, 0),
    ]


@pytest.mark.req("K4-006")
@pytest.mark.parametrize("part", ["白", "カローラ", "12-34"])
async def test_a_household_is_found_by_any_part_of_its_car(send: Send, part: str) -> None:
    found, _ = await household(send)
    await household(send, car="黒 ノート 神戸300 あ 99-99")
    listed = (await send("GET", "/households", params={"car": part})).json()["items"]
    assert [row["household"] for row in listed] == [found]


async def test_lists_are_paged_and_leave_nothing_out(send: Send) -> None:
    made = {(await household(send))[0] for _ in range(5)}
    seen: list[str] = []
    after = None
    while True:
        page = (await send("GET", "/households", params={"limit": 2} | ({"after": after} if after else {}))).json()
        seen += [row["household"] for row in page["items"]]
        after = page["next"]
        if after is None:
            break
    assert (len(seen), set(seen)) == (5, made)


@pytest.mark.req("K1-048")
async def test_a_correction_adds_and_the_history_keeps_what_was_there(send: Send) -> None:
    _, (person, _) = await household(send)
    command = {"Idempotency-Key": fresh_id()}
    body = {"name": f"{SECRET}改", "care": True}
    first = await send("POST", f"/persons/{person}/corrections", body, headers=command)
    again = await send("POST", f"/persons/{person}/corrections", body, headers=command)
    assert first.json() == again.json()
    shown = (await send("GET", f"/persons/{person}")).json()
    assert [entry["words"]["name"] for entry in shown["history"]] == [f"{SECRET}0", f"{SECRET}改"]
    assert shown["care"] is True
    assert shown["history"][1]["actor"] == "sato"
    listed = (await send("GET", "/households", params={"name": "改"})).json()["items"]
    assert len(listed) == 1


@pytest.mark.req("K4-168")
async def test_when_it_happened_and_when_it_was_heard_are_kept_apart(send: Send) -> None:
    _, (person, _) = await household(send)
    at = "2026-01-17T08:00:00+09:00"
    await send("POST", f"/persons/{person}/out", {}, headers={"Tsunagi-Happened-At": at})
    entry = (await send("GET", f"/persons/{person}")).json()["history"][-1]
    assert datetime.fromisoformat(entry["happened"]) == datetime.fromisoformat(at)
    assert datetime.fromisoformat(entry["recorded_at"]) > datetime(2026, 2, 1, tzinfo=UTC)


@pytest.mark.req("K4-167")
async def test_what_somebody_said_by_telephone_is_keyed_in_with_whose_word_it_was(send: Send) -> None:
    _, (person, _) = await household(send)
    headers = {"Tsunagi-Channel": "phone", "Tsunagi-Said-By": "family"}
    answer = await send("POST", f"/persons/{person}/departure", {"destination": "home"}, headers=headers)
    assert answer.status_code == 200, answer.text
    entry = (await send("GET", f"/persons/{person}")).json()["history"][-1]
    assert (entry["channel"], entry["said_by"]) == ("phone", "family")


@pytest.mark.req("K4-004")
async def test_another_member_speaks_when_the_representative_has_left(send: Send) -> None:
    found, (rep, kiyo) = await household(send)
    await send("POST", f"/persons/{rep}/departure", {"destination": "home"})
    answer = await send("POST", f"/households/{found}/representative", {"person": kiyo, "reason": "left"})
    assert answer.status_code == 200, answer.text
    stranger = await send("POST", f"/households/{found}/representative", {"person": fresh_id()})
    assert (stranger.status_code, stranger.json()["code"]) == (409, "household.not-a-member")


async def test_a_member_can_follow_later_under_the_households_ward(send: Send) -> None:
    found, _ = await household(send)
    member = {"id": fresh_id(), "name": "後から", "needs": ["intractable"], "age": "不明"}
    first = await send("POST", f"/households/{found}/members", member)
    assert first.status_code == 200, first.text
    shown = (await send("GET", f"/persons/{member['id']}")).json()
    assert (shown["household"], shown["ward"], shown["needs"]) == (found, "28101", ["intractable"])
    assert shown["history"][0]["words"]["odd"] == {"age": "不明"}


@pytest.mark.req("K4-021")
async def test_the_oral_confirmation_is_kept_and_a_missing_one_seen(send: Send) -> None:
    sent = sheet()
    del sent["sharing_confirmed"]
    receipt = (await send("POST", "/households", sent)).json()
    assert {"field": "sharing_confirmed", "code": "missing"} in receipt["marks"]
    answer = await send("POST", f"/households/{sent['id']}/sharing", {"agreed": True})
    assert answer.status_code == 200, answer.text
    row = (await send("GET", "/households")).json()["items"][0]
    assert row["sharing_confirmed"] is True


async def test_two_registrations_of_one_person_are_merged_and_parted_on_both_keys(send: Send) -> None:
    _, (one, _) = await household(send)
    _, (other, _) = await household(send)
    body = {"merge": fresh_id(), "other": other}
    hq = {"role": "ward-hq"}
    assert (await send("POST", f"/persons/{one}/merge", body, **hq)).status_code == 200
    for person in (one, other):
        last = (await send("GET", f"/persons/{person}")).json()["history"][-1]
        assert (last["type"], last["facts"]["kept"]) == ("tsunagi.intake.person.merged.v1", one)
    assert (await send("POST", f"/persons/{one}/unmerge", body, **hq)).status_code == 200
    for person in (one, other):
        last = (await send("GET", f"/persons/{person}")).json()["history"][-1]
        assert last["type"] == "tsunagi.intake.person.unmerged.v1"
    same = await send("POST", f"/persons/{one}/merge", {"merge": fresh_id(), "other": one}, **hq)
    assert (same.status_code, same.json()["code"]) == (422, "person.same")


@pytest.mark.req("K4-159")
async def test_every_route_for_every_role_on_own_and_foreign_ground(
    app: Api, token: Token, send: Send, parts: Parts
) -> None:
    disaster = fresh_id()
    declaration = {"kind": "quake", "title": "訓練", "began": "2026-01-17T05:46:00+09:00"}
    await send("PUT", f"/disasters/{disaster}", declaration, role="city-hq", wards="*")

    def of_household(path: str, body: object = None) -> Factory:
        async def ask(ground: Ground) -> Ask:
            found, persons = await household(send, ward=ground.ward)
            filled = {"person": persons[1]} if body == "representative" else body
            if body == "member":
                filled = {"id": fresh_id(), "name": "後から"}
            return Ask(path.format(found), json=filled)

        return ask

    def of_person(path: str, body: object = None) -> Factory:
        async def ask(ground: Ground) -> Ask:
            _, persons = await household(send, ward=ground.ward)
            filled = {"merge": fresh_id(), "other": persons[1]} if body == "merge" else body
            return Ask(path.format(persons[0]), json=filled)

        return ask

    async def registering(ground: Ground) -> Ask:
        return Ask("/households", json=sheet(ward=ground.ward))

    async def listing(ground: Ground) -> Ask:
        found, _ = await household(send, ward=ground.ward)
        return Ask("/households", params={"limit": "200"}, shows=found)

    def of_shelter(path: str) -> Factory:
        async def ask(ground: Ground) -> Ask:
            await shelter(parts, ground.ward)
            return Ask(path.format(SHELTER))

        return ask

    async def declaring(_: Ground) -> Ask:
        return Ask(f"/disasters/{fresh_id()}", json=declaration)

    place = {"kind": "shelter", "shelter": str(SHELTER)}
    factories: dict[str, Factory] = {
        "POST /households": registering,
        "GET /households": listing,
        "GET /households/{household_id}": of_household("/households/{}"),
        "POST /households/{household_id}/corrections": of_household("/households/{}/corrections", {"mobile": "1"}),
        "POST /households/{household_id}/notes": of_household("/households/{}/notes", {"text": "x"}),
        "POST /households/{household_id}/sharing": of_household("/households/{}/sharing", {"agreed": False}),
        "POST /households/{household_id}/members": of_household("/households/{}/members", "member"),
        "POST /households/{household_id}/representative": of_household(
            "/households/{}/representative", "representative"
        ),
        "GET /persons/{person_id}": of_person("/persons/{}"),
        "POST /persons/{person_id}/corrections": of_person("/persons/{}/corrections", {"care": True}),
        "POST /persons/{person_id}/check-in": of_person("/persons/{}/check-in", place),
        "POST /persons/{person_id}/out": of_person("/persons/{}/out", {}),
        "POST /persons/{person_id}/back": of_person("/persons/{}/back", {}),
        "POST /persons/{person_id}/departure": of_person("/persons/{}/departure", {"destination": "home"}),
        "POST /persons/{person_id}/death": of_person("/persons/{}/death", {}),
        "POST /persons/{person_id}/ambulance": of_person("/persons/{}/ambulance", {}),
        "POST /persons/{person_id}/hospital": of_person("/persons/{}/hospital", {}),
        "POST /persons/{person_id}/return": of_person("/persons/{}/return", place),
        "POST /persons/{person_id}/forget": of_person("/persons/{}/forget", {"reason": "asked"}),
        "POST /persons/{person_id}/merge": of_person("/persons/{}/merge", "merge"),
        "POST /persons/{person_id}/unmerge": of_person("/persons/{}/unmerge", "merge"),
        "GET /shelters/{shelter}/roster": of_shelter("/shelters/{}/roster"),
        "GET /shelters/{shelter}/headcount": of_shelter("/shelters/{}/headcount"),
        "GET /disasters": lambda _: Ask("/disasters", shows=disaster),
        "PUT /disasters/{disaster_id}": declaring,
        "POST /disasters/{disaster_id}/stage": lambda _: Ask(f"/disasters/{disaster}/stage", json={"stage": "hq"}),
    }
    assert OWN.ward == "28101"
    assert await failures(app, token, factories) == []
