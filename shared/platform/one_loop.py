"""Faust's consumer in the worker's own loop, and not in a thread of its own (ADR 7).

From a thread's loop to the worker's an event changes hands twice, and on busy cores each time it waits. aiokafka's
state is not made for two threads, either.
"""

import asyncio
import inspect
from collections.abc import Callable
from typing import Any

from faust.transport.drivers import aiokafka

from shared.platform.fetching import keep_sessions


class _Here:
    """What Faust starts in place of a thread: a task of the worker's own loop."""

    def __init__(self, service: "Reader") -> None:
        self._service = service
        self._serving: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to serve. However that ends, nobody goes on waiting for the end."""
        self._serving = self._service.parent_loop.create_task(self._service._serve())  # noqa: SLF001 - as Faust's own
        self._serving.add_done_callback(lambda _: self._service.set_shutdown())

    def stop(self) -> None:
        """Do nothing: whoever stops the service has waited for it."""


class Reader(aiokafka.AIOKafkaConsumerThread):
    """Faust's, whose consumer lives in the worker's own loop and fetches in sessions."""

    Worker = _Here  # type: ignore[assignment]  # it is asked for no more than that

    async def call_thread(self, fun: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        """Call in this loop. Who gives up waiting does not end what was begun: so it is with a thread."""
        answer = fun(*args, **kwargs)
        return await asyncio.shield(answer) if inspect.isawaitable(answer) else answer

    async def _gather_remaining_tasks(self) -> None:
        """Leave alone what else this loop does: it is not the consumer's."""

    def _create_consumer(self, loop: asyncio.AbstractEventLoop) -> Any:
        consumer = super()._create_consumer(loop)
        keep_sessions(consumer._client)  # noqa: SLF001 - aiokafka has no other place for it
        return consumer
