"""`tsunagi bench`: registration, relay and rebuild beside their floors, on stacks of their own."""

import subprocess
import sys
from typing import Annotated

import typer

from tsunagi.commands import Json, app


@app.command()
def bench(
    *,
    rounds: Annotated[int, typer.Option(min=1, help="How many turns; the median counts.")] = 5,
    seconds: Annotated[float, typer.Option(min=0.5, help="How long each side of registration runs a turn.")] = 5.0,
    rows: Annotated[int, typer.Option(min=1000, help="How many rows the relay sends a turn.")] = 100_000,
    only: Annotated[str | None, typer.Option(help="registration, relay or rebuild.")] = None,
    json: Json = False,
) -> None:
    """Measure ratios against floors: the same work by the bare parts, in the same run (a few minutes).

    Exit code 0: every gate is passed; 1: one is not. The absolute figures are this machine's.
    """
    from tsunagi.stack.layout import PROJECT

    words = [sys.executable, "-m", "bench", "--rounds", str(rounds), "--seconds", str(seconds), "--rows", str(rows)]
    if only:
        words += ["--only", only]
    if not json:
        words.append("--readable")
    raise typer.Exit(subprocess.run(words, cwd=PROJECT, check=False).returncode)
