"""Keeps programs running: starts again whatever ends, stops all that it started, survives nothing it left behind.

The rules are those of the Faust recipe: restart on every exit, with back-off; SIGKILL 15 s after SIGTERM.
"""

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from tsunagi.stack import launcher
from tsunagi.stack.board import Board, Seen, State, Wanted
from tsunagi.stack.identity import identity
from tsunagi.stack.unprivileged import User

TICK = 0.1
PATIENCE = 15.0
_FIRST_DELAY, _LONGEST_DELAY = 0.2, 10.0
_STEADY = 20.0  # who has run this long starts again at once
_LARGEST_LOG = 20_000_000


@dataclass(frozen=True)
class Program:
    """What is run, and how it is ended.

    `stop` asks it to end in good order, `orphaned` is what the kernel sends it when the supervisor has died.
    """

    name: str
    arguments: tuple[str, ...]
    environment: Mapping[str, str]
    folder: Path
    log: Path
    user: User | None = None
    stop: signal.Signals = signal.SIGTERM
    orphaned: signal.Signals = signal.SIGKILL


@dataclass
class _Child:
    program: Program
    wanted: Wanted = field(default_factory=Wanted)
    read: int = 0
    running: "subprocess.Popen[bytes] | None" = None
    identity: str | None = None
    since: datetime | None = None
    began: float = 0.0
    deadline: float | None = None
    next_start: float = 0.0
    delay: float = _FIRST_DELAY
    restarts: int = 0
    last_exit: int | None = None
    generation: int = 0

    def seen(self) -> Seen:
        if self.running is not None:
            state = "running" if self.deadline is None else "stopping"
        else:
            state = "waiting" if self.wanted.running else "stopped"
        pid = self.running.pid if self.running else None
        return Seen(
            state, pid, self.identity if pid else None, self.since, self.restarts, self.last_exit, self.generation
        )


class Supervisor:
    """A thread that carries out the orders on a stack's board; the programs die with the process it lives in."""

    def __init__(self, folder: Path, logs: Path, patience: float = PATIENCE) -> None:
        self.board = Board(folder)
        self._log = logs / "supervisor.log"
        self._patience = patience
        self._children: dict[str, _Child] = {}
        self._mutex = threading.Lock()
        self._woken = threading.Event()
        self._ended = False
        self._ready = False
        self._written: State | None = None
        self._me = (os.getpid(), identity(os.getpid()) or "")
        self._write()
        # The kernel looks at the thread that started a child, so one thread starts all of them and lives to the end.
        self._thread = threading.Thread(target=self._run, name="supervisor", daemon=True)
        self._thread.start()

    def add(self, program: Program) -> None:
        """Take a program into care, stopped until it is ordered to run; of a known one, change what is run next."""
        with self._mutex:
            if program.name in self._children:
                self._children[program.name].program = program
            else:
                self._children[program.name] = _Child(program)

    def ready(self, ready: bool = True) -> None:
        """Note on the board that all that was asked for is up."""
        with self._mutex:
            self._ready = ready
            self._write()

    def wake(self) -> None:
        """Look at the board now and not at the next tick."""
        self._woken.set()

    def stop(self, names: Iterable[str]) -> None:
        """Stop these programs and wait until they have ended, or have been killed."""
        known = [name for name in names if name in self._children]
        for name in known:
            self.board.order(name, running=False)
        self.wake()
        deadline = time.monotonic() + 2 * PATIENCE
        while time.monotonic() < deadline and any(self._children[name].running for name in known):
            time.sleep(TICK / 5)

    def close(self) -> None:
        """Stop what still runs, and end."""
        self.stop(list(self._children))
        self._ended = True
        self._woken.set()
        self._thread.join(PATIENCE + 10)
        if not self._thread.is_alive():
            self.board.write(State(0, "gone"))

    def _run(self) -> None:
        while True:
            try:
                with self._mutex:
                    for child in self._children.values():
                        self._step(child)
                    alive = any(child.running for child in self._children.values())
                    self._write()
            except Exception as error:  # noqa: BLE001 - a full disk must not end the supervisor: its children would die
                alive = True
                self._note(f"supervisor: {error!r}")
            if self._ended and not alive:
                return
            self._woken.wait(TICK)
            self._woken.clear()

    def _step(self, child: _Child) -> None:
        name, now = child.program.name, time.monotonic()
        changed = self.board.wanted_changed(name)
        if changed != child.read:
            child.wanted, child.read = self.board.wanted(name), changed
            child.next_start, child.delay = 0.0, _FIRST_DELAY
        wanted = child.wanted
        if child.running is not None:
            code = child.running.poll()
            if code is not None:
                self._has_ended(child, code, now)
            elif child.deadline is not None:
                if now > child.deadline:
                    self._note(f"{name}: still there {self._patience:g} s after it was asked to end: killed")
                    _send(child.running.pid, signal.SIGKILL)
                    child.deadline = now + self._patience
            elif not wanted.running or wanted.generation != child.generation:
                _send(child.running.pid, wanted.by or child.program.stop)
                child.deadline = now + self._patience
        if child.running is None:
            if not wanted.running:
                child.generation = wanted.generation
            elif now >= child.next_start:
                try:
                    self._start(child, now)
                except OSError as error:  # no memory, a full disk: as if it had ended at once
                    self._note(f"{name}: could not be started: {error}")
                    self._put_off(child, now)

    def _start(self, child: _Child, now: float) -> None:
        program, wanted = child.program, child.wanted
        environment = dict(program.environment)
        if wanted.generation != child.generation:
            environment |= wanted.environment
        program.log.parent.mkdir(parents=True, exist_ok=True)
        with contextlib.suppress(FileNotFoundError):
            if program.log.stat().st_size > _LARGEST_LOG:
                program.log.replace(program.log.with_suffix(".log.1"))
        user = program.user
        # This Python may lie where that user cannot read, so the launcher changes it.
        become = f"{user.uid}:{user.gid}" if user else "-"
        launch = [sys.executable, "-I", "-S", launcher.__file__, str(os.getpid()), str(int(program.orphaned)), become]
        with program.log.open("ab") as log:
            child.running = subprocess.Popen(
                [*launch, *program.arguments],
                env=environment,
                cwd=program.folder,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        child.identity = identity(child.running.pid)
        child.since, child.began, child.deadline = datetime.now(UTC), now, None
        child.generation = wanted.generation
        self._note(f"{program.name}: started, pid {child.running.pid}")

    def _has_ended(self, child: _Child, code: int, now: float) -> None:
        asked = child.deadline is not None
        child.running, child.deadline, child.last_exit = None, None, code
        self._note(f"{child.program.name}: {'ended' if asked else 'ended by itself'}, {describe_exit(code)}")
        if asked:
            child.next_start = 0.0
        else:
            self._put_off(child, now)

    @staticmethod
    def _put_off(child: _Child, now: float) -> None:
        child.restarts += 1
        child.delay = _FIRST_DELAY if now - child.began > _STEADY else min(child.delay * 2, _LONGEST_DELAY)
        child.next_start = now + child.delay

    def _write(self) -> None:
        state = State(*self._me, self._ready, {name: child.seen() for name, child in self._children.items()})
        if state != self._written:
            self.board.write(state)
            self._written = state

    def _note(self, sentence: str) -> None:
        with contextlib.suppress(OSError), self._log.open("a") as log:
            log.write(f"{datetime.now(UTC).isoformat(timespec='milliseconds')} {sentence}\n")


def describe_exit(code: int) -> str:
    """Say in words how a program ended."""
    if code >= 0:
        return f"exit code {code}"
    with contextlib.suppress(ValueError):
        return signal.Signals(-code).name
    return f"signal {-code}"


def _send(pid: int, number: int) -> None:
    """Send a signal to a program and wake it if it is frozen; SIGKILL goes to all of its group."""
    with contextlib.suppress(ProcessLookupError):
        if number == signal.SIGKILL:
            os.killpg(pid, number)
        else:
            os.kill(pid, number)
        os.kill(pid, signal.SIGCONT)


def stop_left_behind(left: Mapping[str, Seen], how: Callable[[str], signal.Signals]) -> list[str]:
    """End the programs of an earlier supervisor that are still there, and return their names.

    What bears a recorded pid but was started at another time is somebody else's and is left alone.
    """
    ours = {name: seen for name, seen in left.items() if _is_the_same(seen)}
    for name, seen in ours.items():
        _send(seen.pid or 0, how(name))
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline and any(map(_is_the_same, ours.values())):
        time.sleep(0.05)  # they are not our children, so there is no event to wait for
    _kill_all(seen for seen in ours.values() if _is_the_same(seen))
    return sorted(ours)


def _kill_all(left: Iterable[Seen]) -> None:
    for seen in left:
        _send(seen.pid or 0, signal.SIGKILL)
        while _is_the_same(seen):
            time.sleep(0.02)


def _is_the_same(seen: Seen) -> bool:
    return seen.pid is not None and seen.identity is not None and identity(seen.pid) == seen.identity
