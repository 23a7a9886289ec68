"""What the fault tests share: the platform's sample service for the guards, the running system for the faults."""

import pytest

from shared.platform.migrate import migrate
from tests.adapters.platform.conftest import (
    _administer,
    parts,
    processes,
    relay_parts,
    sample_database,
    settings,
    topic,
)
from tests.fresh import FreshDatabase
from tsunagi.stack import asynchronous, databases
from tsunagi.stack.stack import Stack

__all__ = ["parts", "processes", "relay_parts", "sample_database", "settings", "topic"]


@pytest.fixture(scope="session")
def sample_template(stack_parts: Stack) -> str:
    """A template database with the sample's tables; a name of its own, because the platform's tests have theirs."""
    fresh = FreshDatabase(stack_parts, "intake", "sample_template_faults")
    _administer(stack_parts, lambda connection: databases.create(connection, fresh.name, "intake"))
    asynchronous.run(migrate("intake", "tests.adapters.platform.sample_migrations", fresh.dsn()))
    return fresh.name
