"""`tsunagi rebuild casework`: the timeline made anew from the log."""

import asyncio
from typing import Annotated

import typer

from tsunagi.commands import Folder, Json, app


@app.command()
def rebuild(
    service: Annotated[str, typer.Argument(help="casework: the one service whose tables come from the log alone.")],
    *,
    json: Json = False,
    folder: Folder = None,
) -> None:
    """Throw the timeline away and make it anew from the log, while everything goes on; the rows come out the same."""
    import msgspec

    from services.casework.rebuild import Rebuilt
    from services.casework.rebuild import rebuild as anew
    from shared.kernel.errors import Problem
    from tsunagi.inside import inside, running
    from tsunagi.stack.errors import StackError

    if service != "casework":
        raise StackError(f"{service} cannot be rebuilt: only casework's tables come from the log alone.")
    stack = running(folder)

    def tell(sentence: str) -> None:
        typer.echo(sentence, err=True)

    async def work() -> Rebuilt:
        async with inside(stack, "casework", "owner") as (_, parts):
            return await anew(parts, tell)

    try:
        done = asyncio.run(work())
    except Problem as problem:
        raise StackError(f"{problem.code}: another rebuild is running; wait for it.") from None
    if json:
        typer.echo(msgspec.json.encode(done._asdict()))
    else:
        typer.echo(
            f"{done.events} events of {done.keys} keys in {done.seconds:.1f} s"
            f" ({done.events / max(done.seconds, 0.001):.0f}/s)"
        )
