"""Running a coroutine from synchronous code, whether or not this thread has an event loop already."""

import asyncio
import threading
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, TypeVar

T = TypeVar("T")


def run(work: Coroutine[Any, Any, T]) -> T:
    """Run it to its end in a loop and a thread of its own, and return or raise what it does."""
    outcome: list[T] = []
    failure: list[BaseException] = []

    def target() -> None:
        try:
            outcome.append(asyncio.run(work))
        except BaseException as error:  # noqa: BLE001 - it is raised again, in the thread that asked
            failure.append(error)

    thread = threading.Thread(target=target, name="asynchronous")
    thread.start()
    thread.join()
    if failure:
        raise failure[0]
    return outcome[0]


async def answers(ask: Callable[[], Awaitable[object]], seconds: float) -> bool:
    """Say whether a server answers within `seconds`; whatever it raises is a no."""
    try:
        await asyncio.wait_for(ask(), seconds)
    except Exception:  # noqa: BLE001 - a server that comes up fails in many ways
        return False
    return True
