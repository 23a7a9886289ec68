"""Cases and conferences by API on a real database: from the arrival to the provider, with confidentiality first."""

from typing import Any
from uuid import UUID

import pytest

from services.casework.escalation import KIND, TIMERS
from shared.contracts.casework_handoff import HandoffEscalated
from shared.contracts.envelope import Recorded
from shared.contracts.transfer_facility import CapacityReported, FacilityListed, OpeningStepReported
from shared.contracts.transfer_placement import ArrivalReported
from shared.platform.parts import Parts
from shared.platform.store import load, read_row
from shared.platform.timers import fire_due
from tests.adapters.casework.conftest import Send, Tell
from tests.adapters.casework.made import SECRET, Keys, fresh_id, fresh_life
from tests.unit.casework.told import CORE, Life

pytestmark = pytest.mark.stack
SWORN = {"actor": "lawyer-1", "role": "lawyer", "confidential": True}


@pytest.fixture
async def arrived(tell: Tell, keys: Keys) -> Life:
    """Somebody who has arrived at a welfare shelter, and whose key is here."""
    life = fresh_life()
    life.register("10:00")
    life.decide("10:20")
    life.ask("10:25")
    life.accept("10:30")
    life.say(ArrivalReported(facility=CORE, need=life.need), "11:00")
    await keys.tell(life.person)
    await tell(life.events)
    return life


async def told_back(parts: Parts, tell: Tell) -> None:
    """Let casework's own events come back by the log."""
    async with parts.database.session() as session:
        rows = await session.fetch("SELECT topic, key, headers, value FROM events ORDER BY id")
    await tell([read_row(row) for row in rows])


async def opened(send: Send, life: Life) -> str:
    answer = await send("POST", "/cases", {"person": str(life.person), "reason": "arrival"})
    assert answer.status_code == 200, answer.text
    return str(answer.json()["stream"])


async def called(send: Send, case: str, *members: dict[str, Any]) -> str:
    body = {"case": case, "at": "2024-11-28T10:00:00+09:00", "members": members or [SWORN], "agenda": ["issues"]}
    return str((await send("POST", "/conferences", body)).json()["stream"])


def task(**more: Any) -> dict[str, Any]:
    return {
        "task": str(fresh_id()),
        "owner": "lawyer-1",
        "kind": "legal",
        "provider": "law",
        "due": "2024-12-05",
        **more,
    }


async def kinds(send: Send, life: Life, state: str = "unfinished") -> list[str]:
    items = (await send("GET", f"/handoffs?person={life.person}&state={state}")).json()["items"]
    return [one["kind"] for one in items]


@pytest.mark.req("K0-005", "K0-014", "K0-020", "K0-026")
async def test_from_the_arrival_to_the_provider(send: Send, tell: Tell, parts: Parts, arrived: Life) -> None:
    assert "arrival-to-casework" in await kinds(send, arrived)
    case = await opened(send, arrived)
    await told_back(parts, tell)
    assert await kinds(send, arrived) == ["casework-to-conference"]

    assessed = {"housing": "much", "living": "some", "wishes": f"{SECRET}の家に戻りたい"}
    assert (await send("POST", f"/cases/{case}/assessments", assessed)).status_code == 200
    shown = (await send("GET", f"/cases/{case}")).json()
    assert (shown["class"], shown["continues"], shown["scheme"]) == ("both", True, "two-axes-1")
    assert shown["history"][-1]["words"]["wishes"] == f"{SECRET}の家に戻りたい"

    conference = await called(send, case)
    held = {
        "present": [SWORN],
        "city_present": True,
        "decision": "refer",
        "issues": ["住まい"],
        "goals": [{"term": "long", "by": "2027-03-31", "words": "公営住宅に移る"}],
        "tasks": [task(words="相談に同行する")],
    }
    assert (await send("POST", f"/conferences/{conference}/hold", held)).status_code == 200
    await told_back(parts, tell)
    assert await kinds(send, arrived) == ["conference-to-provider"]
    record = (await send("GET", f"/conferences/{conference}")).json()
    assert (record["decision"], record["city_present"], record["members"][0]["present"]) == ("refer", True, True)
    assert record["history"][-1]["words"]["goals"] == ["公営住宅に移る"]

    referral = {"provider": "law", "consent": "given", "conference": conference, "task": held["tasks"][0]["task"]}  # type: ignore[index]
    await send("POST", f"/cases/{case}/referrals", {**referral, "provider_name": f"{SECRET}事務所"})
    (made,) = (await send("GET", f"/cases/{case}")).json()["referrals"]
    answer = await send("POST", f"/cases/{case}/referrals/{made['referral']}/answer", {"answer": "accepted"})
    assert answer.status_code == 200
    await told_back(parts, tell)
    assert await kinds(send, arrived) == []
    figures = (await send("GET", "/handoffs/figures")).json()
    assert figures["opened"] == figures["taken"] + figures["ended"] + figures["open"] > 0


async def test_no_word_leaves_the_store_unsealed(send: Send, parts: Parts, arrived: Life) -> None:
    case = await opened(send, arrived)
    await send("POST", f"/cases/{case}/visits", {"kind": "outreach", "outcome": "met", "found": SECRET})
    async with parts.database.session() as session:
        rows = await session.fetch("SELECT headers, value FROM outbox")
        stored = await load(session, UUID(case))
    assert rows
    assert all(SECRET.encode() not in bytes(row["value"] or b"") + bytes(row["headers"]) for row in rows)
    assert stored[-1].sealed is not None


async def test_the_same_command_twice_is_one(send: Send, arrived: Life) -> None:
    headers = {"Idempotency-Key": str(fresh_id())}
    body = {"person": str(arrived.person), "reason": "arrival"}
    first = await send("POST", "/cases", body, headers=headers)
    again = await send("POST", "/cases", body, headers=headers)
    assert first.json() == again.json()
    assert again.headers["Tsunagi-Repeated"] == "true"
    other = await send("POST", "/cases", body)
    assert (other.status_code, other.json()["code"]) == (409, "case.open-already")


async def test_visits_fall_due_by_the_rhythm_of_the_class(send: Send, arrived: Life) -> None:
    case = await opened(send, arrived)
    await send("POST", f"/cases/{case}/assessments", {"housing": "none", "living": "much"})
    happened = {"Tsunagi-Happened-At": "2024-11-20T20:00:00Z"}  # already the 21st in Japan
    await send("POST", f"/cases/{case}/visits", {"kind": "watching-over", "outcome": "met"}, headers=happened)
    (row,) = (await send("GET", "/cases?visit_due_before=2025-01-01")).json()["items"]
    assert (row["next_visit"], row["visits"], row["visit_overdue"]) == ("2024-12-21", 1, True)
    await send("POST", f"/cases/{case}/close", {"reason": "self-reliant"})
    assert (await send("GET", "/cases?visit_due_before=2025-01-01")).json()["items"] == []
    (row,) = (await send("GET", "/cases?status=closed")).json()["items"]
    assert row["closed_for"] == "self-reliant"
    await send("POST", f"/cases/{case}/reopen", {"reason": "new-need"})
    assert (await send("GET", f"/cases/{case}")).json()["status"] == "open"


@pytest.mark.req("K0-030")
async def test_a_case_changes_hands(send: Send, tell: Tell, parts: Parts, arrived: Life) -> None:
    case = await opened(send, arrived)
    await send("POST", f"/cases/{case}/assign", {"worker": "worker-2"})
    await told_back(parts, tell)
    assert "caseworker-change" in await kinds(send, arrived, "open")
    refused = await send("POST", f"/cases/{case}/take-over", {}, subject="worker-3")
    assert refused.json()["code"] == "case.not-yours"
    await send("POST", f"/cases/{case}/take-over", {}, subject="worker-2")
    await told_back(parts, tell)
    assert "caseworker-change" not in await kinds(send, arrived, "open")
    assert (await send("GET", "/cases?worker=worker-2")).json()["items"][0]["case"] == case


@pytest.mark.req("K0-022", "K0-024")
async def test_a_member_sees_the_case_only_when_sworn_and_only_while_a_member(send: Send, arrived: Life) -> None:
    case = await opened(send, arrived)
    conference = await called(send, case, {"actor": "lawyer-1", "role": "lawyer"})

    async def sees() -> list[int]:
        paths = (f"/persons/{arrived.person}/timeline", f"/cases/{case}", f"/conferences/{conference}")
        as_member = {"role": "conference-member", "subject": "lawyer-1", "wards": ()}
        return [(await send("GET", path, **as_member)).status_code for path in paths]

    assert await sees() == [403, 403, 403], "confidentiality is not recorded"
    await send("POST", f"/conferences/{conference}/confidentiality", {"member": "lawyer-1"})
    assert await sees() == [200, 200, 200]
    beginnings = [
        (await send("GET", "/pages", role="conference-member", subject=subject, wards=())).text
        for subject in ("lawyer-1", "lawyer-2")
    ]
    assert [f"/pages/persons/{arrived.person}" in page for page in beginnings] == [True, False]
    stranger = await send("GET", f"/cases/{case}", role="conference-member", subject="lawyer-2", wards=())
    assert stranger.status_code == 403
    listed = await send("GET", "/conferences", role="conference-member", subject="lawyer-1", wards=())
    assert [one["conference"] for one in listed.json()["items"]] == [conference]
    await send("POST", f"/conferences/{conference}/members", {"members": []})
    assert await sees() == [403, 403, 403], "no longer a member"


@pytest.mark.req("K0-022")
async def test_access_ends_some_time_after_the_conference_and_at_once_when_it_is_cancelled(
    send: Send, arrived: Life, parts: Parts
) -> None:
    case = await opened(send, arrived)
    first = await called(send, case)
    held = {"present": [SWORN], "city_present": True, "decision": "again"}
    long_ago = {"Tsunagi-Happened-At": "2024-01-01T00:00:00Z"}
    await send("POST", f"/conferences/{first}/hold", held, headers=long_ago)
    as_member = {"role": "conference-member", "subject": "lawyer-1", "wards": ()}
    assert (await send("GET", f"/cases/{case}", **as_member)).status_code == 403
    second = await called(send, case)
    assert (await send("GET", f"/cases/{case}", **as_member)).status_code == 200
    await send("POST", f"/conferences/{second}/cancel", {"reason": "withdrawn"})
    assert (await send("GET", f"/cases/{case}", **as_member)).status_code == 403


@pytest.mark.req("K0-020")
async def test_tasks_fall_due_and_are_finished_by_who_has_them(send: Send, arrived: Life) -> None:
    case = await opened(send, arrived)
    conference = await called(send, case)
    mine, other = task(), task(owner="somebody-else", provider=None, due="2099-01-01")
    held = {"present": [SWORN], "city_present": True, "decision": "refer", "tasks": [mine, other]}
    await send("POST", f"/conferences/{conference}/hold", held)
    as_member = {"role": "conference-member", "subject": "lawyer-1", "wards": ()}
    (row,) = (await send("GET", "/tasks", **as_member)).json()["items"]
    assert (row["task"], row["overdue"]) == (mine["task"], True)
    assert [one["task"] for one in (await send("GET", "/tasks?overdue=true")).json()["items"]] == [mine["task"]]
    path = f"/conferences/{conference}/tasks/{mine['task']}/finish"
    assert (await send("POST", path, {}, **as_member)).status_code == 200
    assert (await send("GET", "/tasks", **as_member)).json()["items"] == []
    assert len((await send("GET", "/tasks?state=open")).json()["items"]) == 1


async def test_taking_returning_and_ending_a_hand_off(send: Send, tell: Tell, parts: Parts, arrived: Life) -> None:
    (handoff,) = (await send("GET", f"/handoffs?person={arrived.person}&kind=arrival-to-casework")).json()["items"]
    path = f"/handoffs/{handoff['handoff']}"
    assert (await send("POST", f"{path}/take", {})).status_code == 200
    assert (await send("POST", f"{path}/take", {}, subject="worker-2")).json()["code"] == "handoff.taken"
    assert (await send("POST", f"{path}/take", {"over": True}, subject="worker-2")).status_code == 200
    await told_back(parts, tell)
    now = (await send("GET", path)).json()
    assert (now["state"], now["owner"], now["done"]) == ("taken", "worker-2", False)
    assert [one["handoff"] for one in (await send("GET", "/handoffs?owner=worker-2")).json()["items"]] == [
        now["handoff"]
    ]
    assert (await send("POST", f"{path}/return", {"reason": "shift-ends"})).status_code == 200
    assert (await send("POST", f"{path}/end", {"reason": "nonsense"})).json()["code"] == "code.unknown"
    assert (await send("POST", f"{path}/end", {"reason": "not-needed"})).status_code == 200
    await told_back(parts, tell)
    now = (await send("GET", path)).json()
    assert (now["state"], now["reason"]) == ("ended", "not-needed")
    assert (await send("POST", f"{path}/take", {})).json()["code"] == "handoff.finished"
    assert (await send("GET", f"/handoffs/{fresh_id()}")).json()["code"] == "handoff.unknown"


@pytest.mark.req("K4-143")
async def test_hq_takes_many_sheets_at_once(send: Send, tell: Tell, parts: Parts) -> None:
    lives = [fresh_life() for _ in range(3)]
    for life in lives:
        life.register("10:00", needs=(), representative=True)
    await tell([life.events[0] for life in lives])
    found = (await send("GET", "/handoffs?kind=sheet-to-hq", role="ward-hq")).json()["items"]
    ids = [one["handoff"] for one in found]
    assert len(ids) == 3
    unknown = str(fresh_id())
    answer = (await send("POST", "/handoffs/take", {"handoffs": [*ids, unknown]}, role="ward-hq")).json()["items"]
    assert [one["problem"] for one in answer] == [None, None, None, "handoff.unknown"]
    await told_back(parts, tell)
    assert (await send("GET", "/handoffs?kind=sheet-to-hq", role="ward-hq")).json()["items"] == []
    done = (await send("GET", "/handoffs?kind=sheet-to-hq&state=done", role="ward-hq")).json()["items"]
    assert {one["owner"] for one in done} == {"worker-1"}


async def test_what_nobody_takes_in_time_is_told_to_the_next_level_once(
    tell: Tell, relay: Parts, parts: Parts, arrived: Life
) -> None:
    async with relay.database.session() as session:
        assert await session.fetchval("SELECT count(*) FROM timers WHERE kind = $1", KIND) == 1
    await fire_due(relay, TIMERS)
    await told_back(parts, tell)
    async with relay.database.session() as session:
        rows = await session.fetch("SELECT * FROM handoffs WHERE escalated_at IS NOT NULL")
        events = [read_row(row).event for row in await session.fetch("SELECT * FROM events")]
    told = [event for event in events if isinstance(event, HandoffEscalated)]
    assert len(told) == len(rows) > 0
    assert {one.definitions for one in told} == {"handoffs-1"}
    await fire_due(relay, TIMERS)
    await told_back(parts, tell)
    async with relay.database.session() as session:
        assert await session.fetchval("SELECT count(*) FROM events") == len(told)


async def test_a_timer_that_is_early_waits_and_one_that_is_late_says_nothing(
    send: Send, relay: Parts, worker: Parts, arrived: Life, tell: Tell
) -> None:
    (handoff,) = (await send("GET", f"/handoffs?person={arrived.person}&kind=arrival-to-casework")).json()["items"]
    async with relay.database.session() as session:
        await session.execute("DELETE FROM timers WHERE subject <> $1", UUID(handoff["handoff"]))
        await session.execute("UPDATE timers SET due = '2024-01-01', fire_at = '2024-01-01'")
        await session.execute("UPDATE handoffs SET due = '2099-01-01'")
    await fire_due(relay, TIMERS)
    async with relay.database.session() as session:
        assert str(await session.fetchval("SELECT due FROM timers")).startswith("2099")
        assert await session.fetchval("SELECT count(*) FROM events") == 0
    await send("POST", "/cases", {"person": str(arrived.person), "reason": "arrival"})
    await told_back(relay, tell)
    async with relay.database.session() as session:
        assert await session.fetchval("SELECT count(*) FROM timers WHERE subject = $1", UUID(handoff["handoff"])) == 0


@pytest.mark.req("K4-153", "K4-154", "K4-155", "K4-156", "K4-160")
async def test_the_board_counts_what_has_been_heard_and_says_how_old_it_is(
    send: Send, tell: Tell, arrived: Life
) -> None:
    waiting = fresh_life()
    waiting.register("12:00")
    waiting.decide("12:10")
    waiting.ask("12:20")
    waiting.accept("12:30")
    waiting.plan_trip("12:40")
    await tell([*_core(), *waiting.events])

    board = (await send("GET", "/board?ward=28101", role="ward-hq")).json()

    figures = {one["code"]: one for one in board["figures"]}
    counted = {
        code: figures[code]["value"] for code in ("persons", "needing_care", "decided", "asked", "arrived", "lost")
    }
    assert counted == {"persons": 2, "needing_care": 2, "decided": 2, "asked": 2, "arrived": 1, "lost": 0}
    assert figures["persons"]["as_of"] == "2024-11-20T12:00:00Z"
    assert board["register"]["value"] is None
    (shelter,) = board["shelters"]["items"]
    assert (shelter["persons"], shelter["needing_care"]) == (1, 1)
    (facility,) = board["facilities"]["items"]
    assert (facility["step"], facility["total"], facility["accepted"], facility["received"]) == ("receiving", 2, 1, 1)
    (trip,) = board["trips"]["items"]
    assert (trip["state"], trip["waiting_seconds"] > 0) == ("planned", True)
    overdue = board["overdue"]
    assert [one["due"] for one in overdue] == sorted(one["due"] for one in overdue)
    assert {one["kind"] for one in overdue} >= {"transport-need-to-hq", "acceptance-to-transport"}
    elsewhere = (await send("GET", "/board", role="ward-hq", wards=("28105",))).json()
    assert all(one["value"] == 0 for one in elsewhere["figures"])
    assert SECRET not in str(board)


def _core() -> list[Recorded]:
    life = fresh_life()
    life.person = CORE
    life.say(FacilityListed(name="訓練基幹", kind="core-welfare", ward="28101"), "08:00", stream=CORE)
    life.say(OpeningStepReported(step="receiving"), "08:30", stream=CORE)
    life.say(CapacityReported(total=2), "08:40", stream=CORE)
    return life.events
