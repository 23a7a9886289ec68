"""How processes begin and end: configuration, servers that are away, health, signals, memory."""

import asyncio
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from shared.platform.parts import Parts
from tests.adapters.platform.conftest import Processes
from tests.adapters.platform.made import wait_for
from tsunagi.stack.layout import PROJECT
from tsunagi.stack.ports import any_free

pytestmark = pytest.mark.stack
NOBODY = "127.0.0.1:1"
MOST_MEMORY = 180 << 20


async def answer(port: int, path: str = "/") -> int | None:
    try:
        async with httpx.AsyncClient() as client:
            return (await client.get(f"http://127.0.0.1:{port}{path}")).status_code
    except httpx.TransportError:
        return None


async def is_ok(port: int, path: str = "/") -> bool:
    return await answer(port, path) == 200


async def test_an_api_starts_and_answers_with_kafka_away_and_stops_when_asked(processes: Processes) -> None:
    port, metrics = any_free([]), any_free([])
    process = processes.start(
        "api", {"TSUNAGI_PORT": str(port), "TSUNAGI_METRICS_PORT": str(metrics), "TSUNAGI_KAFKA": NOBODY}
    )

    await wait_for(lambda: is_ok(port))
    assert await answer(metrics, "/health/live") == 200
    assert await answer(metrics, "/metrics") == 200
    assert await answer(metrics, "/else") == 404
    process.terminate()

    assert await processes.ended(process, 10) == 0


@pytest.mark.parametrize("role", ["relay", "worker"])
async def test_relay_and_worker_say_on_their_metrics_port_when_they_are_ready(processes: Processes, role: str) -> None:
    metrics = any_free([])
    processes.start(role, {"TSUNAGI_METRICS_PORT": str(metrics)})

    await wait_for(lambda: is_ok(metrics, "/health/ready"))


@pytest.mark.parametrize("role", ["api", "relay", "worker"])
async def test_a_process_waits_for_postgresql_and_gives_up_with_75(processes: Processes, role: str) -> None:
    metrics = any_free([])
    process = processes.start(
        role,
        {
            "TSUNAGI_DATABASE_URL": f"postgresql://nobody:x@{NOBODY}/none",
            "TSUNAGI_PATIENCE": "3",
            "TSUNAGI_METRICS_PORT": str(metrics),
        },
    )

    async def not_ready() -> bool:
        return await answer(metrics, "/health/ready") == 503

    await wait_for(not_ready)
    assert await processes.ended(process, 30) == 75
    log = processes.log(role)
    assert "PostgreSQL is away, waiting" in log
    assert "nobody:x" not in log


async def test_a_metrics_port_that_is_taken_is_named(processes: Processes, parts: Parts) -> None:
    server = await asyncio.start_server(lambda *_: None, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    try:
        process = processes.start("relay", {"TSUNAGI_METRICS_PORT": str(port)})
        assert await processes.ended(process) == 78
    finally:
        server.close()
    assert f"TSUNAGI_METRICS_PORT: {port} is taken" in processes.log("relay")


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("TSUNAGI_DATABASE_URL", "mysql://x", "expected postgresql://user:password@host:port/database"),
        ("TSUNAGI_KAFKA", "broker", "expected host:port"),
        ("TSUNAGI_KEK_FILE", "/nowhere/kek", "expected a file that can be read"),
        ("TSUNAGI_CLOCK_RATE", "-1", "greater than 0"),
        ("TSUNAGI_FAILPOINT", "sometimes", "no failpoint sometimes"),
        ("TSUNAGI_PORT", "http", "integer"),
    ],
)
async def test_a_bad_variable_is_named_with_what_is_expected(
    processes: Processes, name: str, value: str, expected: str
) -> None:
    process = processes.start("relay", {name: value})

    assert await processes.ended(process) == 78
    (line,) = processes.log("relay").splitlines()
    assert line.startswith(f"configuration: {name}: ")
    assert expected in line


async def test_an_unknown_role_gets_the_usage(processes: Processes) -> None:
    process = processes.start("everything")

    assert await processes.ended(process) == 64
    assert processes.log("everything").startswith("usage: python -m services.")


def loaded_by(statement: str) -> set[str]:
    """Return which of the large packages a process has loaded after this."""
    found = subprocess.run(
        [sys.executable, "-c", f"import sys\n{statement}\nprint(*sys.modules)"],
        cwd=PROJECT,
        check=True,
        capture_output=True,
        text=True,
    ).stdout.split()
    return set(found) & {"faust", "fastapi", "starlette", "uvicorn", "alembic", "aiokafka"}


@pytest.mark.parametrize(
    ("statement", "loaded"),
    [
        ("import shared.platform.process", set()),
        ("import shared.platform.process, shared.platform.relay, shared.platform.timers", {"aiokafka"}),
        ("import shared.platform.process, shared.platform.worker", {"aiokafka", "faust"}),
        ("import shared.platform.process, shared.platform.migrate", {"alembic"}),
    ],
)
def test_a_process_loads_only_what_its_role_needs(statement: str, loaded: set[str]) -> None:
    assert loaded_by(statement) == loaded


@pytest.mark.parametrize("role", ["api", "relay", "worker"])
@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="memory is read from Linux's /proc")
async def test_an_idle_process_keeps_its_memory(processes: Processes, role: str) -> None:
    port, metrics = any_free([]), any_free([])
    process = processes.start(role, {"TSUNAGI_PORT": str(port), "TSUNAGI_METRICS_PORT": str(metrics)})
    await wait_for(lambda: is_ok(metrics, "/health/ready"))

    status = await asyncio.to_thread(Path(f"/proc/{process.pid}/status").read_text)
    peak = int(status.split("VmHWM:")[1].split()[0]) * 1024

    assert peak < MOST_MEMORY, f"{peak >> 20} MiB"
