"""One process of a rebuild: reads its partitions of the log and lays them down by key, then folds bucket by bucket.

`python -m services.casework.rebuilding.hand` is told what to do on its standard input and answers on its standard
output (`told`). When its input ends, whoever began it is gone, and it goes too.
"""

import asyncio
import gc
import os
import sys
import threading
from collections.abc import Collection, Iterable, Iterator, Sequence
from operator import itemgetter
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg
import msgspec
import uvloop

from services.casework.domain.handoff_rules import Tables
from services.casework.policies import tables_in
from services.casework.projection import kind_of
from services.casework.rebuilding import shadow
from services.casework.rebuilding.buckets import Laid, Laying, laid, number_of
from services.casework.rebuilding.told import (
    SESSION,
    UNFIT,
    Answer,
    Command,
    Failed,
    Fold,
    Folded,
    Heard,
    Moved,
    Place,
    Read,
    Setup,
    WasRead,
)
from services.casework.rows import COLUMNS, COLUMNS_OF, Records, records, timeline_row
from services.casework.tables import PROJECTED
from shared.contracts import catalogue
from shared.platform.causes import cause
from shared.platform.inbox import Broken, Incoming
from shared.platform.logread import read_extent
from shared.platform.postgres import Session

assert catalogue.MODULES  # noqa: S101 - importing it is what makes every event type known
_PAGE = 4000


class Gathered:
    """The messages of a part of a bucket, read and sorted by key, each event once.

    `refused`: numbers of ids of events that were found to be refused: they are neither there nor heard.
    """

    def __init__(self, messages: Iterable[Laid], skip: Sequence[Place], refused: Collection[int] = ()) -> None:
        self.messages = self.broken = self.refused = self.events = 0
        by_key: dict[int, list[Incoming]] = {}  # the number of an id: to look one up by itself takes thrice as long
        heard: dict[tuple[str, int], list[Any]] = {}
        skipped = set(skip)
        for laid_down in messages:
            self.messages += 1
            one = laid_down.read()
            if isinstance(one, Broken):
                self.broken += 1
                continue
            envelope, place = one.recorded.envelope, (one.topic, one.partition)
            if refused and envelope.id.int in refused:
                self.refused += 1
                continue
            last = heard.get(place)
            if last is None:
                heard[place] = [one.offset, envelope.recorded_at]
            else:
                last[:] = max(last[0], one.offset), max(last[1], envelope.recorded_at)
            if skipped and Place(*place, one.offset) in skipped:
                continue
            told = by_key.get(envelope.key.int)
            if told is None:
                by_key[envelope.key.int] = [one]
            else:
                told.append(one)
        self.heard = [Heard(*place, offset, instant) for place, (offset, instant) in heard.items()]
        self.by_key = {told[0].recorded.envelope.key: _once(told) for told in by_key.values()}
        self.events = sum(map(len, self.by_key.values()))


def _once(told: list[Incoming]) -> list[Incoming]:
    """Return each event once, where it stood first."""
    if len(told) == 1:
        return told
    first: dict[int, Incoming] = {}
    for one in told:
        first.setdefault(one.recorded.envelope.id.int, one)
    return list(first.values())


class Hand:
    """Does what it is told."""

    def __init__(self, setup: Setup, connection: "asyncpg.Connection[asyncpg.Record]") -> None:
        self._setup = setup
        self._connection = connection
        self._tables: Tables = tables_in(tuple(map(Path, setup.handoff_kinds)))
        self._buckets = 1

    async def read(self, command: Read) -> WasRead:
        """Read and lay down. Raises what the log's reader raises."""
        self._buckets = command.buckets
        laying = Laying(self._setup.files[0], command.buckets)
        told = 0
        extent = {(topic, partition): (begin, end) for topic, partition, begin, end in command.extent}
        async for page in read_extent(self._setup.kafka, extent, most=_PAGE):
            laying.lay(page)
            told += len(page)
            if told >= _PAGE:
                say(Moved(told))
                told = 0
        laying.flush()
        say(Moved(told))
        return WasRead(laying.last, laying.counts)

    async def fold(self, command: Fold) -> Folded:
        """Fold one part of a bucket and store it, all of it or nothing."""
        gathered = Gathered(self._messages(command), command.skip)
        try:
            await self._store(self._records(gathered.by_key))
        except UNFIT:
            refused = await self._store_what_fits(gathered.by_key)
            gathered = Gathered(self._messages(command), command.skip, refused)
        return Folded(
            gathered.messages,
            gathered.events,
            gathered.broken,
            gathered.refused,
            len(gathered.by_key),
            gathered.heard,
        )

    def _messages(self, command: Fold) -> Iterator[Laid]:
        shift, parts = self._buckets.bit_length() - 1, command.parts
        for file, last in zip(self._setup.files, command.last, strict=True):
            for segment in laid(file, last):
                if parts == 1:
                    yield from segment
                else:
                    yield from (one for one in segment if (number_of(one.key) >> shift) % parts == command.part)

    def _records(self, by_key: dict[UUID, list[Incoming]]) -> Records:
        """Return the rows of these keys, each key's events beside each other."""
        made: Records = {table.name: [] for table in PROJECTED}
        timeline = made["timeline"]
        for key, events in by_key.items():
            timeline.extend(map(timeline_row, events))
            recorded = [one.recorded for one in events]
            for table, rows in records(self._tables, kind_of(events[0].topic), key, recorded).items():
                made[table] += rows
        return made

    async def _store(self, made: Records) -> None:
        async with self._connection.transaction():
            for table, rows in made.items():
                if rows:
                    columns = COLUMNS if table == "timeline" else COLUMNS_OF[table]
                    await self._connection.copy_records_to_table(
                        table, schema_name=shadow.SCHEMA, records=rows, columns=columns
                    )

    async def _store_what_fits(self, by_key: dict[UUID, list[Incoming]]) -> set[int]:
        """Store key by key, without the events that the database or a rule refuses: the worker lays those aside.

        Returns the numbers of their ids.
        """
        refused: set[int] = set()
        for key, events in by_key.items():
            try:
                await self._store(self._records({key: events}))
            except UNFIT:
                kept: list[Incoming] = []
                for one in sorted(events, key=itemgetter(slice(1, None))):
                    if await self._fits({key: [*kept, one]}):
                        kept.append(one)
                    else:
                        refused.add(one.recorded.envelope.id.int)
                if kept:
                    await self._store(self._records({key: kept}))
        return refused

    async def _fits(self, by_key: dict[UUID, list[Incoming]]) -> bool:
        trying = self._connection.transaction()
        await trying.start()
        try:
            await self._store(self._records(by_key))
        except UNFIT:
            return False
        else:
            return True
        finally:
            await trying.rollback()


def say(answer: Answer) -> None:
    """Answer whoever began this process."""
    sys.stdout.buffer.write(msgspec.json.encode(answer) + b"\n")
    sys.stdout.buffer.flush()


async def work() -> None:
    """Do what comes in until nothing more comes."""
    loop, commands = asyncio.get_running_loop(), asyncio.Queue[Command]()
    setup = msgspec.json.decode(sys.stdin.buffer.readline(), type=Setup)

    def listen() -> None:
        for line in sys.stdin.buffer:
            loop.call_soon_threadsafe(commands.put_nowait, msgspec.json.decode(line, type=Command))
        os._exit(0)  # whoever began it is gone, or has no more work

    threading.Thread(target=listen, daemon=True).start()
    connection = await asyncpg.connect(
        setup.database_url, timeout=5, server_settings={**SESSION, "synchronous_commit": "off"}
    )
    await shadow.prepare(Session(connection))
    hand = Hand(setup, connection)
    # Millions of objects come and go, hardly any in cycles: looking for those would be a fifth of the work.
    gc.freeze()
    gc.set_threshold(200_000, 20, 100)
    while True:
        command = await commands.get()
        say(await hand.read(command) if isinstance(command, Read) else await hand.fold(command))


def main() -> None:
    failed: BaseException | None = None
    try:
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(work())
    except BaseException as error:  # noqa: BLE001 - told to whoever began it, who raises
        failed = error
    say(Failed(cause(failed)))
    os._exit(1)  # a thread waits for its standard input, and would be waited for


if __name__ == "__main__":
    main()
