"""`tsunagi drill`: play a scenario through the public HTTP APIs, and say what came of it."""

import asyncio
import json
import resource
import signal
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer

from tsunagi.commands import Folder, Json, app

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tsunagi.drill.player.limits import Limits, Stop
    from tsunagi.drill.player.outcome import Outcome
    from tsunagi.drill.scenario import Scenario

ENDED_BY_HAND = 130


@app.command()
def drill(
    scenario: Annotated[str, typer.Argument(help="Which one: kobe, nanao.")],
    *,
    people: Annotated[
        int | None, typer.Option(min=1, help="At least so many people (the scenario's own: 1,000).")
    ] = None,
    hours: Annotated[
        float | None,
        typer.Option(
            min=0.01,
            help="Shortened: only the first so many hours of the drill (by its own clock, from the quake on); all that"
            " is due in them is sent, then everybody stops where they are.",
        ),
    ] = None,
    minutes_real: Annotated[
        float | None,
        typer.Option(min=0.05, help="Shortened: stop after so many minutes on the wall, however far it has come."),
    ] = None,
    seed: Annotated[int | None, typer.Option(help="Another seed makes other people.")] = None,
    speed: Annotated[
        float | None,
        typer.Option(
            min=0.1,
            max=200_000,
            help="How fast a new stack's clock runs (left out: 480 for 1,000 people, the more people the slower;"
            " 2.2 for a city's 222,127; 86,400 for nanao); one that is there has its own.",
        ),
    ] = None,
    ephemeral: Annotated[
        bool, typer.Option("--ephemeral", help="On a stack of its own, started in a temporary folder and removed.")
    ] = False,
    as_json: Json = False,
    folder: Folder = None,
) -> None:
    """Play a drill: people with their sheets, nurses, headquarters, facilities, drivers, caseworkers, each by the API.

    Every few seconds a line says how far it is, how fast, what waits and how long it will take yet; at the end what
    was measured is printed: times real time, latencies, what waited where, processors and memory, and what gave out
    first. Times real time are two figures: that of the clock (calls, answers, drives), and that at which people come,
    because three days are pressed into the drill's nine hours. A clock that could not be kept is said to be so.

    Played again on the same stack it adds nothing. A shortened drill, or one that Ctrl-C ended (a second Ctrl-C does
    not wait), goes on where it stood when it is played again; what was due meanwhile is sent at once.

    Exit code 0: every promise was kept; 1: something was not, and is named; 2: there is no such scenario; 130: ended
    by Ctrl-C, and nothing was verified.
    """
    from shared.kernel.errors import NotFound
    from tsunagi.drill.headcounts import published
    from tsunagi.drill.player.limits import Limits
    from tsunagi.drill.player.outcome import Unfinished
    from tsunagi.drill.player.telling import tell_outcome, told_unfinished
    from tsunagi.drill.pressing import pressed
    from tsunagi.drill.scenario import load
    from tsunagi.drill.setting import names

    if scenario in published.names():
        if (people, hours, minutes_real) != (None, None, None):
            raise typer.BadParameter(f"How many people come to {scenario}, and when, was published: leave it out.")
        _by_headcounts(scenario, seed, speed, folder, ephemeral=ephemeral, as_json=as_json)
    try:
        known = pressed(load(scenario))
    except NotFound as unknown:
        raise typer.BadParameter(f"There is no scenario {scenario}: {', '.join(names())}.") from unknown
    limits = Limits(hours, minutes_real)
    try:
        if ephemeral:
            values, outcome = _on_its_own(known, people, seed, speed, limits)
        else:
            values, outcome = _on_running(known, people, seed, speed, folder, limits)
    except Unfinished as unfinished:
        if as_json:
            print(json.dumps({"scenario": scenario, **unfinished.values()}, ensure_ascii=False, default=str))
        else:
            print("\n".join(told_unfinished(unfinished, _again(scenario, people, seed, folder, ephemeral=ephemeral))))
        raise typer.Exit(ENDED_BY_HAND) from None
    if as_json:
        print(json.dumps(values, ensure_ascii=False, default=str))
    else:
        tell_outcome(outcome, values)
    raise typer.Exit(0 if outcome.clean else 1)


def _by_headcounts(
    scenario: str, seed: int | None, speed: float | None, folder: "Path | None", *, ephemeral: bool, as_json: bool
) -> NoReturn:
    """Play published headcounts, to which other people come than to a scenario, and exit."""
    from tsunagi.drill.headcounts import on_a_stack
    from tsunagi.drill.headcounts.published import load

    outcome = on_a_stack.drill(
        load(scenario), _say, seed=seed, speed=speed, ephemeral=ephemeral, as_json=as_json, folder=folder
    )
    raise typer.Exit(0 if outcome.clean else 1)


def _again(scenario: str, people: int | None, seed: int | None, folder: "Path | None", *, ephemeral: bool) -> str:
    """Return how a play that somebody ended goes on."""
    if ephemeral:
        return "not possible: the stack was made for this play, and is removed"
    given = (("people", people), ("seed", seed), ("stack", folder))
    return " ".join(["tsunagi drill", scenario, *(f"--{name} {value}" for name, value in given if value is not None)])


def _say(sentence: str) -> None:
    print(sentence, file=sys.stderr, flush=True)


def _on_its_own(
    scenario: "Scenario", people: int | None, seed: int | None, speed: float | None, limits: "Limits"
) -> tuple[dict[str, Any], "Outcome"]:
    """Play on a stack made for it, and remove that."""
    from tsunagi.drill.player.clocks import new_clock
    from tsunagi.stack.stack import Stack

    clock = new_clock(scenario, people or scenario.people, speed)
    with Stack.open(ephemeral=True, rate=clock.rate, epoch=clock.epoch, say=_say) as stack:
        stack.start()
        return _play(stack, scenario, people, seed, limits)


def _on_running(
    scenario: "Scenario",
    people: int | None,
    seed: int | None,
    speed: float | None,
    folder: "Path | None",
    limits: "Limits",
) -> tuple[dict[str, Any], "Outcome"]:
    from tsunagi.inside import running
    from tsunagi.stack.errors import StackError

    stack = running(folder, _say)
    if not stack.layout.kind.drill:
        raise StackError("This stack is in earnest: a drill needs a stack of its own (`tsunagi up --scenario kobe`).")
    rate = stack.layout.kind.clock.rate
    if speed is not None and speed != rate:
        raise StackError(f"This stack's clock runs at {rate:g} and cannot be changed: another speed is another stack.")
    return _play(stack, scenario, people, seed, limits)


def _play(
    stack: Any, scenario: "Scenario", people: int | None, seed: int | None, limits: "Limits"
) -> tuple[dict[str, Any], "Outcome"]:
    from tsunagi.drill.player.clocks import quake_at
    from tsunagi.drill.player.limits import Stop
    from tsunagi.drill.player.outcome import play_and_verify
    from tsunagi.drill.population import Population

    at = quake_at(scenario, stack.layout.began)
    population = Population(scenario, seed=seed, people=people, quake_at=at)

    async def played() -> "Outcome":
        stop = Stop()
        with _ctrl_c(stop):
            return await play_and_verify(stack, population, _say, limits, stop)

    outcome = asyncio.run(played())
    programs = stack.status()["programs"]
    memory = {name: seen["peak_memory_mib"] for name, seen in programs.items()}
    memory["drill"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // (
        1024 if sys.platform == "linux" else 1 << 20
    )
    return outcome.values() | {"urls": stack.urls, "memory_mib": memory}, outcome


@contextmanager
def _ctrl_c(stop: "Stop") -> "Iterator[None]":
    """Have the first Ctrl-C (or SIGTERM) end the play in good order; the second one does not wait."""
    loop = asyncio.get_running_loop()

    def again(*_: object) -> None:
        raise KeyboardInterrupt

    def first() -> None:
        _say("\nEnding (Ctrl-C again to end at once) …")
        stop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.remove_signal_handler(number)
            signal.signal(number, again)

    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, first)
    try:
        yield
    finally:
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.remove_signal_handler(number)
