"""The board's numbers are the services' own: intake's people, transfer's places, casework's hand-offs, on the page."""

import html
import re
from uuid import UUID

import httpx
import pytest

from services.casework.pages.wording import hand_off
from tests.journeys.reading import MAIN_WAY
from tests.journeys.telling import soon
from tests.journeys.ward import Ward
from tests.journeys.ways import accepted, arrived, asked

_PEOPLE = re.compile(r'<p class="big"[^>]*>([\d,]+)<small>')
_LANE = re.compile(
    r'<th scope="row">([^<]+)</th><td class="r num[^"]*">([\d,]+)</td><td class="r [^"]*">▲?([\d,]+)</td>'
)
_SHELTER = re.compile(r'<span class="name desk">([^<]+)</span>.*?</th>\s*<td class="r num" data-label="人">([\d,]+)')
_HOME = re.compile(
    r'</span>([^<]+)</th>\s*<td class="bar">.*?入所([\d,]+) 約束([\d,]+)(?: 返事待ち([\d,]+))?.*?<td class="r">(.*?)</td></tr>',
    re.DOTALL,
)
_WORDS = re.compile(r"<[^>]+>")


class Shown:
    """What stands on the board of a ward."""

    def __init__(self, page: str) -> None:
        text = html.unescape(page)
        self.people = _number(_PEOPLE.findall(text)[0])
        self.lanes = {label: (_number(waiting), _number(late)) for label, waiting, late in _LANE.findall(text)}
        self.shelters = {name: _number(count) for name, count in _SHELTER.findall(text)}
        self.homes = {
            name: (_number(arrived), _number(promised), _number(waiting), _WORDS.sub("", state).strip())
            for name, arrived, promised, waiting, state in _HOME.findall(text)
        }


def _number(text: str) -> int:
    return int(text.replace(",", "") or 0)


async def shown(ward: Ward) -> Shown:
    """Read the board's page as the ward's headquarters."""
    async with httpx.AsyncClient(trust_env=False) as http:
        token = ward.client.token(ward.hq.who)
        page = await http.get(
            f"{ward.client.urls['casework']}/pages/board?ward={ward.code}", headers={"Authorization": f"Bearer {token}"}
        )
        assert page.status_code == 200, page.text
        return Shown(page.text)


async def is_as_the_lists_say(ward: Ward, names: dict[UUID, str]) -> bool:
    """Compare every number of the board with the lists of the service whose number it is."""
    page = await shown(ward)
    roster = await ward.staff.roster()
    assert page.people == page.shelters.get(f"（訓練）小学校 {ward.code}", 0) == len(roster)
    for kind in MAIN_WAY[:5]:
        listed = await ward.hq.list("casework", "/handoffs", ward=ward.code, kind=kind, state="open")
        late = await ward.hq.list("casework", "/handoffs", ward=ward.code, kind=kind, overdue=True)
        assert page.lanes[hand_off(kind).say] == (len(listed), len(late)), kind
    for facility, name in names.items():
        places = (await ward.hq.facility(facility))["places"]
        assert name in page.homes
        arrived, promised, waiting, state = page.homes[name]
        assert (arrived, promised, waiting) == (places["taken"], places["promised"], places["requests"]), name
        if places["over"]:
            assert state == f"超過{places['over']}"
        elif places["total"] is None:
            assert state == "?不明"
        else:
            assert state == (f"空き{places['free']}" if places["free"] else "空きなし")
    return True


@pytest.mark.req("K4-153", "K4-154", "K4-155")
async def test_the_board_says_what_the_lists_of_the_services_say(ward: Ward) -> None:
    one = await ward.facility(3)
    names = {one.facility: f"（訓練）特養 {ward.code}-1"}
    await soon(lambda: is_as_the_lists_say(ward, {}))

    people = await ward.staff.registers(*(ward.staff.line(f"訓練 {n}") for n in range(4)))
    await arrived(ward, one)
    await accepted(ward, one)
    await asked(ward, one)
    await ward.staff.sees_leave(people.people[1])
    await ward.staff.signs_out(people.people[2])
    await ward.staff.registers_one()
    await soon(lambda: is_as_the_lists_say(ward, names))
    assert len(await ward.staff.roster()) > 3
    assert (await shown(ward)).homes[names[one.facility]] == (1, 1, 1, "空きなし")

    await one.reports_places(1)
    await soon(lambda: is_as_the_lists_say(ward, names))
    assert (await shown(ward)).homes[names[one.facility]][3] == "超過2", "what was promised beyond it is shown"

    silent = await ward.facility(None)
    names[silent.facility] = f"（訓練）特養 {ward.code}-2"
    await soon(lambda: is_as_the_lists_say(ward, names))
    assert (await shown(ward)).homes[names[silent.facility]][3] == "?不明", "unknown is not none"
