"""`tsunagi rebuild casework`: the timeline made anew from the log."""

import asyncio
import signal
import sys
import time
from typing import TYPE_CHECKING, Annotated

import typer

from tsunagi.commands import Folder, Json, app

if TYPE_CHECKING:
    from services.casework.rebuilding.progress import Progress

_INTERRUPTED = 130
_EVERY = 10.0
"""Seconds between two lines, where nobody watches."""


@app.command()
def rebuild(
    service: Annotated[str, typer.Argument(help="casework: the one service whose tables come from the log alone.")],
    *,
    json: Json = False,
    folder: Folder = None,
) -> None:
    """Throw the timeline away and make it anew from the log, while everything goes on; the rows come out the same.

    Progress goes to standard error, with the time left; with --json, one object a line. Broken off at any moment, it
    leaves everything as it was.
    """
    import asyncpg
    import msgspec
    from aiokafka.errors import KafkaError

    from services.casework.rebuild import Rebuilt
    from services.casework.rebuild import rebuild as anew
    from services.casework.rebuilding.hands import HandLost
    from shared.kernel.errors import Problem
    from shared.platform.parts import DatabaseAway
    from tsunagi.inside import inside, operated
    from tsunagi.stack.errors import StackError

    if service != "casework":
        raise StackError(f"{service} cannot be rebuilt: only casework's tables come from the log alone.")
    system, telling = operated(folder), _Telling(json=json)

    async def work() -> Rebuilt:
        ours = asyncio.current_task()
        assert ours is not None  # noqa: S101 - this is one
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, ours.cancel)
        async with inside(system, "casework", "owner") as (_, parts):
            return await anew(parts, telling)

    try:
        done = asyncio.run(work())
    except Problem as problem:
        raise StackError(f"{problem.code}: {_SENTENCES.get(problem.code, 'nothing has changed.')}") from None
    except (KeyboardInterrupt, asyncio.CancelledError):
        typer.echo("Interrupted: the tables are as they were.", err=True)
        raise typer.Exit(_INTERRUPTED) from None
    except HandLost as lost:
        raise StackError(f"Broken off ({lost.args[0]}): the tables are as they were. Run it again.") from None
    except (asyncpg.PostgresError, asyncpg.InterfaceError, KafkaError, DatabaseAway, OSError, TimeoutError) as error:
        name = type(error).__name__
        raise StackError(f"Broken off ({name}): the tables are as they were. Run it again.") from None
    finally:
        telling.end()
    if json:
        typer.echo(msgspec.json.encode(done._asdict()))
    else:
        typer.echo(
            f"{done.events} events of {done.keys} keys in {done.seconds:.1f} s"
            f" ({done.events / max(done.seconds, 0.001):.0f}/s); the worker was held for {done.held_seconds:.2f} s"
        )


_SENTENCES = {
    "rebuild.running": "another rebuild is running; wait for it.",
    "rebuild.tables-in-use": "the tables are in use; nothing has changed. Wait a moment and run it again.",
}


class _Telling:
    """Says how far it is: a line that is written over where somebody watches, else a line now and then."""

    def __init__(self, *, json: bool) -> None:
        self._json = json
        self._watched = sys.stderr.isatty() and not json
        self._said = 0.0
        self._phase = ""

    def __call__(self, progress: "Progress") -> None:
        import msgspec

        if self._json:
            typer.echo(msgspec.json.encode(progress._asdict()), err=True)
            return
        if self._watched:
            self._phase = progress.phase
            typer.echo(f"\r\033[K{sentence(progress)}", err=True, nl=False)
            return
        now = time.monotonic()
        if progress.phase != self._phase or now - self._said >= _EVERY:
            self._phase, self._said = progress.phase, now
            typer.echo(sentence(progress), err=True)

    def end(self) -> None:
        """End the line that was written over."""
        if self._watched and self._phase:
            typer.echo(err=True)


def sentence(progress: "Progress") -> str:
    """Say it in one line: the phase, how far, how fast, how long it still takes."""
    parts = [f"{progress.percent:5.1f} %  {progress.phase}"]
    if progress.total:
        parts.append(f"{progress.done} of {progress.total} messages, {progress.per_second:.0f}/s")
    if progress.seconds_left is not None:
        minutes, seconds = divmod(round(progress.seconds_left), 60)
        parts.append(f"about {minutes}:{seconds:02} min left")
    return ", ".join(parts)
