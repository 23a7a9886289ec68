"""A stack of real PostgreSQL and Kafka: started, stopped, started again, in the way of others."""

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path

import asyncpg
import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient

from shared.contracts.topics import TOPICS
from tests.fresh import MakeDatabase
from tsunagi.stack import leftovers
from tsunagi.stack.board import Board
from tsunagi.stack.errors import StackError
from tsunagi.stack.identity import identity
from tsunagi.stack.ports import HOST, any_free
from tsunagi.stack.stack import Stack
from tsunagi.stack.waiting import wait_until

pytestmark = pytest.mark.stack
BOTH = ["postgres", "kafka"]


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """The folder of a stack that stays when it is stopped, on ports of its own."""
    folder = tmp_path / "stack"
    stack = Stack.open(folder)
    ports: dict[str, int] = {}
    for name in stack.layout.kind.ports:
        ports[name] = any_free(ports.values())
    stack.layout.with_ports(ports)
    yield folder
    left = Stack.open(folder)
    left.stop_elsewhere()
    left.purge()


async def note(stack: Stack, word: str) -> None:
    """Write a word into the database and into the log."""
    connection = await asyncpg.connect(stack.dsn("intake"))
    await connection.execute("CREATE TABLE IF NOT EXISTS words (word text)")
    await connection.execute("INSERT INTO words VALUES ($1)", word)
    await connection.close()
    producer = AIOKafkaProducer(bootstrap_servers=stack.bootstrap, acks="all")
    await producer.start()
    await producer.send_and_wait("intake.person", word.encode(), partition=0)
    await producer.stop()


async def noted(stack: Stack) -> tuple[list[str], list[str]]:
    """Read the words back, of the database and of the log."""
    connection = await asyncpg.connect(stack.dsn("intake"))
    rows = [row[0] for row in await connection.fetch("SELECT word FROM words ORDER BY word")]
    await connection.close()
    consumer = AIOKafkaConsumer(bootstrap_servers=stack.bootstrap, auto_offset_reset="earliest")
    await consumer.start()
    partition = TopicPartition("intake.person", 0)
    consumer.assign([partition])
    end = (await consumer.end_offsets([partition]))[partition]
    events: list[str] = []
    while len(events) < end:
        got = await consumer.getmany(partition, timeout_ms=500)
        events.extend((message.value or b"").decode() for message in got.get(partition, []))
    await consumer.stop()
    return rows, events


async def test_a_started_stack_has_four_databases_with_their_roles_and_every_topic(stack_parts: Stack) -> None:
    for service in stack_parts.urls:
        for role in ("owner", "api", "relay", "worker"):
            connection = await asyncpg.connect(stack_parts.dsn(service, role))
            assert await connection.fetchval("SELECT current_user") == f"{service}_{role}"
            await connection.close()
    client = AIOKafkaAdminClient(bootstrap_servers=stack_parts.bootstrap)
    await client.start()
    described = await client.describe_topics([topic.name for topic in TOPICS])
    await client.close()
    assert {one["topic"]: len(one["partitions"]) for one in described} == {one.name: 12 for one in TOPICS}


async def test_a_service_cannot_enter_the_database_of_another(stack_parts: Stack) -> None:
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await asyncpg.connect(stack_parts.dsn("screening", "api", database="intake"))


async def test_japanese_words_have_trigrams_and_commits_are_durable(database: MakeDatabase) -> None:
    connection = await asyncpg.connect(database("intake").dsn())
    await connection.execute("CREATE EXTENSION pg_trgm")
    assert len(await connection.fetchval("SELECT show_trgm('避難所')")) == 4
    assert await connection.fetchval("SHOW fsync") == "on"
    assert await connection.fetchval("SHOW synchronous_commit") == "on"
    await connection.close()


async def test_a_second_start_keeps_the_data_though_all_ports_have_become_busy(folder: Path) -> None:
    said: list[str] = []
    with Stack.open(folder) as stack:
        stack.start(BOTH)
        await note(stack, "first")
        ports = dict(stack.layout.kind.ports)
    with ExitStack() as others:
        for name in ("postgres", "kafka", "kafka-controller"):
            other = others.enter_context(socket.socket())
            other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            other.bind((HOST, ports[name]))
            other.listen()
        with Stack.open(folder, say=said.append) as stack:
            stack.start(BOTH)
            assert await noted(stack) == (["first"], ["first"])
            assert stack.layout.kind.ports["kafka"] != ports["kafka"]
    assert f"Port {ports['postgres']} (postgres) is busy" in "\n".join(said)


async def test_what_was_committed_survives_the_kill_of_both(folder: Path) -> None:
    with Stack.open(folder) as stack:
        stack.start(BOTH)
        await note(stack, "first")
        stack.postgres.crash()
        stack.kafka.kill()
        stack.kafka.start()
        await note(stack, "second")
        assert await noted(stack) == (["first", "second"], ["first", "second"])


def test_a_stack_has_one_supervisor(folder: Path) -> None:
    with Stack.open(folder) as stack:
        stack.start(["postgres"])
        other = Stack.open(folder)
        assert other.is_running()
        with pytest.raises(StackError, match="is running already"):
            other.start(["postgres"])
    assert not other.is_running()


def test_a_stack_keeps_its_clock(folder: Path) -> None:
    clock = Stack.open(folder).layout.kind.clock
    assert Stack.open(folder).layout.kind.clock == clock
    with pytest.raises(StackError, match="another epoch or rate is another stack"):
        Stack.open(folder, rate=60)
    with pytest.raises(StackError, match="another epoch or rate is another stack"):
        Stack.open(folder, epoch=datetime(2026, 1, 17, 5, 46, tzinfo=UTC))


def test_its_secrets_are_for_its_user_alone(folder: Path) -> None:
    layout = Stack.open(folder).layout
    for file in (layout.signing_key, layout.token_key, layout.kek):
        assert file.stat().st_mode & 0o777 == 0o600
    assert layout.kek.parent.stat().st_mode & 0o777 == 0o700


KEEPS_UP = """
import sys, time
from pathlib import Path
from tsunagi.stack.stack import Stack
parts, folder = sys.argv[1], sys.argv[2:]
stack = Stack.open(Path(folder[0]) if folder else None, ephemeral=not folder)
stack.start(parts.split(","))
print(stack.folder, flush=True)
time.sleep(1000)
"""


def kept_up(parts: str, *folder: Path) -> tuple["subprocess.Popen[str]", Path]:
    """Keep a stack up in another process (an ephemeral one without a folder), and return it with the stack's folder."""
    command = [sys.executable, "-c", KEEPS_UP, parts, *map(str, folder)]
    keeper = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert keeper.stdout is not None
    return keeper, Path(keeper.stdout.readline().strip())


async def test_killing_the_supervisor_leaves_nothing_running_and_the_next_start_finds_the_data(folder: Path) -> None:
    keeper, _ = kept_up("postgres,kafka", folder)
    await note(Stack.open(folder), "first")
    state = Board(folder).state()
    assert state is not None

    keeper.kill()
    keeper.wait()

    pids = [seen.pid for seen in state.programs.values() if seen.pid]
    assert len(pids) == 2
    wait_until("their end", lambda: not any(map(identity, pids)), 20)
    with Stack.open(folder) as stack:
        stack.start(BOTH)
        assert await noted(stack) == (["first"], ["first"])


def test_an_ephemeral_stack_whose_supervisor_was_killed_is_swept_away_by_the_next() -> None:
    keeper, folder = kept_up("postgres")
    keeper.kill()
    keeper.wait()
    assert folder.exists()

    leftovers.sweep()

    assert not folder.exists()


def test_an_ephemeral_stack_that_runs_is_not_swept_away(stack_parts: Stack) -> None:
    leftovers.sweep()
    assert stack_parts.folder.exists()
    assert stack_parts.postgres.is_ready()


def tsunagi(folder: Path, *words: str) -> "subprocess.CompletedProcess[str]":
    environment = os.environ | {"TSUNAGI_STACK": str(folder)}
    return subprocess.run(
        [sys.executable, "-m", "tsunagi", *words], env=environment, capture_output=True, text=True, check=False
    )


def test_the_command_line_starts_looks_at_and_stops_a_stack(folder: Path) -> None:
    assert tsunagi(folder, "status").returncode == 3

    up = tsunagi(folder, "up", "--detach", "--parts", "postgres")
    assert up.returncode == 0, up.stderr
    assert "ready in" in up.stdout

    status = tsunagi(folder, "status", "--json")
    assert status.returncode == 0
    seen = json.loads(status.stdout)
    assert seen["whole"]
    assert seen["programs"]["postgres"]["state"] == "running"

    again = tsunagi(folder, "up", "--parts", "postgres")
    assert again.returncode == 1
    assert "is running already" in again.stderr

    assert tsunagi(folder, "down").stdout == "Stopped.\n"
    assert identity(seen["programs"]["postgres"]["pid"]) is None
    assert tsunagi(folder, "status").returncode == 3


def test_ctrl_c_stops_everything_that_was_started(folder: Path) -> None:
    environment = os.environ | {"TSUNAGI_STACK": str(folder)}
    up = subprocess.Popen(
        [sys.executable, "-m", "tsunagi", "up", "--parts", "postgres"],
        env=environment,
        stdout=subprocess.PIPE,
        text=True,
    )
    wait_until("up", lambda: bool((state := Board(folder).state()) and state.ready), 30)
    state = Board(folder).state()
    assert state is not None

    up.send_signal(signal.SIGINT)

    assert up.wait(30) == 0
    assert up.stdout is not None
    assert up.stdout.read().endswith("Stopped.\n")
    assert not any(identity(seen.pid) for seen in state.programs.values() if seen.pid)


def test_another_process_may_order_a_program_of_a_running_stack_to_stop(folder: Path) -> None:
    keeper, _ = kept_up("postgres", folder)
    try:
        stack = Stack.open(folder)
        stack.postgres.stop()
        assert not stack.postgres.is_ready()
        stack.postgres.start()
        assert stack.postgres.is_ready()
    finally:
        keeper.terminate()
        keeper.wait()
