"""`tsunagi bench`: every path that must be fast beside its floor, on a stack of its own."""

import subprocess
import sys
from typing import Annotated

import typer

from tsunagi.commands import Json, app


@app.command()
def bench(
    *,
    rounds: Annotated[int, typer.Option(min=1, help="How many turns; the median counts.")] = 5,
    seconds: Annotated[float, typer.Option(min=0.5, help="How long a turn of registration or of reading is.")] = 5.0,
    rows: Annotated[int, typer.Option(min=1000, help="How many rows the relay sends a turn.")] = 100_000,
    messages: Annotated[int, typer.Option(min=2000, help="How many messages the live way works off a turn.")] = 24_000,
    events: Annotated[int, typer.Option(min=20_000, help="How many events there are to read from.")] = 3_000_000,
    logged: Annotated[int, typer.Option(min=1000, help="How many messages the log holds that is rebuilt.")] = 300_000,
    only: Annotated[
        str | None, typer.Option(help="registration, relay, live, latency, timeline_read or rebuild.")
    ] = None,
    json: Json = False,
) -> None:
    """Measure ratios against floors: the same work by the bare parts, in the same run (some ten minutes).

    Exit code 0: every gate is passed, and no process held too much memory or went on growing; 1: else. The absolute
    figures are this machine's.
    """
    from tsunagi.stack.layout import PROJECT

    figures = {
        "rounds": rounds,
        "seconds": seconds,
        "rows": rows,
        "messages": messages,
        "events": events,
        "logged": logged,
    }
    words = [sys.executable, "-m", "bench", *(f"--{name}={one}" for name, one in figures.items())]
    if only:
        words += ["--only", only]
    if not json:
        words.append("--readable")
    raise typer.Exit(subprocess.run(words, cwd=PROJECT, check=False).returncode)
