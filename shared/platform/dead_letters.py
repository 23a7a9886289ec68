"""Dead letters: what was laid aside, listed, looked at, and replayed once its reason is gone."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

import msgspec

from shared.platform.causes import cause
from shared.platform.inbox import Message
from shared.platform.parts import Parts
from shared.platform.postgres import Row, Session
from shared.platform.service import Service
from shared.platform.settling import REFUSED, Settling


class Place(NamedTuple):
    """Where on the log a message stands."""

    topic: str
    partition: int
    offset: int


class DeadLetter(NamedTuple):
    """A message that was laid aside."""

    message: Message
    reason: str
    died_at: datetime
    replayed_at: datetime | None

    @property
    def place(self) -> Place:
        return Place(self.message.topic, self.message.partition, self.message.offset)

    @property
    def key(self) -> UUID | None:
        """Whom it concerns, where its key can be read."""
        try:
            return UUID((self.message.key or b"").decode())
        except ValueError:
            return None

    @property
    def type(self) -> str | None:
        """The event type that its headers name."""
        return next((value.decode(errors="replace") for name, value in self.message.headers if name == "ce_type"), None)


class Replayed(NamedTuple):
    """What became of a replayed dead letter; `reason` says why it is still one."""

    place: Place
    reason: str | None


_COLUMNS = "topic, part, position, key, headers, value, reason, died_at, replayed_at"
_LIST = f"""
    SELECT {_COLUMNS} FROM dead_letters
    WHERE ($1 OR replayed_at IS NULL) AND ($2::text IS NULL OR topic = $2) AND (topic, part, position) > ($3, $4, $5)
    ORDER BY topic, part, position LIMIT $6
"""  # noqa: S608 - the columns are ours
_ONE = f"SELECT {_COLUMNS} FROM dead_letters WHERE topic = $1 AND part = $2 AND position = $3"  # noqa: S608 - see above
_BEGINNING = Place("", -1, -1)


async def list_dead_letters(
    session: Session,
    *,
    topic: str | None = None,
    replayed: bool = False,
    after: Place = _BEGINNING,
    limit: int = 100,
) -> list[DeadLetter]:
    """Return dead letters by topic, partition and offset, from behind `after` on; with `replayed` those as well."""
    return [_letter(row) for row in await session.fetch(_LIST, replayed, topic, *after, limit)]


async def inspect(session: Session, place: Place) -> DeadLetter | None:
    """Return one dead letter, or None where there is none at that place."""
    row = await session.fetchrow(_ONE, *place)
    return _letter(row) if row else None


async def count_dead_letters(session: Session) -> dict[str, int]:
    """Return how many wait on each topic."""
    rows = await session.fetch("SELECT topic, count(*) AS n FROM dead_letters WHERE replayed_at IS NULL GROUP BY topic")
    return {row["topic"]: row["n"] for row in rows}


async def replay(parts: Parts, service: Service, letters: Sequence[DeadLetter]) -> list[Replayed]:
    """Settle dead letters as the worker would, in the order of the log, each in its own transaction.

    What has had its effect meanwhile has none again. One that is refused again stays, with the new reason. Raises
    what asyncpg raises where PostgreSQL is away; those before are done.
    """
    settling = Settling(parts, service)
    outcomes: list[Replayed] = []
    for letter in sorted(letters, key=lambda one: one.place):
        came = settling.read(letter.message)
        reason = came.read if isinstance(came.read, str) else None
        if reason is None:
            try:
                await settling.store([came])
            except REFUSED as error:
                reason = cause(error)
        async with parts.database.session() as session:
            await session.execute(
                """
                UPDATE dead_letters SET reason = coalesce($4, reason),
                    replayed_at = CASE WHEN $4::text IS NULL THEN $5::timestamptz END
                WHERE topic = $1 AND part = $2 AND position = $3
                """,
                *letter.place,
                reason,
                parts.clock.now(),
            )
        outcomes.append(Replayed(letter.place, reason))
    return outcomes


def _letter(row: Row) -> DeadLetter:
    headers = msgspec.json.decode(row["headers"], type=tuple[tuple[str, bytes], ...])
    message = Message(row["topic"], row["part"], row["position"], row["key"], headers, row["value"])
    return DeadLetter(message, row["reason"], row["died_at"], row["replayed_at"])
