"""The status port of a process: `/metrics`, `/health/live`, `/health/ready`, answered by a thread of its own.

A thread, so that it answers while the event loop is busy, and without the web framework, which only an api loads.
"""

import logging
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

log = logging.getLogger(__name__)


class Readiness:
    """Whether the process does its work: set once it has begun."""

    def __init__(self) -> None:
        self._ready = threading.Event()

    def set(self) -> None:
        self._ready.set()

    def __call__(self) -> bool:
        return self._ready.is_set()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, host: str, port: int, ready: Callable[[], bool]) -> None:
        self.ready = ready
        super().__init__((host, port), _Answer)

    def handle_error(self, request: object, client_address: object) -> None:
        """Whoever asked is gone: nothing to say."""


class _Answer(BaseHTTPRequestHandler):
    server: _Server
    timeout = 5
    server_version, sys_version = "tsunagi", ""

    def do_GET(self) -> None:
        match self.path.partition("?")[0]:
            case "/metrics":
                self._send(200, CONTENT_TYPE_LATEST, generate_latest())
            case "/health/live":
                self._send(200, "application/json", b'{"status":"ok"}')
            case "/health/ready":
                ready = self.server.ready()
                self._send(200 if ready else 503, "application/json", b'{"status":"%s"}' % (b"ok" if ready else b"no"))
            case _:
                self._send(404, "text/plain", b"/metrics, /health/live, /health/ready\n")

    def _send(self, status: int, kind: str, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class calls it so
        """Ask as often as you like: it is not logged."""


def serve_status(host: str, port: int, ready: Callable[[], bool]) -> None:
    """Serve the status port; with port 0 none. Raises `OSError` where the port is taken."""
    if port:
        server = _Server(host, port, ready)
        threading.Thread(target=server.serve_forever, name="status-port", daemon=True).start()
