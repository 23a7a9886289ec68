"""A stack: PostgreSQL, Kafka and the services, opened by its folder, started, looked at, stopped.

`with Stack.open(ephemeral=True) as stack: stack.start()` gives one of its own in a temporary folder.
"""

import contextlib
import os
import signal
import tempfile
import time
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any, Self

from shared.platform.topics import WrongTopic, create_topics
from tsunagi.stack import asynchronous, databases, kafka, layout, leftovers, postgres, services
from tsunagi.stack.artifacts import KAFKA_VERSION, POSTGRES_VERSION
from tsunagi.stack.board import Board, Seen
from tsunagi.stack.errors import StackError
from tsunagi.stack.identity import identity
from tsunagi.stack.layout import CITY, ROLES, SERVICES, Layout, Wish
from tsunagi.stack.packages import Say, require_space
from tsunagi.stack.ports import HOST, settle
from tsunagi.stack.process import Broker, Database, Process
from tsunagi.stack.supervisor import Supervisor
from tsunagi.stack.waiting import wait_until

PARTS = ("postgres", "kafka", "services")
_SPACE = 500_000_000


def _quiet(_: str) -> None:
    pass


class Stack:
    """One stack on this machine."""

    def __init__(self, opened: Layout, say: Say = _quiet) -> None:
        self.layout = opened
        self.say = say
        self.board = Board(opened.folder)
        self._lock: IO[str] | None = None
        self._supervisor: Supervisor | None = None

    @classmethod
    def open(
        cls,
        folder: Path | None = None,
        *,
        rate: float | None = None,
        epoch: datetime | None = None,
        drill: bool = True,
        ephemeral: bool = False,
        city: str = CITY,
        say: Say = _quiet,
    ) -> Self:
        """Open the stack in `folder` (default: `TSUNAGI_STACK`, or `.stack` in the project), made where there is none.

        An ephemeral one is made anew in a temporary folder and is removed when it is stopped. Raises `StackError`
        where the stack in the folder has another clock than the one that is asked for.
        """
        wish = Wish(rate, epoch, drill, city, ephemeral)
        if not ephemeral:
            return cls(layout.load_or_create((folder or layout.default_folder()).absolute(), wish), say)
        leftovers.sweep()
        folder = Path(tempfile.mkdtemp(prefix=leftovers.EPHEMERAL))
        lock = leftovers.take(folder)
        stack = cls(layout.create(folder, wish), say)
        stack._lock = lock
        return stack

    @property
    def folder(self) -> Path:
        """Return the stack's folder."""
        return self.layout.folder

    @property
    def bootstrap(self) -> str:
        """Return host:port of Kafka."""
        return kafka.bootstrap(self.layout)

    @property
    def urls(self) -> dict[str, str]:
        """Return the base address of each service's API."""
        return {service: services.url(self.layout, service) for service in SERVICES}

    def dsn(self, service: str, role: str = "owner", database: str | None = None) -> str:
        """Return the database URL of a service's role (owner, api, relay, worker)."""
        return postgres.dsn(self.layout, f"{service}_{role}", database or service)

    @property
    def superuser_dsn(self) -> str:
        """Return the URL of PostgreSQL's superuser, for tests and benchmarks."""
        return postgres.dsn(self.layout, postgres.SUPERUSER, "postgres")

    def environment(self, service: str, role: str) -> dict[str, str]:
        """Return the environment variables that a process of this stack is given."""
        return services.environment(self.layout, service, role)

    def process(self, service: str, role: str) -> Process:
        """Return one of the services' processes."""
        name = f"{service}.{role}"
        return Process(*self._of(name), lambda: services.is_ready(self.layout, name), self._wake)

    @property
    def kafka(self) -> Broker:
        """Return the broker."""
        return Broker(*self._of(kafka.NAME), lambda: kafka.is_ready(self.layout), self._wake)

    @property
    def postgres(self) -> Database:
        """Return the database server."""
        return Database(*self._of(postgres.NAME), lambda: postgres.is_ready(self.layout), self._wake)

    def start(self, parts: Iterable[str] = PARTS) -> None:
        """Start these parts and wait until they are ready; what runs already is left alone.

        A part is `postgres`, `kafka`, `services`, a service or a single process (`intake.relay`). Topics come with
        Kafka, migrations with a service. Raises `StackError`, after which `stop` still has to be called.
        """
        asked = _expand(parts)
        supervisor = self._supervise()
        seen = self._seen()
        starting = [name for name in asked if name not in seen or seen[name].state == "stopped"]
        self._start_infrastructure(supervisor, starting)
        chosen = [name for name in starting if name not in (postgres.NAME, kafka.NAME)]
        if chosen:
            self._start_services(supervisor, chosen)
        supervisor.ready()

    def stop(self) -> None:
        """Stop everything that was started here, in the order in which nothing misses the other; safe to repeat.

        An ephemeral stack is removed.
        """
        supervisor, self._supervisor = self._supervisor, None
        if supervisor is not None:
            supervisor.ready(False)
            for names in (services.names(), [kafka.NAME], [postgres.NAME]):
                supervisor.stop(names)
            supervisor.close()
        if self._lock is not None:
            if self.layout.kind.ephemeral:
                self.layout.purge()
            self._lock.close()
            self._lock = None

    def slow_down(self) -> None:
        """Have the clock of a drill go on at the pace of the wall; every service is stopped for that, and comes back.

        All of them at once: two clocks side by side would tell two times. What already goes at that pace is left alone.
        """
        if self._supervisor is None or self.layout.kind.clock.rate == 1:
            return
        seen = self._seen()
        running = [name for name in services.names() if name in seen and seen[name].state != "stopped"]
        self._supervisor.ready(False)
        self._supervisor.stop(running)
        self.layout = self.layout.at_the_walls_pace()
        self._start_services(self._supervisor, running)
        self._supervisor.ready()

    @property
    def is_ours(self) -> bool:
        """Say whether this object supervises the stack (having begun to start it)."""
        return self._supervisor is not None

    def is_running(self) -> bool:
        """Say whether some supervisor, here or in another process, keeps this stack up."""
        state = self.board.state()
        return state is not None and identity(state.supervisor) == state.identity

    def stop_elsewhere(self) -> bool:
        """Stop the stack whose supervisor is another process, and whatever an earlier one left.

        Returns whether there was anything to stop.
        """
        state = self.board.state()
        if state is None:
            return False
        was_running = self.is_running()
        if was_running:
            if state.supervisor == os.getpid():
                raise StackError("The stack is kept up by this very process: use `stop`.")
            os.kill(state.supervisor, signal.SIGTERM)
            with contextlib.suppress(StackError):
                wait_until("The end of the supervisor", lambda: identity(state.supervisor) != state.identity, 90)
            if identity(state.supervisor) == state.identity:
                os.kill(state.supervisor, signal.SIGKILL)
        return bool(leftovers.clean_up(self.board)) or was_running

    def purge(self) -> None:
        """Remove the stopped stack with all that it holds. Raises `StackError` while it runs."""
        if self.is_running():
            raise StackError("The stack is running: stop it first.")
        self.layout.purge()

    def status(self) -> dict[str, Any]:
        """Return how the stack is, as plain values."""
        state = self.board.state()
        running = self.is_running()
        clock = self.layout.kind.clock
        now = datetime.now(UTC)
        return {
            "folder": str(self.folder),
            "running": running,
            "ready": bool(running and state and state.ready),
            "city": self.layout.kind.city,
            "drill": self.layout.kind.drill,
            "clock": {
                "started": clock.started.isoformat(),
                "epoch": clock.epoch.isoformat(),
                "rate": clock.rate,
                "now": (clock.epoch + (now - clock.started) * clock.rate).isoformat(),
            },
            "urls": self.urls,
            "kafka": self.bootstrap,
            "postgres": self.superuser_dsn.rsplit("@")[1].split("/")[0],
            "programs": {name: _with_memory(seen) for name, seen in self._seen().items()} if running else {},
        }

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def _of(self, name: str) -> tuple[Board, str, Path]:
        return self.board, name, self.layout.logs / f"{name}.log"

    def _wake(self) -> None:
        if self._supervisor is not None:
            self._supervisor.wake()

    def _supervise(self) -> Supervisor:
        """Take the stack, clear away what a killed run left, settle the ports, and begin to supervise."""
        if self._supervisor is None:
            require_space(self.folder, _SPACE, "another folder in TSUNAGI_STACK")
            if self._lock is None:
                self._lock = leftovers.take(self.folder)
            left = leftovers.clean_up(self.board)
            if left:
                self.say(f"An earlier run left {len(left)} processes behind ({', '.join(left)}): stopped")
            leftovers.reset_orders(self.folder)
            self.layout = self.layout.with_ports(settle(self.layout.kind.ports, self.say))
            self._supervisor = Supervisor(self.folder, self.layout.logs)
        return self._supervisor

    def _start_infrastructure(self, supervisor: Supervisor, starting: list[str]) -> None:
        """Bring up the database and the broker side by side, then what belongs in them."""
        began = time.monotonic()
        if postgres.NAME in starting:
            supervisor.add(postgres.prepare(self.layout, self.say))
            self.postgres.order_start()
        if kafka.NAME in starting:
            supervisor.add(kafka.prepare(self.layout, self.say))
            self.kafka.order_start()
        if postgres.NAME in starting:
            self.postgres.wait_ready()
            asynchronous.run(databases.create_all(self.superuser_dsn, self.layout.password))
            self._say_ready(f"PostgreSQL {POSTGRES_VERSION}", self.layout.kind.ports["postgres"], began)
        if kafka.NAME in starting:
            self.kafka.wait_ready()
            try:
                asynchronous.run(create_topics(self.bootstrap))
            except WrongTopic as error:
                raise StackError(f"{error}: it was made by another version of tsunagi.") from error
            self._say_ready(f"Kafka {KAFKA_VERSION}", self.layout.kind.ports["kafka"], began)

    def _start_services(self, supervisor: Supervisor, starting: list[str]) -> None:
        began = time.monotonic()
        services.migrate(self.layout, sorted({name.split(".")[0] for name in starting}))
        processes = [self.process(*name.split(".")) for name in starting]
        for process in processes:
            supervisor.add(services.prepare(self.layout, *process.name.split(".")))
            process.order_start()
        for process in processes:
            process.wait_ready(120)
        self.say(f"{len(starting)} processes of the services: ready in {time.monotonic() - began:.1f} s")

    def _say_ready(self, what: str, port: int, began: float) -> None:
        self.say(f"{what} on {HOST}:{port}: ready in {time.monotonic() - began:.1f} s")

    def _seen(self) -> dict[str, Seen]:
        state = self.board.state()
        return state.programs if state else {}


def _expand(parts: Iterable[str]) -> list[str]:
    """Return the names of the programs that these parts mean, each once."""
    names: list[str] = []
    for part in parts:
        if part in (postgres.NAME, kafka.NAME) or part in services.names():
            names.append(part)
        elif part == "services":
            names += services.names()
        elif part in SERVICES:
            names += [f"{part}.{role}" for role in ROLES]
        else:
            raise StackError(f"There is no part called {part}: {', '.join((*PARTS, *SERVICES, *services.names()))}.")
    return list(dict.fromkeys(names))


def _with_memory(seen: Seen) -> dict[str, Any]:
    """Return what is seen of a program, with the most memory that it has held (MiB; Linux only)."""
    peak = None
    with contextlib.suppress(OSError, IndexError):
        status = Path(f"/proc/{seen.pid}/status").read_text()
        peak = round(int(status.split("VmHWM:")[1].split()[0]) / 1024)
    return {
        "state": seen.state,
        "pid": seen.pid,
        "since": seen.since.isoformat() if seen.since else None,
        "restarts": seen.restarts,
        "last_exit": seen.last_exit,
        "peak_memory_mib": peak,
    }
