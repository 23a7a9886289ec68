"""The nurses' queue, its order, its load and its timers, and the guide as it is shown, on a real PostgreSQL."""

from typing import Any
from uuid import UUID

import pytest

from services.screening.domain.guide import DESTINATIONS
from services.screening.timers import TIMERS
from shared.contracts.intake_disaster import DisasterDeclared, StageChanged
from shared.contracts.intake_person import PersonCorrected
from shared.contracts.places import Place
from shared.platform.parts import Parts
from shared.platform.timers import fire_due
from tests.adapters.screening.calls import CORE, decide, in_queue, post, refused
from tests.adapters.screening.conftest import Send
from tests.adapters.screening.made import SECRET, SHELTER, World, an_id

OTHER: Any = {"nurse": "nurse-kato"}


@pytest.mark.req("K4-104")
async def test_when_the_power_is_out_who_needs_it_comes_first(world: World, send: Send) -> None:
    power, first = await world.register(power_needed=True, power_hours=500.0), await world.register(power_needed=True)
    assert list(await in_queue(send)) == [str(first), str(power)]
    await post(send, power, "request", {"reason": "power-out"}, role="shelter-staff")
    assert list(await in_queue(send)) == [str(power), str(first)]


@pytest.mark.req("K4-105", "K4-030")
async def test_the_queue_goes_by_risk_then_time_left_then_time_waited_page_by_page(world: World, send: Send) -> None:
    people = [
        await world.register(),
        await world.register(),
        await world.register(medicine_days=2),
        await world.register(power_needed=True, power_hours=6.0),
        await world.register(power_needed=True, power_hours=2.0),
        await world.register(power_needed=True),
        await world.register(needs=("mental",)),
    ]
    expected = [str(people[n]) for n in (5, 4, 3, 2, 0, 1, 6)]
    seen: list[str] = []
    after: dict[str, str] = {}
    while True:
        page = (await send("GET", "/screenings", params={"limit": "3", **after})).json()
        seen += [row["person"] for row in page["items"]]
        if page["next"] is None:
            break
        after = {"after": page["next"]}
    assert seen == expected


async def test_the_queue_is_narrowed_by_state_ward_and_shelter(world: World, send: Send) -> None:
    here, there = await world.register(), await world.register(ward="28102")
    home = await world.register(place=Place(kind="home"))
    await post(send, home, "take")

    async def asked(**params: str | list[str]) -> set[str]:
        answer = await send("GET", "/screenings", params=params, wards=("28101", "28102"))
        return {row["person"] for row in answer.json()["items"]}

    assert await asked() == {str(here), str(there)}
    assert await asked(state=["waiting", "taken"]) == {str(here), str(there), str(home)}
    assert await asked(ward="28102") == {str(there)}
    assert await asked(ward="28110") == set()
    assert await asked(shelter=str(SHELTER)) == {str(here), str(there)}


@pytest.mark.req("K4-099", "K4-097")
async def test_the_load_is_shown_by_ward_and_nurse_under_the_name_of_the_stage(world: World, send: Send) -> None:
    disaster = an_id()
    began = world.ago(hours=3)
    await world.tell(DisasterDeclared(kind="quake", drill=True, title="訓練", began=began, stage="possible"), disaster)
    waiting = [await world.register() for _ in range(2)] + [await world.register(power_needed=True)]
    taken = await world.register()
    await post(send, taken, "take")
    await world.register(ward="28102")
    load = (await send("GET", "/screenings/load")).json()
    assert load["team"]["ja"] == "保健班"
    (ward,) = load["wards"]
    assert (ward["ward"], ward["waiting"], ward["urgent"]) == ("28101", len(waiting), 1)
    assert ward["oldest_minutes"] == 0
    assert [(one["nurse"], one["persons"]) for one in ward["nurses"]] == [("nurse-sato", 1)]
    await world.tell(StageChanged(stage="hq"), disaster)
    assert (await send("GET", "/screenings/load")).json()["team"]["ja"] == "保健救護班"


@pytest.mark.req("K4-098")
async def test_a_nurse_who_helps_reaches_the_wards_of_her_task_and_no_others(world: World, send: Send) -> None:
    person = await world.register(ward="28102")
    assert (await refused(send, person, "take", nurse="nurse-of-28101"))["code"] == "access.denied"
    await post(send, person, "take", nurse="nurse-of-28101", wards=("28102",))


@pytest.mark.req("K4-044", "K4-089", "K4-075", "K4-078")
async def test_one_person_is_shown_whole(world: World, send: Send) -> None:
    person = await world.register(needs=("intractable",), groups=("hearing",), communication=("writing",))
    await post(send, person, "take")
    said = {"with_whom": "主治医の例田医師", "note": "酸素があれば移れる"}
    await post(send, person, "answers", {"answers": {"doctor": "allowed", "care-level": "care-4"}, **said})
    shown = (await send("GET", f"/screenings/{person}")).json()
    groups = {one["code"]: one for one in shown["attention"]}
    assert {"common", "hearing", "internal-intractable", "elderly"} <= groups.keys()
    assert groups["hearing"]["considerations"][0]["text"]
    assert [one["number"] for one in shown["definitions"]] == ["①", "②", "③", "④"]
    assert {one["question"]: (one["answer"], one["nurse"]) for one in shown["answers"]} == {
        "doctor": ("allowed", "nurse-sato"), "care-level": ("care-4", "nurse-sato"),
    }  # fmt: skip
    assert shown["words"]["name"] == SECRET
    assert shown["history"][-1]["words"] == said
    assert shown["suggestion"]["kind"] == "ask"


async def test_whose_sheet_has_not_come_is_not_known(send: Send) -> None:
    told = await refused(send, an_id(), "take")
    assert told["code"] == "screening.person-unknown"


@pytest.mark.req("K4-069", "K4-089", "K4-093", "K4-071", "K4-090")
async def test_the_guide_is_shown_in_its_official_wording(world: World, send: Send) -> None:
    guide = (await send("GET", "/guide", role="shelter-staff")).json()
    assert guide["key"] == "kobe-2022@1"
    assert sorted(one["code"] for one in guide["destinations"]) == sorted(DESTINATIONS)
    assert {one["code"]: one["title"] for one in guide["destinations"]}["core-welfare"] == "基幹福祉避難所"
    assert {"carer", "medical-carer"} <= {one["code"] for one in guide["questions"]}
    assert (await send("GET", "/guide", params={"version": "kobe-1995@7"})).status_code == 404


@pytest.mark.req("K4-093")
async def test_an_old_decision_can_show_the_guide_by_which_it_was_made(world: World, send: Send) -> None:
    person = await world.register()
    await decide(send, person)
    async with world.parts.database.session() as session:
        await session.execute(
            'UPDATE guides SET guide = \'kobe-2019@3\', data = data || \'{"id":"kobe-2019","version":3}\''
        )
    old = (await send("GET", "/guide", params={"version": "kobe-2019@3"})).json()
    assert (old["key"], old["in_use"], len(old["rows"])) == ("kobe-2019@3", False, 12)


@pytest.mark.req("K4-044")
async def test_staff_see_what_to_heed_for_the_groups_of_a_person(send: Send) -> None:
    params = {"code": ["hearing", "wheelchair"]}
    found = (await send("GET", "/guide/considerations", params=params, role="shelter-staff")).json()
    assert [one["code"] for one in found] == ["common", "hearing", "physical"]
    assert len((await send("GET", "/guide/considerations")).json()) == 9


async def test_what_if_records_nothing(world: World, send: Send) -> None:
    asked = await send("POST", "/screenings/suggest", {"answers": {**CORE, "adl": None}}, role="analyst")
    assert asked.json()["kind"] == "ask"
    assert [one["code"] for one in asked.json()["questions"]]
    bad = await send("POST", "/screenings/suggest", {"answers": {"adl": "a-bit"}})
    assert (bad.status_code, bad.json()["code"]) == (422, "screening.answer-unknown")


async def due(world: World, person: UUID, kind: str) -> None:
    """Let this timer be due now (the test does not wait for hours)."""
    async with world.parts.database.session() as session:
        touched = await session.execute(
            "UPDATE timers SET due = $3, fire_at = $3 WHERE subject = $1 AND kind = $2",
            person,
            kind,
            world.ago(seconds=1),
        )
    assert touched == 1


@pytest.mark.req("K4-104")
async def test_after_a_set_time_the_person_is_looked_at_again(world: World, send: Send, relay: Parts) -> None:
    person = await world.register()
    await decide(send, person)
    await due(world, person, "screening-again")
    assert await fire_due(relay, TIMERS) == 1
    row = await world.row(person)
    assert row is not None
    assert (row["state"], row["reason"], row["round"], row["ward"]) == ("waiting", "due", 2, "28101")


async def test_a_time_that_was_set_for_an_earlier_round_does_nothing(world: World, send: Send, relay: Parts) -> None:
    person = await world.register()
    await decide(send, person)
    await post(send, person, "request", {"reason": "carer-gone"})
    await decide(send, person, "general", reason="wish")  # general: no time is set anew
    await due(world, person, "screening-again")
    await fire_due(relay, TIMERS)
    row = await world.row(person)
    assert row is not None
    assert (row["state"], row["round"]) == ("decided", 2)


@pytest.mark.req("K4-105", "K4-029")
async def test_when_the_medicine_nears_its_end_the_person_rises_in_the_queue(
    world: World, send: Send, relay: Parts
) -> None:
    person, other = await world.register(needs=("mental",), medicine_days=30), await world.register()
    assert list(await in_queue(send)) == [str(other), str(person)]
    async with world.parts.database.session() as session:
        await session.execute("UPDATE persons SET medicine_days = 1 WHERE person = $1", person)
    await due(world, person, "screening-risk")
    assert await fire_due(relay, TIMERS) == 1
    line = (await in_queue(send))[str(person)]
    assert (line["because"], line["risk"], line["urgent"], line["round"]) == ("runs-out", "critical", True, 1)
    assert list(await in_queue(send)) == [str(person), str(other)]


@pytest.mark.req("K4-105")
async def test_who_is_with_a_nurse_rises_without_being_lost_to_her(world: World, send: Send) -> None:
    person = await world.register()
    await post(send, person, "take")
    await world.tell(PersonCorrected(fields=("observations",), observations=("confused",)), person)
    line = (await in_queue(send, "taken"))[str(person)]
    assert (line["nurse"], line["risk"]) == ("nurse-sato", "critical")
