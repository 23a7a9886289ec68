"""What is told between a stack's supervisor and whoever else looks at the stack: two kinds of small files.

`state.json` is the supervisor's: what runs. `wanted/<program>.json` is an order to it: run, or stand still. So the
command line and tests do the same thing whether the supervisor is a thread of theirs or another process.
"""

import contextlib
import os
import tempfile
from datetime import datetime
from pathlib import Path
from typing import TypeVar

import msgspec

T = TypeVar("T", bound=msgspec.Struct)


class Seen(msgspec.Struct, frozen=True):
    """A program as the supervisor sees it.

    `state` is running, stopping, stopped, or waiting (it ended by itself and is about to be started again).
    `generation` counts the orders that were carried out.
    """

    state: str = "stopped"
    pid: int | None = None
    identity: str | None = None
    since: datetime | None = None
    restarts: int = 0
    last_exit: int | None = None
    generation: int = 0


class Wanted(msgspec.Struct, frozen=True):
    """An order for a program. `environment` holds for the first run under this order only; `by` is the stop signal."""

    generation: int = 0
    running: bool = False
    environment: dict[str, str] = {}
    by: int | None = None


class State(msgspec.Struct, frozen=True):
    """What a stack is doing: who supervises it, whether all that was asked for has become ready, and the programs."""

    supervisor: int
    identity: str
    ready: bool = False
    programs: dict[str, Seen] = {}


def replace(file: Path, content: bytes, mode: int = 0o644) -> None:
    """Write a file whole or not at all."""
    handle, name = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}-")
    try:
        with os.fdopen(handle, "wb") as scratch:
            scratch.write(content)
        Path(name).chmod(mode)
        Path(name).replace(file)
    except BaseException:
        with contextlib.suppress(OSError):
            Path(name).unlink()
        raise


def _read(file: Path, type_: type[T]) -> T | None:
    try:
        return msgspec.json.decode(file.read_bytes(), type=type_)
    except (FileNotFoundError, msgspec.MsgspecError):
        return None


class Board:
    """The two kinds of files, in a stack's folder."""

    def __init__(self, folder: Path) -> None:
        self._state = folder / "state.json"
        self._wanted = folder / "wanted"

    def state(self) -> State | None:
        """Return what the supervisor last wrote, or None."""
        return _read(self._state, State)

    def write(self, state: State) -> None:
        """Write what runs (the supervisor only)."""
        replace(self._state, msgspec.json.format(msgspec.json.encode(state), indent=1))

    def wanted(self, name: str) -> Wanted:
        """Return the standing order for a program."""
        return _read(self._wanted / f"{name}.json", Wanted) or Wanted()

    def wanted_changed(self, name: str) -> int:
        """Return a mark that differs after every new order."""
        try:
            status = (self._wanted / f"{name}.json").stat()
        except FileNotFoundError:
            return 0
        return status.st_mtime_ns ^ status.st_ino

    def order(self, name: str, running: bool, environment: dict[str, str] | None = None, by: int | None = None) -> int:
        """Give an order, and return its generation: it is carried out once the program is seen with it."""
        self._wanted.mkdir(exist_ok=True)
        generation = self.wanted(name).generation + 1
        order = Wanted(generation, running, environment or {}, by)
        replace(self._wanted / f"{name}.json", msgspec.json.encode(order))
        return generation
