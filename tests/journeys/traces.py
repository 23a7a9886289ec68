"""Everywhere that a word could have left a trace: topics, databases, logs, metrics (design, Promises: no name outside).

Each place is given as raw text; `found_in` looks for words in all the ways in which they could be written there.
"""

import json
from collections.abc import AsyncIterator, Iterable, Iterator
from typing import NamedTuple
from urllib.parse import quote

import asyncpg
import httpx
from aiokafka import AIOKafkaConsumer, TopicPartition

from tsunagi.stack.layout import SERVICES
from tsunagi.stack.services import names
from tsunagi.stack.stack import Stack


class Trace(NamedTuple):
    """Some bytes, and where they were found."""

    where: str
    content: bytes


def spellings(word: str) -> set[bytes]:
    """Return the ways in which a word could be written down: as it is, in JSON, in an address, as hexadecimal."""
    raw = word.encode()
    return {
        raw,
        json.dumps(word)[1:-1].encode(),
        quote(word).encode(),
        raw.hex().encode(),
        word.encode("utf-16-le"),
    }


def found_in(traces: Iterable[Trace], words: Iterable[str]) -> set[tuple[str, str]]:
    """Return which word stands where."""
    spelled = [(word, one) for word in words for one in spellings(word)]
    return {(trace.where, word) for trace in traces for word, one in spelled if one in trace.content}


async def on_topics(stack: Stack) -> list[Trace]:
    """Return every message of every topic, keys of data and the consumers' own topics included, one trace a topic."""
    consumer = AIOKafkaConsumer(
        bootstrap_servers=stack.bootstrap, auto_offset_reset="earliest", exclude_internal_topics=False
    )
    await consumer.start()
    try:
        topics = sorted(await consumer.topics())
        found: dict[str, list[bytes]] = {topic: [] for topic in topics}
        await consumer._client.set_topics(topics)
        partitions = [TopicPartition(topic, p) for topic in topics for p in consumer.partitions_for_topic(topic) or ()]
        ends = await consumer.end_offsets(partitions)
        begins = await consumer.beginning_offsets(partitions)
        open_ = {one for one in partitions if begins[one] < ends[one]}
        consumer.assign(sorted(open_))
        for one in open_:
            consumer.seek(one, begins[one])
        while open_:
            for partition, records in (await consumer.getmany(timeout_ms=500)).items():
                for record in records:
                    headers = [name.encode() + b"=" + (value or b"") for name, value in record.headers]
                    found[partition.topic] += [record.key or b"", record.value or b"", *headers]
            open_ -= {one for one in open_ if await consumer.position(one) >= ends[one]}
    finally:
        await consumer.stop()
    return [Trace(f"topic {topic}", b"\n".join(contents)) for topic, contents in found.items()]


async def in_databases(stack: Stack) -> AsyncIterator[Trace]:
    """Yield every table of every database as text, bytes as hexadecimal; `where` begins with its schema."""
    for service in SERVICES:
        connection = await asyncpg.connect(stack.superuser_dsn, database=service)
        try:
            tables = await connection.fetch(
                "SELECT schemaname, tablename FROM pg_tables"
                " WHERE schemaname NOT IN ('pg_catalog', 'information_schema') ORDER BY 1, 2"
            )
            for schema, table in tables:
                rows = await connection.fetch(f'SELECT t::text FROM {schema}."{table}" t')
                yield Trace(f"{schema} {service}.{table}", "\n".join(row[0] or "" for row in rows).encode())
        finally:
            await connection.close()


def in_files(stack: Stack) -> Iterator[Trace]:
    """Yield every file that the processes have written: logs, and their own folders."""
    for folder in (stack.layout.logs, stack.layout.work):
        for file in sorted(folder.rglob("*")):
            if file.is_file():
                yield Trace(f"file {file.relative_to(stack.folder)}", file.read_bytes())


async def in_metrics(stack: Stack) -> list[Trace]:
    """Return what every process shows on its metrics port."""
    ports = stack.layout.kind.ports
    async with httpx.AsyncClient(trust_env=False) as client:
        return [
            Trace(f"metrics {name}", (await client.get(f"http://127.0.0.1:{ports[f'{name}.metrics']}/metrics")).content)
            for name in names()
        ]
