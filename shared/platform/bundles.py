"""Faust's consumer, handing on what one poll brought of a topic as one message: a bundle (ADR 7).

Faust spends some 70 µs on a message before anybody has looked at it: two tasks, a queue, a stream's turn, sensors; in
the quiet, where caches are cold, five times as much. Spent on a bundle, that is little. All that keeps events safe is
still Faust's: the group and its generations, flow control and its end at a rebalance, streams, acknowledgements and
what is committed because of them. A bundle is acknowledged when all of it is durable; then each of its offsets counts
as acknowledged, in each of its partitions.
"""

import asyncio
import contextlib
from collections.abc import Mapping, Sequence
from typing import Any, cast

import faust
from faust.transport.drivers import aiokafka
from faust.types import TP
from faust.types.tuples import ConsumerMessage, ack_lock

from shared.platform.one_loop import Reader

_PATIENCE, _SOON = 1.0, 0.01
"""Seconds that a poll waits for something to come: it does not hear of it when a topic that was held is let go."""


class Bundle(ConsumerMessage):
    """Messages of one topic, those of each partition in their order. To Faust it is the last of its first partition."""

    __slots__ = ("durable", "parts", "records")

    def __init__(self, parts: Mapping[TP, Sequence[Any]], generation: int) -> None:
        tp = next(iter(parts))
        last = parts[tp][-1]
        super().__init__(
            tp.topic, tp.partition, last.offset, last.timestamp / 1000.0, 0, None, None, None, None, 0, 0, tp,
            generation_id=generation,
        )  # fmt: skip
        self.durable = False
        """Set by who has settled it: Faust also acknowledges what its streams skip while a rebalance goes on."""
        self.parts = parts
        self.records = [one for records in parts.values() for one in records]


class BundlingConsumer(aiokafka.Consumer):
    """Reads as Faust's own does, in the worker's loop; what it hands on is bundles."""

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self._on_way = 0
        self._all_taken = asyncio.Event()

    def _new_consumer_thread(self) -> Reader:
        return Reader(self, loop=self.loop, beacon=self.beacon, thread_loop=self.loop)

    async def _drain_messages(self, fetcher: Any) -> None:  # what Faust calls it
        """Hand bundles on until it is stopped (called by Faust's fetcher, in place of its own)."""
        try:
            while not (self._stopped.is_set() or fetcher._stopped.is_set()):  # noqa: SLF001 - as Faust's own does
                await self.sleep(0)  # a poll need not let anybody else have a turn
                if self.should_stop:
                    continue
                bundles = await self.bundles()
                if not bundles:
                    continue
                if self._commit_every is not None and self._n_acked >= self._commit_every:
                    self._n_acked = 0
                    await self.commit()
                # A rebalance must not wait for a queue that nobody empties.
                await self.wait_first(self.hand_on(bundles), self.suspend_flow.wait())
        except self.consumer_stopped_errors:
            if not self.transport.app.should_stop:
                raise
        except asyncio.CancelledError:
            if not self.transport.app.should_stop:
                raise
        except Exception:
            self.log.exception("reading the log")
            raise

    async def bundles(self) -> list[Bundle]:
        """Poll once, and return what is new, a bundle a topic."""
        records, active = await self._wait_next_records(_SOON if self._buffered_partitions else _PATIENCE)
        generation = self.app.consumer_generation_id
        if records is None or self.should_stop:
            return []
        if not self.flow_active:
            try:
                await self.perform_seek()
            except Exception as error:  # noqa: BLE001 - as Faust's own does: it polls, and seeks, again
                self.log.warning("exception performing seek when flow not active %r", error)
            return []
        topics: dict[str, dict[TP, Sequence[Any]]] = {}
        for tp, found in records.items():
            if active is not None and tp not in active and tp not in self._buffered_partitions:
                continue
            new = await self._new(tp, found)
            if new:
                self.app.monitor.track_tp_end_offset(tp, self.highwater(tp))
                topics.setdefault(tp.topic, {})[tp] = new
        return [Bundle(parts, generation) for parts in topics.values()]

    async def _new(self, tp: TP, records: Sequence[Any]) -> Sequence[Any]:
        """Return what of these was not handed on before; offsets that the log leaves out before it need no ack."""
        read = self._read_offset[tp]
        if read is not None and records[0].offset < read:
            records = [one for one in records if one.offset >= read]
        if records:
            first = records[0].offset
            if read and first - read > 1 and self.app.topics.acks_enabled_for(tp.topic):
                await self._add_gap(tp, read + 1, first - 1)
        return records

    async def hand_on(self, bundles: Sequence[Bundle]) -> None:
        """Hand bundles on, in their order; nothing of a generation that has ended meanwhile."""
        self._on_way = len(bundles)  # whatever was skipped of those before
        self._all_taken.clear()
        for bundle in bundles:
            if not self.flow_active or self.app.consumer_generation_id != bundle.generation_id:
                return
            await self.callback(bundle)
            for tp, records in bundle.parts.items():
                self._read_offset[tp] = records[-1].offset

    def taken(self) -> None:
        """Note that a bundle has come out of its stream."""
        self._on_way -= 1
        if self._on_way <= 0:
            self._all_taken.set()

    async def all_taken(self, within: float) -> None:
        """Wait until all that was handed on together has come out of the streams; at most so many seconds."""
        if self._on_way > 0:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(within):
                    await self._all_taken.wait()

    def ack(self, message: Any) -> bool:
        """Mark a durable bundle as acknowledged: every offset of it, and those that the log leaves out in between."""
        if not isinstance(message, Bundle):
            return super().ack(message)
        with ack_lock:
            if message.acked:
                return False
            message.acked = True
            self._unacked_messages.discard(message)
            waiting = self._waiting_for_ack  # a rebalance, for all that was begun to be done
            if waiting is not None and not waiting.done():
                waiting.set_result(None)
            if not message.durable or not self.app.topics.acks_enabled_for(message.topic):
                return False
            new = sum(self._acknowledge(tp, records) for tp, records in message.parts.items())
            self._n_acked += new
            return new > 0

    def _acknowledge(self, tp: TP, records: Sequence[Any]) -> int:
        committed, known = self._committed_offset[tp], self._acked_index[tp]
        first = records[0].offset if committed is None else max(committed, records[0].offset)
        new = [offset for offset in range(first, records[-1].offset + 1) if offset not in known]
        known.update(new)
        self._acked[tp].extend(new)
        return len(new)

    def hold(self, topic: str) -> None:
        """Fetch nothing of this topic until it is let go."""
        for tp in [tp for tp in self._get_active_partitions() if tp.topic == topic]:
            self.on_buffer_full(tp)

    def let_go(self, topic: str) -> None:
        """Fetch this topic again."""
        for tp in [tp for tp in self._buffered_partitions if tp.topic == topic]:
            self.on_buffer_drop(tp)


class BundlingTransport(aiokafka.Transport):
    """Faust's transport, with that consumer."""

    Consumer = BundlingConsumer


def bundle(app: faust.App) -> None:
    """Have this app read bundles."""
    app.transport = BundlingTransport(app.conf.broker_consumer, app)


def consumer_of(app: faust.App) -> BundlingConsumer:
    """Return the consumer of an app that reads bundles."""
    return cast(BundlingConsumer, app.consumer)
