"""Waiting until nothing is on its way: outboxes empty, every worker at the end of its topics."""

import asyncio
import time
from collections.abc import Mapping

import asyncpg

from shared.contracts.topics import KEYS
from shared.platform.lag import consumer_lag
from shared.platform.service import Service
from tsunagi.inside import service_of
from tsunagi.stack.errors import StackError
from tsunagi.stack.layout import SERVICES
from tsunagi.stack.stack import Stack


def services() -> dict[str, Service]:
    """Return the four services, as their wirings make them."""
    return {name: service_of(name) for name in SERVICES}


def heard_topics(service: Service) -> tuple[str, ...]:
    """Return the event topics that a service's worker hears."""
    return tuple(topic for topic in service.effects if topic != KEYS)


async def on_the_way(stack: Stack) -> dict[str, int]:
    """Return how many rows and messages are still on their way, by where they are; empty: none."""
    found: dict[str, int] = {}
    for name in SERVICES:
        connection = await asyncpg.connect(stack.dsn(name))
        try:
            found[f"{name}.outbox"] = int(await connection.fetchval("SELECT count(*) FROM outbox"))
        finally:
            await connection.close()
    for name, service in services().items():
        lag: Mapping[str, int] = await consumer_lag(stack.bootstrap, name, heard_topics(service))
        found[f"{name}.worker"] = sum(lag.values())
    return {where: count for where, count in found.items() if count}


async def settle(stack: Stack, within: float = 120.0) -> None:
    """Wait until nothing is on its way, twice in a row (a reaction may just have written something new).

    Raises `StackError` with what is still on its way after so many seconds.
    """
    until, quiet = time.monotonic() + within, 0
    while quiet < 2:
        try:
            left = await on_the_way(stack)
        except (OSError, TimeoutError, asyncpg.PostgresError) as error:
            left = {f"cannot look ({type(error).__name__})": 1}
        quiet = 0 if left else quiet + 1
        if time.monotonic() > until:
            listed = ", ".join(f"{where}: {count}" for where, count in left.items())
            raise StackError(f"After {within:.0f} s there is still something on its way: {listed}")
        if quiet < 2:
            await asyncio.sleep(0.3)
