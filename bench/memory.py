"""The memory of every process of ours while the benchmarks run: the most it held, and whether it goes on growing.

Grown is what the last third of a stretch of even load held more than its middle third, in MiB; the first third is for
what fills once (caches, pools, code that is loaded late).
"""

import contextlib
import threading
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from statistics import mean

from tsunagi.stack import kafka, postgres
from tsunagi.stack.services import names
from tsunagi.stack.stack import Stack

MOST_MIB = 180
GROWN_MIB = 8
_EVERY = 0.5
_LEAST = 12
"""Samples that a stretch must have to be judged."""


class Memory:
    """Looks at the processes of a stack twice a second, in a thread of its own."""

    def __init__(self) -> None:
        self._most: dict[str, int] = {}
        self._held: dict[tuple[str, int], list[float]] = defaultdict(list)
        self._grown: dict[str, float] = {}
        self._done = threading.Event()
        self._lock = threading.Lock()

    @contextlib.contextmanager
    def watched(self, stack: Stack) -> Iterator[None]:
        """Look at this stack for as long as this lasts."""
        thread = threading.Thread(target=self._look, args=[stack], name="memory", daemon=True)
        thread.start()
        try:
            yield
        finally:
            self._done.set()
            thread.join()

    def note(self, name: str, most: int) -> None:
        """Note the most that a process held which belongs to no stack."""
        self._most[name] = max(self._most.get(name, 0), most)

    @contextlib.contextmanager
    def even(self) -> Iterator[None]:
        """Say that the load is even for as long as this lasts: no process should grow in it."""
        with self._lock:
            self._held.clear()
        yield
        with self._lock:
            for (name, _), held in self._held.items():
                if len(held) >= _LEAST:
                    third = len(held) // 3
                    grown = mean(held[-third:]) - mean(held[third : 2 * third])
                    self._grown[name] = round(max(self._grown.get(name, grown), grown), 1)

    def most(self) -> dict[str, int]:
        """Return the most that each program held, in MiB."""
        return dict(sorted(self._most.items()))

    def grown(self) -> dict[str, float]:
        """Return by how much each process of ours grew under an even load, in MiB (its worst stretch)."""
        return {name: grown for name, grown in sorted(self._grown.items()) if name in names()}

    def complaints(self) -> list[str]:
        """Return a sentence for each process that held too much, or goes on growing."""
        over = [
            f"{name}: {most} MiB, more than {MOST_MIB}"
            for name, most in self.most().items()
            if most > MOST_MIB and name not in (kafka.NAME, postgres.NAME)
        ]
        return over + [
            f"{name}: {grown} MiB more in the last third of an even load than in the middle one"
            for name, grown in self.grown().items()
            if grown > GROWN_MIB
        ]

    def _look(self, stack: Stack) -> None:
        while not self._done.wait(_EVERY):
            programs = stack.status()["programs"]
            with self._lock:
                for name, seen in programs.items():
                    if seen["peak_memory_mib"] is not None:
                        self._most[name] = max(self._most.get(name, 0), seen["peak_memory_mib"])
                        with contextlib.suppress(OSError, IndexError):
                            self._held[name, seen["pid"]].append(_held(seen["pid"]))


def _held(pid: int) -> float:
    """Return what a process holds now, in MiB."""
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.split("VmRSS:")[1].split()[0]) / 1024
