"""Places where a test may have a process die, as if the power went (tests/faults)."""

import os
import signal

API_AFTER_COMMIT = "api.after-commit"
RELAY_AFTER_SEND = "relay.after-send"
WORKER_AFTER_EFFECT = "worker.after-effect"
NAMES = (API_AFTER_COMMIT, RELAY_AFTER_SEND, WORKER_AFTER_EFFECT)


class _Armed:
    """The one failpoint that is armed in this process, and how often it has still to be reached."""

    name: str | None = None
    left = 0


def checked(failpoint: str) -> str:
    """Return the same text where it names a failpoint (`name`, or `name:N`: the Nth time) or is empty.

    Raises ValueError where it does not.
    """
    name, colon, count = failpoint.partition(":")
    if failpoint and name not in NAMES:
        raise ValueError(f"no failpoint {name}; there are {', '.join(NAMES)}")
    if colon and not (count.isdigit() and int(count) > 0):
        raise ValueError("expected a name, or name:N with N from 1")
    return failpoint


def arm(failpoint: str) -> None:
    """Arm a failpoint; an empty text arms none. Raises ValueError on what is no failpoint."""
    name, _, count = checked(failpoint).partition(":")
    _Armed.name, _Armed.left = name or None, int(count or 1)


def reach(name: str) -> None:
    """Die here by SIGKILL, where this failpoint is armed and it is its turn."""
    if _Armed.name == name:
        _Armed.left -= 1
        if _Armed.left <= 0:
            os.kill(os.getpid(), signal.SIGKILL)
