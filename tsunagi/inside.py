"""Working on a stack from inside: with the parts of one of its processes, as the role of that process."""

import importlib
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from shared.platform.parts import Parts, open_parts
from shared.platform.service import Service
from shared.platform.settings import read_settings
from tsunagi.stack.errors import StackError
from tsunagi.stack.layout import SERVICES
from tsunagi.stack.stack import Stack


def service_of(name: str) -> Service:
    """Return a service as its wiring makes it. Raises `StackError` where there is none of that name."""
    if name not in SERVICES:
        raise StackError(f"There is no service {name}: {', '.join(SERVICES)}.")
    service: Service = importlib.import_module(f"services.{name}.wiring").SERVICE
    return service


def running(stack: Stack) -> Stack:
    """Return the stack. Raises `StackError` where it is not running."""
    if not stack.is_running():
        raise StackError("The stack is not running: start it with `tsunagi up`.")
    return stack


@asynccontextmanager
async def inside(stack: Stack, name: str, role: str = "worker") -> AsyncIterator[tuple[Service, Parts]]:
    """Yield a service and the parts that its process `role` would have on this stack."""
    service = service_of(name)
    os.environ.update({key: text for key, text in stack.environment(name, role).items() if key.startswith("TSUNAGI_")})
    os.environ.pop("TSUNAGI_FAILPOINT", None)
    async with open_parts(name, read_settings(service.settings), service.ledger, service.project) as parts:
        yield service, parts
