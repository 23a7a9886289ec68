"""PostgreSQL: SQLAlchemy writes the statements, asyncpg runs them (ADR 1).

A `Session` is one connection inside (or outside) a transaction. Sessions keep no state between transactions
(`set_config(…, true)` and transaction locks only), which is why the pool's reset is nothing.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from typing import Any

import asyncpg
import msgspec
from sqlalchemy.dialects.postgresql import asyncpg as dialects
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.elements import ClauseElement

from shared.platform.waking import Waker

_DIALECT = dialects.dialect(  # type: ignore[no-untyped-call]  # SQLAlchemy left it untyped
    json_serializer=lambda value: msgspec.json.encode(value).decode()
)

Row = asyncpg.Record


class Statement:
    """A statement of SQLAlchemy, compiled once; its `bindparam`s are given by name at each run.

    Lists go through `= ANY(:names)` (`sqlalchemy.any_`), never `IN`, so that one text serves every length.
    """

    __slots__ = ("_defaults", "_names", "_processors", "text")

    def __init__(self, statement: ClauseElement) -> None:
        compiled = statement.compile(dialect=_DIALECT, compile_kwargs={"render_postcompile": True})
        if not isinstance(compiled, SQLCompiler):
            raise TypeError("only statements that PostgreSQL can run")
        self.text = compiled.string
        self._names: Sequence[str] = compiled.positiontup or ()
        self._defaults: Mapping[str, Any] = compiled.construct_params(_check=False)
        self._processors: dict[str, Callable[[Any], Any]] = {}
        for name in self._names:
            processor = compiled.binds[name].type.dialect_impl(_DIALECT).bind_processor(_DIALECT)
            if processor is not None:
                self._processors[name] = processor

    def arguments(self, values: Mapping[str, Any]) -> list[Any]:
        """Return the positional arguments for these named values. Raises `TypeError` on a name it does not have."""
        if not self._defaults.keys() >= values.keys():
            raise TypeError(f"no parameters {sorted(values.keys() - self._defaults.keys())}")
        merged = {**self._defaults, **values}
        return [
            self._processors[name](merged[name]) if name in self._processors else merged[name] for name in self._names
        ]


Runnable = Statement | ClauseElement | str


class Session:
    """One connection. A `str` is SQL with positional `args`; anything else takes named `values`."""

    __slots__ = ("raw", "told")

    def __init__(self, raw: "asyncpg.Connection[Row] | asyncpg.pool.PoolConnectionProxy[Row]") -> None:
        self.raw = raw
        self.told = False
        """Whether something was put into the outbox: the relay is woken when it is committed."""

    @staticmethod
    def _ready(statement: Runnable, args: tuple[Any, ...], values: Mapping[str, Any]) -> tuple[str, Sequence[Any]]:
        if isinstance(statement, str):
            return statement, args
        if not isinstance(statement, Statement):
            statement = Statement(statement)
        return statement.text, statement.arguments(values)

    async def fetch(self, statement: Runnable, *args: Any, **values: Any) -> list[Row]:
        text, arguments = self._ready(statement, args, values)
        return await self.raw.fetch(text, *arguments)

    async def fetchrow(self, statement: Runnable, *args: Any, **values: Any) -> Row | None:
        text, arguments = self._ready(statement, args, values)
        return await self.raw.fetchrow(text, *arguments)

    async def fetchval(self, statement: Runnable, *args: Any, **values: Any) -> Any:
        text, arguments = self._ready(statement, args, values)
        return await self.raw.fetchval(text, *arguments)

    async def execute(self, statement: Runnable, *args: Any, **values: Any) -> int:
        """Run it and return how many rows it touched."""
        text, arguments = self._ready(statement, args, values)
        status = await self.raw.execute(text, *arguments)
        last = status.rsplit(" ", 1)[-1] if status else ""
        return int(last) if last.isdigit() else 0


def _json_text(value: Any) -> str:
    return value if isinstance(value, str) else msgspec.json.encode(value).decode()


async def _prepare_connection(connection: "asyncpg.Connection[Row]") -> None:
    for name in ("json", "jsonb"):
        await connection.set_type_codec(name, encoder=_json_text, decoder=msgspec.json.decode, schema="pg_catalog")


async def _no_reset(connection: "asyncpg.Connection[Row]") -> None:
    """Sessions keep no state, so there is nothing to reset; asyncpg's own query would be a second round trip."""


SERVER_SETTINGS = {
    # Without these a frozen process holds its locks, and a whole consumer group waits for it (ADR 7). The first ends
    # it between two statements. Between preparing one and running it PostgreSQL does not call it idle: hence the other.
    "idle_in_transaction_session_timeout": "5000",
    "transaction_timeout": "20000",
    "lock_timeout": "10000",
    "jit": "off",
}


class Database:
    """A pool of connections to one service's database, as one role."""

    def __init__(self, pool: "asyncpg.Pool[Row]") -> None:
        self.pool = pool
        self.relay = Waker(pool)

    @classmethod
    async def connect(cls, dsn: str, *, least: int = 1, most: int = 10, name: str = "tsunagi") -> "Database":
        """Open the pool. Raises what asyncpg raises where the database cannot be reached within 5 seconds."""
        pool = await asyncpg.create_pool(
            dsn,
            min_size=least,
            max_size=most,
            timeout=5,
            command_timeout=15,
            max_inactive_connection_lifetime=300,
            init=_prepare_connection,
            reset=_no_reset,
            server_settings={**SERVER_SETTINGS, "application_name": name},
        )
        return cls(pool)

    async def close(self) -> None:
        try:
            async with asyncio.timeout(3):
                await self.pool.close()
        except TimeoutError:
            self.pool.terminate()

    def acquire(self) -> "asyncpg.pool.PoolAcquireContext[Row]":
        """Return a connection to be entered; waits at most 10 s for a free one (a timer is set where none is)."""
        return self.pool.acquire(timeout=None if self.pool.get_idle_size() else 10)

    @contextlib.asynccontextmanager
    async def session(self) -> AsyncIterator[Session]:
        """One connection, each statement its own transaction. Waits at most 10 s for a free one."""
        async with self.acquire() as raw:
            session = Session(raw)
            yield session
        if session.told:
            self.relay.wake()

    @contextlib.asynccontextmanager
    async def transaction(self, *, readonly: bool = False) -> AsyncIterator[Session]:
        """One connection in one transaction (read committed): committed at the end, rolled back on an error."""
        async with self.acquire() as raw, raw.transaction(readonly=readonly):
            session = Session(raw)
            yield session
        if session.told:
            self.relay.wake()

    @contextlib.asynccontextmanager
    async def locking(self, numbers: Iterable[int], shared: int | None = None) -> AsyncIterator[Session]:
        """Do as `transaction` does, holding these advisory locks from its beginning, and one more that others share.

        BEGIN and the locks are one word to PostgreSQL, where each would be a way there and back.
        """
        begin = ["BEGIN"]
        if shared is not None:
            begin.append(f"SELECT pg_advisory_xact_lock_shared({int(shared)})")
        if wanted := ",".join(str(int(number)) for number in sorted(set(numbers))):
            begin.append(f"SELECT pg_advisory_xact_lock(n) FROM unnest('{{{wanted}}}'::bigint[]) AS n")  # noqa: S608 - numbers
        async with self.acquire() as raw:
            session = Session(raw)
            try:
                await raw.execute("; ".join(begin))
                yield session
                await raw.execute("COMMIT")
            except BaseException:
                await _roll_back(raw)
                raise
        if session.told:
            self.relay.wake()


async def _roll_back(raw: "asyncpg.pool.PoolConnectionProxy[Row]") -> None:
    """End a transaction that something went wrong in; a connection that cannot even do that is no good any more."""
    try:
        if not raw.is_closed():
            await raw.execute("ROLLBACK", timeout=5)
    except BaseException as error:
        raw.terminate()
        if not isinstance(error, Exception):
            raise


UNREACHABLE: tuple[type[BaseException], ...] = (
    OSError,
    TimeoutError,
    asyncpg.PostgresConnectionError,
    asyncpg.InterfaceError,
    asyncpg.CannotConnectNowError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.TooManyConnectionsError,
)
"""What asyncpg raises while PostgreSQL is away; the call may be made again."""
