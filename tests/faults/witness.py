"""What `tsunagi verify` would say of one small service: its own gathering and queries, over one database and topic.

So a guard that is taken away is seen by the very checks that a real stack is verified with.
"""

from collections.abc import Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import msgspec
import pytest

from shared.contracts.envelope import Recorded
from tests.fresh import FreshDatabase
from tsunagi.stack.stack import Stack
from tsunagi.verifying import gather
from tsunagi.verifying.checks import CHECKS, LOST, TWICE

ACKNOWLEDGED = "what a client was told is in the event store"
NO_HOLE = "a stream has no hole"
ON_THE_LOG = "what is in a store is on the log"
IN_A_STORE = "what is on the log is in a store, as it is there"
IN_ORDER = "a stream is in order on the log"
HEARD = "every service has heard what is on its topics"
ONE_VERSION = "one version of a stream is one event"
ONE_EFFECT = "one cause has its effect in a stream once"

_ASKED = (ACKNOWLEDGED, NO_HOLE, ON_THE_LOG, IN_A_STORE, IN_ORDER, HEARD, ONE_VERSION, ONE_EFFECT)


async def broken_promises(
    database: FreshDatabase, topic: str, acknowledged: Path | None = None, *, hears: bool = False
) -> set[str]:
    """Return which promises are broken on a database of the sample and its topic. `hears`: its worker reads it."""
    checks = {check.promise: check.query for check in (*CHECKS, *LOST, *TWICE)}
    alone = SimpleNamespace(
        dsn=lambda service: database.dsn(),
        bootstrap=database.stack.bootstrap,
        superuser_dsn=database.stack.superuser_dsn,
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(gather, "SERVICES", (database.service,))
        patch.setattr(gather, "EVENT_TOPICS", (topic,))
        patch.setattr(gather, "catch_up", _as_it_is)
        async with gather.scratch(database.stack) as into:
            await gather.gather(cast(Stack, alone), into, acknowledged, 0)
            await into.execute("CREATE TABLE heard (service text, topic text)")
            if hears:
                await into.execute("INSERT INTO heard VALUES ($1, $2)", database.service, topic)
            return {promise for promise in _ASKED if await into.fetch(checks[promise])}


async def _as_it_is(*_: object) -> None:
    """Wait for nothing: what is on its way is left there."""


def write_acknowledged(file: Path, events: Sequence[Recorded]) -> Path:
    """Write down what a client was answered, as `tsunagi.client` does."""
    lines: list[dict[str, Any]] = [
        {
            "service": "intake",
            "stream": one.envelope.subject,
            "version": one.envelope.version,
            "events": [one.envelope.id],
        }
        for one in events
    ]
    file.write_bytes(b"".join(msgspec.json.encode(line) + b"\n" for line in lines))
    return file
