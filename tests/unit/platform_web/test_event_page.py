"""The page of all events: complete, with links that lead somewhere, and nothing that a strict policy forbids."""

import re
from html.parser import HTMLParser

import pytest
from fastapi import APIRouter

from shared.contracts import codes
from shared.contracts.event import event_types
from shared.contracts.fields import fields
from shared.contracts.titles import title_of
from shared.contracts.topics import TOPICS
from shared.platform.event_page.page import page
from tests.unit.platform_web.small import client_of, make_app

MOST = 150_000
"""Bytes that the first look may cost, as they are sent."""


class Read(HTMLParser):
    """What stands in the page: ids, links, and the text of each event."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.links: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        self.tags.append((tag, found))
        if found.get("id"):
            self.ids.append(str(found["id"]))
        if tag == "a":
            self.links.append(str(found["href"]))


WHOLE, SERVED = page(whole=True), page(whole=False)
READ = Read(WHOLE)


def article(id_: str) -> str:
    return WHOLE.partition(f'<article class="event" id="{id_}">')[2].partition("</article>")[0]


@pytest.mark.parametrize("name", event_types())
def test_an_event_says_what_it_is_what_it_holds_and_what_of_it_is_sealed(name: str) -> None:
    cls, text = event_types()[name], article(name.removeprefix("tsunagi."))
    assert title_of(name).ja in text
    assert f"<code>{name}</code>" in text
    body, _, words = text.partition('<tbody class="sealed">')
    for field in fields(cls):
        assert f"<code>{field.name}</code>" in body
        if field.shape.codes is not None:
            assert f'<a href="#{field.shape.codes}">' in body
    assert bool(words) == (cls.SEALED is not None)
    if cls.SEALED is not None:
        assert all(f"<code>{field.name}</code>" in words for field in fields(cls.SEALED, sealed=True))
    assert "<summary>例</summary>" in text


def test_every_topic_says_who_tells_and_who_hears_it() -> None:
    for topic in TOPICS:
        section = WHOLE.partition(f'<section id="{topic.name}"')[2].partition("</dl>")[0]
        told, _, heard = section.partition("<dt>聞く")
        assert all(f"<code>{one}</code>" in told for one in topic.owners)
        assert {f"<code>{one}</code>" in heard for one in topic.heard_by} <= {True}


def test_every_code_stands_there_with_both_labels() -> None:
    for one in codes.ALL.values():
        table = WHOLE.partition(f'<details class="set" id="{one.name}">')[2].partition("</details>")[0]
        for code, label in one.items():
            assert f'<code>{code}</code><td>{label.ja}<td lang="en">{label.en}' in table.replace("&#39;", "'")


def test_every_link_leads_somewhere_and_no_id_stands_twice() -> None:
    assert len(set(READ.ids)) == len(READ.ids)
    assert READ.links
    assert {link for link in READ.links if link[1:] not in READ.ids} == set()


def test_the_whole_page_loads_nothing_and_the_served_one_only_what_is_ours() -> None:
    assert not re.search(r"(src|href)=[\"']?(https?:)?//|@import|url\(", WHOLE)
    assert [tag for tag, _ in READ.tags if tag in {"link", "img", "iframe"}] == []
    served = Read(SERVED)
    for tag, attributes in served.tags:
        assert tag != "style"
        assert not {name for name in attributes if name == "style" or name.startswith("on")}
        assert tag != "script" or attributes.get("src") == "events.js"


async def test_every_api_serves_it_under_a_strict_policy_to_whoever_asks() -> None:
    async with client_of(make_app(APIRouter(), permissions=[], raw_routes=())) as client:
        answers = [await client.get(f"/docs/events{name}") for name in ("", ".css", ".js")]
        plain = await client.get("/docs/events", headers={"Accept-Encoding": "identity"})
    assert [one.status_code for one in answers] == [200, 200, 200]
    for one in answers:
        assert one.headers["content-security-policy"].startswith("default-src 'none'")
        assert "unsafe" not in one.headers["content-security-policy"]
        assert one.headers["content-encoding"] == "gzip"
    assert "content-encoding" not in plain.headers
    assert plain.text == answers[0].text == SERVED
    assert sum(int(one.headers["content-length"]) for one in answers) < MOST
