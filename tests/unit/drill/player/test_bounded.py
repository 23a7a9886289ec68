"""A city's day in the memory of a street's: what the players hold grows with what is under way, not with who has come.

The services are played by one that answers everything at once; time jumps.
"""

import asyncio
import tracemalloc
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast

import pytest

from shared.platform.clock import Clock
from tests.jumping import run
from tsunagi.client import Client
from tsunagi.drill import scenario
from tsunagi.drill.player import roster
from tsunagi.drill.player.notes import Notes
from tsunagi.drill.player.stage import Stage
from tsunagi.drill.player.tablets import Tablets
from tsunagi.drill.population import Population
from tsunagi.drill.pressing import pressed

KOBE = pressed(scenario.load("kobe"))
FEW, MANY = 400, 1600


class Services:
    """Answers every command at once, a sheet always alike."""

    def __init__(self) -> None:
        began = datetime(2030, 1, 1, tzinfo=UTC)
        loop = asyncio.get_running_loop()
        self.clock = Clock(KOBE.quake_at, began, 60.0, lambda: began + timedelta(seconds=loop.time()))
        self.observer = None
        self.sent = 0

    async def send(self, *_: object, **__: object) -> Any:
        await asyncio.sleep(0.02)
        self.sent += 1
        return {"stream": "same", "version": 1}


class Played:
    """A play of the tablets alone: what they held at most, what was left, and the bytes that it took."""

    def __init__(self, people: int, folder: Path) -> None:
        self.people = people
        self.notes = Notes(folder / f"{people}.json")
        self.most_held = self.left = 0
        self.sent = 0
        tracemalloc.start()
        try:
            run(self._play())
            self.bytes, self.most_bytes = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()

    async def _play(self) -> None:
        services = Services()
        self.stage = Stage(cast(Client, services), Population(KOBE, people=self.people), self.notes)
        tablets = Tablets(self.stage)
        self.stage.opens()
        watching = asyncio.create_task(self._watch(tablets))
        await tablets.run()
        watching.cancel()
        self.left, self.sent = tablets.held() + self.stage.pace.held(), services.sent

    async def _watch(self, tablets: Tablets) -> None:
        while True:
            self.most_held = max(self.most_held, tablets.held() + self.stage.pace.held())
            await asyncio.sleep(1)


@pytest.fixture(scope="module")
def plays(tmp_path_factory: pytest.TempPathFactory) -> tuple[Played, Played]:
    folder = tmp_path_factory.mktemp("plays")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(roster, "AT_HAND", 32)
        return Played(FEW, folder), Played(MANY, folder)


def test_everybody_has_come(plays: tuple[Played, Played]) -> None:
    few, many = plays
    assert few.notes.done.counts()["registered"] >= FEW
    assert many.notes.done.counts()["registered"] >= MANY
    assert many.sent > 1.5 * MANY * 0.43


def test_nobody_is_held_in_mind_who_is_not_under_way(plays: tuple[Played, Played]) -> None:
    for played in plays:
        assert 0 < played.most_held < played.people / 20
        assert played.left <= 40, "where the play stood of late, and no household"


def test_a_person_more_takes_some_bytes_and_no_more(plays: tuple[Played, Played]) -> None:
    few, many = plays
    assert (many.bytes - few.bytes) / (MANY - FEW) < 40
    assert (many.most_bytes - few.most_bytes) / (MANY - FEW) < 120, "while the order of all sheets is found"


def test_notes_of_a_city_are_small(plays: tuple[Played, Played]) -> None:
    assert len(plays[1].notes.done.written()) < MANY * 2
