"""What an earlier run left behind because it was killed: processes, and folders of ephemeral stacks."""

import fcntl
import os
import shutil
import signal
import tempfile
from pathlib import Path
from typing import IO

from tsunagi.stack import kafka, layout, postgres
from tsunagi.stack.board import Board
from tsunagi.stack.errors import StackError
from tsunagi.stack.supervisor import stop_left_behind

EPHEMERAL = "tsunagi-ephemeral-"


def take(folder: Path) -> IO[str]:
    """Take the stack in this folder for this process, until the returned file is closed.

    The kernel gives it back when the process ends, however it ends. Raises `StackError` where another has it.
    """
    lock = (folder / ".lock").open("a+")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        lock.close()
        state = Board(folder).state()
        who = f" (process {state.supervisor})" if state else ""
        raise StackError(
            f"The stack in {folder} is running already{who}: see `tsunagi status`, stop it with `tsunagi down`."
        ) from error
    return lock


def clean_up(board: Board) -> list[str]:
    """Stop the programs that a killed supervisor of this stack left running; return their names."""
    state = board.state()
    return stop_left_behind(state.programs, _stop_signal) if state else []


def sweep() -> None:
    """Remove the ephemeral stacks whose supervisors were killed."""
    for folder in Path(tempfile.gettempdir()).glob(f"{EPHEMERAL}*"):
        try:
            # A folder without stack.json is one that is just being made.
            if folder.stat().st_uid != os.geteuid() or not (folder / "stack.json").exists():
                continue
            with take(folder):
                clean_up(Board(folder))
                left = layout.load(folder)
                if left:
                    left.purge()
        except (OSError, StackError):
            continue  # it is in use, or somebody else is sweeping


def reset_orders(folder: Path) -> None:
    """Forget what an earlier supervisor of this stack was ordered to do."""
    shutil.rmtree(folder / "wanted", ignore_errors=True)


def _stop_signal(name: str) -> signal.Signals:
    if name == postgres.NAME:
        return signal.SIGINT
    return signal.SIGTERM if name == kafka.NAME else signal.SIGKILL
