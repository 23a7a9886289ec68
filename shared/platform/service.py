"""What the platform must know of a service; its wiring makes one."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from shared.platform.inbox import Admit, Effect
from shared.platform.parts import Parts
from shared.platform.postgres import Session
from shared.platform.settings import PlatformSettings
from shared.platform.streams import Project
from shared.platform.tables import Ledger
from shared.platform.timers import Fire

MakeApi = Callable[[Parts], Any]
"""Makes the ASGI application out of the parts."""

Forget = Callable[[Session, UUID], Awaitable[None]]
"""Deletes what the service itself holds open about an owner (in its own tables of the schema `personal`)."""


@dataclass(frozen=True, kw_only=True)
class Service:
    """A service: its name, its tables, what it does on a call, an event, an instant."""

    name: str
    settings: type[PlatformSettings]
    ledger: Ledger
    project: Project
    make_api: MakeApi | str
    """A function of the parts, or better its name `services.X.routes:make_api`: only the api then loads the web."""
    migrations: str
    """The package with the Alembic versions: `services.X.migrations`."""
    effects: Mapping[str, Effect] = field(default_factory=dict)
    timers: Mapping[str, Fire] = field(default_factory=dict)
    admit: Admit | None = None
    shares: int | None = None
    """An advisory lock that every batch of the worker shares, for somebody else to keep the worker out with."""
    names: bool = False
    """Whether the worker keeps names open in `personal.person`."""
    forget: Forget | None = None
