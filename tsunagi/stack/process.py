"""One program of a stack, to be stopped, started, killed, frozen: by the command line, and by fault tests.

It works on any running stack, whether its supervisor lives in this process or in another.
"""

import os
import signal
import time
from collections.abc import Callable
from pathlib import Path

from tsunagi.stack.board import Board, Seen
from tsunagi.stack.errors import StackError
from tsunagi.stack.services import last_lines
from tsunagi.stack.supervisor import PATIENCE
from tsunagi.stack.waiting import wait_until

_RESTARTS_UNTIL_HOPELESS = 4


class Process:
    """A program by name, with what is asked to know that it is ready."""

    def __init__(
        self, board: Board, name: str, log: Path, is_ready: Callable[[], bool], wake: Callable[[], None]
    ) -> None:
        self.name = name
        self.log = log
        self.is_ready = is_ready
        self._board = board
        self._wake = wake

    def __repr__(self) -> str:
        return f"<{self.name}: {self.seen.state}>"

    @property
    def seen(self) -> Seen:
        """Return how the supervisor sees it."""
        state = self._board.state()
        return (state.programs.get(self.name) if state else None) or Seen()

    @property
    def pid(self) -> int:
        """Return its pid. Raises `StackError` while it does not run."""
        pid = self.seen.pid
        if pid is None:
            raise StackError(f"{self.name} is not running.")
        return pid

    def order_start(self, environment: dict[str, str] | None = None) -> None:
        """Let it be started and do not wait."""
        self._board.order(self.name, running=True, environment=environment)
        self._wake()

    def start(self, environment: dict[str, str] | None = None, seconds: float = 60) -> None:
        """Start it, or start it anew where it runs, and wait until it is ready.

        `environment` (a failpoint, say) is added for the first run only: what the supervisor starts again after an
        exit is without it.
        """
        generation = self._board.order(self.name, running=True, environment=environment)
        self._wake()
        self._wait(
            "its start", lambda: self.seen.generation >= generation and self.seen.state == "running", 2 * PATIENCE
        )
        self.wait_ready(seconds)

    restart = start

    def wait_ready(self, seconds: float = 60) -> None:
        """Wait until it answers; give up early on one that ends again and again."""
        before = self.seen.restarts

        def ready() -> bool:
            if self.seen.restarts - before >= _RESTARTS_UNTIL_HOPELESS:
                raise StackError(f"{self.name} ends again and again:{last_lines(self.log)}")
            return self.seen.state == "running" and self.is_ready()

        self._wait("ready", ready, seconds)

    def stop(self, by: signal.Signals | None = None, seconds: float = 2 * PATIENCE) -> None:
        """Ask it to end (SIGKILL after 15 s) and wait; it stays down until it is started."""
        generation = self._board.order(self.name, running=False, by=by)
        self._wake()
        self._wait("its end", lambda: self.seen.generation >= generation and self.seen.pid is None, seconds)

    def kill(self, *, stay_down: bool = False) -> None:
        """SIGKILL it, and wait until it is gone; the supervisor starts it again unless it is to stay down."""
        if stay_down:
            self.stop(signal.SIGKILL)
            return
        pid = self.pid
        os.kill(pid, signal.SIGKILL)
        self._wake()
        self._wait("its end", lambda: self.seen.pid != pid, PATIENCE)

    def freeze(self) -> None:
        """Stop it in its tracks (SIGSTOP): it holds what it holds and answers nothing."""
        os.kill(self.pid, signal.SIGSTOP)

    def thaw(self) -> None:
        """Let a frozen one go on."""
        os.kill(self.pid, signal.SIGCONT)

    def wait_restarted(self, than: int, seconds: float = 60) -> None:
        """Wait until it has ended by itself and been started again more often than `than` times, and is ready."""
        self._wait("its restart", lambda: self.seen.restarts > than and self.seen.state == "running", seconds)
        self.wait_ready(seconds)

    def _wait(self, what: str, is_so: Callable[[], bool], seconds: float) -> None:
        wait_until(
            f"{self.name}: {what}", is_so, seconds, hint=lambda: f"Its log ends:{last_lines(self.log)}", pause=0.02
        )


class Broker(Process):
    """Kafka. Killed, it stays down until it is started."""

    def kill(self, *, stay_down: bool = True) -> None:
        """SIGKILL it."""
        super().kill(stay_down=stay_down)


class Database(Process):
    """PostgreSQL."""

    def crash(self, *, away: float = 0) -> None:
        """End it at once, as a power cut would (no checkpoint; it recovers from its log), and start it again.

        `away` is for how many seconds it stays down.
        """
        self.stop(signal.SIGQUIT)
        time.sleep(away)
        self.start()
