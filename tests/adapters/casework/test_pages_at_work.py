"""What is done on casework's pages: a hand-off taken and given back, hand-offs listed, a person found by their name."""

from typing import Any

import httpx
import pytest

from shared.contracts.intake_person import PersonRegistered, PersonWords
from shared.contracts.screening_screening import ScreeningTaken
from shared.platform import store
from shared.platform.parts import Parts
from tests.adapters.casework.conftest import Send, Tell
from tests.adapters.casework.made import Keys, fresh_id, fresh_life
from tests.adapters.casework.pages import HQ, Element, lines, opened, read_page
from tests.unit.casework.told import AT_SHELTER, Life

pytestmark = pytest.mark.stack


async def form(send: Send, card: Element, **who: Any) -> httpx.Response:
    """Send a form as it stands on the page."""
    found = card.one("form")
    data = {one.attributes["name"]: one.attributes["value"] for one in found.all("input")}
    return await send("POST", found.attributes["action"], data=data, **(HQ | who))


async def test_a_form_takes_on_once_and_the_page_waits_for_it(
    send: Send, tell: Tell, parts: Parts, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.casework.pages.handoffs.WAIT_SECONDS", 0.0)
    life = fresh_life()
    life.register("10:00")
    await tell(life.events)
    card = (await opened(send, life)).one("section", "open")

    first, second = await form(send, card), await form(send, card)

    assert first.status_code == second.status_code == 303
    assert first.headers["location"] == second.headers["location"], "a double tap is one command"
    waiting = read_page((await send("GET", first.headers["location"], **HQ)).text)
    assert "反映を待っています" in waiting.one("div", "notice").text
    async with parts.database.session() as session:
        made = await session.fetch("SELECT topic, headers, value FROM events WHERE topic = 'casework.handoff'")
    assert len(made) == 1
    assert b'"channel":"page"' in bytes(made[0]["headers"])

    await told_back(parts, tell)
    shown = read_page((await send("GET", first.headers["location"], **HQ)).text)
    assert shown.one("div", "notice").text == "引き受けました。"
    card = shown.one("section", "open")
    assert "担当 hq-1" in card.text
    assert "hq-1が引き受けた" in lines(shown)[0] + lines(shown)[1] + lines(shown)[2]

    other = await form(send, (await opened(send, life, subject="hq-2")).one("section", "open"), subject="hq-3")
    assert "done=take" in other.headers["location"], "over, as its form says"
    await told_back(parts, tell)
    back = await form(send, (await opened(send, life, subject="hq-3")).one("section", "open"), subject="hq-3")
    assert "done=return" in back.headers["location"]
    await told_back(parts, tell)
    assert "担当なし" in (await opened(send, life)).one("section", "open").text


async def told_back(parts: Parts, tell: Tell) -> None:
    """Let the worker hear what casework itself has said."""
    async with parts.database.session() as session:
        rows_ = await session.fetch("SELECT topic, key, headers, value FROM events WHERE topic = 'casework.handoff'")
    await tell([store.read_row(row) for row in rows_])


async def test_a_form_that_comes_too_late_says_so(send: Send, tell: Tell) -> None:
    life = fresh_life()
    life.register("10:00")
    await tell(life.events)
    card = (await opened(send, life)).one("section", "open")
    life.say(ScreeningTaken(nurse="nurse-1"), "10:10")
    await tell(life.events[1:])
    late = await form(send, card)
    assert late.headers["location"].endswith("?refused=handoff.taken")
    page = read_page((await send("GET", late.headers["location"], **HQ)).text)
    assert page.one("div", "notice").text.startswith("すでに担当者がいます。")
    missing = await send("POST", f"/pages/handoffs/{fresh_id()}/take", data={"command": str(fresh_id())}, **HQ)
    assert missing.status_code == 404
    odd = await send("POST", card.one("form").attributes["action"], data={"command": "7"}, **HQ)
    assert odd.status_code == 422


async def test_hand_offs_are_listed_by_how_late_they_are(send: Send, tell: Tell) -> None:
    early, late, far = fresh_life(), fresh_life(), fresh_life()
    far.ward = "28105"
    for life, when in ((late, "12:00"), (early, "10:00"), (far, "9:00")):
        life.register(when)
        await tell(life.events)
    page = read_page((await send("GET", "/pages/handoffs?limit=1", **HQ)).text)
    tabs = [one.text for one in page.one("nav", "tabs").all("a")]
    assert tabs == ["▲ 期限超過 2", "○ 担当なし 2", "◐ 自分の担当 0"]
    assert str(early.person) in page.one("tbody").one("a").attributes["href"]
    next_ = page.one("p", "more-row").one("a").attributes["href"]
    second = read_page((await send("GET", next_, **HQ)).text)
    assert str(late.person) in second.one("tbody").one("a").attributes["href"]
    none = read_page((await send("GET", "/pages/handoffs?which=mine", **HQ)).text)
    assert none.one("p", "empty").text.startswith("自分が担当しているつなぎはありません(")
    staff = read_page((await send("GET", "/pages/handoffs", role="shelter-staff", subject="s")).text)
    assert not staff.one("tbody").one("th").all("a"), "who may not read a timeline is not led there"


async def test_a_person_is_found_by_a_part_of_name_or_kana_within_reach_only(
    send: Send, tell: Tell, keys: Keys
) -> None:
    lives: dict[str, Life] = {}
    for name, kana, ward in (
        ("山田 キヨ", "ヤマダ キヨ", "28101"),
        ("山田 一郎", "ヤマダ イチロウ", "28101"),
        ("山田 遠子", "ヤマダ トオコ", "28105"),
    ):
        lives[name] = life = fresh_life()
        life.ward = ward
        words = PersonWords(name=name, kana=kana)
        life.say(PersonRegistered(household=life.household, place=AT_SHELTER, words=words), "10:00")
        await keys.tell(life.person)
        await tell([keys.seal(life.events[0], life.person)])

    async def found(q: str, **who: Any) -> list[str]:
        page = read_page((await send("GET", "/pages/persons", params={"q": q}, **(HQ | who))).text)
        return [one.one("a").text for one in page.all("th") if one.all("a")]

    assert await found("山田") == ["山田 一郎", "山田 キヨ"], "by kana; the one of the other ward is not there"
    assert await found("田キ") == ["山田 キヨ"]
    assert await found("やまだ　い") == ["山田 一郎"]
    assert await found("ﾔﾏﾀﾞ") == ["山田 一郎", "山田 キヨ"]
    assert await found("遠子") == []
    assert await found("遠子", wards=("28105",)) == ["山田 遠子"]
    assert await found("%") == []
    auditor = await send("GET", "/pages/persons", params={"q": "山田"}, role="auditor", wards="*")
    assert auditor.status_code == 403, "whom names are closed to cannot search by them"
    nobody = await send("GET", "/pages/persons", params={"q": "遠子"}, **HQ)
    assert "「遠子」の方はいません" in nobody.text
    first = read_page((await send("GET", "/pages/persons?q=山田&limit=1", **HQ)).text)
    after = first.one("p", "more-row").one("a").attributes["href"]
    second = read_page((await send("GET", after, **HQ)).text)
    assert [one.one("a").text for one in second.all("th") if one.all("a")][:1] == ["山田 キヨ"]
