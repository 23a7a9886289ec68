"""Which port of this machine each part of a stack listens on."""

import random
import socket
from collections.abc import Callable, Iterable, Mapping

from tsunagi.stack.errors import StackError

HOST = "127.0.0.1"
# Below what the kernel gives to outgoing connections, which could take a free port before we do.
_LOWEST, _HIGHEST = 20000, 32000


def is_free(port: int) -> bool:
    """Say whether somebody could listen on this port now."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
        return True


def accepts(port: int) -> bool:
    """Say whether somebody listens on this port now."""
    with socket.socket() as probe:
        probe.settimeout(2)
        return probe.connect_ex((HOST, port)) == 0


def any_free(taken: Iterable[int] = ()) -> int:
    """Return a free port that is not among `taken`."""
    avoid = set(taken)
    for _ in range(2000):
        port = random.randint(_LOWEST, _HIGHEST)  # noqa: S311 - no secret
        if port not in avoid and is_free(port):
            return port
    raise StackError(f"No free port was found on {HOST} between {_LOWEST} and {_HIGHEST}.")


def settle(wanted: Mapping[str, int], say: Callable[[str], None]) -> dict[str, int]:
    """Return a free port for every name: the wanted one, or where that is busy another, and say so."""
    settled: dict[str, int] = {}
    for name, port in wanted.items():
        if port not in settled.values() and is_free(port):
            settled[name] = port
        else:
            settled[name] = any_free([*settled.values(), *wanted.values()])
            say(f"Port {port} ({name}) is busy: taking {settled[name]}")
    return settled
