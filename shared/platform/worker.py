"""The worker: Faust reads the service's topics and has every message settled once (ADR 7).

Every setting and every rule here answers a fault that was tried. Depart from one only with a fault
test that shows why. Imported by the worker's process alone: Faust is large.
"""

import asyncio
import time
from collections.abc import Callable
from typing import Any, NoReturn

import faust

from shared.platform import failpoints, metrics
from shared.platform.inbox import Message
from shared.platform.kafka import MECHANISM, Access
from shared.platform.parts import Parts
from shared.platform.service import Service
from shared.platform.settings import PlatformSettings
from shared.platform.settling import Settling
from shared.platform.watchdog import AWAY, STUCK, Progress, leave, watch_lag, watch_loop, watch_stop

_MOST, _WITHIN = 200, 0.005


def _credentials(kafka: Access) -> Any:
    if kafka.user:
        return faust.SASLCredentials(
            username=kafka.user, password=kafka.password, mechanism=MECHANISM, ssl_context=kafka.tls
        )
    return faust.SSLCredentials(kafka.tls) if kafka.tls else None


def make_app(service: str, settings: PlatformSettings) -> faust.App:
    """Return the Faust app of a service: one a process, its group is the service's name."""
    settings.datadir.mkdir(parents=True, exist_ok=True)
    return faust.App(
        service,
        broker=";".join(f"kafka://{broker}" for broker in settings.kafka.split(",")),
        broker_credentials=_credentials(settings.brokers),
        datadir=settings.datadir,
        store="memory://",
        autodiscover=False,
        web_enabled=False,
        topic_disable_leader=True,
        topic_allow_declare=False,
        key_serializer="raw",
        value_serializer="raw",
        consumer_auto_offset_reset="earliest",
        stream_wait_empty=True,
        broker_session_timeout=10,
        broker_heartbeat_interval=2,
        broker_rebalance_timeout=20,
        broker_request_timeout=15,
        broker_commit_interval=1,
        # A shorter one hangs the worker when the database is away for longer than it plus a rebalance.
        broker_max_poll_interval=86400,
        # What is fetched ahead of a backlog is bounded: the defaults hold a megabyte of each partition, and 4096 events
        # of each topic, which is 300 MiB for casework. A poll fits beside a full buffer, so no topic waits for another.
        consumer_max_fetch_size=128 << 10,
        broker_max_poll_records=200,
        stream_buffer_maxsize=1000,
        worker_redirect_stdouts=False,
    )


class Lane:
    """The way of one topic: Faust's agent lays events down, one task settles them and acknowledges them in order.

    Without a timer that ticks while nothing comes (`noack_take` costs 2 % of a core an agent): a
    bounded list, one settling task, and if that dies the process leaves. A batch is taken a moment after its first
    event, so that what comes together is settled together.
    """

    def __init__(self, app: faust.App, topic: str, settling: Settling, progress: Progress) -> None:
        self._app = app
        self._topic = topic
        self._settling = settling
        self._progress = progress
        self._waiting: list[Any] = []
        self._came, self._room = asyncio.Event(), asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    async def work(self, stream: Any) -> None:
        """Take the events of the agent's stream; nothing is acknowledged by Faust itself."""
        stream.enable_acks = False
        if self._task is None:
            self._task = asyncio.create_task(self._settle_all(), name=f"settle {self._topic}")
            self._task.add_done_callback(_ended)
        async for event in stream.events():
            while len(self._waiting) >= _MOST:
                self._room.clear()
                await self._room.wait()
            self._waiting.append((stream, event))
            self._came.set()

    async def _settle_all(self) -> None:
        while True:
            await self._came.wait()
            await asyncio.sleep(_WITHIN)
            batch, self._waiting = self._waiting, []
            self._came.clear()
            self._room.set()
            began = time.perf_counter()
            await self._settling.settle(
                [self._settling.read(message_of(event.message)) for _, event in batch], self._on_away
            )
            metrics.WORKER_SECONDS.labels(self._topic).observe(time.perf_counter() - began)
            failpoints.reach(failpoints.WORKER_AFTER_EFFECT)
            for stream, event in batch:
                await stream.ack(event)
            self._progress.acks += len(batch)

    async def _on_away(self) -> None:
        if self._app.should_stop:
            leave(AWAY, "away")  # nothing was acknowledged, so nothing is lost
        await self._settling.parts.database.pool.expire_connections()


def _ended(task: "asyncio.Task[None]") -> None:
    if not task.cancelled():
        leave(STUCK, "lane")


def add_agent(app: faust.App, topic: str, settling: Settling, progress: Progress) -> None:
    """Have one agent read one topic."""
    app.agent(
        app.topic(topic, key_type=bytes, value_type=bytes, key_serializer="raw", value_serializer="raw"),
        name=f"{settling.parts.service}.{topic}",
        concurrency=1,
    )(Lane(app, topic, settling, progress).work)


def message_of(raw: Any) -> Message:
    """Return Faust's (or aiokafka's) message as ours."""
    headers = raw.headers.items() if isinstance(raw.headers, dict) else raw.headers or ()
    return Message(
        raw.topic, raw.partition, raw.offset, raw.key, tuple((name, value or b"") for name, value in headers), raw.value
    )


def run_worker(
    parts: Parts, service: Service, loop: asyncio.AbstractEventLoop, on_ready: Callable[[], None]
) -> NoReturn:
    """Read the service's topics and `keys` until the process is asked to stop, or Faust gives up: then exit."""
    app, settling, progress = make_app(service.name, parts.settings), Settling(parts, service), Progress()
    topics = settling.topics()
    for topic in topics:
        add_agent(app, topic, settling, progress)

    async def ready() -> None:
        on_ready()

    app.task(ready)
    worker = faust.Worker(app, loop=loop, quiet=True, override_logging=False, redirect_stdouts=False)
    worker.spinner = None
    watch_stop(lambda: bool(worker.should_stop or app.should_stop))
    watch_loop(loop)
    watching = loop.create_task(watch_lag(parts, topics, progress))
    try:
        worker.execute_from_commandline()
    finally:
        watching.cancel()
