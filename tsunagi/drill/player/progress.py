"""How far a play has come, in one line now and then, for whoever watches."""

import asyncio
from collections.abc import Callable
from datetime import timedelta, timezone

from tsunagi.drill.player.stage import Stage

EVERY = 4.0
"""Real seconds between two lines."""
_JAPAN = timezone(timedelta(hours=9))


def line(stage: Stage) -> str:
    """Return the line of this moment: the drill's time, and how many persons came how far."""
    now = stage.now().astimezone(_JAPAN)
    done = stage.notes.done.counts()
    people = f"registered {done['registered']}/{len(stage.roster)}"
    rest = "  ".join(f"{name} {done[name]}" for name in ("screened", "placed", "moved", "arrived", "cases"))
    return f"{now:%H:%M}  {people}  {rest}  conferences {done['conferences']}"


async def tell(stage: Stage, say: Callable[[str], None]) -> None:
    """Say how it stands, for ever."""
    while True:
        await asyncio.sleep(EVERY)
        say(line(stage))
