"""Waiting until nothing is on its way: outboxes empty, every worker at the end of its topics.

A system at work is never quite empty: a timer fires, somebody sends. `catch_up` waits for what is on its way now,
`settle` until nothing at all is.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from contextlib import AsyncExitStack

import asyncpg
from aiokafka.errors import KafkaError

from shared.contracts.topics import KEYS
from shared.platform.lag import LagReader, consumer_lag
from shared.platform.postgres import Row
from shared.platform.service import Service
from tsunagi.inside import System, service_of
from tsunagi.stack.errors import StackError
from tsunagi.stack.layout import SERVICES

_TELLS = 4.0
"""Real seconds between two words of what is left."""


def services() -> dict[str, Service]:
    """Return the four services, as their wirings make them."""
    return {name: service_of(name) for name in SERVICES}


def heard_topics(service: Service) -> tuple[str, ...]:
    """Return the event topics that a service's worker hears."""
    return tuple(topic for topic in service.effects if topic != KEYS)


async def on_the_way(stack: System) -> dict[str, int]:
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


async def catch_up(stack: System, within: float = 120.0, say: Callable[[str], None] | None = None) -> None:
    """Wait until everything that is on its way now has reached whom it is for; what comes meanwhile is not waited for.

    First the outboxes' rows of now are on the log, then the workers have settled what is on the log by then. `say` is
    told now and then what is left. Raises `StackError` where for so many real seconds nothing of it has arrived, or
    nobody could look.
    """
    until = time.monotonic() + within
    while True:
        try:
            await _catch_up(stack, within, say)
        except (OSError, TimeoutError, KafkaError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
            if time.monotonic() > until:
                what = type(error).__name__
                raise StackError(f"For {within:.0f} s nobody could look at what is on its way ({what}).") from error
            await asyncio.sleep(0.3)
        else:
            return


async def _catch_up(stack: System, within: float, say: Callable[[str], None] | None) -> None:
    groups = {name: heard_topics(service) for name, service in services().items()}
    async with AsyncExitStack() as open_:
        outboxes: dict[str, asyncpg.Connection[Row]] = {}
        for name in SERVICES:
            outboxes[name] = await asyncpg.connect(stack.dsn(name))
            open_.push_async_callback(outboxes[name].close)
        last = {name: await one.fetchval("SELECT coalesce(max(id), 0) FROM outbox") for name, one in outboxes.items()}

        async def rows() -> dict[str, int]:
            query = "SELECT count(*) FROM outbox WHERE id <= $1"
            return {f"{name}.outbox": await one.fetchval(query, last[name]) for name, one in outboxes.items()}

        await until_nothing(rows, within, say)
        topics = {topic for heard in groups.values() for topic in heard}
        reader = await open_.enter_async_context(LagReader(stack.bootstrap, topics))
        ends = await reader.ends()

        async def messages() -> dict[str, int]:
            lag = await reader.lag(groups, upto=ends)
            return {f"{name}.worker": sum(found.values()) for name, found in lag.items()}

        await until_nothing(messages, within, say)


async def until_nothing(
    look: Callable[[], Awaitable[dict[str, int]]], within: float, say: Callable[[str], None] | None = None
) -> None:
    """Look again and again until nothing is left; `look` returns how much is, by where it is.

    Raises `StackError` where it has not become less for so many real seconds.
    """
    now = asyncio.get_running_loop().time
    least, moved, told = float("inf"), now(), now()
    while True:
        left = {where: count for where, count in (await look()).items() if count}
        if not left:
            return
        listed = ", ".join(f"{where} {count:,}" for where, count in left.items())
        if sum(left.values()) < least:
            least, moved = sum(left.values()), now()
        if now() - moved > within:
            raise StackError(f"For {within:.0f} s nothing has arrived of what is on its way: {listed}")
        if say is not None and now() - told > _TELLS:
            told = now()
            say(f"still on its way: {listed}")
        await asyncio.sleep(0.2)


async def settle(stack: System, within: float = 120.0) -> None:
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
