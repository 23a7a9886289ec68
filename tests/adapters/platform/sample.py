"""A service as small as one can be, to try the platform on: it notes in a table which events had their effect.

`python -m tests.adapters.platform.sample api | relay | worker | migrate`; its name and topic come by environment
variables, so that each test can have a consumer group and a topic of its own.
"""

import os
from collections.abc import Awaitable, Callable, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Column, Identity, MetaData, Table, Text
from sqlalchemy.dialects.postgresql import UUID as PG_UUID

from shared.contracts import catalogue
from shared.contracts.envelope import Recorded
from shared.kernel.errors import Refused, Unavailable
from shared.platform.parts import Parts
from shared.platform.postgres import Session
from shared.platform.process import Service, main
from shared.platform.settings import PlatformSettings
from shared.platform.store import Origin
from shared.platform.tables import Ledger

assert catalogue.MODULES  # every event type is known

metadata = MetaData()
ledger = Ledger(metadata)
seen = Table(
    "seen",
    metadata,
    Column("n", BigInteger, Identity(), primary_key=True),
    Column("event", PG_UUID, nullable=False),
    Column("key", PG_UUID, nullable=False),
    Column("version", BigInteger, nullable=False),
)
fired = Table(
    "fired",
    metadata,
    Column("n", BigInteger, Identity(), primary_key=True),
    Column("kind", Text, nullable=False),
    Column("subject", PG_UUID, nullable=False),
    Column("causation", PG_UUID, nullable=False),
)
Table("never_refused", metadata, Column("word", Text, primary_key=True))

REFUSED_ACTOR = "refused"
"""An event by this actor is refused by the sample's rules."""
UNSTORABLE_ACTOR = "unstorable"
"""An event by this actor makes the database refuse."""
KEYLESS_ACTOR = "keyless"


async def note(parts: Parts, session: Session, events: Sequence[Recorded]) -> None:
    """Note every event; refuse those that say so."""
    for one in events:
        envelope = one.envelope
        if envelope.actor == REFUSED_ACTOR:
            raise Refused("sample.refused")
        if envelope.actor == UNSTORABLE_ACTOR:
            await session.execute("INSERT INTO never_refused VALUES (NULL)")
        if envelope.actor == KEYLESS_ACTOR and not await session.fetchval(
            "SELECT true FROM keys WHERE owner = $1", envelope.key
        ):
            raise Unavailable("key.not-here")
        await session.execute(
            "INSERT INTO seen (event, key, version) VALUES ($1, $2, $3)", envelope.id, envelope.key, envelope.version
        )


async def fire(parts: Parts, session: Session, subject: UUID, payload: dict[str, Any], origin: Origin) -> None:
    """Note that the timer fired; fail where its payload says so."""
    await session.execute(
        "INSERT INTO fired (kind, subject, causation) VALUES ('fire', $1, $2)", subject, origin.causation
    )
    if payload.get("fail"):
        raise Refused("sample.refused")


async def project(session: Session, recorded: Sequence[Recorded]) -> None:
    """Nothing: the sample has no tables of what it says itself."""


def make_api(parts: Parts) -> Callable[..., Awaitable[None]]:
    """Return an application that says ok to everything."""

    async def app(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "http":
            await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"2")]})
            await send({"type": "http.response.body", "body": b"ok"})

    return app


def make_service(name: str = "intake", topic: str = "intake.person", *, names: bool = False) -> Service:
    """Return the sample as a service of that name that reads that topic."""
    return Service(
        name=name,
        settings=PlatformSettings,
        ledger=ledger,
        project=project,
        make_api=make_api,
        migrations="tests.adapters.platform.sample_migrations",
        effects={topic: note},
        timers={"fire": fire},
        names=names,
    )


if __name__ == "__main__":
    main(make_service(os.environ.get("SAMPLE_NAME", "intake"), os.environ.get("SAMPLE_TOPIC", "intake.person")))
