"""Pages in a real Chromium: one browser a test, people signed in by links as in reality, what axe and the eye find."""

import os
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Protocol

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, Page, async_playwright, expect

from tests.running import Running
from tsunagi.client import Who
from tsunagi.stack.links import sign_in_links

_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_QUIET = ("--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update")
WAIT = 30_000
"""Milliseconds that a page may take for something to be there."""

_TO_PAINT = 120_000
"""Milliseconds that a picture may take: the page of all events is some sixty screens long."""


class SignIn(Protocol):
    """What the fixture `sign_in` is."""

    async def __call__(self, who: Who, path: str = "/pages", *, width: int = 1280, height: int = 900) -> Page:
        """Return a page of a browser of their own, signed in, at this address of casework."""
        ...


@pytest.fixture(scope="session")
def chromium() -> str:
    """The browser of this machine; without one the test is skipped, but not where nobody would see that."""
    found = next((path for name in _NAMES if (path := shutil.which(name))), None)
    if found is None:
        told = "no Chromium on this machine: pages are not looked at (Debian: apt-get install chromium fonts-noto-cjk)"
        if os.environ.get("CI") == "true":
            pytest.fail(told)
        pytest.skip(told)
    return found


@pytest.fixture
async def browser(chromium: str) -> AsyncIterator[Browser]:
    """A Chromium without a window."""
    expect.set_options(timeout=WAIT)  # its own patience is five seconds: no measure of a machine that others share
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium, args=list(_QUIET))
        yield browser
        await browser.close()


@pytest.fixture
async def sign_in(browser: Browser, running: Running) -> SignIn:
    """Sign people in by links, each in a window of their own. A script that fails, or that the policy bars, fails."""

    async def opened(who: Who, path: str = "/pages", *, width: int = 1280, height: int = 900) -> Page:
        context = await browser.new_context(
            viewport={"width": width, "height": height}, locale="ja-JP", timezone_id="Asia/Tokyo"
        )
        context.set_default_timeout(WAIT)
        page = await context.new_page()
        base, _, code = sign_in_links(running.stack, [who])[0].partition("/sign-in#")
        page.on("pageerror", _raise)
        await page.goto(f"{base}/sign-in?next={path.replace('&', '%26')}#{code}")
        await page.wait_for_url(f"{base}{path}" if path != "/pages" else f"{base}/pages/**")
        return page

    return opened


def _raise(error: object) -> None:
    raise AssertionError(f"a script of the page failed: {error}")


@pytest.fixture
def axe() -> Callable[[Page], Awaitable[None]]:
    """Fail where axe finds something serious or critical."""

    async def look(page: Page) -> None:
        found = await Axe().run(page)
        bad = [
            f"{one['id']}: {one['help']} ({one['nodes'][0]['html'][:160]})"
            for one in found.response["violations"]
            if one["impact"] in {"serious", "critical"}
        ]
        assert not bad, "\n".join(bad)

    return look


@pytest.fixture
def shot() -> Callable[[Page, str], Awaitable[None]]:
    """Take a picture of a whole page where TSUNAGI_SHOTS names a folder to keep it in: nobody looks at another."""
    kept = os.environ.get("TSUNAGI_SHOTS")

    async def take(page: Page, name: str) -> None:
        if kept:
            await page.screenshot(path=Path(kept) / f"{name}.png", full_page=True, timeout=_TO_PAINT)

    return take
