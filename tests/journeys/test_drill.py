"""The drill kobe on a stack of its own, at high speed: shortened, ended by hand, gone on with to its end, played again.

Every figure is casework's own, and is held against what the players did themselves; `verify` holds what they were
answered against stores, log and timeline.
"""

import asyncio
from collections.abc import Iterator
from typing import NamedTuple

import asyncpg
import pytest

from tsunagi.drill.player.clocks import new_clock, quake_at
from tsunagi.drill.player.limits import INTERRUPTED, REAL_TIME, Limits, Stop
from tsunagi.drill.player.outcome import Outcome, Unfinished, play_and_verify
from tsunagi.drill.population import Population
from tsunagi.drill.pressing import pressed
from tsunagi.drill.scenario import load
from tsunagi.stack.layout import SERVICES
from tsunagi.stack.stack import Stack

PEOPLE, SPEED = 120, 1500
SHORTENED = Limits(minutes_real=0.1)
ENDED_AFTER = 5.0
KOBE = pressed(load("kobe"))

pytestmark = [pytest.mark.stack]


class Played(NamedTuple):
    """A drill that was shortened, ended by hand, gone on with; and the same drill again. Events of people before that
    and after; and what whoever watched was told."""

    shortened: Outcome
    ended: Unfinished
    first: Outcome
    again: Outcome
    before: int
    after: int
    said: list[str]


@pytest.fixture(scope="module")
def played() -> Iterator[Played]:
    clock = new_clock(KOBE, PEOPLE, SPEED)
    with Stack.open(ephemeral=True, rate=clock.rate, epoch=clock.epoch) as stack:
        stack.start()
        yield asyncio.run(_play_three_times(stack))


async def _play_three_times(stack: Stack) -> Played:
    population = Population(KOBE, people=PEOPLE, quake_at=quake_at(KOBE, stack.layout.kind.clock.epoch))
    said: list[str] = []
    shortened = await play_and_verify(stack, population, said.append, SHORTENED)
    ended = await _ended_by_hand(stack, population, said)
    first = await play_and_verify(stack, population, said.append)
    before = await _told_by_people(stack)
    again = await play_and_verify(stack, population, said.append)
    return Played(shortened, ended, first, again, before, await _told_by_people(stack), said)


async def _ended_by_hand(stack: Stack, population: Population, said: list[str]) -> Unfinished:
    stop = Stop()
    asyncio.get_running_loop().call_later(ENDED_AFTER, stop)
    with pytest.raises(Unfinished) as ended:
        await play_and_verify(stack, population, said.append, stop=stop)
    return ended.value


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


def test_a_shortened_drill_is_as_whole_as_it_is_far_and_goes_on_later(played: Played) -> None:
    assert played.shortened.clean, played.shortened.problems
    assert played.shortened.measured.stopped == REAL_TIME
    assert played.shortened.figures.registered <= played.first.figures.registered
    assert played.first.measured.stopped is None


def test_who_ends_it_by_hand_is_told_how_far_it_came(played: Played) -> None:
    assert played.ended.measured.stopped == INTERRUPTED
    assert played.ended.measured.drained_seconds is None
    values = played.ended.values()
    assert values["clean"] is None
    assert played.shortened.figures.registered <= values["registered"] <= played.first.figures.registered


def test_whoever_watches_sees_how_far_it_is_and_how_long_it_will_take(played: Played) -> None:
    lines = [line for line in played.said if "requests/s" in line]
    assert lines
    assert all("× real time" in line and "lag: outboxes" in line for line in lines)
    assert all("left " in line or "almost over" in line for line in lines)


def test_what_was_measured_is_of_this_play(played: Played) -> None:
    measured = played.first.measured
    assert measured.times_real_time.clock == SPEED
    assert measured.times_real_time.kept > 0, "more than the clock's, where it caught up with what was overdue"
    assert measured.times_real_time.arrivals == pytest.approx(8 * measured.times_real_time.kept, rel=0.01)
    assert measured.drained_seconds is not None
    kinds = measured.requests.kinds
    assert kinds["POST intake/households"].count > PEOPLE / 4
    assert sum(times.count for times in kinds.values()) == measured.requests.answered > played.first.commands
    assert {"postgres", "kafka", "player", "casework.worker", "intake.api"} <= measured.processes.keys()
    assert all(used.cpu_seconds >= 0 for used in measured.processes.values())
    assert "casework_worker" in measured.postgres_logins
    assert measured.gave_out.en


def test_the_machine_reads_it_as_one_object(played: Played) -> None:
    values = played.first.values()
    promised = ("registered", "screened", "placed", "moved", "arrived", "cases", "conferences", "handoffs")
    assert [values[name] for name in promised] == [getattr(played.first.figures, name) for name in promised]
    assert {"lost", "duplicated", "seconds"} <= values.keys()
    assert {"times_real_time", "requests", "queues", "processes", "gave_out"} <= values["measured"].keys()
