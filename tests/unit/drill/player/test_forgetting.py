"""Whoever works off a queue holds in mind what is on it, and nothing that is done with."""

import asyncio
from collections.abc import Coroutine
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any, cast
from uuid import UUID

import pytest

from tsunagi.drill import scenario
from tsunagi.drill.player.drivers import Drivers
from tsunagi.drill.player.front_desk import FrontDesk
from tsunagi.drill.player.headquarters import Headquarters
from tsunagi.drill.player.stage import Stage
from tsunagi.drill.player.welfare_shelters import WelfareShelters

KOBE = scenario.load("kobe")
WARD = "28101"
NOW = datetime(2026, 1, 17, tzinfo=UTC)


def ids(count: int) -> list[str]:
    return [str(UUID(int=n)) for n in range(1, count + 1)]


class Everybody:
    def __contains__(self, person: object) -> bool:
        return True

    def reach(self, *_: object) -> None:
        """Nobody listens."""


class Scene:
    """A stage on which nobody acts: `lists` are what the services show, by path; what is begun is counted."""

    def __init__(self) -> None:
        self.lists: dict[str, list[dict[str, Any]]] = {}
        self.begun = 0
        self.scenario, self.seed = KOBE, KOBE.seed
        self.client = SimpleNamespace(every=self._every, get=self._get)
        self.roster = Everybody()

    async def _every(self, _who: object, _service: str, path: str, **_: object) -> list[dict[str, Any]]:
        return self.lists.get(path, [])

    async def _get(self, _who: object, _service: str, path: str, **_: object) -> dict[str, Any]:
        return {"items": self.lists.get(path, [])}

    async def send(self, *_: object, **__: object) -> dict[str, Any]:
        return {"stream": "any"}

    def begin(self, work: Coroutine[Any, Any, None]) -> None:
        self.begun += 1
        work.close()

    def command(self, *_: object, **__: object) -> None:
        """What a command says of itself does not matter here."""

    def ring(self, *_: object) -> None:
        """Nobody listens."""

    ring_at = ring

    def now(self) -> datetime:
        return NOW


@pytest.fixture
def scene() -> Scene:
    return Scene()


def look_again(scene: Scene, actor: Any, *facility: UUID) -> list[int]:
    """Look twice at what is there and once when it is gone; return what was held after each look."""
    held = []
    for gone in (False, False, True):
        if gone:
            scene.lists = {}
        asyncio.run(actor.look(*facility))
        held.append(actor.held())
    return held


def test_the_front_desk_forgets_the_sheets_that_somebody_has(scene: Scene) -> None:
    scene.lists["/handoffs"] = [{"handoff": one} for one in ids(40)]
    assert look_again(scene, FrontDesk(cast(Stage, scene), WARD)) == [40, 40, 0]


def test_drivers_forget_the_drives_that_are_no_longer_theirs(scene: Scene) -> None:
    scene.lists["/trips"] = [{"trip": one, "since": "now", "state": "offered"} for one in ids(30)]
    assert look_again(scene, Drivers(cast(Stage, scene), "drill-taxi-1")) == [30, 30, 0]
    assert scene.begun == 30, "and answer each offer once"


def test_headquarters_forget_the_needs_that_are_met(scene: Scene) -> None:
    scene.lists["/needs"] = [{"need": one, "person": one, "state": "open", "asked": 0} for one in ids(20)]
    scene.lists["/needs"] += [{"need": ids(21)[-1], "person": ids(21)[-1], "state": "asked", "asked": 1}]
    asked = [{"placement": one, "facility": one, "until": NOW.isoformat()} for one in ids(5)]
    scene.lists["/placements"] = asked
    headquarters = Headquarters(cast(Stage, scene), WARD)
    assert look_again(scene, headquarters)[:2] == [25, 25]
    assert scene.begun == 20, "and ask for each once"
    scene.lists = {"/needs": [{"need": ids(1)[0], "person": ids(1)[0], "state": "asked", "asked": 1}]}
    asyncio.run(headquarters.look())
    assert headquarters.held() == 0


def test_facilities_forget_the_requests_that_are_answered(scene: Scene) -> None:
    facility = UUID(int=99)
    scene.lists["/placements"] = [
        {"placement": one, "facility": str(facility), "state": "asked", "trip_state": None, "about": {"person": one}}
        for one in ids(12)
    ]
    assert look_again(scene, WelfareShelters(cast(Stage, scene)), facility) == [12, 12, 0]
    assert scene.begun == 12
