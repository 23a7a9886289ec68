"""The board's pages from casework's tables: the same numbers as its lists, to each role what it may see, at any size."""

import asyncio
import re
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from services.casework import queries_situation
from services.casework.domain.situation import Situation
from services.casework.pages.situations import Situations
from shared.contracts.event import Event
from shared.contracts.intake_disaster import DisasterDeclared
from shared.contracts.intake_person import Departed, PersonWords, WentOut
from shared.contracts.places import Place
from shared.contracts.transfer_facility import Capacity, CapacityReported, FacilityListed, OpeningStepReported
from shared.contracts.transfer_placement import PlacementRequested
from shared.platform.parts import Parts
from shared.platform.settling import Settling
from tests.adapters.casework.conftest import WARD, Send, Tell
from tests.adapters.casework.made import SECRET, Keys, fresh_id, fresh_life
from tests.unit.casework.told import CORE, SHELTER, Life, at, named

pytestmark = pytest.mark.stack

OTHER_WARD = "28102"
ELSEWHERE = named("a shelter of another ward")


class Master:
    """Facilities, told as transfer does; each event a stream of its own facility."""

    def __init__(self) -> None:
        self.lives: list[Life] = []

    def tells(self, facility: UUID, when: str, *events: Event) -> None:
        life = Life(f"facility {facility}")
        life.person = facility
        for event in events:
            life.say(event, when, stream=facility)
        self.lives.append(life)

    @property
    def events(self) -> list[Any]:
        return [event for life in self.lives for event in life.events]


def listed(name: str, kind: str = "shelter", ward: str = WARD, **more: Any) -> FacilityListed:
    return FacilityListed(name=name, kind=kind, ward=ward, latitude=34.66, longitude=135.15, **more)


async def read(parts: Parts) -> Situation:
    return await Situations(parts).read()


@pytest.fixture
async def two_wards(tell: Tell) -> None:
    """Five people in two shelters of two wards, one of them out, one gone; a core shelter of three places."""
    master = Master()
    master.tells(SHELTER, "05:00", listed("長田中学校", size=2))
    master.tells(ELSEWHERE, "05:00", listed("須磨小学校", ward=OTHER_WARD))
    master.tells(named("nobody came"), "05:00", listed("誰も来ていない学校", size=50))
    core = (
        listed("北町ケアホーム", "core-welfare"),
        *(OpeningStepReported(step=step) for step in ("people-safe", "damage-checked", "space-made", "receiving")),
        CapacityReported(total=3, by_group=(Capacity(group="elderly", places=2),)),
    )
    master.tells(CORE, "05:00", *core)
    lives = [fresh_life() for _ in range(5)]
    for life in lives[:4]:
        life.register("10:00")
    lives[4].ward = OTHER_WARD
    lives[4].register("10:00", place=Place(kind="shelter", shelter=ELSEWHERE), needs=())
    lives[1].say(WentOut(), "10:30")
    lives[2].say(Departed(destination="home"), "10:40")
    lives[0].decide("10:20")
    lives[0].ask("10:30")
    lives[3].decide("10:20")
    lives[3].say(
        PlacementRequested(need=lives[3].need, person=lives[3].person, facility=CORE, held=False, until=at("23:00")),
        "10:30",
    )
    await tell([*master.events, *(event for life in lives for event in life.events)])


@pytest.mark.req("K4-154")
@pytest.mark.usefixtures("two_wards")
async def test_the_situation_says_what_the_lists_say(parts: Parts, send: Send) -> None:
    now = await read(parts)
    assert sum(one.overdue for one in now.lanes)
    for wards, asked in ((None, {}), ({WARD}, {"ward": WARD}), ({OTHER_WARD}, {"ward": OTHER_WARD})):
        part = now.of(wards)
        occupancy = (await send("GET", "/shelters/occupancy", role="city-hq", wards="*", params=asked)).json()
        there = {one.facility: one.persons for one in part.shelters if one.persons}
        assert there == {UUID(one["shelter"]): one["persons"] for one in occupancy["items"]}
        assert part.population == occupancy["persons"]
        figures = (await send("GET", "/board", role="city-hq", wards="*", params=asked)).json()["figures"]
        assert {one["code"]: one["value"] for one in figures} == {
            one["code"]: part.figure(one["code"]) for one in figures
        }
        for state, count in (("open", sum(one.waiting for one in part.lanes)),):
            found = (await send("GET", "/handoffs", role="city-hq", wards="*", params={**asked, "state": state})).json()
            assert len(found["items"]) == count
        late = (await send("GET", "/handoffs", role="city-hq", wards="*", params={**asked, "overdue": True})).json()
        assert len(late["items"]) == sum(one.overdue for one in part.lanes)
        assert {UUID(one["handoff"]) for one in late["items"]} <= {one.handoff for one in part.overdue}


@pytest.mark.req("K4-155")
@pytest.mark.usefixtures("two_wards")
async def test_places_silence_and_size_come_from_the_facilities_own_words(parts: Parts) -> None:
    now = await read(parts)
    [core] = now.welfare
    assert (core.name, core.open, core.places.held, core.places.asked, core.places.free) == (
        "北町ケアホーム",
        True,
        1,
        2,
        2,
    )
    by_name = {one.name: one for one in now.shelters}
    assert (by_name["長田中学校"].persons, by_name["長田中学校"].size, by_name["長田中学校"].out) == (3, 2, 1)
    assert (by_name["須磨小学校"].persons, by_name["須磨小学校"].size) == (1, None)
    assert by_name["誰も来ていない学校"].persons is None, "nobody was ever heard of there: no report, not nobody"


@pytest.mark.usefixtures("two_wards")
async def test_the_trend_ends_at_the_count_and_knows_what_was_an_hour_ago(parts: Parts) -> None:
    async with parts.database.session() as session:
        trend = await queries_situation.trend(session, at("11:20"))
        early = await queries_situation.trend(session, at("09:59"))
    assert early is None
    assert trend is not None
    assert sum(one.came - one.went for one in trend.changes) == 4
    assert {one.ward for one in trend.changes} == {WARD, OTHER_WARD}
    assert trend.hour_ago == {WARD: 4, OTHER_WARD: 1}


async def board(send: Send, role: str, path: str = "/pages/board", wards: tuple[str, ...] | str = (WARD,)) -> str:
    answer = await send("GET", path, role=role, wards=wards, subject=f"{role}-1")
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"].startswith("text/html")
    return answer.text


@pytest.mark.req("K4-159")
@pytest.mark.usefixtures("two_wards")
async def test_a_ward_sees_its_own_and_the_city_sees_the_wards(send: Send) -> None:
    ward = await board(send, "ward-hq")
    assert "東灘区 災害対策本部" in ward
    assert "長田中学校" in ward
    assert "須磨小学校" not in ward
    assert "区ごとの状況" not in ward
    city = await board(send, "city-hq", wards="*")
    assert "神戸市 災害対策本部" in city
    assert "区ごとの状況" in city
    assert "/pages/board?ward=28102" in city
    entered = await board(send, "city-hq", f"/pages/board?ward={OTHER_WARD}", wards="*")
    assert "須磨小学校" in entered
    assert "長田中学校" not in entered
    foreign = await send("GET", f"/pages/board?ward={OTHER_WARD}", role="ward-hq")
    assert foreign.status_code == 403
    live = await send("GET", f"/pages/board/live?ward={OTHER_WARD}", role="ward-hq")
    assert live.status_code == 403


@pytest.mark.req("K4-163")
@pytest.mark.parametrize(
    ("role", "names", "links"),
    [
        ("ward-hq", True, True),
        ("nurse", True, True),
        ("shelter-staff", True, False),
        ("auditor", False, True),
        ("analyst", False, False),
    ],
)
async def test_names_are_for_who_may_see_them(
    parts: Parts, settling: Settling, tell: Tell, send: Send, role: str, names: bool, links: bool
) -> None:
    keys, life = Keys(parts, settling), fresh_life()
    life.register("10:00", words=PersonWords(name=SECRET, birth_date="1943-02-01"))
    await keys.tell(life.person)
    await tell([keys.seal(one, life.person) for one in life.events])

    shown = await board(send, role, wards=(WARD,))

    assert (SECRET in shown) is names
    assert (f"/pages/persons/{life.person}" in shown) is links
    assert ("年齢不明" in shown) is not names, "how old they are, for who may know who they are"


async def test_with_nothing_heard_the_board_says_so_in_words(send: Send) -> None:
    for path in ("/pages/board", "/pages/board?wall", "/pages/board/shelters"):
        shown = await board(send, "ward-hq", path)
        assert "避難所" in shown
    desk = await board(send, "ward-hq")
    assert "開設した福祉避難所はまだありません" in desk
    assert "期限を過ぎたつなぎはありません" in desk
    assert "避難所の一覧がまだ取り込まれていません" in desk


async def test_a_thousand_shelters_are_folded_and_paged(tell: Tell, send: Send) -> None:
    master = Master()
    for n in range(1000):
        master.tells(named("shelter", n), "05:00", listed(f"第{n:04}避難所", size=100))
    await tell(master.events)
    desk = await board(send, "ward-hq")
    assert "避難所1,000か所をすべて見る" in desk
    assert len(desk) < 150_000
    first = await board(send, "ward-hq", "/pages/board/shelters?sort=name")
    assert "第0000避難所" in first
    assert len(re.findall('name desk">第[0-9]{4}避難所', first)) == 200
    last = await board(send, "ward-hq", "/pages/board/shelters?sort=name&from=800")
    assert "第0999避難所" in last
    for by in ("share", "people", "size", "age"):
        assert "第" in await board(send, "ward-hq", f"/pages/board/shelters?sort={by}")


async def test_the_drill_is_named_and_the_wall_is_dark(tell: Tell, send: Send) -> None:
    disaster = fresh_id()
    life = Life("disaster")
    life.person = disaster
    began = datetime.now(UTC) - timedelta(hours=32)
    declared = DisasterDeclared(kind="quake", drill=True, title="訓練：長田区 地震総合訓練", began=began)
    life.say(declared, "10:00", stream=disaster)
    await tell(life.events)
    wall = await board(send, "ward-hq", "/pages/board?wall")
    assert 'data-theme="wall"' in wall
    assert "発災から1日8時間" in wall
    assert "長田区 地震総合訓練" in wall


async def test_whoever_asks_meanwhile_shares_one_reading(parts: Parts, monkeypatch: pytest.MonkeyPatch) -> None:
    made, begun = 0, asyncio.Event()
    real = queries_situation.situation

    async def counted(*args: Any) -> Situation:
        nonlocal made
        made += 1
        begun.set()
        return await real(*args)

    monkeypatch.setattr(queries_situation, "situation", counted)
    situations = Situations(parts)
    first = asyncio.create_task(situations.read())
    await begun.wait()
    later = await asyncio.gather(*(situations.read() for _ in range(20)))

    assert made == 2, "one that was under way, and one for all who asked after it had begun"
    assert all(one is later[0] for one in later)
    assert later[0].at >= (await first).at
