"""Working on a stack from inside: with the parts of one of its processes, as the role of that process."""

import importlib
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Protocol

from shared.platform.kafka import Kafka
from shared.platform.parts import Parts, open_parts
from shared.platform.service import Service
from shared.platform.settings import read_settings
from tsunagi.deployment import Deployment
from tsunagi.stack import layout
from tsunagi.stack.errors import StackError
from tsunagi.stack.layout import SERVICES
from tsunagi.stack.packages import Say
from tsunagi.stack.stack import Stack


def _quiet(_: str) -> None:
    pass


class System(Protocol):
    """A running system: a stack on this machine, or a deployment elsewhere."""

    @property
    def bootstrap(self) -> Kafka:
        """How Kafka is reached."""
        ...

    @property
    def superuser_dsn(self) -> str:
        """Return the URL of PostgreSQL's superuser. Raises `StackError` where nobody knows it."""
        ...

    def dsn(self, service: str, role: str = "owner", database: str | None = None) -> str:
        """Return the database URL of a service's role (owner, api, relay, worker)."""
        ...

    def environment(self, service: str, role: str) -> dict[str, str]:
        """Return the variables that a process of it is given."""
        ...


def service_of(name: str) -> Service:
    """Return a service as its wiring makes it. Raises `StackError` where there is none of that name."""
    if name not in SERVICES:
        raise StackError(f"There is no service {name}: {', '.join(SERVICES)}.")
    service: Service = importlib.import_module(f"services.{name}.wiring").SERVICE
    return service


def running(folder: Path | None, say: Say = _quiet) -> Stack:
    """Return the stack in this folder (or the default one). Raises `StackError` where there is none, or it stands
    still; none is made by asking for it.
    """
    known = layout.load((folder or layout.default_folder()).absolute())
    if known is None:
        raise StackError("There is no stack here: start one with `tsunagi up`, or name its folder in TSUNAGI_STACK.")
    stack = Stack(known, say)
    if not stack.is_running():
        raise StackError("The stack is not running: start it with `tsunagi up`.")
    return stack


def operated(folder: Path | None) -> System:
    """Return the deployment that the variables speak of, else the running stack as `running` does."""
    return (Deployment.told() if folder is None else None) or running(folder)


@asynccontextmanager
async def inside(stack: System, name: str, role: str = "worker") -> AsyncIterator[tuple[Service, Parts]]:
    """Yield a service and the parts that its process `role` would have on this stack."""
    service = service_of(name)
    os.environ.update({key: text for key, text in stack.environment(name, role).items() if key.startswith("TSUNAGI_")})
    os.environ.pop("TSUNAGI_FAILPOINT", None)
    async with open_parts(name, read_settings(service.settings), service.ledger, service.project) as parts:
        yield service, parts
