"""`tsunagi replay`: the log as lines of JSON, without what is sealed."""

import asyncio
import contextlib
import sqlite3
import sys
from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

from tsunagi.commands import Folder, app

if TYPE_CHECKING:
    from shared.platform.inbox import Incoming
    from shared.platform.kafka import Kafka


@app.command()
def replay(
    *,
    since: Annotated[str | None, typer.Option("--from", help="Only what was recorded from then on (ISO 8601).")] = None,
    until: Annotated[str | None, typer.Option("--to", help="Only what was recorded before then (ISO 8601).")] = None,
    types: Annotated[
        str | None, typer.Option(help="Only types that begin so, with commas between: tsunagi.transfer.placement, …")
    ] = None,
    speed: Annotated[
        float, typer.Option(min=0, help="So many times as fast as it was recorded; 0: as fast as it goes.")
    ] = 0.0,
    folder: Folder = None,
) -> None:
    """Print the log's events in the order in which they were recorded, as NDJSON, without their sealed parts.

    Each event once, also where the relay sent it twice. Standard output is the data; nothing is changed.
    """
    from tsunagi.inside import operated

    first, last = _instant(since), _instant(until)
    stack = operated(folder)
    wanted = tuple(one.strip() for one in types.split(",")) if types else ("",)
    try:
        asyncio.run(_replay(stack.bootstrap, first, last, wanted, speed))
    except BrokenPipeError:  # the reader has seen enough
        sys.stderr.close()


def _instant(text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        instant = datetime.fromisoformat(text)
    except ValueError as error:
        raise typer.BadParameter(f"{text} is not an instant as 2026-01-17T05:46:00+09:00") from error
    if instant.tzinfo is None:
        raise typer.BadParameter(f"{text} needs an offset, as 2026-01-17T05:46:00+09:00")
    return instant


async def _replay(
    kafka: "Kafka", since: datetime | None, until: datetime | None, types: tuple[str, ...], speed: float
) -> None:
    from shared.contracts import catalogue
    from shared.contracts.envelope import instant_text
    from shared.contracts.topics import EVENT_TOPICS
    from shared.platform.logread import read_log

    topics = [topic for topic in EVENT_TOPICS if any(_may_hold(topic, begins) for begins in types)]
    assert catalogue.MODULES  # noqa: S101 - the types must be known to read the log
    # SQLite's unnamed database is a file of its own that goes with the connection: a city's log need not fit in memory.
    with contextlib.closing(sqlite3.connect("")) as sorted_lines:
        sorted_lines.execute("CREATE TABLE lines (id BLOB PRIMARY KEY, at TEXT, place TEXT, line BLOB) WITHOUT ROWID")
        async for page in read_log(kafka, topics):
            sorted_lines.executemany(
                "INSERT OR IGNORE INTO lines VALUES (?, ?, ?, ?)",
                [
                    (
                        e.id.bytes,
                        instant_text(e.recorded_at),
                        f"{one.topic}/{one.partition}/{one.offset:020}",
                        _line(one),
                    )
                    for one in page.events
                    if (e := one.recorded.envelope).type.startswith(types)
                    and (since is None or e.recorded_at >= since)
                    and (until is None or e.recorded_at < until)
                ],
            )
            for broken in page.broken:
                typer.echo(f"{broken.message.topic}: {broken.reason}", err=True)
        await _print(sorted_lines.execute("SELECT at, line FROM lines ORDER BY at, place"), speed)


def _may_hold(topic: str, begins: str) -> bool:
    whole = f"tsunagi.{topic}."
    return whole.startswith(begins) or begins.startswith(whole)


def _line(one: "Incoming") -> bytes:
    import msgspec

    from shared.contracts.envelope import to_headers

    body = msgspec.json.decode(one.recorded.value)
    body.pop("sealed", None)
    headers = {name: value.decode() for name, value in to_headers(one.recorded.envelope)}
    return msgspec.json.encode({"topic": one.topic, "key": one.recorded.envelope.key, "headers": headers, "body": body})


async def _print(lines: Iterable[tuple[str, bytes]], speed: float) -> None:
    before: datetime | None = None
    for text, line in lines:
        if speed:
            at = datetime.fromisoformat(text)
            if before is not None:
                sys.stdout.buffer.flush()
                await asyncio.sleep((at - before).total_seconds() / speed)
            before = at
        sys.stdout.buffer.write(line + b"\n")
    sys.stdout.buffer.flush()
