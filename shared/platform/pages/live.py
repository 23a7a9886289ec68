"""Pages that follow what happens: server-sent events, one stream a page.

The worker says that something changed (`changes.CHANGED`), with its commit; each kind of view is
then made once, however many look at it, and sent to all of them. A connection that listens can go deaf without an
error: a slow look every few seconds stands behind it.
"""

import asyncio
import contextlib
import logging
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Hashable, Mapping
from typing import Final

import asyncpg
import msgspec
from starlette.responses import StreamingResponse

from shared.platform.changes import CHANGED
from shared.platform.clock import Clock
from shared.platform.pages.rendering import HEADERS
from shared.platform.pages.times import iso
from shared.platform.postgres import UNREACHABLE, Row

log = logging.getLogger(__name__)

BEAT: Final = 10.0
"""Seconds between two signs of life."""
SLOW_LOOK: Final = 5.0
"""Seconds after which a view is made again though nobody said that anything changed."""
LONGEST_STREAM: Final = 900.0
"""Seconds after which a stream ends, and the page asks again: who it is for is looked at anew."""
SHORTEST: Final = 0.3
SHARE: Final = 0.25
"""A view takes at most this share of the time: one that costs much is made less often."""

Make = Callable[[], Awaitable[Mapping[str, str]]]
"""Makes the parts of a view, as HTML by name."""


class _View:
    """One kind of view, made while somebody looks at it."""

    def __init__(self, make: Make) -> None:
        self.make = make
        self.lookers = 0
        self.version = 0
        self.event = b""
        self.parts: Mapping[str, str] = {}
        self.stands = False
        """Whether it could be made when it was last tried: without that, no sign of life is sent."""
        self.moved = asyncio.Condition()
        self.task: asyncio.Task[None] | None = None


class Live:
    """The live views of one api process."""

    def __init__(self, dsn: str, clock: Clock) -> None:
        self._dsn = dsn
        self._clock = clock
        self._views: dict[Hashable, _View] = {}
        self._changed = asyncio.Event()
        self._listening: asyncio.Task[None] | None = None
        self._ending = False
        self._waking: set[asyncio.Task[None]] = set()

    async def open(self) -> None:
        """Begin to listen."""
        self._listening = asyncio.create_task(self._listen())

    async def close(self) -> None:
        """End every stream, and stop listening."""
        self.end_streams()
        if self._listening is not None:
            self._listening.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._listening

    def end_streams(self) -> None:
        """End every stream: the process is about to go, and pages look for another one."""
        self._ending = True
        for view in self._views.values():
            if view.task is not None:
                view.task.cancel()

    def stream(self, key: Hashable, make: Make) -> StreamingResponse:
        """Return the stream of a view. Whoever has the same `key` gets the same view, so no caller's own is in it.

        The whole view comes at once on connecting, and again, in full, after each change.
        """
        return StreamingResponse(
            self._events(key, make), media_type="text/event-stream", headers={**HEADERS, "X-Accel-Buffering": "no"}
        )

    async def _events(self, key: Hashable, make: Make) -> AsyncIterator[bytes]:
        view = self._views.setdefault(key, _View(make))
        view.lookers += 1
        if view.task is None:
            view.task = asyncio.create_task(self._keep(view))
        seen, until = 0, time.monotonic() + LONGEST_STREAM
        try:
            yield b"retry: 2000\n\n"
            while not self._ending and time.monotonic() < until:
                if view.version == seen:
                    with contextlib.suppress(TimeoutError):
                        async with asyncio.timeout(BEAT), view.moved:
                            await view.moved.wait()
                if view.version != seen:
                    seen = view.version
                    yield view.event
                elif view.task.done():
                    return  # it could not go on: the page asks again, and is told by what it gets
                elif view.stands:
                    yield f"event: beat\ndata: {iso(self._clock.now())}\n\n".encode()
        finally:
            view.lookers -= 1
            if not view.lookers:
                view.task.cancel()
                if self._views.get(key) is view:
                    del self._views[key]

    async def _keep(self, view: _View) -> None:
        """Make the view again after each change, for as long as somebody looks."""
        try:
            while True:
                changed = self._changed
                began = time.monotonic()
                try:
                    parts = await view.make()
                except Exception as error:
                    view.stands = False
                    log.warning("a live view could not be made: %s", type(error).__name__, exc_info=_unforeseen(error))
                else:
                    view.stands = True
                    if parts != view.parts or not view.version:
                        view.parts = parts
                        view.event = _event(iso(self._clock.now()), parts)
                        view.version += 1
                cost = time.monotonic() - began
                async with view.moved:
                    view.moved.notify_all()
                await asyncio.sleep(max(SHORTEST, cost / SHARE))
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(SLOW_LOOK):
                        await changed.wait()
        finally:
            # Whoever waits must see that nothing more comes; we may be cancelled, and wait for nobody ourselves.
            self._waking.add(waking := asyncio.create_task(_wake(view)))
            waking.add_done_callback(self._waking.discard)

    async def _listen(self) -> None:
        pause = 0.2
        while True:
            connection: asyncpg.Connection[Row] | None = None
            try:
                connection = await asyncpg.connect(
                    self._dsn, timeout=5, server_settings={"application_name": "tsunagi.live"}
                )
                gone = asyncio.Event()
                connection.add_termination_listener(lambda _, gone=gone: gone.set())
                await connection.add_listener(CHANGED, self._tell)
                self._tell()
                pause = 0.2
                await gone.wait()
            except UNREACHABLE as error:
                log.warning("nobody tells of changes: %s", type(error).__name__)
            finally:
                if connection is not None:
                    with contextlib.suppress(*UNREACHABLE):
                        await connection.close(timeout=2)
            await asyncio.sleep(pause)
            pause = min(pause * 2, 5.0)

    def _tell(self, *_: object) -> None:
        changed, self._changed = self._changed, asyncio.Event()
        changed.set()


def _unforeseen(error: Exception) -> Exception | None:
    return None if isinstance(error, UNREACHABLE) else error


async def _wake(view: _View) -> None:
    async with view.moved:
        view.moved.notify_all()


def _event(at: str, parts: Mapping[str, str]) -> bytes:
    data = msgspec.json.encode({"at": at, "parts": parts})
    return b"event: state\ndata: " + data + b"\n\n"
