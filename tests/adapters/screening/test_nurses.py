"""What nurses do with one person by API, on a real PostgreSQL: take, telephone, visit, answer, decide."""

import asyncio
from typing import Any

import pytest

from shared.contracts.places import Place
from shared.contracts.screening_screening import ScreeningAnswered, ScreeningDecided, ScreeningReleased, ScreeningTaken
from shared.platform import store
from tests.adapters.screening.calls import CORE, decide, in_queue, post, refused
from tests.adapters.screening.conftest import Send
from tests.adapters.screening.made import FACILITY, HERE, SECRET, SHELTER, World, an_id
from tests.matrix import Token

OTHER: Any = {"nurse": "nurse-kato"}


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
    await send("POST", f"/screenings/{person}/take")  # a command that says nothing more needs no body
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
    fever = {**CORE, "infection": "yes", "immunity": "normal"}
    said = await post(send, person, "answers", {"answers": fever}, **OTHER)
    shown = (await send("GET", f"/screenings/{person}")).json()["suggestion"]
    assert said["suggestion"] == shown
    assert [one["code"] for one in shown["destinations"]] == ["infection-space"]
    await post(send, person, "decision", {"destination": "infection-space"}, **OTHER)
    decisions = [one for one in await world.events(person) if isinstance(one, ScreeningDecided)]
    assert [(one.round, one.destination, one.nurse) for one in decisions] == [
        (1, "core-welfare", "nurse-sato"), (2, "infection-space", "nurse-kato"),
    ]  # fmt: skip


async def test_words_wait_for_the_key_and_nothing_is_kept_without_it(world: World, send: Send) -> None:
    person = await world.register()
    await post(send, person, "take")
    await world.forget(person)
    answer = await send("POST", f"/screenings/{person}/calls", {"outcome": "reached", "note": "x"})
    assert (answer.status_code, answer.json()["code"]) == (409, "person.forgotten")
    await post(send, person, "calls", {"outcome": "reached"})


@pytest.mark.req("K4-085")
async def test_a_welfare_shelter_asks_for_a_nurse_for_those_who_are_there(
    world: World, send: Send, token: Token
) -> None:
    there, elsewhere = await world.register(place=Place(kind="facility", shelter=FACILITY)), await world.register()
    bearer = token(subject="home-1", roles=["facility"], facilities=[FACILITY])
    asked = {"json": {"reason": "fever", "observations": ["fever"]}, "headers": {"Authorization": f"Bearer {bearer}"}}
    assert (await send("POST", f"/screenings/{elsewhere}/request", **asked)).status_code == 403
    assert (await send("POST", f"/screenings/{there}/request", **asked)).status_code == 200


async def test_a_nurse_ends_what_needs_no_decision(world: World, send: Send) -> None:
    person = await world.register()
    await post(send, person, "end", {"reason": "mistake"})
    assert (await refused(send, person, "take"))["code"] == "screening.not-waiting"
    await post(send, person, "request", {"reason": "staff"})
    assert list(await in_queue(send)) == [str(person)]


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
