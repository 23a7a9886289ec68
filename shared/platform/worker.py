"""The worker: Faust reads the service's topics and has every message settled once (ADR 7).

Every setting and every rule here answers a fault that was tried. Depart from one only with a fault
test that shows why. Imported by the worker's process alone: Faust is large.
"""

import asyncio
import logging
import time
from collections.abc import Callable
from typing import Any, NoReturn
from weakref import WeakKeyDictionary

import faust

from shared.platform import failpoints, metrics
from shared.platform.bundles import bundle, consumer_of
from shared.platform.causes import cause
from shared.platform.inbox import Message
from shared.platform.kafka import MECHANISM, Access
from shared.platform.parts import Parts
from shared.platform.service import Service
from shared.platform.settings import PlatformSettings
from shared.platform.settling import Settling
from shared.platform.watchdog import AWAY, STUCK, Progress, leave, watch_lag, watch_loop, watch_stop

log = logging.getLogger(__name__)

_MOST = 500
"""So many messages of a topic may wait beside those that are being settled; then no more are fetched of it."""
_FEW, _MOMENT = 50, 0.005
"""Fewer messages than these wait for what came with them: what one command told on several topics is settled together.
At most so many seconds, since what a stream skips never comes."""


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
    """The way of one topic: Faust's agent lays bundles down, one task settles them and acknowledges them in order.

    Without a timer that ticks while nothing comes (`noack_take` costs 2 % of a core an agent): a bounded list, one
    settling task, and if that dies the process leaves. What comes while a batch is settled is the next batch.

    Where little comes, what waits in several lanes is settled in one transaction: what one command told about a person
    on three topics is one commit, and none of the three waits for another's.
    """

    def __init__(
        self, app: faust.App, topic: str, settling: Settling, progress: Progress, lanes: "list[Lane] | None" = None
    ) -> None:
        """`lanes`: those of all topics of this worker; this one is added."""
        self._app = app
        self._topic = topic
        self._settling = settling
        self._progress = progress
        self._lanes = lanes if lanes is not None else []
        self._lanes.append(self)
        self.waiting: list[Any] = []
        self.messages = 0
        self._came = asyncio.Event()
        self.busy = False
        """Whether somebody settles what waits here: this lane, or another one along with its own."""
        self._freed = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    async def work(self, stream: Any) -> None:
        """Take the bundles of the agent's stream; nothing is acknowledged by Faust itself."""
        stream.enable_acks = False
        if self._task is None:
            self._task = asyncio.create_task(self._settle_all(), name=f"settle {self._topic}")
            self._task.add_done_callback(_ended)
        async for event in stream.events():
            self.waiting.append((stream, event))
            self.messages += len(event.message.records)
            consumer_of(self._app).taken()
            if self.messages >= _MOST:
                consumer_of(self._app).hold(self._topic)
            self._came.set()

    async def _settle_all(self) -> None:
        while True:
            await self._came.wait()
            if self.messages < _FEW:
                await consumer_of(self._app).all_taken(_MOMENT)
            while self.busy:
                self._freed.clear()
                await self._freed.wait()
            self._came.clear()
            if self.waiting:
                self.busy = True
                try:
                    if not await self._settle_together():
                        await self._settle_alone()
                finally:
                    self.free()

    def free(self) -> None:
        """Say that nobody settles what waits here any more."""
        self.busy = False
        self._freed.set()

    async def _settle_alone(self) -> None:
        batch, self.waiting, self.messages = self.waiting, [], 0
        consumer_of(self._app).let_go(self._topic)
        began = time.perf_counter()
        messages = [one for _, event in batch for one in messages_of(event)]
        await self._settling.settle([self._settling.read(one) for one in messages], self._on_away)
        metrics.WORKER_SECONDS.labels(self._topic).observe(time.perf_counter() - began)
        await self.acknowledge(batch)

    async def _settle_together(self) -> bool:
        """Settle what waits here and in lanes that are free, where that is little; say whether it was done.

        Only tried: where anything is wrong with it, every lane goes its own way, where an event that waits for its key
        does not keep the keys waiting.
        """
        others = [lane for lane in self._lanes if lane.waiting and lane.messages < _FEW and not lane.busy]
        if self.messages >= _FEW or not others:
            return False
        for lane in others:  # free ones only, taken without waiting: nobody can come to wait for each other
            lane.busy = True
        lanes = [self, *others]
        try:
            batches = [(lane, list(lane.waiting)) for lane in lanes]
            came = [
                self._settling.read(one) for _, batch in batches for _, event in batch for one in messages_of(event)
            ]
            try:
                await self._settling.store(came)
            except Exception as error:  # noqa: BLE001 - whatever it is, `settle` knows what to do about it
                log.info("not settled together: %s", cause(error))
                return False
            for lane, batch in batches:
                del lane.waiting[: len(batch)]
                lane.messages -= sum(len(event.message.records) for _, event in batch)
                await lane.acknowledge(batch)
        finally:
            for lane in others:
                lane.free()
        return True

    async def acknowledge(self, batch: list[Any]) -> None:
        """Acknowledge bundles that are durable here, in the order in which they came."""
        failpoints.reach(failpoints.WORKER_AFTER_EFFECT)
        for stream, event in batch:
            event.message.durable = True
            await stream.ack(event)
            self._progress.acks += len(event.message.records)

    async def _on_away(self) -> None:
        if self._app.should_stop:
            leave(AWAY, "away")  # nothing was acknowledged, so nothing is lost
        await self._settling.parts.database.pool.expire_connections()


def _ended(task: "asyncio.Task[None]") -> None:
    if not task.cancelled():
        leave(STUCK, "lane")


_lanes: "WeakKeyDictionary[faust.App, list[Lane]]" = WeakKeyDictionary()


def add_agent(app: faust.App, topic: str, settling: Settling, progress: Progress) -> None:
    """Have one agent read one topic."""
    app.agent(
        app.topic(topic, key_type=bytes, value_type=bytes, key_serializer="raw", value_serializer="raw"),
        name=f"{settling.parts.service}.{topic}",
        concurrency=1,
    )(Lane(app, topic, settling, progress, _lanes.setdefault(app, [])).work)


def messages_of(event: Any) -> list[Message]:
    """Return the messages of an event of Faust's whose message is a bundle."""
    return [
        Message(
            one.topic,
            one.partition,
            one.offset,
            one.key,
            tuple((name, value or b"") for name, value in one.headers),
            one.value,
        )
        for one in event.message.records
    ]


def run_worker(
    parts: Parts, service: Service, loop: asyncio.AbstractEventLoop, on_ready: Callable[[], None]
) -> NoReturn:
    """Read the service's topics and `keys` until the process is asked to stop, or Faust gives up: then exit."""
    app, settling, progress = make_app(service.name, parts.settings), Settling(parts, service), Progress()
    bundle(app)
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
