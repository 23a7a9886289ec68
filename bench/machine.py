"""What it was measured on, and small things that both benchmarks need."""

import os
import platform
import socket
import sys
import time
from collections.abc import Callable, Sequence
from typing import Any

from tsunagi.stack.artifacts import KAFKA_VERSION, POSTGRES_VERSION


def describe() -> dict[str, Any]:
    """Return the machine and the versions."""
    return {
        "cores": os.cpu_count(),
        "processor": platform.processor() or platform.machine(),
        "memory_mib": os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // (1 << 20),
        "system": platform.platform(),
        "python": platform.python_version(),
        "postgresql": POSTGRES_VERSION,
        "kafka": KAFKA_VERSION,
    }


def say(sentence: str) -> None:
    """Tell how far it is; standard output is for the result."""
    print(sentence, file=sys.stderr, flush=True)


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def until(what: str, true: Callable[[], bool], seconds: float = 60.0) -> None:
    """Wait until it is true. Raises TimeoutError."""
    end = time.monotonic() + seconds
    while not true():
        if time.monotonic() > end:
            raise TimeoutError(f"{what}: not within {seconds:.0f} s")
        time.sleep(0.05)


def percentile(ordered: Sequence[float], share: float) -> float:
    """Return the value that this share of the values, which ascend, is not above."""
    return ordered[int((len(ordered) - 1) * share)]
