"""Migrations of one service's database, applied by command as the role owner: `python -m services.X migrate`."""

from collections.abc import Mapping
from typing import NamedTuple


class Grant(NamedTuple):
    """What each role of a service may do with a table: SQL privileges, empty for none."""

    api: str
    worker: str
    relay: str


_ALL = "SELECT, INSERT, UPDATE, DELETE"
GRANTS: Mapping[str, Grant] = {
    "events": Grant("SELECT, INSERT", "SELECT, INSERT", "SELECT, INSERT"),
    "outbox": Grant("SELECT, INSERT", "SELECT, INSERT", "SELECT, INSERT, DELETE"),
    "inbox": Grant("SELECT", "SELECT, INSERT", "SELECT"),
    "dead_letters": Grant("SELECT", "SELECT, INSERT, UPDATE", "SELECT"),
    "timers": Grant(_ALL, _ALL, _ALL),
    "keys": Grant("SELECT, INSERT, UPDATE", "SELECT, INSERT, UPDATE", "SELECT, INSERT, UPDATE"),
    "personal.person": Grant(_ALL, _ALL, _ALL),
    "personal.unopened": Grant(_ALL, _ALL, _ALL),
    "*": Grant(_ALL, _ALL, _ALL),
}
"""Table → what each role may do; `*` stands for the service's own. Nobody but the owner changes what has happened."""


async def migrate(service: str, package: str, dsn: str) -> list[str]:
    """Bring the database to the newest version as its owner, then set the grants. Returns what was applied."""
    raise NotImplementedError
