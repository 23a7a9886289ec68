"""What nurses do with one person by API, on a real PostgreSQL: take, telephone, visit, answer, decide."""

import asyncio
from typing import Any
from uuid import UUID

import pytest

from services.screening.domain.guide import DESTINATIONS
from shared.contracts.intake_disaster import DisasterDeclared, StageChanged
from shared.contracts.intake_person import PersonCorrected
from shared.contracts.places import Place
from shared.contracts.screening_screening import ScreeningAnswered, ScreeningDecided, ScreeningReleased, ScreeningTaken
from shared.kernel.ids import new_id
from shared.platform import store
from shared.platform.timers import fire_due
from tests.adapters.screening.conftest import Send
from tests.adapters.screening.made import FACILITY, HERE, SECRET, SHELTER, World, an_id
from tests.adapters.screening.test_following import CORE, decide, in_queue
from tests.matrix import Token

OTHER: Any = {"nurse": "nurse-kato"}


async def post(send: Send, person: UUID, path: str, body: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:
    answer = await send("POST", f"/screenings/{person}/{path}", {} if body is None else body, **more)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def refused(
    send: Send, person: UUID, path: str, body: dict[str, Any] | None = None, **more: Any
) -> dict[str, Any]:
    answer = await send("POST", f"/screenings/{person}/{path}", {} if body is None else body, **more)
    assert answer.status_code in (403, 404, 409, 422), answer.text
    found: dict[str, Any] = answer.json()
    return found


@pytest.mark.req("K4-065")
async def test_of_many_nurses_at_once_one_has_the_person_and_the_others_hear_who(world: World, send: Send) -> None:
    person = await world.register()
    nurses = [f"nurse-{n}" for n in range(8)]
    asked = [send("POST", f"/screenings/{person}/take", {}, nurse=nurse) for nurse in nurses]
    answers = dict(zip(nurses, await asyncio.gather(*asked), strict=True))
    have = [nurse for nurse, answer in answers.items() if answer.status_code == 200]
    assert len(have) == 1
    row = await world.row(person)
    assert row is not None
    for nurse in set(nurses) - set(have):
        told = answers[nurse].json()
        assert (told["code"], told["nurse"]) == ("screening.taken", have[0])
        assert told["since"]
    taken = [one for one in await world.events(person) if isinstance(one, ScreeningTaken)]
    assert taken == [ScreeningTaken(nurse=have[0])]


async def test_a_command_sent_twice_has_its_effect_once(world: World, send: Send) -> None:
    person = await world.register()
    command = {"Idempotency-Key": str(an_id())}
    first = await send("POST", f"/screenings/{person}/take", {}, headers=command)
    again = await send("POST", f"/screenings/{person}/take", {}, headers=command)
    assert first.json() == again.json()
    assert again.headers["tsunagi-repeated"] == "true"


async def test_a_nurse_takes_over_openly(world: World, send: Send) -> None:
    person = await world.register()
    await post(send, person, "take")
    await post(send, person, "take", {"over": True}, **OTHER)
    assert (await world.events(person))[-2:] == [
        ScreeningReleased(nurse="nurse-sato", reason="taken-over"),
        ScreeningTaken(nurse="nurse-kato"),
    ]
    assert (await refused(send, person, "answers", {"answers": CORE}))["code"] == "screening.taken"


async def test_who_is_put_back_has_waited_all_along(world: World, send: Send) -> None:
    person = await world.register()
    before = (await in_queue(send))[str(person)]["waiting_since"]
    await post(send, person, "take")
    assert await in_queue(send) == {}
    await post(send, person, "release", {"reason": "shift-ends"})
    assert (await in_queue(send))[str(person)]["waiting_since"] == before


@pytest.mark.req("K4-065")
async def test_every_attempt_to_telephone_is_recorded_by_who_has_the_person(world: World, send: Send) -> None:
    person = await world.register()
    call = {"called": "shelter", "outcome": "no-answer"}
    assert (await refused(send, person, "calls", call))["code"] == "screening.not-taken"
    await post(send, person, "take")
    assert (await refused(send, person, "calls", call, **OTHER))["code"] == "screening.taken"
    await post(send, person, "calls", call)
    await post(send, person, "calls", {**call, "outcome": "reached", "with_whom": "避難所の担当", "note": "熱はない"})
    line = (await in_queue(send, "taken"))[str(person)]
    assert (line["calls"], line["last_call_outcome"]) == (2, "reached")
    history = (await send("GET", f"/screenings/{person}")).json()["history"]
    calls = [one for one in history if one["type"].endswith("call-attempted.v1")]
    assert [one["facts"]["outcome"] for one in calls] == ["no-answer", "reached"]
    assert calls[1]["words"] == {"with_whom": "避難所の担当", "note": "熱はない"}


@pytest.mark.req("K4-041")
async def test_staff_who_are_unsure_ring_up_and_what_they_were_told_is_recorded(world: World, send: Send) -> None:
    person = await world.register(needs=())
    advice = {"called": "advice", "outcome": "advised", "note": "様子をみる"}
    await post(send, person, "calls", advice, role="shelter-staff")
    assert (await refused(send, person, "calls", {**advice, "called": "family"}, role="shelter-staff"))[
        "code"
    ] == "access.denied"
    history = (await send("GET", f"/screenings/{person}")).json()["history"]
    assert [one["words"] for one in history] == [{"note": "様子をみる"}]


@pytest.mark.req("K4-066")
async def test_a_visit_is_ordered_accepted_made_and_listed_by_shelter(world: World, send: Send) -> None:
    person, elsewhere = await world.register(), await world.register(place=Place(kind="home"))
    for one in (person, elsewhere):
        await post(send, one, "take")
        await post(send, one, "visits", {})

    async def visits(state: str = "") -> list[tuple[str, str, str | None]]:
        params = {"shelter": str(SHELTER)} | ({"state": state} if state else {})
        answer = await send("GET", "/screenings/visits", params=params)
        return [(row["person"], row["state"], row["nurse"]) for row in answer.json()["items"]]

    assert await visits() == [(str(person), "ordered", None)]
    await post(send, person, "visits/accepted", **OTHER)
    assert (await refused(send, person, "visits/accepted"))["code"] == "screening.visit-accepted"
    assert await visits() == [(str(person), "accepted", "nurse-kato")]
    await post(send, person, "visits/made", {"outcome": "absent"}, **OTHER)
    assert await visits() == [(str(person), "accepted", "nurse-kato")]
    await post(send, person, "visits/made", {"outcome": "met", "nurse": "nurse-kato", "note": "歩けない"})
    assert await visits() == []
    assert await visits("made") == [(str(person), "made", "nurse-kato")]


@pytest.mark.req("K4-068", "K4-076", "K4-090", "K4-094", "K4-101", "K4-103")
async def test_a_decision_carries_what_those_who_receive_and_drive_need(world: World, send: Send) -> None:
    person = await world.register(aids=("wheelchair",), age_band="85-plus", power_needed=True, power_hours=200.0)
    await post(send, person, "take")
    alone = {**CORE, "carer": "none", "admission-criteria": "met"}
    await post(send, person, "answers", {"answers": alone})
    body = {
        "destination": "facility", "admission_kind": "short-stay", "emergency_admission": True,
        "condition": f"{SECRET}は全介助", "carer": "長女、夜だけ", "explained": True, "agreed": True,
    }  # fmt: skip
    await post(send, person, "decision", body)
    made = (await world.events(person))[-1]
    assert isinstance(made, ScreeningDecided)
    assert (made.nurse, made.destination, made.admission_kind) == ("nurse-sato", "facility", "short-stay")
    assert (made.suggestion.guide, made.suggestion.row) == ("kobe-2022@1", "P5")
    assert made.answers == alone
    assert (made.emergency_admission, made.explained, made.agreed, made.interim) == (True, True, True, "welfare-space")
    assert (made.groups, made.aids, made.high_risk, made.urgent) == (
        ("elderly",), ("wheelchair", "device"), True, True,
    )  # fmt: skip
    assert made.place == HERE
    assert made.household is not None
    assert made.again_at is not None
    history = (await send("GET", f"/screenings/{person}")).json()["history"]
    assert history[-1]["words"] == {"condition": f"{SECRET}は全介助", "carer": "長女、夜だけ"}


@pytest.mark.req("K4-067")
@pytest.mark.parametrize("role", ["shelter-staff", "ward-hq", "city-hq", "caseworker", "operator"])
async def test_no_other_role_decides(world: World, send: Send, role: str) -> None:
    person = await world.register()
    await post(send, person, "take")
    told = await refused(send, person, "decision", {"destination": "general", "reason": "wish"}, role=role)
    assert told["code"] == "access.denied"


@pytest.mark.req("K4-068", "K4-092")
async def test_what_differs_needs_a_reason(world: World, send: Send) -> None:
    person = await world.register()
    await post(send, person, "take")
    told = await refused(send, person, "decision", {"destination": "general"})
    assert told["code"] == "screening.reason-missing"
    assert told["ask"]
    assert (await refused(send, person, "decision", {"destination": "moon"}))["code"] == "code.unknown"
    await post(send, person, "decision", {"destination": "general", "reason": "urgent", "reason_words": "急ぐ"})
    made = (await world.events(person))[-1]
    assert isinstance(made, ScreeningDecided)
    assert made.differs
    assert made.suggestion.ask


@pytest.mark.req("K4-102")
async def test_somebody_at_home_is_decided_like_anybody_else(world: World, send: Send) -> None:
    person = await world.register(needs=(), place=Place(kind="home"))
    await post(send, person, "request", {"reason": "at-home"}, role="caseworker")
    await decide(send, person)
    made = (await world.events(person))[-1]
    assert isinstance(made, ScreeningDecided)
    assert made.place == Place(kind="home")
    assert made.interim is None


@pytest.mark.req("K4-095", "K4-104")
async def test_a_consultation_of_anybody_is_recorded_and_may_lead_to_a_screening(world: World, send: Send) -> None:
    person = await world.register(needs=())
    await post(send, person, "consultations", {"note": "眠れない"})
    assert await in_queue(send) == {}
    body = {"observations": ["fever"], "note": "38度", "reason": "consultation"}
    command: Any = {"headers": {"Idempotency-Key": str(an_id())}}
    await post(send, person, "consultations", body, **command)
    await post(send, person, "consultations", body, **command)
    line = (await in_queue(send))[str(person)]
    assert (line["reason"], line["observations"], line["because"]) == ("consultation", ["fever"], "health")
    kinds = [type(one).__name__ for one in await world.events(person)]
    assert kinds == ["HealthConsulted", "HealthConsulted", "ScreeningRequested"]


@pytest.mark.req("K4-085", "K4-104")
async def test_fever_leads_to_the_infection_space_also_for_who_was_decided(world: World, send: Send) -> None:
    person = await world.register()
    await decide(send, person)
    await post(send, person, "request", {"reason": "fever", "observations": ["fever"]}, role="shelter-staff")
    line = (await in_queue(send))[str(person)]
    assert (line["round"], line["reason"]) == (2, "fever")
    await post(send, person, "take", **OTHER)
    shown = (await send("GET", f"/screenings/{person}")).json()["suggestion"]
    assert (shown["kind"], shown["questions"][0]["code"]) == ("ask", "urgent")
    await post(send, person, "answers", {"answers": {**CORE, "infection": "yes", "immunity": "normal"}}, **OTHER)
    shown = (await send("GET", f"/screenings/{person}")).json()["suggestion"]
    assert [one["code"] for one in shown["destinations"]] == ["infection-space"]
    await post(send, person, "decision", {"destination": "infection-space"}, **OTHER)
    decisions = [one for one in await world.events(person) if isinstance(one, ScreeningDecided)]
    assert [(one.round, one.destination, one.nurse) for one in decisions] == [
        (1, "core-welfare", "nurse-sato"), (2, "infection-space", "nurse-kato"),
    ]  # fmt: skip


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


async def test_words_wait_for_the_key_and_nothing_is_kept_without_it(world: World, send: Send) -> None:
    person = await world.register()
    await post(send, person, "take")
    await world.forget(person)
    answer = await send("POST", f"/screenings/{person}/calls", {"outcome": "reached", "note": "x"})
    assert (answer.status_code, answer.json()["code"]) == (409, "person.forgotten")
    await post(send, person, "calls", {"outcome": "reached"})


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


@pytest.mark.req("K4-085")
async def test_a_welfare_shelter_asks_for_a_nurse_for_those_who_are_there(
    world: World, send: Send, token: Token
) -> None:
    there, elsewhere = await world.register(place=Place(kind="facility", shelter=FACILITY)), await world.register()
    bearer = token(subject="home-1", roles=["facility"], facilities=[FACILITY])
    asked = {"json": {"reason": "fever", "observations": ["fever"]}, "headers": {"Authorization": f"Bearer {bearer}"}}
    assert (await send("POST", f"/screenings/{elsewhere}/request", **asked)).status_code == 403
    assert (await send("POST", f"/screenings/{there}/request", **asked)).status_code == 200


async def test_what_if_records_nothing(world: World, send: Send) -> None:
    asked = await send("POST", "/screenings/suggest", {"answers": {**CORE, "adl": None}}, role="analyst")
    assert asked.json()["kind"] == "ask"
    assert [one["code"] for one in asked.json()["questions"]]
    bad = await send("POST", "/screenings/suggest", {"answers": {"adl": "a-bit"}})
    assert (bad.status_code, bad.json()["code"]) == (422, "screening.answer-unknown")


async def test_a_nurse_ends_what_needs_no_decision(world: World, send: Send) -> None:
    person = await world.register()
    await post(send, person, "end", {"reason": "mistake"})
    assert (await refused(send, person, "take"))["code"] == "screening.not-waiting"
    await post(send, person, "request", {"reason": "staff"})
    assert list(await in_queue(send)) == [str(person)]


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
async def test_after_a_set_time_the_person_is_looked_at_again(world: World, send: Send, relay: Any) -> None:
    from services.screening.timers import TIMERS  # noqa: PLC0415

    person = await world.register()
    await decide(send, person)
    await due(world, person, "screening-again")
    assert await fire_due(relay, TIMERS) == 1
    row = await world.row(person)
    assert row is not None
    assert (row["state"], row["reason"], row["round"], row["ward"]) == ("waiting", "due", 2, "28101")


async def test_a_time_that_was_set_for_an_earlier_round_does_nothing(world: World, send: Send, relay: Any) -> None:
    from services.screening.timers import TIMERS  # noqa: PLC0415

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
    world: World, send: Send, relay: Any
) -> None:
    from services.screening.timers import TIMERS  # noqa: PLC0415

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


async def test_no_name_stands_anywhere_but_sealed_or_in_personal(world: World, send: Send) -> None:
    person = await world.register()
    await post(send, person, "take")
    await post(send, person, "calls", {"outcome": "reached", "with_whom": SECRET, "note": SECRET})
    await post(send, person, "answers", {"answers": CORE, "note": SECRET})
    body = {"destination": "general", "reason": "wish", "reason_words": SECRET, "condition": SECRET, "carer": SECRET}
    await post(send, person, "decision", body)
    async with world.parts.database.session() as session:
        tables = await session.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        for row in tables:
            found = await session.fetchval(
                f'SELECT count(*) FROM "{row["tablename"]}" t WHERE strpos(t::text, $1) > 0 OR strpos(t::text, $2) > 0',
                SECRET,
                SECRET.encode().hex(),
            )
            assert found == 0, row["tablename"]
        opened = await store.open_words(session, world.parts.keyring, await store.load(session, person))
    assert isinstance(opened[3].event, ScreeningAnswered)
    assert all(one.words is not None for one in opened[2:])
    assert new_id(world.parts.clock.now()).version == 7
