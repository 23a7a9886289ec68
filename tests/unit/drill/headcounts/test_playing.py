"""Playing headcounts against a system that keeps who is where, as casework does, and against one that forgets."""

import asyncio
from collections import Counter
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, cast
from uuid import UUID, uuid4

import msgspec
import pytest

from services.intake.domain.sheet import Sheet
from shared.platform.clock import Clock
from tsunagi.client import Client, Command, Failed, Who
from tsunagi.drill.headcounts import playing
from tsunagi.drill.headcounts.moves import plan
from tsunagi.drill.headcounts.outcome import Outcome, told
from tsunagi.drill.headcounts.playing import Play, new_clock
from tsunagi.drill.headcounts.published import load

PART = load("nanao").part(91, 98)
PLAN = plan(PART, 5)


class System:
    """Answers as the services do; `deaf_to` is a path whose commands have no effect though they are answered."""

    def __init__(self, *, deaf_to: str | None = None, refuses: str | None = None) -> None:
        self.clock = Clock(datetime(2026, 1, 1, tzinfo=UTC))
        self.deaf_to, self.refuses = deaf_to, refuses
        self.commands: list[UUID] = []
        self._receipts: dict[UUID, dict[str, Any]] = {}
        self._facts: list[tuple[datetime, int, UUID, UUID | None]] = []

    async def send(
        self, who: Who, service: str, path: str, body: object, command: Command, *, method: str = "POST"
    ) -> Any:
        await asyncio.sleep(0)
        if self.refuses and path.endswith(self.refuses):
            raise Failed(409, "person.dead", {})
        first = command.id not in self.commands
        self.commands.append(command.id)
        if path == "/households":
            assert isinstance(body, bytes)
            return self._registered(msgspec.json.decode(body, type=Sheet), command)
        if path.startswith("/persons/") and first and not (self.deaf_to and path.endswith(self.deaf_to)):
            _, _, person, what = path.split("/")
            if what in ("check-in", "departure"):
                assert isinstance(body, Mapping)
                self._say(command.happened, UUID(person), body.get("shelter"))
        return {"stream": str(uuid4())}

    def _registered(self, sheet: Sheet, command: Command) -> dict[str, Any]:
        if sheet.id not in self._receipts:
            self._receipts[sheet.id] = {"household": str(sheet.id), "stream": str(sheet.id)}
            for member in sheet.members:
                self._say(command.happened, member.id, sheet.place.shelter)
        return self._receipts[sheet.id]

    def _say(self, happened: datetime | None, person: UUID, shelter: UUID | None) -> None:
        assert happened is not None
        self._facts.append((happened, len(self._facts), person, shelter))

    async def get(self, who: Who, service: str, path: str, *, at: str) -> Any:
        where = {one: shelter for on, _, one, shelter in sorted(self._facts) if on <= datetime.fromisoformat(at)}
        counted = Counter(shelter for shelter in where.values() if shelter)
        return {"items": [{"shelter": str(shelter), "persons": count} for shelter, count in counted.items()]}


async def played(system: System) -> tuple[Play, list[str]]:
    said: list[str] = []
    play = Play(cast(Client, system), PART, PLAN, 5)
    await play.run(said.append)
    return play, said


async def test_every_instant_is_equal_while_it_is_played_and_afterwards() -> None:
    system = System()
    play, said = await played(system)
    assert (play.exact_in_time, play.problems) == (len(PART.snapshots), [])
    assert [await play.mismatches(snapshot) for snapshot in PART.instants] == [[]] * len(PART.snapshots)
    assert len(system.commands) == len(PLAN.acts) + 2, "the disaster and the master besides"
    assert f"registered {PLAN.people}/{PLAN.people}" in said[-1]
    assert f"instants {len(PART.snapshots)}/{len(PART.snapshots)}, {len(PART.snapshots)} equal" in said[-1]


async def test_played_again_the_very_same_is_sent() -> None:
    system = System()
    await played(system)
    once = set(system.commands)
    play, _ = await played(system)
    assert set(system.commands) == once
    assert play.exact_in_time == len(PART.snapshots)


async def test_where_the_system_counts_otherwise_it_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(playing, "GRACE", 0.0)
    play, _ = await played(System(deaf_to="/departure"))
    assert play.exact_in_time < len(PART.snapshots)
    found = [one for snapshot in PART.instants for one in await play.mismatches(snapshot)]
    assert found
    assert all(one.counted != one.published for one in found)
    assert found[0].shelter in {row.name for row in PART.listed}


async def test_a_refusal_is_a_problem(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(playing, "GRACE", 0.0)
    play, _ = await played(System(refuses="/check-in"))
    assert play.refused["person.dead"] == len(play.problems) > 0


def test_a_new_stack_begins_before_it_all_and_ends_within_minutes() -> None:
    clock = new_clock(PART)
    real = (PART.instants[-1].at - clock.epoch) / timedelta(seconds=clock.rate)
    assert clock.epoch < PART.began
    assert real < 300
    assert new_clock(PART, 1000.0).rate == 1000.0


def test_what_came_of_it_is_told_to_people_and_machines() -> None:
    values: dict[str, Any] = {
        "scenario": "nanao", "people": 9, "households": 4, "seed": 1, "speed": 86400.0, "disaster": uuid4(),
        "snapshots": 2, "exact": 2, "exact_in_time": 2, "mismatches": [], "lost": 0, "duplicated": 0,
        "seconds": 1.5, "commands": 3, "repeated": 0, "refused": {}, "problems": [],
    }  # fmt: skip
    good = Outcome(**values)
    assert good.clean
    assert {"snapshots": 2, "exact": 2, "lost": 0, "clean": True}.items() <= good.values().items()
    shown = {"at": "2024-06-02T12:00:00+09:00", "shelter": "山王小学校", "published": 3, "counted": 4}
    bad = Outcome(**values | {"exact": 1, "mismatches": [shown], "problems": ["something"]})
    assert not bad.clean
    lines = "\n".join(told(bad, {"casework": "http://127.0.0.1:1"}))
    assert "山王小学校: published 3, counted 4" in lines
    assert "PROBLEM  something" in lines
    assert not Outcome(**values | {"lost": 1}).clean
