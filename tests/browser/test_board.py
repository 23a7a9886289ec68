"""The board in a real Chromium: live, honest when it stands still, right after it comes back; readable everywhere."""

import json
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
from playwright.async_api import Page, Route, expect

from tests.browser.conftest import SignIn
from tests.journeys.ward import Ward
from tests.running import Running
from tsunagi.client import Who

Look = Callable[[Page], Awaitable[None]]
Shot = Callable[[Page, str], Awaitable[None]]
STANDS_STILL = 60_000
"""Milliseconds within which the page says that it stands still (after 30 seconds of silence)."""


@pytest.fixture
async def ward(running: Running) -> AsyncIterator[Ward]:
    """A ward of the test's own, with a shelter."""
    async with running.client(patience=30.0) as client:
        ward = await Ward(client).begins()
        yield ward
        await ward.ends()


def board_of(ward: Ward, more: str = "") -> str:
    return f"/pages/board?ward={ward.code}{more}"


async def sideways(page: Page) -> int:
    """Return by how many pixels the page is wider than its window."""
    wide: int = await page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    return wide


@pytest.mark.req("K4-153", "K4-154")
async def test_what_an_event_changes_is_shown_without_a_touch(ward: Ward, sign_in: SignIn) -> None:
    page = await sign_in(ward.hq.who, board_of(ward))
    count = page.locator("#people .big")
    await expect(count).to_have_text("0人")
    await expect(page.locator("#shelters")).to_contain_text("まだ報告のない避難所 1か所")

    household = await ward.staff.registers(ward.staff.line("訓練 一"), ward.staff.line("訓練 二"))
    await expect(count).to_have_text("2人")
    await expect(page.locator("#shelters")).to_contain_text(f"小学校 {ward.code}")

    await ward.staff.signs_out(household.people[1])
    await expect(count).to_have_text("1人")

    home = await ward.facility(4)
    await expect(page.locator("#welfare")).to_contain_text("空き4")
    await home.reports_places(None)
    await expect(page.locator("#welfare")).to_contain_text("不明1か所")


async def test_a_board_that_is_cut_off_says_so_and_is_right_when_it_comes_back(
    ward: Ward, sign_in: SignIn, running: Running
) -> None:
    page = await sign_in(ward.hq.who, board_of(ward))
    count, bar = page.locator("#people .big"), page.locator("#stopped")
    await ward.staff.registers(ward.staff.line("訓練 一"))
    await expect(count).to_have_text("1人")
    await expect(bar).to_be_hidden()

    api = running.stack.process("casework", "api")
    api.stop()
    try:
        await ward.staff.registers(ward.staff.line("訓練 二"))
        await expect(bar).to_be_visible(timeout=STANDS_STILL)
        await expect(bar).to_contain_text("更新が止まっています(")
        await expect(count).to_have_text("1人")
    finally:
        api.start()

    await expect(count).to_have_text("2人")
    await expect(bar).to_be_hidden()


def row(key: str, name: str, state: str = "▲ 25分") -> str:
    return f'<li data-key="{key}"><span class="late-ink">{state}</span><span class="who"><b>{name}</b></span><a class="btn main" href="#{key}">引き受ける</a></li>'


async def test_nothing_moves_under_a_finger(ward: Ward, sign_in: SignIn) -> None:
    """The stream is told by the test: what comes first, and what comes then."""
    first = f'<ul class="work">{row("a", "岡本 フミ")}{row("b", "西田 勝")}</ul>'
    then = f'<ul class="work">{row("c", "村上 文")}{row("b", "西田 勝", "▲ 26分")}{row("d", "平野 静")}</ul>'
    page = await sign_in(ward.hq.who, board_of(ward))
    told = [first]

    async def tell(route: Route) -> None:
        state = json.dumps({"at": "2024-11-20T14:05:00.000Z", "parts": {"work": told[-1]}})
        await route.fulfill(content_type="text/event-stream", body=f"retry: 100\n\nevent: state\ndata: {state}\n\n")

    await page.route("**/pages/board/live*", tell)
    await page.reload()
    rows, news = page.locator("#work li"), page.locator("#fresh")
    await expect(rows).to_have_count(2)
    await expect(news).to_be_hidden()

    told.append(then)
    await expect(news).to_have_text("新着2件を表示")
    await expect(rows).to_have_count(2)
    await expect(rows.nth(0)).to_contain_text("岡本 フミ")
    await expect(rows.nth(0)).to_contain_text("✓ 済み")
    await expect(rows.nth(1)).to_contain_text("▲ 26分")

    await news.focus()
    await page.keyboard.press("Enter")
    await expect(rows).to_have_count(3)
    await expect(rows.nth(0)).to_contain_text("村上 文")
    await expect(news).to_be_hidden()


@pytest.mark.req("K4-159")
async def test_the_city_enters_a_ward_and_comes_back(ward: Ward, sign_in: SignIn, axe: Look) -> None:
    await ward.staff.registers(ward.staff.line())
    page = await sign_in(ward.city.who, "/pages/board")
    await expect(page.get_by_role("heading", level=1)).to_contain_text("神戸市 災害対策本部")
    await axe(page)
    await page.get_by_role("link", name=ward.code).click()
    await expect(page.get_by_role("heading", level=1)).to_contain_text(f"{ward.code} 災害対策本部")
    await expect(page.locator("#people .big")).to_have_text("1人")
    await page.get_by_role("link", name="全体を見る").click()
    await expect(page.get_by_role("region", name="区ごとの状況")).to_be_visible()


async def test_it_is_readable_on_a_phone_at_a_desk_and_on_the_wall(
    ward: Ward, sign_in: SignIn, axe: Look, shot: Shot
) -> None:
    await ward.city.enters(
        ward.city.fresh(),
        name="（訓練）たいへん長い名前の学校法人合同総合学園附属中学校・高等学校体育館および武道場",
        kind="shelter",
        ward=ward.code,
        latitude=34.66,
        longitude=135.15,
        size=300,
    )
    await ward.facility(3)
    await ward.staff.registers(ward.staff.line(), ward.staff.line("ア" * 60))
    page = await sign_in(ward.hq.who, board_of(ward))
    await expect(page.locator("#people .big")).to_have_text("2人")
    for width in (320, 360, 640, 768, 1280, 1920):
        await page.set_viewport_size({"width": width, "height": 800})
        assert await sideways(page) == 0, f"{width} pixels wide"
        await axe(page)
        await shot(page, f"board-{width}")
    await page.set_viewport_size({"width": 1920, "height": 1080})
    await page.get_by_role("link", name="壁に表示").click()
    await expect(page.locator("html[data-theme=wall]")).to_be_attached()
    await axe(page)
    tall: int = await page.evaluate("document.documentElement.scrollHeight")
    assert (await sideways(page), tall) == (0, 1080), "the wall is never scrolled"
    small = await page.evaluate(
        """() => [...document.querySelectorAll("body *")].filter((one) =>
            [...one.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim()) &&
            one.checkVisibility({ visibilityProperty: true }) && !one.closest("svg, .hide") &&
            parseFloat(getComputedStyle(one).fontSize) < 36).map((one) => one.outerHTML.slice(0, 90))"""
    )
    assert not small, "nothing on the wall is smaller than 36 of 1920"
    await shot(page, "board-wall")


async def test_the_keyboard_reaches_everything(ward: Ward, sign_in: SignIn) -> None:
    page = await sign_in(ward.hq.who, board_of(ward))
    met = []
    for _ in range(4):
        await page.keyboard.press("Tab")
        met.append(await page.evaluate("document.activeElement.textContent.trim()"))
        outline = await page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
        assert outline == "solid", met[-1]
    assert met[0] == "本文へ"
    assert "壁に表示" in met


@pytest.mark.req("K4-163")
async def test_an_analyst_sees_numbers_and_no_names(ward: Ward, sign_in: SignIn) -> None:
    await ward.staff.registers(ward.staff.line("訓練 花子", needs=["care-3-plus"]))
    page = await sign_in(Who("analyst-1", "analyst"), board_of(ward))
    await expect(page.locator("#people .big")).to_have_text("1人")
    await expect(page.locator("#handoff")).to_contain_text("受付→審査")
    assert "花子" not in await page.content()
