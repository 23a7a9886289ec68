"""A person's page as people use it: take on a hand-off, move in time, print, on a phone and by keyboard alone."""

import re
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Protocol

import pytest
from playwright.async_api import Browser, Page, expect

from tests.journeys.shelter import Person
from tests.journeys.ward import Ward
from tests.running import Running
from tsunagi.client import Who
from tsunagi.stack.links import sign_in_links


class SignIn(Protocol):
    async def __call__(self, who: Who, path: str = "/pages", *, width: int = 1280, height: int = 900) -> Page: ...


Look = Callable[[Page], Awaitable[None]]
Shot = Callable[[Page, str], Awaitable[None]]
SIZES = (360, 768, 1280, 1920)


@pytest.fixture
async def ward(running: Running) -> AsyncIterator[Ward]:
    """A ward of its own, on the running system."""
    async with running.client() as client:
        made = await Ward(client).begins()
        yield made
        await made.ends()


async def asked_for(ward: Ward) -> Person:
    """Somebody on a sheet, decided by a nurse, for whom nobody has asked a facility yet."""
    await ward.facility(places=1)
    _, kiyo = await ward.staff.registers(
        ward.staff.line("訓練 太郎", age=50),
        ward.staff.line("訓練 キヨ", kana="クンレン キヨ", age=86, needs=["care-3-plus"], aids=["wheelchair"]),
    )
    await ward.nurse.finds(kiyo, name="訓練 キヨ")
    await ward.nurse.screens(kiyo)
    await ward.hq.handoff(kiyo, "screening-to-acceptance", "open")
    await ward.hq.hears(kiyo, "transfer.need.opened")  # the last of what follows by itself
    return kiyo


def page_of(person: Person) -> str:
    return f"/pages/persons/{person.id}"


async def no_sideways(page: Page) -> None:
    width, there = await page.evaluate("[document.documentElement.clientWidth, document.documentElement.scrollWidth]")
    assert there <= width, f"{there} px in a window of {width}"


@pytest.mark.req("K0-003")
async def test_a_hand_off_is_taken_on_by_a_tap_and_the_page_shows_it(
    ward: Ward, sign_in: SignIn, axe: Look, shot: Shot
) -> None:
    kiyo = await asked_for(ward)
    page = await sign_in(ward.hq.who, page_of(kiyo))
    await expect(page).to_have_title("【訓練】経過 訓練 キヨ さん")
    await expect(page.get_by_role("heading", level=1)).to_contain_text("訓練 キヨ さん")
    await axe(page)
    for width in SIZES:
        await page.set_viewport_size({"width": width, "height": 900})
        await no_sideways(page)
        await shot(page, f"timeline-{width}")
    await page.set_viewport_size({"width": 1280, "height": 900})
    card = page.locator("section.open", has_text="審査 → 受入")

    await card.get_by_role("button", name="引き受ける").dblclick()

    await expect(page.get_by_text("引き受けました。")).to_be_visible()
    await expect(card).to_contain_text(f"担当 {ward.hq.who.id}")
    taken = [one for one in await ward.hq.told(kiyo) if one == "casework.handoff.taken"]
    assert len(taken) == 1, "two taps are one command"
    await card.get_by_text("担当を戻す").first.click()
    await card.get_by_label("理由").select_option("shift-ends")
    await card.get_by_role("button", name="担当を戻す").click()
    await expect(page.get_by_text("担当を戻しました。")).to_be_visible()
    await expect(page.locator("section.open", has_text="審査 → 受入")).to_contain_text("担当なし")
    await expect(page.locator("#lanes")).to_contain_text("勤務の交代")


async def test_moving_in_time_by_slider_and_keyboard_shows_what_was_known_then(
    ward: Ward, sign_in: SignIn, axe: Look, shot: Shot
) -> None:
    kiyo = await asked_for(ward)
    page = await sign_in(ward.hq.who, page_of(kiyo))
    events = page.locator("#lanes > .ev")
    all_of_them = await events.count()
    await page.evaluate("window.same = true")

    await page.get_by_role("link", name="前の時点").click()

    await expect(page.locator("body")).to_have_class(re.compile("past"))
    await expect(page.get_by_text("このとき分かっていたことです。")).to_be_visible()
    await expect(page.get_by_role("button", name="引き受ける")).to_have_count(0)
    assert await page.evaluate("window.same"), "the page is the same one"
    assert "known_by=" in page.url
    await axe(page)
    await shot(page, "timeline-asof-1280")
    slider = page.get_by_role("slider", name="時点")
    await slider.focus()
    await page.keyboard.press("End")
    await expect(page.locator("body")).not_to_have_class(re.compile("past"))
    await expect(events).to_have_count(all_of_them)
    await expect(slider).to_be_focused()
    await page.go_back()
    await expect(page.locator("body")).to_have_class(re.compile("past"))
    await page.get_by_role("link", name="いまに戻す").click()
    await expect(page.locator("body")).not_to_have_class(re.compile("past"))


async def test_new_records_wait_behind_a_button(ward: Ward, sign_in: SignIn) -> None:
    kiyo = await asked_for(ward)
    page = await sign_in(ward.hq.who, page_of(kiyo))
    events = page.locator("#lanes > .ev")
    before = await events.count()
    await expect(page.locator("#news")).to_be_hidden()

    await ward.staff.corrects(kiyo, aids=["walker"])

    await expect(page.get_by_text("新しい記録があります")).to_be_visible()
    await expect(events).to_have_count(before)
    await page.get_by_role("link", name="新しい記録を見る").click()
    await expect(page.locator("#lanes")).to_contain_text("移動 歩行器・シルバーカー")
    assert await events.count() > before  # what follows from a correction may be there, too


async def test_older_records_are_added_below_each_once(ward: Ward, sign_in: SignIn) -> None:
    kiyo = await asked_for(ward)
    page = await sign_in(ward.hq.who, page_of(kiyo))
    events = page.locator("#lanes > .ev")
    all_of_them = await events.count()
    await page.goto(f"{page.url}?limit=3")
    await expect(events).to_have_count(3)

    await page.get_by_role("link", name="もっと前を見る").click()

    await expect(events).to_have_count(all_of_them)
    assert len(set(await events.evaluate_all("all => all.map((one) => one.id)"))) == all_of_them
    await expect(page.get_by_text("ここまでで全部です")).to_be_visible()
    assert page.url.endswith("?limit=3"), "the page is the same one"


async def test_everything_works_without_a_script(ward: Ward, browser: Browser, running: Running, shot: Shot) -> None:
    kiyo = await asked_for(ward)
    base, _, code = sign_in_links(running.stack, [ward.hq.who])[0].partition("/sign-in#")
    context = await browser.new_context(viewport={"width": 360, "height": 740}, locale="ja-JP")
    signing_in = await context.new_page()
    await signing_in.goto(f"{base}/sign-in?next=/pages/handoffs#{code}")
    await signing_in.wait_for_url(f"{base}/pages/handoffs")
    plain = await browser.new_context(
        viewport={"width": 360, "height": 740}, java_script_enabled=False, storage_state=await context.storage_state()
    )
    page = await plain.new_page()
    await page.goto(f"{base}{page_of(kiyo)}")
    await shot(page, "timeline-without-script-360")
    card = page.locator("section.open", has_text="審査 → 受入")
    await card.get_by_role("button", name="引き受ける").click()
    await expect(page.locator("section.open", has_text="審査 → 受入")).to_contain_text(f"担当 {ward.hq.who.id}")
    await page.get_by_role("button", name="見る", exact=True).click()
    await page.get_by_role("link", name="前の時点").click()
    await expect(page.get_by_text("このとき分かっていたことです。")).to_be_visible()


async def test_it_is_printed_on_a4_with_its_marks(ward: Ward, sign_in: SignIn) -> None:
    kiyo = await asked_for(ward)
    page = await sign_in(ward.hq.who, page_of(kiyo))
    await page.emulate_media(media="print")
    await expect(page.get_by_text("取扱注意")).to_be_visible()
    await expect(page.locator(".confidential")).to_contain_text("【訓練】")
    await expect(page.locator(".confidential")).to_contain_text("印刷 ")
    await expect(page.locator(".slide")).to_be_hidden()
    for button in await page.get_by_role("button").all():
        assert not await button.is_visible()
    assert (await page.pdf(prefer_css_page_size=True)).startswith(b"%PDF")
    sizes = await page.evaluate(
        """[...document.querySelectorAll("main *")].filter((one) => one.offsetParent && one.textContent.trim())
           .map((one) => parseFloat(getComputedStyle(one).fontSize))"""
    )
    assert min(sizes) >= 11 * 96 / 72 - 0.01, "no letter is smaller than 11 pt"


async def test_by_keyboard_alone_and_on_a_narrow_screen(ward: Ward, sign_in: SignIn, axe: Look, shot: Shot) -> None:
    kiyo = await asked_for(ward)
    page = await sign_in(ward.hq.who, "/pages/persons", width=320, height=640)
    await no_sideways(page)
    await page.get_by_label("氏名かフリガナ").focus()
    await page.keyboard.type("くんれん")
    await page.keyboard.press("Enter")
    link = page.get_by_role("link", name="訓練 キヨ")
    await expect(link).to_be_visible()
    await no_sideways(page)
    await axe(page)
    await shot(page, "persons-320")
    await link.focus()
    await page.keyboard.press("Enter")
    await page.wait_for_url(f"**{page_of(kiyo)}")
    await no_sideways(page)
    met = set()
    for _ in range(60):
        await page.keyboard.press("Tab")
        inside, name = await page.evaluate(
            """(() => { const one = document.activeElement, box = one.getBoundingClientRect();
                const top = document.elementFromPoint(box.left + box.width / 2, box.top + box.height / 2);
                return [!top || one === document.body || one.contains(top) || top.contains(one), one.textContent.trim() || one.id]; })()"""
        )
        assert inside, f"{name} is under something"
        met.add(name)
    assert {"引き受ける", "at", "選び方"} <= met
    await page.goto(page.url.replace(page_of(kiyo), "/pages/handoffs?which=open"))
    await no_sideways(page)
    await axe(page)
    await shot(page, "handoffs-320")
