"""A person's page: lanes, gaps, what was learned late, hand-offs as arrows, corrections, words, as of any instant."""

from datetime import timedelta
from uuid import UUID

import pytest

from shared.contracts.casework_case import CaseVisited
from shared.contracts.intake_disaster import DisasterDeclared
from shared.contracts.intake_household import HouseholdNoted, HouseholdRegistered, NoteWords
from shared.contracts.intake_person import (
    CheckedIn,
    Departed,
    PersonCorrected,
    PersonRegistered,
    PersonsMerged,
    PersonWords,
)
from shared.contracts.places import Place
from shared.contracts.screening_screening import CallAttempted, ScreeningRequested, ScreeningTaken
from shared.contracts.transfer_facility import FacilityListed
from shared.contracts.transfer_placement import ArrivalReported
from shared.platform.parts import Parts
from tests.adapters.casework.conftest import Send, Tell
from tests.adapters.casework.made import SECRET, Keys, fresh_id, fresh_life
from tests.adapters.casework.pages import HQ, Element, lines, opened, read_page, rows
from tests.unit.casework.told import AT_SHELTER, DAY_0, at

pytestmark = pytest.mark.stack


async def listed(tell: Tell, name: str = "北町ケアホーム") -> UUID:
    """List a facility; return its id."""
    facility = fresh_life()
    facility.say(FacilityListed(name=name, kind="core-welfare", ward="28101"), "0:00", stream=facility.person)
    await tell(facility.events)
    return facility.person


@pytest.mark.req("K0-003", "K4-168")
async def test_the_newest_is_on_top_with_days_gaps_and_arrows(send: Send, tell: Tell) -> None:
    facility, life = await listed(tell), fresh_life()
    life.register("0:05", representative=True)
    life.say(ScreeningRequested(reason="sheet", risk="raised"), "0:06")
    life.say(ScreeningTaken(nurse="nurse-1"), "0:20", actor="nurse-1")
    life.decide("0:40")
    life.ask("15:30", facility)
    life.accept("15:50", facility)
    life.say(ArrivalReported(facility=facility, need=life.need), "1d 1:00")
    await tell(life.events)

    page = await opened(send, life)

    told = lines(page)
    assert told[0].startswith("このあと ")
    assert told[1:] == [
        "11月21日(木)",
        "到着→支援 ▲ 期限超過 " + told[2].removeprefix("到着→支援 ▲ 期限超過 "),
        "10:00 施設に到着した（受入報告）",
        "受入→移送の手配 ▲ 8時間10分 遅れ",
        "0:50 北町ケアホームが受け入れ",
        "0:30 北町ケアホームに頼んだ",
        "14時間50分 記録なし",
        "11月20日(水)",
        "審査→受入 ▲ 14時間10分 遅れ",
        "9:40 基幹福祉避難所に決めた",
        "9:20 保健師が引き受けた",
        "区本部→保健班 ✓ 期限内",
        "9:06 審査を頼んだ",
        "受付→審査 ✓ 期限内",
        "調査票→区本部 ✓ 期限内",
        "9:05 調査票に載った",
    ]
    lanes = {one.one("h3").text: one.classes & {"l1", "l2", "l3", "l4"} for one in rows(page, "ev")}
    assert lanes["調査票に載った"] == {"l1"}
    assert lanes["保健師が引き受けた"] == {"l2"}
    assert lanes["北町ケアホームに頼んだ"] == {"l3"}
    arrows = {one.one("b").text: one.classes for one in rows(page, "hand")}
    assert {"l2", "w1"} <= arrows["審査→受入"]
    assert {"l2", "w1", "leftward"} <= arrows["区本部→保健班"]
    assert {"l3", "w0"} <= arrows["受入→移送の手配"]
    assert {"untaken", "late"} <= arrows["到着→支援"]


async def test_a_card_says_since_when_due_when_and_who(send: Send, tell: Tell) -> None:
    life = fresh_life()
    life.register("10:00")
    await tell(life.events)
    card = (await opened(send, life)).one("section", "open")
    assert "受付 → 審査" in card.text
    assert "▲ 期限超過" in card.text
    assert "期限 " in card.text
    assert "担当なし" in card.text
    assert card.one("button").text == "引き受ける"
    assert card.one("form").attributes["method"] == "post"


async def test_what_was_heard_late_says_by_how_much(send: Send, tell: Tell) -> None:
    life = fresh_life()
    life.register("1:12", heard="2:48")
    life.say(CaseVisited(kind="watching-over", outcome="met"), "12:30", heard="3d 0:30")
    life.say(CheckedIn(place=AT_SHELTER), "2:00", heard="2:59")
    await tell(life.events)
    learned = {one.one("h3").text: one.one("p", "know").text for one in rows(await opened(send, life), "learned")}
    assert learned == {"調査票に載った": "1時間36分後に届いた", "見守りで会えた": "60時間後に判明"}, (
        "59 minutes are not late"
    )


async def test_both_a_correction_and_what_it_corrects_stay_in_sight(send: Send, tell: Tell) -> None:
    life = fresh_life()
    first = life.register("10:00")
    wrong = life.say(Departed(destination="home"), "11:00")
    right = life.say(CheckedIn(place=AT_SHELTER), "11:00", heard="11:30", corrects=wrong)
    life.say(PersonCorrected(fields=("aids",), aids=("wheelchair",), reason="learned"), "12:00", corrects=first)
    await tell(life.events)

    page = await opened(send, life)

    struck = rows(page, "struck")
    assert [one.one("del").text for one in struck] == ["退所した"]
    assert "20:30に直された" in struck[0].text
    assert struck[0].one("p", "fix").one("a").attributes["href"] == f"#e-{right}"
    by_id = {one.attributes["id"]: one for one in rows(page, "ev")}
    assert by_id[f"e-{right}"].one("p", "fix").text == "前の記録に代わる記録"
    assert "あとで一部が直された" in by_id[f"e-{first}"].text
    assert "移動 車いす" in page.text
    before = await opened(send, life, "?known_by=2024-11-20T11:10:00Z")
    assert not rows(before, "struck"), "nobody knew better then"


async def test_the_onset_is_a_line_where_it_happened(send: Send, tell: Tell) -> None:
    disaster, life = fresh_life(), fresh_life()
    declared = DisasterDeclared(kind="quake", drill=True, title="地震 震度6強（訓練）", began=at("0:46"))
    disaster.say(declared, "0:50", stream=disaster.person)
    life.say(CheckedIn(place=AT_SHELTER), "0:10", disaster=disaster.person)
    life.say(PersonRegistered(household=life.household, place=AT_SHELTER), "1:00", disaster=disaster.person)
    await tell([*disaster.events, *life.events])
    told = lines(await opened(send, life))
    assert told[-3:] == ["10:00 調査票に載った", "9:46地震 震度6強（訓練）", "9:10 避難所に入った"]


async def test_the_head_says_who_where_since_when_and_with_whom(send: Send, tell: Tell, keys: Keys) -> None:
    shelter, life, child = await listed(tell, "蓮池小学校"), fresh_life(), fresh_life()
    place = Place(kind="shelter", shelter=shelter, lodging="welfare-space")
    words = PersonWords(name="例野 花子", kana="レイノ ハナコ", birth_date="1943-03-05", remarks="そばアレルギー")
    life.say(
        PersonRegistered(
            household=life.household,
            place=place,
            needs=("care-3-plus",),
            aids=("wheelchair",),
            communication=("writing",),
            carer="sometimes",
            words=words,
        ),
        "1:12",
    )
    son = PersonWords(name="例野 一郎")
    child.say(
        PersonRegistered(household=life.household, place=place, relation="child", age_band="40-64", words=son), "1:12"
    )
    for one in (life, child):
        await keys.tell(one.person)
    await tell([keys.seal(life.events[0], life.person), keys.seal(child.events[0], child.person)])

    head = (await opened(send, life, "?known_by=2024-11-21T00:00:00Z")).one("div", "who")

    assert head.one("h1").text == "【訓練】例野 花子 さん レイノ ハナコ 81歳"
    where, care, family = (one.text for one in head.all("dd"))
    assert where.startswith("蓮池小学校 福祉避難スペース")
    assert where.endswith("20日 10:12から")
    assert care == "要介護3以上 車いす 筆談 介助者 いる時間がある そばアレルギー"
    assert family == "子 例野 一郎 40～64歳"
    assert head.one("dl").one("a").attributes["href"] == f"/pages/persons/{child.person}"


async def test_words_that_cannot_be_read_say_why(send: Send, tell: Tell, keys: Keys, parts: Parts) -> None:
    life = fresh_life()
    words = PersonWords(name=SECRET, remarks="そばアレルギー")
    life.say(PersonRegistered(household=life.household, place=AT_SHELTER, words=words), "10:00")
    await tell([keys.seal(life.events[0], life.person)])

    def sealed(page: Element) -> tuple[str, str]:
        return page.one("h1").one("span", "noname").text, page.one("p", "sealed").text

    assert sealed(await opened(send, life)) == (
        "氏名はまだ読めません",
        "文章はまだ読めません(届くのを待っています)",
    )
    await keys.tell(life.person)
    assert SECRET in (await opened(send, life)).one("h1").text
    closed = await opened(send, life, role="auditor", wards="*")
    assert sealed(closed) == ("氏名は担当の人だけが見られます", "文章は担当の人だけが読めます")
    assert SECRET not in closed.text
    await keys.forget(life.person)
    parts.keyring.drop(life.person)
    assert sealed(await opened(send, life)) == ("氏名は消去されました", "文章は消去されました")


async def test_a_record_of_a_later_release_is_shown_and_not_dropped(send: Send, tell: Tell, worker: Parts) -> None:
    life = fresh_life()
    life.register("10:00")
    event = life.say(CallAttempted(outcome="reached"), "11:00")
    await tell(life.events)
    async with worker.database.session() as session:
        await session.execute("UPDATE timeline SET type = 'tsunagi.screening.screening.sung.v1' WHERE id = $1", event)
    page = await opened(send, life)
    assert lines(page)[2] == "20:00 この版では読めない記録"
    assert "tsunagi.screening.screening.sung.v1" in rows(page, "unreadable")[0].text


async def test_both_senses_of_as_of_and_no_command_in_the_past(send: Send, tell: Tell) -> None:
    life = fresh_life()
    life.register("10:00")
    life.decide("10:20")
    life.say(Departed(destination="home"), "11:00", heard="15:00")
    await tell(life.events)

    known = await opened(send, life, "?known_by=2024-11-20T12:00:00Z")
    happened = await opened(send, life, "?happened_by=2024-11-20T12:00:00Z")

    assert "past" in known.one("body").classes
    assert "退所した" not in known.one("ol", "lanes").text
    assert "退所した" in happened.one("ol", "lanes").text
    assert known.one("p", "then").text == "このとき分かっていたことです。いまに戻す"
    assert "あとで分かったことも入ります" in happened.one("p", "then").text
    for page in (known, happened):
        assert not page.all("button", "act"), "the past takes no commands"
        assert page.one("section", "asof").one("b").text == "11月20日(水) 21:00"
    assert "▲ 期限超過 40分" in known.one("section", "open").text, "as it was then"
    both = await opened(send, life, "?known_by=2024-11-20T12:00:00Z&happened_by=2024-11-20T10:10:00Z")
    assert "11月20日(水) 19:10までに起きたことを、11月20日(水) 21:00に分かっていた範囲で" in both.one("p", "then").text


async def test_the_control_leads_from_instant_to_instant_without_a_script(send: Send, tell: Tell) -> None:
    life = fresh_life()
    life.register("10:00")
    life.say(CheckedIn(place=AT_SHELTER), "12:00")
    life.say(CheckedIn(place=AT_SHELTER), "11:00", heard="13:00")
    await tell(life.events)
    path = f"/pages/persons/{life.person}"

    async def link(query: str, id_: str) -> str:
        page = await opened(send, life, query)
        found = [one for one in page.all("a") if one.attributes.get("id") == id_]
        return found[0].attributes["href"].removeprefix(path) if found else ""

    first = await link("", "back")
    assert first == "?known_by=2024-11-20T12%3A00%3A00%2B00%3A00", "before the last record"
    second = await link(first, "back")
    assert second == "?known_by=2024-11-20T11%3A00%3A01%2B00%3A00", "when the hand-off became overdue"
    assert await link(await link(second, "back"), "back") == "", "there is nothing before the first"
    assert await link(second, "on") == first
    assert await link(first, "on") == "?by=known"
    assert await link(first, "now") == ""
    assert await link("?by=happened", "back") == "?happened_by=2024-11-20T11%3A00%3A00%2B00%3A00"

    step = await send("GET", f"{path}?by=known&step=0", **HQ)
    assert (step.status_code, step.headers["location"]) == (303, f"{path}?known_by=2024-11-20T10%3A00%3A00%2B00%3A00")
    last = await send("GET", f"{path}?by=happened&step=9", **HQ)
    assert last.headers["location"] == f"{path}?by=happened"
    typed = await send("GET", f"{path}?by=happened&at=2024-11-20T20:30", **HQ)
    assert typed.headers["location"] == f"{path}?happened_by=2024-11-20T20%3A30%3A59.999999%2B09%3A00"
    odd = await send("GET", f"{path}?by=known&at=tomorrow", **HQ)
    assert (odd.status_code, "日時を読めません" in odd.text) == (422, True)


async def test_before_anything_was_known_the_page_says_so(send: Send, tell: Tell) -> None:
    life = fresh_life()
    life.register("10:00")
    await tell(life.events)
    answer = await send("GET", f"/pages/persons/{life.person}?known_by=2024-11-20T09:00:00Z", **HQ)
    assert (answer.status_code, "まだ届いていません" in answer.text) == (404, True)


async def test_a_long_life_is_read_page_by_page_each_record_once(send: Send, tell: Tell) -> None:
    life = fresh_life()
    life.register("1:00")
    for n in range(999):
        when = DAY_0 + timedelta(hours=2, minutes=3 * n)
        days, clock = (when - DAY_0).days, f"{when:%H:%M}"
        life.say(CallAttempted(outcome="no-answer"), f"{days}d {clock}")
    await tell(life.events)
    met: list[str] = []
    days_met: list[str] = []
    path = f"/pages/persons/{life.person}?limit=200"
    while path:
        answer = await send("GET", path, **HQ)
        page = read_page(answer.text)
        met += [one.attributes["id"] for one in rows(page, "ev")]
        days_met += [one.text for one in rows(page, "day")]
        more = [one for one in page.all("a") if "data-more" in one.attributes]
        path = more[0].attributes["href"] + "&limit=200" if more else ""
    assert len(met) == len(set(met)) == 1000
    assert days_met == ["11月22日(金)", "11月21日(木)", "11月20日(水)"], "a page goes on where the last one ended"
    assert "ここまでで全部です" in page.text


async def test_what_the_household_said_and_its_note_stand_there_too(send: Send, tell: Tell, keys: Keys) -> None:
    life, household = fresh_life(), fresh_life()
    life.register("10:00")
    household.person = household.household = life.household
    household.say(HouseholdRegistered(members=(life.person,), place=AT_SHELTER), "10:00", stream=life.household)
    household.say(HouseholdNoted(words=NoteWords(text=f"{SECRET}。薬は朝だけ")), "11:00", stream=life.household)
    await keys.tell(life.household)
    await tell([*life.events, household.events[0], keys.seal(household.events[1], life.household)])
    page = await opened(send, life)
    assert f"{SECRET}。薬は朝だけ" in rows(page, "ev")[0].text
    assert "世帯の調査票を受け付けた" in page.text


async def test_united_registrations_are_one_page_and_a_conflict_is_in_sight(send: Send, tell: Tell) -> None:
    here, there = await listed(tell, "一号園"), await listed(tell, "二号園")
    one, other = fresh_life(), fresh_life()
    for life, facility in ((one, here), (other, there)):
        life.register("10:00")
        life.ask("10:10", facility)
        life.accept("10:20", facility)
    merge = fresh_id()
    one.say(PersonsMerged(merge=merge, other=other.person, kept=other.person), "11:00")
    other.say(PersonsMerged(merge=merge, other=one.person, kept=other.person), "11:00")
    await tell([*one.events, *other.events])
    page = await opened(send, one)
    assert "同じ方の登録 2件をまとめています" in page.text
    conflict = page.one("p", "conflict").text
    assert "二つの受入先で枠が決まっています" in conflict
    assert {"一号園", "二号園"} <= set(conflict.split(" ")[-1].split("・"))
    assert sum("別の登録の記録" in row.text for row in rows(page, "ev")) == 4


@pytest.mark.req("K4-169")
async def test_who_looked_at_the_page_is_kept(send: Send, tell: Tell) -> None:
    life = fresh_life()
    life.register("10:00")
    await tell(life.events)
    await opened(send, life, subject="hq-7")
    refused = await send("GET", f"/pages/persons/{life.person}", role="ward-hq", wards=("28105",))
    assert refused.status_code == 403
    listed = (await send("GET", f"/persons/{life.person}/views", role="auditor", wards="*")).json()["items"]
    assert [(one["actor"], one["what"], one["opened"]) for one in listed] == [("hq-7", "timeline", True)]
