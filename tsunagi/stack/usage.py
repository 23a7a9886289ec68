"""What the programs of a stack have used: processor time and memory, as the kernel counts them (Linux; else nothing).

PostgreSQL is many processes: their sum is `postgres`, and each login of a service has its own line.
"""

import contextlib
import os
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import NamedTuple

PLAYER = "player"
"""This very process."""
POSTGRES = "postgres"
_PROC = Path("/proc")
_TICK = os.sysconf("SC_CLK_TCK") if hasattr(os, "sysconf") else 100


class Used(NamedTuple):
    """Of one process: seconds of one core, its children's that have ended, and memory now and at most (MiB)."""

    pid: int
    parent: int
    cpu: float
    ended: float
    resident: float
    shared: float
    peak: float


def read_process(pid: int, stat: str, status: str) -> Used:
    """Read what `/proc/PID/stat` and `/proc/PID/status` say. Raises ValueError or IndexError where they do not."""
    fields = stat.rpartition(")")[2].split()
    ticks = [int(field) / _TICK for field in fields[11:15]]
    sizes = {line.split(":")[0]: line.split()[1] for line in status.splitlines() if line.startswith(("Vm", "Rss"))}
    mib = {name: int(size) / 1024 for name, size in sizes.items() if size.isdigit()}
    return Used(
        pid=pid,
        parent=int(fields[1]),
        cpu=ticks[0] + ticks[1],
        ended=ticks[2] + ticks[3],
        resident=mib.get("VmRSS", 0.0),
        shared=mib.get("RssShmem", 0.0) + mib.get("RssFile", 0.0),
        peak=mib.get("VmHWM", 0.0),
    )


def process(pid: int) -> Used | None:
    """Return what a process has used; None where it is gone, or this system does not tell."""
    with contextlib.suppress(OSError, ValueError, IndexError):
        return read_process(pid, (_PROC / f"{pid}/stat").read_text(), (_PROC / f"{pid}/status").read_text())
    return None


def children(parent: int) -> list[Used]:
    """Return the processes that one has started itself."""
    pids = [int(entry.name) for entry in _PROC.iterdir() if entry.name.isdigit()] if sys.platform == "linux" else []
    return [used for pid in pids if (used := process(pid)) is not None and used.parent == parent]


def machine_busy(text: str | None = None) -> float | None:
    """Return for how many seconds of one core this machine has been at work since it started, whoever it was for."""
    if text is None:
        try:
            text = (_PROC / "stat").read_text()
        except OSError:
            return None
    user, nice, system, _idle, _waiting, hard, soft, stolen = map(int, text.split("\n", 1)[0].split()[1:9])
    return (user + nice + system + hard + soft + stolen) / _TICK


class Meter:
    """Adds up what programs use, also across their restarts: `look` now and then, at least once at the beginning."""

    def __init__(self) -> None:
        self._seen: dict[tuple[str, int], float] = {}
        self.cpu: dict[str, float] = {}
        self.resident: dict[str, float] = {}
        self.peak: dict[str, float] = {}

    def look(self, pids: Mapping[str, int | None]) -> None:
        """Look at these programs, by name; of `postgres`, at all that belongs to it."""
        for name, pid in pids.items():
            used = process(pid) if pid is not None else None
            if used is None:
                continue
            if name == POSTGRES:
                self.note_postgres(used, [(one, login_of(one.pid)) for one in children(used.pid)])
            else:
                self.note(name, used)

    def note_postgres(self, postmaster: Used, backends: Iterable[tuple[Used, str | None]]) -> None:
        """Count PostgreSQL as one program; what its processes share (their buffers) is there once."""
        backends = list(backends)
        everything = [postmaster, *(one for one, _ in backends)]
        alone = sum(max(0.0, one.resident - one.shared) for one in everything)
        resident = alone + max(one.shared for one in everything)
        cpu = postmaster.ended + sum(one.cpu for one in everything)
        self.note(POSTGRES, postmaster._replace(cpu=cpu, resident=resident, peak=resident))
        for one, login in backends:
            if login is not None:
                self._count(f"{POSTGRES} {login}", one)

    def note(self, name: str, used: Used) -> None:
        """Count what a program's process has used since it was seen last, and keep the most memory that it held."""
        self._count(name, used)
        self.resident[name] = used.resident
        self.peak[name] = max(self.peak.get(name, 0.0), used.peak, used.resident)

    def _count(self, name: str, used: Used) -> None:
        first = name not in self.cpu
        before = used.cpu if first else self._seen.get((name, used.pid), 0.0)
        self._seen[name, used.pid] = used.cpu
        self.cpu[name] = self.cpu.get(name, 0.0) + max(0.0, used.cpu - before)


def login_of(pid: int) -> str | None:
    """Return the login whom a process of PostgreSQL serves, as its title says; None for one that serves nobody."""
    with contextlib.suppress(OSError, UnicodeDecodeError):
        words = (_PROC / f"{pid}/cmdline").read_text().replace("\0", " ").split()
        if len(words) >= 4 and words[0] == "postgres:" and not words[1].endswith(":") and "(" in words[3]:
            return words[1]
    return None
