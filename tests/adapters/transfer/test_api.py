"""The API as HQ, facilities and partners use it: what each may do, and what each sees (K4-165, K4-166, K4-167)."""

from typing import Any
from uuid import UUID

import httpx
import pytest

from shared.contracts.intake_person import PersonRegistered, PersonWords
from shared.contracts.places import Place
from shared.platform import personal
from shared.platform.parts import Parts
from tests.adapters.transfer import made
from tests.adapters.transfer.conftest import Send
from tests.adapters.transfer.made import SECRET, WARD, fresh_id

pytestmark = pytest.mark.stack
NAME = "秘密山キヨ"
FACILITY = {"ward": WARD, "name": "（訓練）特養あさがお", "kind": "core-welfare"}
ROW = {
    "id": "8f9d1c5e-7a1f-8c52-9b2e-3f0d5a1c7e10",
    "official_id": "E2810000011210",
    "city": "28100",
    "name": "（訓練）ケアハウス",
    "kind": "welfare",
    "ward": "28107",
    "latitude": 34.64,
    "longitude": 135.1,
    "receives": {"groups": ["elderly"], "with_family": True, "wording": "高齢者とその家族等"},
    "hazards": ["quake"],
    "extra": {"備考": "2階建て"},
    "source": "国土地理院",
    "licence": "出典の明示",
}


def ok(response: httpx.Response) -> Any:
    assert response.status_code == 200, response.text
    return response.json()


def no(response: httpx.Response, code: str) -> dict[str, Any]:
    assert response.json()["code"] == code, response.text
    assert response.json()["detail_ja"]
    assert response.json()["todo_en"]
    return dict(response.json())


@pytest.mark.req("K4-106", "K1-021")
async def test_a_list_is_imported_once_and_again_changes_nothing(send: Send) -> None:
    other = {**ROW, "id": str(fresh_id()), "official_id": "E2810000011211", "name": "（訓練）別の施設"}
    first = ok(await send("PUT", "/facilities/import", {"rows": [ROW, other]}))
    assert first == {"imported": 2, "new": 2, "changed": 0, "same": 0}
    assert ok(await send("PUT", "/facilities/import", {"rows": [ROW, other]}))["same"] == 2
    renamed = {**ROW, "name": "（訓練）新しい名前"}
    assert ok(await send("PUT", "/facilities/import", {"rows": [renamed, other]}))["changed"] == 1
    shown = ok(await send("GET", f"/facilities/{ROW['id']}"))
    assert (shown["name"], shown["extra"], shown["receives"]) == (renamed["name"], ROW["extra"], ROW["receives"])
    assert shown["places"]["total"] is None, "not reported is not known"


async def test_what_hq_edits_stays_when_the_list_comes_again(send: Send) -> None:
    ok(await send("PUT", "/facilities/import", {"rows": [ROW]}))
    ok(await send("POST", f"/facilities/{ROW['id']}/edits", {"kind": "lodging", "at_risk": ["flood"]}))
    assert ok(await send("PUT", "/facilities/import", {"rows": [ROW]}))["same"] == 1
    shown = ok(await send("GET", f"/facilities/{ROW['id']}"))
    assert (shown["kind"], shown["at_risk"]) == ("lodging", ["flood"])


@pytest.mark.req("K1-023")
async def test_an_unpublished_name_is_seen_by_staff_and_by_the_facility_itself(send: Send) -> None:
    ok(await send("PUT", "/facilities/import", {"rows": [{**ROW, "published": False}]}))
    for role, more, seen in (
        ("nurse", {}, True),
        ("partner", {}, False),
        ("analyst", {}, False),
        ("facility", {"facilities": [ROW["id"]]}, True),
        ("facility", {"facilities": [str(fresh_id())]}, False),
    ):
        listed = ok(await send("GET", "/facilities", role=role, **more))
        assert bool(listed["items"]) is seen, role
        one = await send("GET", f"/facilities/{ROW['id']}", role=role, **more)
        assert (one.status_code == 200) is seen, role


async def test_the_list_is_filtered_and_paged(send: Send, parts: Parts) -> None:
    free = await made.a_facility(parts, 2, name="あ")
    full = await made.a_facility(parts, 0, name="い")
    unknown = await made.a_facility(parts, None, name="う", ward="28101", opens=False)

    async def found(**params: Any) -> list[str]:
        return [one["facility"] for one in ok(await send("GET", "/facilities", params=params))["items"]]

    assert await found() == [str(unknown), str(free), str(full)]
    assert await found(free=True) == [str(free)]
    assert await found(unknown=True) == [str(unknown)]
    assert await found(ward=WARD, state="open") == [str(free), str(full)]
    assert await found(name="い") == [str(full)]
    assert await found(kind="welfare") == []
    page = ok(await send("GET", "/facilities", params={"limit": 2}))
    rest = ok(await send("GET", "/facilities", params={"limit": 2, "after": page["next"]}))
    assert [one["facility"] for one in page["items"] + rest["items"]] == [str(unknown), str(free), str(full)]
    no(await send("GET", "/facilities", params={"kind": "castle"}), "code.unknown")


@pytest.mark.req("K4-108", "K4-109", "K4-112", "K4-113", "K4-155")
async def test_a_facility_opens_step_by_step_and_hq_sees_who_has_not(send: Send) -> None:
    facility = str(fresh_id())
    ok(await send("POST", "/facilities", {"id": facility, **FACILITY}))
    [silent] = ok(await send("GET", "/facilities/not-open", role="ward-hq", wards=[WARD]))["items"]
    assert (silent["facility"], silent["silent"]) == (facility, True)
    ok(await send("POST", f"/facilities/{facility}/opening-request", {"cause": "asked"}))
    own = {"role": "facility", "facilities": [facility]}
    ok(await send("POST", f"/facilities/{facility}/opening-steps", {"step": "people-safe", "deputy": True}, **own))
    failed = {"step": "damage-checked", "ok": False, "note": "天井が落ちた"}
    ok(await send("POST", f"/facilities/{facility}/opening-steps", failed, **own))
    [begun] = ok(await send("GET", "/facilities/not-open"))["items"]
    assert (begun["silent"], begun["failed_step"], begun["state"]) == (False, "damage-checked", "opening")
    assert begun["waiting_minutes"] == 0
    for step in ("damage-checked", "space-made", "receiving"):
        ok(await send("POST", f"/facilities/{facility}/opening-steps", {"step": step}, **own))
    shown = ok(await send("GET", f"/facilities/{facility}"))
    assert shown["state"] == "open"
    assert {one["step"]: (one["ok"], one["deputy"]) for one in shown["steps"]} == {
        "people-safe": (True, True),
        "damage-checked": (True, False),
        "space-made": (True, False),
        "receiving": (True, False),
    }
    assert ok(await send("GET", "/facilities/not-open"))["items"] == []
    no(await send("POST", f"/facilities/{facility}/opening-request", {}), "facility.open-already")


async def test_a_contact_is_kept_sealed_and_shown_to_hq(send: Send, parts: Parts) -> None:
    facility = await made.a_facility(parts)
    ok(await send("PUT", f"/facilities/{facility}/contact", {"person": NAME, "night_phone": "090-0000-0000"}))
    assert ok(await send("GET", f"/facilities/{facility}/contact"))["person"] == NAME
    stored = await made.rows(parts, "SELECT value FROM events WHERE stream = $1", facility)
    assert not any(NAME.encode() in one["value"] for one in stored)
    refused = await send("GET", f"/facilities/{facility}/contact", role="facility", facilities=[str(fresh_id())])
    no(refused, "access.denied")


async def somebody(parts: Parts) -> UUID:
    """A person whose name is known here."""
    person = fresh_id()
    event = PersonRegistered(
        household=fresh_id(),
        place=Place(kind="shelter", shelter=fresh_id()),
        age_band="85-plus",
        communication=("writing",),
        words=PersonWords(name=NAME),
    )
    recorded = await made.told(parts, person, event)
    await made.hears(parts, event.TOPIC, recorded)
    async with parts.database.transaction() as session:
        await personal.learn(parts, session, [recorded])
    return person


def says(answer: httpx.Response) -> tuple[bool, bool]:
    """Whether an answer tells the condition, and the name."""
    assert answer.status_code == 200, answer.text
    return SECRET in answer.text, NAME in answer.text


@pytest.mark.req("K4-115", "K4-165")
async def test_a_facility_sees_the_person_from_being_asked_the_name_once_it_accepts_and_nothing_after_a_no(
    send: Send, parts: Parts
) -> None:
    home, other = await made.a_facility(parts), await made.a_facility(parts)
    person = await somebody(parts)
    need = await made.a_need(parts, person)
    asked: dict[UUID, str] = {}
    for facility in (home, other):
        body = {"placement": str(fresh_id()), "facility": str(facility), "reason": "wish"}
        asked[facility] = ok(await send("POST", f"/needs/{need}/placements", body))["placement"]

    async def seen(facility: UUID, whose: UUID) -> httpx.Response:
        return await send("GET", f"/placements/{asked[facility]}", role="facility", facilities=[str(whose)])

    assert says(await seen(home, home)) == (True, False)
    about = (await seen(home, home)).json()["about"]
    assert (about["age_band"], about["communication"], about["groups"]) == ("85-plus", ["writing"], ["elderly"])
    no(await seen(home, other), "access.denied")
    ok(await send("POST", f"/placements/{asked[home]}/accept", {}, role="facility", facilities=[str(home)]))
    assert says(await seen(home, home)) == (True, True)
    body = {"trip": str(fresh_id()), "by": "family", "planned_at": "2036-01-17T05:30:00Z"}
    trip = ok(await send("POST", f"/placements/{asked[home]}/trips", body))["stream"]
    own: dict[str, Any] = {"role": "facility", "facilities": [str(home)]}
    assert ok(await send("GET", f"/trips/{trip}", **own))["name"]["name"] == NAME
    assert says(await seen(other, other)) == (False, False)
    assert (await seen(other, other)).json()["about"] is None
    listed = await send("GET", "/placements", role="facility", facilities=[str(other)])
    assert (str(person) in listed.text, len(listed.json()["items"])) == (False, 1)
    ok(await send("POST", f"/placements/{asked[home]}/decline", {"reason": "damage"}))
    assert says(await seen(home, home)) == (False, False)
    no(await send("GET", f"/trips/{trip}", **own), "trip.unknown")
    assert says(await send("GET", f"/placements/{asked[home]}", role="ward-hq", wards=[WARD])) == (True, True)


@pytest.mark.req("K4-166")
async def test_a_partner_sees_the_drive_when_it_is_offered_and_the_name_once_it_drives_never_the_condition(
    send: Send, parts: Parts
) -> None:
    await made.a_facility(parts, name="（訓練）特養あさがお")
    person = await somebody(parts)
    need = await made.a_need(parts, person, aids=("cane",))
    placement = (await made.asks(parts, need)).stream
    await made.accepts(parts, placement)
    partner = {"name": "（訓練）タクシー", "vehicles": ["ordinary"], "agreed_on": "2014-07-01"}
    ok(await send("PUT", "/partners/taxi", partner))
    body = {"trip": str(fresh_id()), "by": "partner", "planned_at": "2036-01-17T05:30:00Z", "pick_up": "体育館の北口"}
    trip = ok(await send("POST", f"/placements/{placement}/trips", body))["stream"]
    [waiting] = ok(await send("GET", "/transport-needs", role="ward-hq", wards=[WARD]))["items"]
    assert (waiting["trip"], waiting["trip_state"], waiting["vehicle"]) == (trip, "planned", "ordinary")
    taxi: dict[str, Any] = {"role": "partner", "partners": ["taxi"]}
    no(await send("GET", f"/trips/{trip}", **taxi), "access.denied")
    ok(await send("POST", f"/trips/{trip}/offer", {"partner": "taxi"}))

    async def seen() -> tuple[bool, bool]:
        answer = await send("GET", f"/trips/{trip}", **taxi)
        assert answer.status_code == 200, answer.text
        assert SECRET not in answer.text
        assert "high_risk" not in answer.json()
        assert (str(person) in answer.text) is (NAME in answer.text)
        return "cane" in answer.text, NAME in answer.text and "北口" in answer.text

    assert await seen() == (True, False)
    ok(await send("POST", f"/trips/{trip}/accept", {}, **taxi))
    assert await seen() == (True, True)
    for step in ("start", "pick-up", "drop-off"):
        ok(await send("POST", f"/trips/{trip}/{step}", **taxi))
    assert await seen() == (True, False)
    assert ok(await send("GET", "/transport-needs"))["items"] == []
    no(await send("GET", f"/trips/{trip}", role="partner", partners=["other"]), "access.denied")
    assert ok(await send("GET", "/trips", role="partner", partners=["other"]))["items"] == []


@pytest.mark.req("K4-167")
async def test_an_answer_by_telephone_is_keyed_in_by_hq_with_whose_word_it_was(send: Send, parts: Parts) -> None:
    home = await made.a_facility(parts)
    need = await made.a_need(parts)
    body = {"placement": str(fresh_id()), "facility": str(home), "asked_by": "phone"}
    placement = ok(await send("POST", f"/needs/{need}/placements", body, role="ward-hq", wards=[WARD]))["placement"]
    headers = {"Tsunagi-Channel": "phone", "Tsunagi-Said-By": "facility", "Tsunagi-Happened-At": "2026-01-17T03:00:00Z"}
    answer = {"conditions": ["carer-comes"], "text": "家族と来てください"}
    path = f"/placements/{placement}/accept"
    ok(await send("POST", path, answer, role="ward-hq", wards=[WARD], headers=headers))
    shown = ok(await send("GET", f"/placements/{placement}", role="ward-hq", wards=[WARD]))
    assert (shown["channel"], shown["said_by"], shown["asked_by"]) == ("phone", "facility", "phone")
    assert (shown["answered_at"], shown["reply"]) == ("2026-01-17T03:00:00Z", "家族と来てください")
    no(await send("POST", path, {}, role="ward-hq", wards=["28101"]), "access.denied")


async def test_a_tap_twice_is_one_command(send: Send, parts: Parts) -> None:
    await made.a_facility(parts)
    need = await made.a_need(parts)
    body = {"placement": str(fresh_id())}
    headers = {"Idempotency-Key": str(fresh_id())}
    first = await send("POST", f"/needs/{need}/placements", body, headers=headers)
    again = await send("POST", f"/needs/{need}/placements", body, headers=headers)
    assert ok(first) == ok(again)
    assert (first.headers.get("tsunagi-repeated"), again.headers.get("tsunagi-repeated")) == (None, "true")
    for _ in range(2):
        ok(await send("POST", f"/placements/{body['placement']}/accept", {}))
    assert await made.types_of(parts, UUID(body["placement"])) == ["requested", "accepted"]


async def test_candidates_are_ranked_with_reasons_and_the_rest_is_counted_with_why(send: Send, parts: Parts) -> None:
    near = await made.a_facility(parts, 2)
    far = await made.a_facility(parts, None, ward="28101")
    await made.a_facility(parts, 0)
    await made.a_facility(parts, kind="welfare", opens=False)
    shelter = await made.a_facility(parts, 0, kind="shelter")
    need = await made.a_need(parts, await made.a_person(parts, shelter))
    found = ok(await send("GET", f"/needs/{need}/candidates"))
    assert [(one["rank"], one["facility"]) for one in found["items"]] == [(1, str(near)), (2, str(far))]
    assert [one["free"] for one in found["items"]] == [2, None]
    assert found["items"][0]["distance_km"] == 0
    assert {"code": "places-unknown", "ja": "空きは不明（無しではない）"}.items() <= found["items"][1]["reasons"][
        1
    ].items()
    assert found["excluded"] == {"full": 1, "not-open": 1}
    assert found["policy"] == "kobe-2022@1"


async def test_nobody_left_is_the_waiting_list_in_sight(send: Send, parts: Parts) -> None:
    need = await made.a_need(parts)
    answer = ok(await send("POST", f"/needs/{need}/placements", {"placement": str(fresh_id())}))
    assert (answer["waitlisted"], answer["stream"], answer["placement"]) == (True, str(need), None)
    [waits] = ok(await send("GET", "/waiting-list", role="nurse", wards=[WARD]))["items"]
    assert (waits["need"], waits["state"], waits["reason"]) == (str(need), "waitlisted", "no-candidate")
    assert ok(await send("GET", "/waiting-list", role="nurse", wards=["28101"]))["items"] == []
    assert ok(await send("GET", "/needs", params={"state": "waitlisted", "ward": WARD}))["items"] == [waits]
    assert ok(await send("GET", "/needs", params={"state": "open"}))["items"] == []


@pytest.mark.req("K4-118")
async def test_an_arrival_that_is_not_reported_is_overdue(send: Send, parts: Parts) -> None:
    await made.a_facility(parts)
    need = await made.a_need(parts)
    placement = (await made.asks(parts, need)).stream
    await made.accepts(parts, placement)
    overdue = {"overdue": True}
    assert ok(await send("GET", "/placements", params=overdue))["items"] == []
    made.passes(parts, minutes=121)
    [late] = ok(await send("GET", "/placements", params=overdue))["items"]
    assert (late["placement"], late["overdue"]) == (str(placement), True)
    await made.arrives(parts, placement)
    assert ok(await send("GET", "/placements", params=overdue))["items"] == []


@pytest.mark.req("K4-114", "K4-119")
async def test_hq_opens_a_need_without_a_decision_and_says_why(send: Send, parts: Parts) -> None:
    person = await made.a_person(parts)
    body = {"need": str(fresh_id()), "person": str(person), "destination": "core-welfare", "straight_from_home": True}
    assert (await send("POST", "/needs", body)).status_code == 422
    ok(await send("POST", "/needs", body | {"exception": "no-nurse"}, role="ward-hq", wards=[WARD]))
    shown = ok(await send("GET", f"/needs/{body['need']}"))
    assert (shown["exception"], shown["straight_from_home"], shown["ward"]) == ("no-nurse", True, WARD)
    again = await send("POST", "/needs", body | {"need": str(fresh_id()), "exception": "urgent"})
    assert no(again, "need.open-already")["need"] == body["need"]
    ok(await send("POST", f"/needs/{body['need']}/end", {"reason": "person-declined"}))
    no(await send("POST", f"/needs/{body['need']}/waiting", {}), "need.closed")


async def test_a_facility_reports_fewer_places_than_it_promised_and_the_surplus_is_shown(
    send: Send, parts: Parts
) -> None:
    home = await made.a_facility(parts, 2)
    for _ in range(2):
        await made.accepts(parts, (await made.asks(parts, await made.a_need(parts))).stream)
    own: dict[str, Any] = {"role": "facility", "facilities": [str(home)]}
    ok(await send("POST", f"/facilities/{home}/capacity", {"total": 1, "lacks": ["care-staff"]}, **own))
    places = ok(await send("GET", f"/facilities/{home}"))["places"]
    assert (places["promised"], places["over"], places["free"], places["report"]["lacks"]) == (2, 1, 0, ["care-staff"])
    assert [one["over"] for one in ok(await send("GET", "/placements", **own))["items"]].count(True) == 1
    no(await send("POST", f"/facilities/{home}/capacity", {"total": -1}, **own), "body.unreadable")
