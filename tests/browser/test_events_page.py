"""The page of all events, read, filtered and searched: served under its strict policy, and as the file of the docs."""

from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
from fastapi import APIRouter
from playwright.async_api import Browser, ConsoleMessage, Page, expect

from tests.adapters.web.serving import served
from tests.unit.platform_web.small import make_app
from tsunagi.docs.__main__ import PROJECT

Look = Callable[[Page], Awaitable[None]]
Shot = Callable[[Page, str], Awaitable[None]]
FILE = (PROJECT / "docs" / "events.html").as_uri()


@pytest.fixture
async def address() -> AsyncIterator[str]:
    """Where an API serves the page."""
    async with served(make_app(APIRouter(), permissions=[], raw_routes=())) as port:
        yield f"http://127.0.0.1:{port}/docs/events"


async def opened(browser: Browser, address: str, width: int = 1280, *, scripts: bool = True) -> Page:
    context = await browser.new_context(viewport={"width": width, "height": 900}, java_script_enabled=scripts)
    page = await context.new_page()

    def barred(message: ConsoleMessage) -> None:
        assert message.type != "error", message.text

    page.on("console", barred)
    await page.goto(address)
    return page


_NARROW = 360


@pytest.mark.parametrize("width", [_NARROW, 768, 1280])
async def test_it_fits_the_screen_and_everybody_can_read_it(
    browser: Browser, address: str, axe: Look, shot: Shot, width: int
) -> None:
    page = await opened(browser, address, width)
    await expect(page.get_by_role("heading", level=1)).to_contain_text("出来事一覧")
    assert await page.evaluate("document.documentElement.scrollWidth") <= width
    article = page.locator("[id='intake.person.registered.v1']")
    await expect(article.get_by_role("heading")).to_contain_text("調査票に載った")
    await article.get_by_text("例", exact=True).click()
    await expect(article.get_by_text("封を開けると")).to_be_visible()
    if width == _NARROW:  # a page of eighty events takes axe half a minute, and says the same at every width
        await axe(page)
    await article.scroll_into_view_if_needed()
    await shot(page, f"events-{width}")


async def test_without_scripts_it_is_read_and_filtered_by_service(browser: Browser, address: str) -> None:
    page = await opened(browser, address, scripts=False)
    registered, planned = page.locator("[id='intake.person']"), page.locator("[id='transfer.trip']")
    await expect(registered).to_be_visible()
    await page.get_by_role("radio", name="受入・移送 transfer").check()
    await expect(registered).to_be_hidden()
    await expect(planned).to_be_visible()
    await expect(page.get_by_role("searchbox")).to_be_hidden()


@pytest.mark.parametrize("where", ["served", "file"])
async def test_it_is_searched_by_words_and_a_link_shows_what_it_leads_to(
    browser: Browser, address: str, where: str
) -> None:
    page = await opened(browser, address if where == "served" else FILE)
    trip, departed = page.locator("[id='transfer.trip.started.v1']"), page.locator("[id='intake.person.departed.v1']")
    await page.get_by_role("searchbox").fill("退所 DESTINATION_AFTER")
    await expect(page.get_by_text("1件", exact=True)).to_be_visible()
    await expect(departed).to_be_visible()
    await expect(trip).to_be_hidden()
    await page.get_by_role("searchbox").fill("ないことば")
    await expect(page.get_by_text("条件に合う出来事はありません")).to_be_visible()
    await page.get_by_role("searchbox").fill("")
    await expect(trip).to_be_visible()
    await departed.get_by_role("link", name="DESTINATION_AFTER").click()
    await expect(page.locator("#DESTINATION_AFTER").get_by_text("relatives", exact=True)).to_be_visible()
