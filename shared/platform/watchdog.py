"""A worker that stands still ends itself, to be started again (ADR 7).

Two looks: a thread sees that the event loop ticks; fresh clients of Kafka see that what lags is being acknowledged.
Both count looks and not time, so that a process that was frozen has its chance when it wakes.
"""

import asyncio
import logging
import os
import threading
import time
from collections.abc import Callable
from typing import NoReturn

from shared.platform import metrics
from shared.platform.lag import consumer_lag
from shared.platform.parts import Parts

log = logging.getLogger(__name__)

STUCK = 72
"""The exit code of a worker that stood still."""
AWAY = 75
"""The exit code of a process that could not end in good order, or whose database stayed away (EX_TEMPFAIL)."""

_LOOK, _LOOKS = 15.0, 3
_TICKS_MISSED = 60
_STOP_WITHIN = 10.0


class Progress:
    """How many messages this worker has acknowledged."""

    def __init__(self) -> None:
        self.acks = 0


def leave(code: int, why: str) -> NoReturn:
    """End this process at once: nothing that was not settled has been acknowledged."""
    metrics.WATCHDOG.labels(why).inc()
    log.error("leaving with %s: %s", code, why)
    logging.shutdown()
    os._exit(code)


async def watch_lag(parts: Parts, topics: list[str], progress: Progress, look: float = _LOOK) -> None:
    """Keep the lag's figures; leave where there is lag, no ack for three looks, and the database can be reached."""
    still, acks = 0, progress.acks
    while True:
        await asyncio.sleep(look)
        try:
            lag = await consumer_lag(parts.settings.brokers, parts.service, topics)
        except Exception:  # noqa: BLE001 - Kafka is away: nothing can be said, and leaving would not help
            still = 0
            continue
        for topic, count in lag.items():
            metrics.CONSUMER_LAG.labels(topic).set(count)
        moved, acks = progress.acks != acks, progress.acks
        still = still + 1 if any(lag.values()) and not moved else 0
        if still >= _LOOKS and await _reachable(parts):
            leave(STUCK, "stuck")


async def _reachable(parts: Parts) -> bool:
    try:
        async with asyncio.timeout(5), parts.database.session() as session:
            await session.fetchval("SELECT 1")
    except Exception:  # noqa: BLE001 - whatever it was, it could not be reached
        return False
    return True


def watch_loop(loop: asyncio.AbstractEventLoop, missed: int = _TICKS_MISSED) -> None:
    """Leave where the event loop has not ticked for about a minute."""
    ticked = threading.Event()

    def look() -> None:
        silent = 0
        while True:
            ticked.clear()
            loop.call_soon_threadsafe(ticked.set)
            silent = 0 if ticked.wait(1.0) else silent + 1
            if silent >= missed:
                leave(STUCK, "loop")
            time.sleep(0.5)

    threading.Thread(target=look, name="watch-loop", daemon=True).start()


def watch_stop(stopping: Callable[[], bool], within: float = _STOP_WITHIN) -> None:
    """Leave where a stop that was asked for takes longer than ten seconds (the supervisor kills after fifteen)."""

    def look() -> None:
        while not stopping():
            time.sleep(0.2)
        time.sleep(within)
        leave(AWAY, "stop")

    threading.Thread(target=look, name="watch-stop", daemon=True).start()
