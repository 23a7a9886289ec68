"""Signing in by a link, the session behind the cookie, and that no foreign page gives a command."""

import hashlib
import hmac
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import httpx
import pytest

from shared.platform.pages.sessions import invite
from shared.platform.parts import Parts
from shared.platform.web import Api

NURSE = {"sub": "nurse-1", "roles": ["nurse"], "wards": ["28101"]}
COOKIE = "tsunagi-casework"


@pytest.fixture
async def browser(app: Api) -> AsyncIterator[httpx.AsyncClient]:
    """A browser that has been nowhere yet."""
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://casework") as client:
        yield client


async def code_for(parts: Parts, claims: dict[str, Any] = NURSE, lasts: timedelta = timedelta(hours=1)) -> str:
    async with parts.database.session() as session:
        return await invite(session, claims, lasts)


async def signed_in(parts: Parts, browser: httpx.AsyncClient) -> httpx.Response:
    return await browser.post("/session", json={"code": await code_for(parts), "next": "/pages/handoffs?a=1"})


def csrf(browser: httpx.AsyncClient) -> str:
    """What the forms of this session's pages carry."""
    return hmac.new(browser.cookies[COOKIE].encode(), b"csrf", hashlib.sha256).hexdigest()


async def test_a_code_opens_one_session(parts: Parts, browser: httpx.AsyncClient) -> None:
    code = await code_for(parts)

    first = await browser.post("/session", json={"code": code})
    second = await browser.post("/session", json={"code": code})

    assert (first.status_code, first.json()) == (200, {"next": "/pages"})
    cookie = first.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "samesite=lax" in cookie.lower()
    assert (second.status_code, second.json()["code"]) == (401, "sign-in.used")


async def test_a_code_that_has_ended_or_is_none_opens_nothing(parts: Parts, browser: httpx.AsyncClient) -> None:
    for code in (await code_for(parts, lasts=timedelta(seconds=-1)), "a" * 22):
        answer = await browser.post("/session", json={"code": code})
        assert (answer.status_code, answer.json()["code"]) == (401, "sign-in.invalid")
        assert "set-cookie" not in answer.headers


@pytest.mark.parametrize(
    ("wanted", "there"),
    [
        ("/pages/persons?q=1", "/pages/persons?q=1"),
        ("https://elsewhere.example/", "/pages"),
        ("//elsewhere.example/", "/pages"),
        ("/\\elsewhere.example", "/pages"),
        ("/sign-in", "/pages"),
        ("pages", "/pages"),
        ("", "/pages"),
    ],
)
async def test_a_link_leads_nowhere_but_to_us(
    parts: Parts, browser: httpx.AsyncClient, wanted: str, there: str
) -> None:
    answer = await browser.post("/session", json={"code": await code_for(parts), "next": wanted})
    assert answer.json() == {"next": there}


async def test_the_database_keeps_neither_code_nor_secret(parts: Parts, browser: httpx.AsyncClient) -> None:
    code = await code_for(parts)
    await browser.post("/session", json={"code": code})
    async with parts.database.session() as session:
        kept = str(await session.fetch("SELECT * FROM sign_ins")) + str(await session.fetch("SELECT * FROM sessions"))
    assert code not in kept
    assert browser.cookies[COOKIE] not in kept


async def test_who_is_not_signed_in_is_taken_to_where_that_is_done_and_back(browser: httpx.AsyncClient) -> None:
    answer = await browser.get("/pages?ward=28101")
    assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in?next=/pages%3Fward%3D28101")
    page = await browser.get(answer.headers["location"])
    assert page.status_code == 200
    assert 'data-next="/pages?ward=28101"' in page.text


async def test_the_session_is_who_calls_with_their_role_and_reach(parts: Parts, browser: httpx.AsyncClient) -> None:
    await signed_in(parts, browser)
    assert (await browser.get("/handoffs")).status_code == 200
    assert (await browser.get("/persons/019ab5a0-3c00-7000-8000-000000000001/views")).status_code == 403


async def test_a_session_ends_when_somebody_signs_out(parts: Parts, browser: httpx.AsyncClient) -> None:
    await signed_in(parts, browser)
    token = csrf(browser)
    secret = browser.cookies[COOKIE]

    refused = await browser.post("/sign-out", data={"csrf": "somebody else's"})
    assert refused.status_code == 403
    answer = await browser.post("/sign-out", data={"csrf": token})

    assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in?out=1")
    browser.cookies.set(COOKIE, secret)
    assert (await browser.get("/handoffs")).json()["code"] == "token.invalid"


async def test_a_command_comes_from_a_page_of_ours(parts: Parts, browser: httpx.AsyncClient) -> None:
    await signed_in(parts, browser)
    token = csrf(browser)
    there = "/handoffs/019ab5a0-3c00-7000-8000-000000000001/take"

    without = await browser.post(there, json={})
    foreign = await browser.post(there, json={}, headers={"x-csrf": token, "sec-fetch-site": "cross-site"})
    ours = await browser.post(there, json={}, headers={"x-csrf": token})

    assert (without.status_code, without.json()["code"]) == (403, "page.foreign")
    assert (foreign.status_code, foreign.json()["code"]) == (403, "page.foreign")
    assert (ours.status_code, ours.json()["code"]) == (404, "handoff.unknown")


async def test_a_page_says_what_it_may_load_and_that_nobody_keeps_it(parts: Parts, browser: httpx.AsyncClient) -> None:
    page = await browser.get("/sign-in")
    assert page.headers["content-security-policy"].startswith("default-src 'none'; script-src 'self'")
    assert page.headers["cache-control"] == "no-store"
    for mark in ("<style", "style=", "onclick", "<script>"):
        assert mark not in page.text


async def test_static_files_are_kept_for_good_under_an_address_that_changes_with_them(
    browser: httpx.AsyncClient,
) -> None:
    page = (await browser.get("/sign-in")).text
    address = page.partition('rel="stylesheet" href="')[2].partition('"')[0]
    css = await browser.get(address)
    assert css.status_code == 200
    assert "immutable" in css.headers["cache-control"]
    assert css.headers["content-type"].startswith("text/css")
    assert (await browser.get("/assets/000000000000/base.css")).status_code == 404


async def test_behind_an_ingress_every_address_begins_with_the_services_own(app: Api, parts: Parts) -> None:
    transport = httpx.ASGITransport(app=app, root_path="/casework")
    async with httpx.AsyncClient(transport=transport, base_url="http://city") as browser:
        page = await browser.get("/casework/pages")
        assert page.headers["location"].startswith("/casework/sign-in?next=/pages")
        text = (await browser.get("/casework/sign-in")).text
        assert 'href="/casework/assets/' in text
        answer = await browser.post("/casework/session", json={"code": await code_for(parts)})
        assert answer.json() == {"next": "/casework/pages"}
        assert "Path=/casework" in answer.headers["set-cookie"]


async def test_an_address_that_is_no_page_is_told_on_a_page(browser: httpx.AsyncClient) -> None:
    page = await browser.get("/pages/nowhere")
    assert page.status_code == 404
    assert "このページはありません。" in page.text
    assert "アドレスを確認してください。" in page.text
