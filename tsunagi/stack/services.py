"""The services' processes: what each is given by environment variables, and how it is seen to be ready."""

import http.client
import os
import subprocess
import sys
from pathlib import Path

from tsunagi.stack import kafka, postgres
from tsunagi.stack.errors import StackError
from tsunagi.stack.layout import PROJECT, ROLES, SERVICES, Layout
from tsunagi.stack.ports import HOST
from tsunagi.stack.supervisor import Program

READY_PATH = "/health/ready"
# What a person may set for every process of a stack; all other TSUNAGI_ variables are the stack's to give.
_PASSED_ON = ("TSUNAGI_LOG_LEVEL",)


def names() -> list[str]:
    """Return the names of all processes, `intake.api` and so on."""
    return [f"{service}.{role}" for service in SERVICES for role in ROLES]


def environment(layout: Layout, service: str, role: str) -> dict[str, str]:
    """Return all environment variables of one process; `role` may also be `owner`, for migrations."""
    name = f"{service}.{role}"
    kind = layout.kind
    given = {key: value for key, value in os.environ.items() if not key.startswith("TSUNAGI_") or key in _PASSED_ON}
    given |= {
        "PYTHONUNBUFFERED": "1",
        "TSUNAGI_DATABASE_URL": postgres.dsn(layout, f"{service}_{role}", service),
        "TSUNAGI_KAFKA": kafka.bootstrap(layout),
        "TSUNAGI_KEK_FILE": str(layout.kek),
        "TSUNAGI_TOKEN_KEY_FILE": str(layout.token_key),
        "TSUNAGI_LOCAL": "1",  # so that its own tokens are good here
        "TSUNAGI_CITY": kind.city,
        "TSUNAGI_DRILL": "1" if kind.drill else "0",
        "TSUNAGI_HOST": HOST,
        "TSUNAGI_DATADIR": str(layout.work / name),
    }
    if kind.drill:  # in earnest, the time is the time
        given |= {
            "TSUNAGI_CLOCK_STARTED": kind.clock.started.isoformat(),
            "TSUNAGI_CLOCK_EPOCH": kind.clock.epoch.isoformat(),
            "TSUNAGI_CLOCK_RATE": repr(kind.clock.rate),
        }
    for variable, port in (("TSUNAGI_PORT", name), ("TSUNAGI_METRICS_PORT", f"{name}.metrics")):
        if port in kind.ports:
            given[variable] = str(kind.ports[port])
    return given


def prepare(layout: Layout, service: str, role: str) -> Program:
    """Make the process's own folder, and return how to run it."""
    name = f"{service}.{role}"
    (layout.work / name).mkdir(parents=True, exist_ok=True)
    return Program(
        name=name,
        arguments=(sys.executable, "-m", f"services.{service}", role),
        environment=environment(layout, service, role),
        folder=PROJECT,
        log=layout.logs / f"{name}.log",
    )


def migrate(layout: Layout, services: list[str]) -> None:
    """Bring the databases of these services to the present schema, side by side, each as its owner.

    Raises `StackError` with what went wrong.
    """
    logs = {service: layout.logs / f"{service}.migrate.log" for service in services}
    running = {}
    for service, log in logs.items():
        with log.open("wb") as output:
            running[service] = subprocess.Popen(
                [sys.executable, "-m", f"services.{service}", "migrate"],
                env=environment(layout, service, "owner"),
                cwd=PROJECT,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
            )
    try:
        failed = [service for service, migration in running.items() if migration.wait()]
    except BaseException:
        for migration in running.values():
            migration.kill()
        raise
    if failed:
        raise StackError(f"The database of {failed[0]} could not be migrated:{last_lines(logs[failed[0]])}")


def url(layout: Layout, service: str) -> str:
    """Return the base address of a service's API."""
    return f"http://{HOST}:{layout.kind.ports[f'{service}.api']}"


def is_ready(layout: Layout, name: str) -> bool:
    """Say whether a process answers that it is ready: an API at its port, the others at their metrics port."""
    port = layout.kind.ports[name if name.endswith(".api") else f"{name}.metrics"]
    connection = http.client.HTTPConnection(HOST, port, timeout=3)
    try:
        connection.request("GET", READY_PATH)
        return connection.getresponse().status == http.client.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def last_lines(log: Path, count: int = 8) -> str:
    """Return the end of a log, indented, to be shown where a process does not come up."""
    try:
        lines = log.read_text(errors="replace").splitlines()[-count:]
    except FileNotFoundError:
        lines = []
    return "".join(f"\n  {line[:300]}" for line in lines)
