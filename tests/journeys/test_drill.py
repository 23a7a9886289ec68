"""The drill kobe on a stack of its own, at high speed: broken off, gone on with, played to its end, played again.

Every figure is casework's own, and is held against what the players did themselves; `verify` holds what they were
answered against stores, log and timeline.
"""

import asyncio
import contextlib
from collections.abc import Iterator
from typing import NamedTuple

import asyncpg
import pytest

from tsunagi.drill.player.clocks import new_clock, quake_at
from tsunagi.drill.player.outcome import Outcome, play_and_verify
from tsunagi.drill.player.playing import notes_of, play
from tsunagi.drill.population import Population
from tsunagi.drill.pressing import pressed
from tsunagi.drill.scenario import load
from tsunagi.stack.layout import SERVICES
from tsunagi.stack.stack import Stack

PEOPLE, SPEED = 120, 1500
BROKEN_OFF_AFTER = 7.0
KOBE = pressed(load("kobe"))

pytestmark = [pytest.mark.stack]


class Played(NamedTuple):
    """A drill that was broken off and gone on with, and the same drill again; events of people before and after."""

    first: Outcome
    again: Outcome
    before: int
    after: int


@pytest.fixture(scope="module")
def played() -> Iterator[Played]:
    clock = new_clock(KOBE, PEOPLE, SPEED)
    with Stack.open(ephemeral=True, rate=clock.rate, epoch=clock.epoch) as stack:
        stack.start()
        yield asyncio.run(_play_three_times(stack))


async def _play_three_times(stack: Stack) -> Played:
    population = Population(KOBE, people=PEOPLE, quake_at=quake_at(KOBE, stack.layout.kind.clock.epoch))
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(BROKEN_OFF_AFTER):
            await play(stack, population, notes_of(stack, population), print)
    first = await play_and_verify(stack, population, print)
    before = await _told_by_people(stack)
    again = await play_and_verify(stack, population, print)
    return Played(first, again, before, await _told_by_people(stack))


async def _told_by_people(stack: Stack) -> int:
    """Count the events that came by an API: what timers and services do by themselves goes on meanwhile."""
    count = 0
    for service in SERVICES:
        connection = await asyncpg.connect(stack.dsn(service))
        try:
            count += await connection.fetchval(
                "SELECT count(*) FROM events"
                " WHERE convert_from(headers, 'UTF8')::jsonb ->> 'channel' NOT IN ('timer', 'worker')"
            )
        finally:
            await connection.close()
    return count


def test_every_promise_was_kept_and_every_figure_is_what_the_players_did(played: Played) -> None:
    assert played.first.problems == []
    assert (played.first.lost, played.first.duplicated) == (0, 0)
    assert played.first.clean


def test_people_came_all_the_way_from_the_sheet_to_the_conference(played: Played) -> None:
    figures = played.first.figures
    assert figures.registered >= PEOPLE
    assert figures.registered > figures.screened > figures.placed >= figures.arrived > 0
    assert figures.moved >= figures.arrived
    assert figures.cases >= figures.conferences > 0


def test_hand_offs_are_open_taken_or_ended_and_nothing_else(played: Played) -> None:
    hands = played.first.figures.handoffs
    assert hands["opened"] == hands["taken"] + hands["ended"] + hands["open"]
    assert hands["taken"] > hands["open"]


def test_played_again_it_adds_nothing(played: Played) -> None:
    assert played.again.commands > PEOPLE
    assert played.again.repeated > PEOPLE
    assert played.after == played.before
    assert played.again.problems == []
    assert (played.again.lost, played.again.duplicated) == (0, 0)


def test_the_machine_reads_it_as_one_object(played: Played) -> None:
    values = played.first.values()
    promised = ("registered", "screened", "placed", "moved", "arrived", "cases", "conferences", "handoffs")
    assert [values[name] for name in promised] == [getattr(played.first.figures, name) for name in promised]
    assert {"lost", "duplicated", "seconds"} <= values.keys()
