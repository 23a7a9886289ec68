"""`tsunagi verify`: whether the promises were kept on the running system."""

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from tsunagi.commands import Folder, Json, app


@app.command()
def verify(
    *,
    acknowledged: Annotated[
        Path | None,
        typer.Option(exists=True, dir_okay=False, help="What clients were told: a line of JSON for each answer."),
    ] = None,
    within: Annotated[float, typer.Option(help="Seconds within which something on its way must arrive.")] = 120.0,
    json: Json = False,
    folder: Folder = None,
) -> None:
    """Check: acknowledged ⊆ stores ⊆ log ⊆ timeline, order, nothing twice, every promise has its place, nobody lost.

    Exit code 0: clean; 1: something is not; changes nothing.
    """
    from tsunagi.inside import operated
    from tsunagi.verifying import verify as check

    stack = operated(folder)
    report = asyncio.run(check(stack, acknowledged, within=within))
    if json:
        typer.echo(report.json())
    else:
        for name, count in report.counts.items():
            typer.echo(f"  {name:<14}{count:>10}")
        for problem in report.problems:
            typer.echo(f"BROKEN  {problem}")
        typer.echo("clean" if report.clean else f"not clean: lost {report.lost}, twice {report.duplicated}")
    raise typer.Exit(0 if report.clean else 1)
