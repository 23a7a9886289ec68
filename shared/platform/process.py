"""How a process of a service begins and ends: `python -m services.X api | relay | worker | migrate`."""

import asyncio
import contextlib
import gc
import importlib
import logging
import signal
import sys
from collections.abc import Callable, Coroutine, Sequence
from types import FrameType
from typing import TYPE_CHECKING, Any, NoReturn

import uvloop

from shared.platform import failpoints
from shared.platform.causes import cause
from shared.platform.ledger_figures import watch_ledger
from shared.platform.log import configure
from shared.platform.parts import DatabaseAway, Parts, open_parts
from shared.platform.service import MakeApi, Service
from shared.platform.settings import BAD_CONFIGURATION, PlatformSettings, read_settings
from shared.platform.status_port import Readiness, serve_status
from shared.platform.timers import run_timers

if TYPE_CHECKING:
    import uvicorn

__all__ = ["Service", "main"]

log = logging.getLogger(__name__)

ROLES = ("api", "relay", "worker", "migrate")
BAD_USAGE = 64
DATABASE_AWAY = 75
_FEW = 4
"""Database connections of a relay, which has three tasks."""
_GRACE = 6.0
"""Seconds that requests (or a relay's tasks) have to end; what follows them takes at most three more."""


def main(service: Service, arguments: Sequence[str] | None = None) -> NoReturn:
    """Run one process of the service: api, relay, worker or migrate (arguments: those of the command line)."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    if len(given) != 1 or given[0] not in ROLES:
        sys.stderr.write(f"usage: python -m services.{service.name} {' | '.join(ROLES)}\n")
        raise SystemExit(BAD_USAGE)
    role = given[0]
    settings = read_settings(service.settings)
    configure(settings.log_level, service=service.name, process=role)
    failpoints.arm(settings.failpoint)
    try:
        raise SystemExit(_RUN[role](service, settings))
    except DatabaseAway as error:
        log.error("PostgreSQL stayed away: %s", error)  # noqa: TRY400 - where it was raised says nothing more
        raise SystemExit(DATABASE_AWAY) from None
    except KeyboardInterrupt:
        raise SystemExit(0) from None


def _run_in_uvloop(work: Coroutine[Any, Any, int]) -> int:
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(work)


def _settle_down() -> None:
    """What is loaded by now stays for good: the collector of cycles need not look through it again and again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 10, 10)


def _status(settings: PlatformSettings) -> Readiness:
    ready = Readiness()
    try:
        serve_status(settings.metrics_host, settings.metrics_port, ready)
    except OSError as error:
        sys.stderr.write(f"configuration: TSUNAGI_METRICS_PORT: {settings.metrics_port} is taken ({error.strerror})\n")
        raise SystemExit(BAD_CONFIGURATION) from None
    return ready


def _loaded(make_api: MakeApi | str) -> MakeApi:
    if not isinstance(make_api, str):
        return make_api
    module, _, name = make_api.partition(":")
    made: MakeApi = getattr(importlib.import_module(module), name)
    return made


def _api(service: Service, settings: PlatformSettings) -> int:
    return _run_in_uvloop(_serve(service, settings))


async def _serve(service: Service, settings: PlatformSettings) -> int:
    import uvicorn  # noqa: PLC0415 - only an api loads the web

    ready = _status(settings)
    async with open_parts(service.name, settings, service.ledger, service.project) as parts:
        app = _loaded(service.make_api)(parts)
        config = uvicorn.Config(
            app,
            host=settings.host,
            port=settings.port,
            loop="none",
            http="httptools",
            ws="none",
            access_log=False,
            log_config=None,
            server_header=False,
            proxy_headers=False,
            timeout_graceful_shutdown=int(_GRACE),
        )
        server = _server(config, app)
        for number in (signal.SIGTERM, signal.SIGINT):
            # uvicorn ends on these, and raises them again when it has: then the parts are still to be closed.
            signal.signal(number, lambda *_: None)
        _settle_down()
        ready.set()
        await server.serve()
        return 0 if server.started else 1


def _server(config: "uvicorn.Config", app: Any) -> "uvicorn.Server":
    """Return a server that, asked to end, ends the streams of live pages first: it waits for every answer."""
    import uvicorn  # noqa: PLC0415 - only an api loads the web

    loop = asyncio.get_running_loop()

    class Server(uvicorn.Server):
        def handle_exit(self, sig: int, frame: FrameType | None) -> None:
            live = getattr(getattr(app, "state", None), "live", None)  # any ASGI application may be served
            if live is not None:
                loop.call_soon_threadsafe(live.end_streams)
            super().handle_exit(sig, frame)

    return Server(config)


def _relay(service: Service, settings: PlatformSettings) -> int:
    return _run_in_uvloop(_relay_and_fire(service, settings))


async def _relay_and_fire(service: Service, settings: PlatformSettings) -> int:
    """Run relay and timers side by side, so that timers fire while Kafka is away, until one ends or a signal comes."""
    from shared.platform.relay import Relay  # noqa: PLC0415 - only a relay loads a producer

    ready = _status(settings)
    async with open_parts(service.name, settings, service.ledger, service.project, most=_FEW) as parts:
        asked = _on_signals()
        tasks = [
            asyncio.create_task(Relay(parts).run(), name="relay"),
            asyncio.create_task(run_timers(parts, service.timers), name="timers"),
            asyncio.create_task(watch_ledger(parts), name="figures"),
        ]
        _settle_down()
        ready.set()
        waiting = asyncio.create_task(asked.wait())
        await asyncio.wait([waiting, *tasks], return_when=asyncio.FIRST_COMPLETED)
        ended = [task for task in tasks if task.done()]
        for task in (waiting, *tasks):
            task.cancel()
        await asyncio.wait([waiting, *tasks], timeout=_GRACE)
        for task in ended:
            log.error("%s ended: %s", task.get_name(), cause(task.exception()))
        return 1 if ended else 0


def _on_signals() -> asyncio.Event:
    asked = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, asked.set)
    return asked


def _worker(service: Service, settings: PlatformSettings) -> int:
    from shared.platform.worker import run_worker  # noqa: PLC0415 - only a worker loads Faust

    ready = _status(settings)
    loop = uvloop.new_event_loop()
    asyncio.set_event_loop(loop)
    opened = contextlib.AsyncExitStack()

    async def open_all() -> Parts:
        return await opened.enter_async_context(open_parts(service.name, settings, service.ledger, service.project))

    def stands() -> None:
        _settle_down()
        ready.set()

    parts = loop.run_until_complete(open_all())
    run_worker(parts, service, loop, stands)


def _migrate(service: Service, settings: PlatformSettings) -> int:
    from shared.platform.migrate import migrate  # noqa: PLC0415 - only a migration loads Alembic

    applied = asyncio.run(migrate(service.name, service.migrations, settings.database_url))
    log.info("migrated: %s", ", ".join(applied) or "nothing to do")
    return 0


_RUN: dict[str, Callable[[Service, PlatformSettings], int]] = {
    "api": _api,
    "relay": _relay,
    "worker": _worker,
    "migrate": _migrate,
}
