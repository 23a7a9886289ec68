"""`tsunagi drill`: play a scenario through the public HTTP APIs, and say what came of it."""

import asyncio
import json
import resource
import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer

from tsunagi.commands import Folder, Json, app

if TYPE_CHECKING:
    from pathlib import Path

    from tsunagi.drill.player.outcome import Outcome
    from tsunagi.drill.scenario import Scenario


@app.command()
def drill(
    scenario: Annotated[str, typer.Argument(help="Which one: kobe.")],
    *,
    people: Annotated[
        int | None, typer.Option(min=1, help="At least so many people (the scenario's own: 1,000).")
    ] = None,
    seed: Annotated[int | None, typer.Option(help="Another seed makes other people.")] = None,
    speed: Annotated[
        float | None,
        typer.Option(min=0.1, max=20_000, help="How fast a new stack's clock runs; one that is there has its own."),
    ] = None,
    ephemeral: Annotated[
        bool, typer.Option("--ephemeral", help="On a stack of its own, started in a temporary folder and removed.")
    ] = False,
    as_json: Json = False,
    folder: Folder = None,
) -> None:
    """Play a drill: people with their sheets, nurses, headquarters, facilities, drivers, caseworkers, each by the API.

    Played again on the same stack it adds nothing. Exit code 0: every promise was kept; 1: something was not, and is
    named; 2: there is no such scenario.
    """
    from shared.kernel.errors import NotFound
    from tsunagi.drill.pressing import pressed
    from tsunagi.drill.scenario import load

    try:
        known = pressed(load(scenario))
    except NotFound as unknown:
        raise typer.BadParameter(f"There is no scenario {scenario}: {unknown.details['known']}.") from unknown
    if ephemeral:
        values, outcome = _on_its_own(known, people, seed, speed)
    else:
        values, outcome = _on_running(known, people, seed, speed, folder)
    if as_json:
        print(json.dumps(values, ensure_ascii=False, default=str))
    else:
        from tsunagi.drill.player.telling import tell_outcome

        tell_outcome(outcome, values)
    raise typer.Exit(0 if outcome.clean else 1)


def _say(sentence: str) -> None:
    print(sentence, file=sys.stderr, flush=True)


def _on_its_own(
    scenario: "Scenario", people: int | None, seed: int | None, speed: float | None
) -> tuple[dict[str, Any], "Outcome"]:
    """Play on a stack made for it, and remove that."""
    from tsunagi.drill.player.clocks import new_clock
    from tsunagi.stack.stack import Stack

    clock = new_clock(scenario, people or scenario.people, speed)
    with Stack.open(ephemeral=True, rate=clock.rate, epoch=clock.epoch, say=_say) as stack:
        stack.start()
        return _play(stack, scenario, people, seed)


def _on_running(
    scenario: "Scenario", people: int | None, seed: int | None, speed: float | None, folder: "Path | None"
) -> tuple[dict[str, Any], "Outcome"]:
    from tsunagi.inside import running
    from tsunagi.stack.errors import StackError

    stack = running(folder, _say)
    if not stack.layout.kind.drill:
        raise StackError("This stack is in earnest: a drill needs a stack of its own (`tsunagi up --scenario kobe`).")
    rate = stack.layout.kind.clock.rate
    if speed is not None and speed != rate:
        raise StackError(f"This stack's clock runs at {rate:g} and cannot be changed: another speed is another stack.")
    return _play(stack, scenario, people, seed)


def _play(stack: Any, scenario: "Scenario", people: int | None, seed: int | None) -> tuple[dict[str, Any], "Outcome"]:
    from tsunagi.drill.player.clocks import quake_at
    from tsunagi.drill.player.outcome import play_and_verify
    from tsunagi.drill.population import Population

    at = quake_at(scenario, stack.layout.began)
    population = Population(scenario, seed=seed, people=people, quake_at=at)
    outcome = asyncio.run(play_and_verify(stack, population, _say))
    programs = stack.status()["programs"]
    memory = {name: seen["peak_memory_mib"] for name, seen in programs.items()}
    memory["drill"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // (
        1024 if sys.platform == "linux" else 1 << 20
    )
    return outcome.values() | {"urls": stack.urls, "memory_mib": memory}, outcome
