"""Waiting for a condition, never for a time."""

import time
from collections.abc import Callable

from tsunagi.stack.errors import StackError


def wait_until(
    what: str, is_so: Callable[[], bool], seconds: float, *, hint: Callable[[], str] = str, pause: float = 0.05
) -> None:
    """Wait for a condition. Raises `StackError` with the hint where it has not come within `seconds`."""
    deadline = time.monotonic() + seconds
    while not is_so():
        if time.monotonic() > deadline:
            raise StackError(f"{what} did not come within {seconds:.0f} s. {hint()}".strip())
        time.sleep(pause)
