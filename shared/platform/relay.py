"""The relay: outbox → Kafka, in order, each event at least once (design, decision 1; ADR 3).

It reads in the order of id, sends, awaits every ack, and only then deletes. A row whose transaction committed late may
have a lower id than rows that are gone already, so it always reads from the beginning and leaves out what is on its
way. On any error the producer is thrown away and everything is read again: what was sent already is sent twice, and
the inboxes take it.
"""

import asyncio
import contextlib
import logging
import time
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from itertools import chain, zip_longest
from typing import Any, NamedTuple

import msgspec
from aiokafka import AIOKafkaProducer

from shared.platform import failpoints, metrics
from shared.platform.causes import cause
from shared.platform.kafka import connecting
from shared.platform.leadership import Leadership, leading
from shared.platform.partitioning import hashes_of
from shared.platform.parts import Parts
from shared.platform.postgres import Database, Row
from shared.platform.waking import CHANNEL

log = logging.getLogger(__name__)

_LOCK = 1
_ROWS = 2000
_BYTES = 8 << 20
"""About so many bytes of values are read at once, however large the events are."""
_BATCH_BYTES = 950_000  # below the broker's message.max.bytes (1 MiB)
_ACKS_WITHIN = 15.0
_STOP_WITHIN = 5.0
_LOOK = 0.1
"""Seconds until the next look into an empty outbox, where nobody wakes the relay before (`waking`)."""
_MANY_GONE, _SWEPT_LATELY, _NOT_SWEPT = 2000, 2.0, 60.0
"""After so many deleted rows the outbox is swept, but not for so many seconds after the last time, and much longer
after one that failed."""

_READ = "SELECT id, topic, key, headers, value FROM outbox ORDER BY id LIMIT $1"
_DELETE_AND_READ = """
    WITH gone AS (DELETE FROM outbox WHERE id = ANY($2::bigint[]))
    SELECT id, topic, key, headers, value FROM outbox WHERE id <> ALL($3::bigint[]) ORDER BY id LIMIT $1
"""
_SWEEP = "VACUUM (SKIP_LOCKED, INDEX_CLEANUP ON, TRUNCATE OFF) outbox"
"""Truncating would keep commands waiting; autovacuum does it when it finds a moment."""
_headers = msgspec.json.Decoder(dict[str, str])


class Load(NamedTuple):
    """Rows of the outbox, packed: which rows, and the batches to send, in order within each partition."""

    ids: list[int]
    batches: list[tuple[Any, str, int]]
    counts: Mapping[str, int]
    """How many go to each topic."""
    full: bool
    """There may be more where these came from."""


def header_list(text: bytes) -> list[tuple[str, bytes]]:
    """Read stored headers as Kafka wants them (`store.header_pairs`, for the many)."""
    found = _headers.decode(text)
    values = "\0".join(found.values()).encode().split(b"\0") if found else []
    if len(values) != len(found):  # somebody's header holds a NUL
        return [(name, value.encode()) for name, value in found.items()]
    return list(zip(found, values, strict=True))


def pack(rows: Sequence[Row], producer: AIOKafkaProducer, counts: Mapping[str, int]) -> list[tuple[Any, str, int]]:
    """Put rows into record batches: in their order within a partition, another batch where one is full."""
    now = int(time.time() * 1000)
    keys = [str(row[2]).encode() for row in rows]
    batches: defaultdict[tuple[str, int], list[Any]] = defaultdict(list)
    for row, key, hash_ in zip(rows, keys, hashes_of(keys), strict=True):
        _, topic, _, headers, value = row
        lane = batches[topic, hash_ % counts[topic]]
        if not lane:
            lane.append(producer.create_batch())
        pairs = header_list(headers)
        if lane[-1].append(timestamp=now, key=key, value=value, headers=pairs) is None:
            lane.append(producer.create_batch())
            lane[-1].append(timestamp=now, key=key, value=value, headers=pairs)
    # Wave by wave: a second batch of a partition waits for the first, so all the first ones go before it.
    lanes = ([(batch, *place) for batch in lane] for place, lane in batches.items())
    return [one for one in chain.from_iterable(zip_longest(*lanes)) if one is not None]


class Relay:
    """Sends one service's outbox for as long as it is run; several may be run, one of them leads."""

    def __init__(self, parts: Parts, *, rows: int = _ROWS) -> None:
        self._service = parts.service
        self._database: Database = parts.database
        self._dsn = parts.settings.database_url
        self._kafka = parts.settings.brokers
        self._most = rows
        self._limit = min(100, rows)
        self._woken = asyncio.Event()
        self._gone = 0
        self._swept = 0.0
        self._sweeping: asyncio.Task[None] | None = None

    async def run(self) -> None:
        """Lead, send, and begin again after every error, until it is cancelled."""
        pause = 0.2
        while True:
            began = time.monotonic()
            try:
                async with leading(self._dsn, _LOCK, f"tsunagi.{self._service}.relay-lock") as leadership:
                    metrics.RELAY_LEADER.set(1)
                    await leadership.listen(CHANNEL, self._woken.set)
                    while True:
                        await self._send_with_one_producer(leadership)
            except Exception as error:  # noqa: BLE001 - whatever it was: nothing is deleted before its ack
                metrics.RELAY_FAILURES.labels(type(error).__name__).inc()
                log.warning("relay: %s; reading again", cause(error))
            finally:
                metrics.RELAY_LEADER.set(0)
            if time.monotonic() - began > 10:
                pause = 0.2
            await asyncio.sleep(pause)
            pause = min(pause * 2, 5.0)

    async def _send_with_one_producer(self, leadership: Leadership) -> None:
        producer = AIOKafkaProducer(
            **connecting(self._kafka),
            client_id=f"tsunagi.{self._service}.relay",
            acks="all",
            enable_idempotence=True,
            request_timeout_ms=5000,
            max_batch_size=_BATCH_BYTES,
        )
        try:
            async with asyncio.timeout(_ACKS_WITHIN):
                await producer.start()
            await self._pump(producer, leadership)
        finally:
            await throw_away(producer)

    async def _pump(self, producer: AIOKafkaProducer, leadership: Leadership) -> None:
        """Read, send, delete, for ever. While a full load is on its way, the next one is read and packed."""
        sent: list[int] = []
        load = await self._load(producer, [], [])
        while True:
            leadership.check()
            if not load.ids:
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(_LOOK):
                        await self._woken.wait()
                self._woken.clear()
                load = await self._load(producer, [], [])
                continue
            began = time.perf_counter()
            sending = asyncio.create_task(send(producer, load.batches))
            following: Load | None = None
            try:
                if load.full:
                    following = await self._load(producer, sent, load.ids)
                    sent = []
                await sending
            finally:
                if not sending.done():
                    sending.cancel()
                    with contextlib.suppress(asyncio.CancelledError, Exception):
                        await sending
            failpoints.reach(failpoints.RELAY_AFTER_SEND)
            for topic, count in load.counts.items():
                metrics.RELAY_SENT.labels(topic).inc(count)
            sent += load.ids
            if following is None or not following.ids:
                following = await self._load(producer, sent, [])
                sent = []
            load = following
            metrics.RELAY_SECONDS.observe(time.perf_counter() - began)

    async def _load(self, producer: AIOKafkaProducer, sent: list[int], flying: list[int]) -> Load:
        """Delete what was acknowledged, and in the same statement read what comes next."""
        async with self._database.session() as session:
            if sent or flying:
                rows = await session.raw.fetch(_DELETE_AND_READ, self._limit, sent, sent + flying)
            else:
                rows = await session.raw.fetch(_READ, self._limit)
        self._gone += len(sent)
        self._sweep()
        if not rows:
            return Load([], [], {}, full=False)
        full = len(rows) == self._limit
        size = sum(len(row[4] or b"") for row in rows)
        self._limit = max(1, min(self._most, self._limit * 4, _BYTES * len(rows) // max(size, 1)))
        counts = Counter(row[1] for row in rows)
        partitions = {topic: len(await producer.partitions_for(topic)) for topic in counts}
        return Load([row[0] for row in rows], pack(rows, producer, partitions), counts, full)

    def _sweep(self) -> None:
        """Have PostgreSQL clear away what is deleted, before autovacuum comes: every read goes past it."""
        due = self._gone >= _MANY_GONE and time.monotonic() - self._swept >= _SWEPT_LATELY
        if due and (self._sweeping is None or self._sweeping.done()):
            self._gone = 0
            self._sweeping = asyncio.create_task(self._clear_away(), name="sweep the outbox")

    async def _clear_away(self) -> None:
        self._swept = time.monotonic() + _NOT_SWEPT
        try:
            async with self._database.session() as session:
                await session.execute(_SWEEP)
            self._swept = time.monotonic()
        except Exception as error:  # noqa: BLE001 - autovacuum comes all the same
            log.info("the outbox was not swept: %s", cause(error))


async def send(producer: AIOKafkaProducer, batches: Sequence[tuple[Any, str, int]]) -> None:
    """Send batches and await every ack. Raises what Kafka says, or `TimeoutError` after 15 s."""
    acks: list[asyncio.Future[Any]] = []
    async with asyncio.timeout(_ACKS_WITHIN):
        for batch, topic, partition in batches:
            ack = await producer.send_batch(batch, topic, partition=partition)
            ack.add_done_callback(_seen)
            acks.append(ack)
        await asyncio.gather(*acks)


def _seen(ack: "asyncio.Future[Any]") -> None:
    """Look at the failure of an ack that nobody awaits any more."""
    if not ack.cancelled():
        ack.exception()


async def throw_away(producer: AIOKafkaProducer) -> None:
    """Stop a producer within five seconds, or cut it off: it must not send once another one does."""
    try:
        async with asyncio.timeout(_STOP_WITHIN):
            await producer.stop()
    except Exception:  # noqa: BLE001 - it is thrown away because something failed; this may fail as well
        sender = producer._sender  # noqa: SLF001 - it has no public way to end without flushing
        with contextlib.suppress(Exception):
            async with asyncio.timeout(1):
                await producer.client.close()
        with contextlib.suppress(Exception):
            async with asyncio.timeout(1):
                await sender.close()
