"""A system that is to be disturbed: the load on it, what happens to it, and whether it flows again and all is kept."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

from tests.faults.load import Load
from tests.journeys.reading import short
from tests.running import Running, eventually
from tsunagi.stack.layout import PROJECT, ROLES, SERVICES

T = TypeVar("T")

REGISTERED = ("intake.person.registered", "screening.screening.requested")
WHOLE_WAY = (
    *REGISTERED,
    "screening.screening.decided",
    "transfer.need.opened",
    "transfer.placement.arrival-reported",
    "intake.person.departed",
)
"""What stands on a timeline once every service has heard from the one before it, and intake from transfer again."""


class Figure(NamedTuple):
    """What a fault cost: until a new registration was on the timeline, until somebody had come the whole way."""

    fault: str
    registered: float
    arrived: float
    longest: float
    verified: str = "not"

    def __str__(self) -> str:
        return (
            f"{self.fault}: on the timeline {self.registered:.1f} s, the whole way {self.arrived:.1f} s,"
            f" longest answer {self.longest:.1f} s; verified: {self.verified}"
        )


class Faulty:
    """The running system under a load."""

    def __init__(self, running: Running, load: Load, figures: list[Figure]) -> None:
        self.running = running
        self.stack = running.stack
        self.load = load
        self._figures = figures
        self._healed = 0.0

    async def do(self, act: Callable[..., T], *given: Any, **named: Any) -> T:
        """Do something to the stack (it waits for what it does) while the load goes on. What follows counts from it."""
        done = await asyncio.to_thread(act, *given, **named)
        self._healed = time.monotonic()
        return done

    async def all_die(self, role: str, failpoint: str, within: float = 60.0) -> None:
        """Have the processes of this role of all four services die at the failpoint, and be up again by themselves."""
        processes = [self.stack.process(service, role) for service in SERVICES]
        before = {one.name: one.seen.restarts for one in processes}
        await asyncio.gather(*(asyncio.to_thread(one.restart, {"TSUNAGI_FAILPOINT": failpoint}) for one in processes))
        await eventually(lambda: all(one.seen.restarts > before[one.name] for one in processes), within)
        await asyncio.gather(*(asyncio.to_thread(one.wait_restarted, before[one.name]) for one in processes))
        assert {one.seen.last_exit for one in processes} == {-signal.SIGKILL}
        self._healed = time.monotonic()

    async def flows_again(self, fault: str, within: float = 120.0) -> None:
        """Wait until somebody who is registered now has come the whole way, through every relay and worker."""
        ward, load = self.load.ward, self.load
        began = self._healed or time.monotonic()
        somebody = await load.registers_somebody()
        until = began + within

        async def told(*types: str) -> bool:
            entries = await ward.hq.timeline(somebody)
            missing = set(types) - {short(entry["type"]) for entry in entries}
            assert not missing, f"not on the timeline yet: {sorted(missing)}"
            return True

        await eventually(lambda: told(*REGISTERED), max(1.0, until - time.monotonic()))
        registered = time.monotonic() - began
        await eventually(lambda: told(*WHOLE_WAY), max(1.0, until - time.monotonic()) + 30)
        self._figures.append(Figure(fault, registered, time.monotonic() - began, load.longest))

    async def keeps_its_promises(self) -> None:
        """Stop the load, wait until nothing is on its way, and verify all that clients of this session were told."""
        await self.load.stop()
        began = time.monotonic()
        report = await self.running.verify()
        assert report.clean, "\n".join(map(str, report.problems))
        if self._figures:
            seconds, counts = time.monotonic() - began, report.counts
            self._figures[-1] = self._figures[-1]._replace(verified=f"{seconds:.1f} s, {counts}")

    def heal(self) -> None:
        """Let everything run again, whatever a test that failed has left."""
        for part in (self.stack.kafka, self.stack.postgres):
            if part.seen.state == "stopped":
                part.start()
        for service in SERVICES:
            for role in ROLES:
                process = self.stack.process(service, role)
                if process.seen.pid is not None:
                    process.thaw()
                process.wait_ready()


@contextmanager
def another(running: Running, service: str, role: str, folder: Path) -> Iterator["subprocess.Popen[bytes]"]:
    """Run one more process of this kind beside the stack's own; it is asked to end at the end."""
    given = running.stack.environment(service, role) | {
        "TSUNAGI_DATADIR": str(folder / "faust"),
        "TSUNAGI_METRICS_PORT": "0",
    }
    with (running.stack.layout.logs / f"{service}.{role}-another.log").open("ab") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", f"services.{service}", role],
            env=given,
            cwd=PROJECT,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
        )
    try:
        yield process
    finally:
        process.send_signal(signal.SIGCONT)
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            os.kill(process.pid, signal.SIGKILL)
            process.wait()
