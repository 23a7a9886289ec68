"""A database of its own for one test."""

from typing import NamedTuple, Protocol

from tsunagi.stack.stack import Stack


class FreshDatabase(NamedTuple):
    """A new database of one service on the session's PostgreSQL; it is dropped after the test."""

    stack: Stack
    service: str
    name: str

    def dsn(self, role: str = "owner") -> str:
        """Return the URL of it for one of the service's roles: owner, api, relay, worker."""
        return self.stack.dsn(self.service, role, database=self.name)

    def environment(self, role: str) -> dict[str, str]:
        """Return what a process of the service needs in its environment to work on it."""
        return self.stack.environment(self.service, role) | {"TSUNAGI_DATABASE_URL": self.dsn(role)}


class MakeDatabase(Protocol):
    """What the fixture `database` is: `database("intake")` is empty, with `migrate=True` it has the service's tables."""

    def __call__(self, service: str, *, migrate: bool = False) -> FreshDatabase:
        """Make a fresh database of this service."""
        ...
