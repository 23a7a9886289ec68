"""A link signs somebody in, once; what is not a page says so; all of it in a real browser."""

from collections.abc import Awaitable, Callable

from playwright.async_api import Browser, Page, expect

from tests.running import Running
from tsunagi.client import CITY_HQ
from tsunagi.stack.links import sign_in_links

Look = Callable[[Page], Awaitable[None]]
Shot = Callable[[Page, str], Awaitable[None]]


async def test_a_link_signs_in_once_and_says_so_the_second_time(
    browser: Browser, running: Running, axe: Look, shot: Shot
) -> None:
    link = sign_in_links(running.stack, [CITY_HQ])[0]
    first = await (await browser.new_context()).new_page()
    await first.goto(link)
    await first.wait_for_url("**/pages/**")

    second = await (await browser.new_context(viewport={"width": 360, "height": 740})).new_page()
    await second.goto(link)

    await expect(second.get_by_role("heading")).to_have_text("サインインできません")
    await expect(second.get_by_role("status").first).to_have_text("このリンクはもう使われました。")
    assert "#" not in second.url
    await axe(second)
    await shot(second, "sign-in-used-360")


async def test_without_a_session_a_page_leads_to_signing_in(browser: Browser, running: Running, axe: Look) -> None:
    page = await browser.new_page()
    await page.goto(f"{running.stack.urls['casework']}/pages")
    await expect(page).to_have_title("【訓練】サインイン")
    await expect(page.get_by_text("リンクは本部からもらえます。")).to_be_visible()
    await axe(page)
