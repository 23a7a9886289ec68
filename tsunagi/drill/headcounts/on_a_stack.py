"""Playing published headcounts on the stack that runs, or on one of its own, and printing what came of it."""

import asyncio
import json
from collections.abc import Callable
from pathlib import Path

from tsunagi.drill.headcounts.outcome import Outcome, play_and_compare, told
from tsunagi.drill.headcounts.playing import new_clock
from tsunagi.drill.headcounts.published import Published
from tsunagi.inside import running
from tsunagi.stack.errors import StackError
from tsunagi.stack.stack import Stack


def drill(
    facts: Published,
    say: Callable[[str], None],
    *,
    seed: int | None,
    speed: float | None,
    ephemeral: bool,
    as_json: bool,
    folder: Path | None,
) -> Outcome:
    """Play, print the summary (or one JSON object) and return what came of it.

    Raises `StackError` where no stack runs, where it is in earnest, or where its clock has another rate.
    """
    if ephemeral:
        clock = new_clock(facts, speed)
        with Stack.open(ephemeral=True, rate=clock.rate, epoch=clock.epoch, city=facts.city, say=say) as stack:
            stack.start()
            return _play(stack, facts, say, seed, as_json=as_json)
    stack = running(folder, say)
    if not stack.layout.kind.drill:
        raise StackError(
            f"This stack is in earnest: a drill needs a stack of its own (`tsunagi up --scenario {facts.id}`)."
        )
    rate = stack.layout.kind.clock.rate
    if speed is not None and speed != rate:
        raise StackError(f"This stack's clock runs at {rate:g} and cannot be changed: another speed is another stack.")
    return _play(stack, facts, say, seed, as_json=as_json)


def _play(stack: Stack, facts: Published, say: Callable[[str], None], seed: int | None, *, as_json: bool) -> Outcome:
    outcome = asyncio.run(play_and_compare(stack, facts, say, seed))
    if as_json:
        print(json.dumps(outcome.values() | {"urls": stack.urls}, ensure_ascii=False, default=str))
    else:
        print("\n".join(told(outcome, stack.urls)))
    return outcome
