"""Live views: whole on connecting, again after each change, shared by all who look, silent when they cannot be made."""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from typing import Any

import pytest

from shared.platform.changes import CHANGED
from shared.platform.clock import Clock
from shared.platform.pages import live
from shared.platform.pages.live import Live
from shared.platform.postgres import Database
from tests.fresh import FreshDatabase, MakeDatabase
from tests.running import eventually


@pytest.fixture
def fresh(database: MakeDatabase) -> FreshDatabase:
    return database("casework", migrate=True)


@pytest.fixture
async def views(fresh: FreshDatabase) -> AsyncIterator[Live]:
    one = Live(fresh.dsn("api"), Clock())
    await one.open()
    yield one
    await one.close()


@pytest.fixture
async def worker(fresh: FreshDatabase) -> AsyncIterator[Database]:
    one = await Database.connect(fresh.dsn("worker"))
    yield one
    await one.close()


class Shown:
    """What a view shows: how often it was made, and with what."""

    def __init__(self) -> None:
        self.value, self.made, self.fails = "一", 0, False

    async def make(self) -> Mapping[str, str]:
        self.made += 1
        if self.fails:
            raise ConnectionError
        return {"people": f"<b>{self.value}</b>"}


class Page:
    """One who looks: reads a stream as a browser does."""

    def __init__(self, views: Live, shown: Shown, key: str = "city") -> None:
        self._stream = aiter(views.stream(key, shown.make).body_iterator)

    async def next(self, seconds: float = 20) -> tuple[str, Any]:
        """Return kind and content of the next event."""
        while True:
            async with asyncio.timeout(seconds):
                sent = await anext(self._stream)
            lines = (sent if isinstance(sent, str) else bytes(sent).decode()).splitlines()
            fields = dict(line.partition(": ")[::2] for line in lines if line)
            if "event" in fields:
                return fields["event"], fields["data"]

    async def state(self) -> dict[str, str]:
        """Return the parts of the next whole state."""
        while True:
            kind, data = await self.next()
            if kind == "state":
                parts: dict[str, str] = json.loads(data)["parts"]
                return parts

    async def leave(self) -> None:
        await self._stream.aclose()  # type: ignore[attr-defined]  # a generator


async def changed(worker: Database) -> None:
    async with worker.transaction() as session:
        await session.execute("SELECT pg_notify($1, '')", CHANGED)


async def test_the_whole_comes_at_once_and_again_after_a_change(views: Live, worker: Database) -> None:
    shown = Shown()
    page = Page(views, shown)
    assert await page.state() == {"people": "<b>一</b>"}
    shown.value = "二"
    await changed(worker)
    assert await page.state() == {"people": "<b>二</b>"}
    await page.leave()


async def test_a_view_is_made_once_for_all_who_look_at_it(views: Live) -> None:
    shown = Shown()
    pages = [Page(views, shown) for _ in range(5)]
    for page in pages:
        await page.state()
    assert shown.made < len(pages)
    for page in pages:
        await page.leave()


async def test_somebody_who_comes_later_gets_the_whole_too(views: Live) -> None:
    shown = Shown()
    first, second = Page(views, shown), Page(views, shown)
    await first.state()
    assert await second.state() == {"people": "<b>一</b>"}
    await first.leave()
    await second.leave()


async def test_views_of_other_reach_are_others(views: Live) -> None:
    mine, theirs = Shown(), Shown()
    theirs.value = "他区"
    one, other = Page(views, mine, "28101"), Page(views, theirs, "28102")
    assert (await one.state(), await other.state()) == ({"people": "<b>一</b>"}, {"people": "<b>他区</b>"})
    await one.leave()
    await other.leave()


async def test_where_nothing_changed_there_are_only_signs_of_life(views: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "BEAT", 0.05)
    page = Page(views, Shown())
    await page.state()
    assert (await page.next())[0] == "beat"
    await page.leave()


async def test_what_cannot_be_made_gives_no_sign_of_life_until_it_can(
    views: Live, worker: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "BEAT", 0.05)
    monkeypatch.setattr(live, "SLOW_LOOK", 0.1)
    shown, heard = Shown(), list[str]()
    page = Page(views, shown)
    await page.state()

    async def listen() -> None:
        while True:
            heard.append((await page.next())[0])

    listening = asyncio.create_task(listen())
    await eventually(lambda: "beat" in heard)
    shown.fails = True
    made = shown.made
    await changed(worker)
    await eventually(lambda: shown.made > made + 1)
    before = len(heard)
    await eventually(lambda: shown.made > made + 4)
    assert len(heard) == before
    shown.fails, shown.value = False, "三"
    await eventually(lambda: heard[before:].count("state"))
    listening.cancel()


async def test_a_change_is_heard_again_after_the_database_went_away(
    views: Live, fresh: FreshDatabase, worker: Database
) -> None:
    shown = Shown()
    page = Page(views, shown)
    await page.state()
    owner = await Database.connect(fresh.stack.superuser_dsn)
    async with owner.session() as session:
        await session.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE application_name = 'tsunagi.live' AND datname = $1",
            fresh.name,
        )
    await owner.close()
    shown.value = "四"
    assert await page.state() == {"people": "<b>四</b>"}  # listening again, it looks by itself
    shown.value = "五"
    await changed(worker)
    assert await page.state() == {"people": "<b>五</b>"}
    await page.leave()


async def test_streams_end_when_the_process_is_to_go(views: Live) -> None:
    page = Page(views, Shown())
    await page.state()
    views.end_streams()
    with pytest.raises(StopAsyncIteration):
        await page.next()
