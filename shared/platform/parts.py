"""What a process of a service is made of, opened once and handed to whoever works in it."""

import asyncio
import contextlib
import logging
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import TypeVar

from shared.platform.clock import Clock
from shared.platform.postgres import UNREACHABLE, Database
from shared.platform.sealing import Keyring, read_kek
from shared.platform.settings import PlatformSettings
from shared.platform.streams import Project, Streams
from shared.platform.tables import Ledger

log = logging.getLogger(__name__)
P = TypeVar("P", bound=PlatformSettings)


class DatabaseAway(Exception):
    """PostgreSQL did not answer within the patience of a starting process."""


@dataclass(frozen=True, kw_only=True)
class Parts:
    """The parts of one process."""

    service: str
    settings: PlatformSettings
    clock: Clock
    ledger: Ledger
    database: Database
    keyring: Keyring
    streams: Streams

    def policy(self, cls: type[P]) -> P:
        """Return the settings as the service's own class. Raises `TypeError` where they are of another."""
        if not isinstance(self.settings, cls):
            raise TypeError(f"the settings are {type(self.settings).__name__}, not {cls.__name__}")
        return self.settings


async def _connect(service: str, settings: PlatformSettings, most: int) -> Database:
    """Open the pool; while PostgreSQL is away, say so and try again for as long as the settings' patience."""
    until, pause = time.monotonic() + settings.patience, 0.2
    while True:
        try:
            return await Database.connect(
                settings.database_url, least=min(settings.pool_least, most), most=most, name=f"tsunagi.{service}"
            )
        except UNREACHABLE as error:
            left = until - time.monotonic()
            if left <= 0:
                raise DatabaseAway(f"{type(error).__name__}: {error}") from error
            log.warning("PostgreSQL is away, waiting: %s", type(error).__name__)
            await asyncio.sleep(min(pause, left))
            pause = min(pause * 2, 5.0)


@contextlib.asynccontextmanager
async def open_parts(
    service: str, settings: PlatformSettings, ledger: Ledger, project: Project, *, most: int | None = None
) -> AsyncIterator[Parts]:
    """Open the parts of a process and close them at the end; `most` database connections. Raises `DatabaseAway`."""
    keyring = Keyring(read_kek(settings.kek_file), ledger)
    database = await _connect(service, settings, min(most or settings.pool_most, settings.pool_most))
    try:
        yield Parts(
            service=service,
            settings=settings,
            clock=settings.clock(),
            ledger=ledger,
            database=database,
            keyring=keyring,
            streams=Streams(f"/{settings.city}/{service}", keyring, project),
        )
    finally:
        await database.close()
