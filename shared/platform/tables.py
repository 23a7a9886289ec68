"""The tables that every service has: what happened, what is still to be told, what was heard, what is due.

`Ledger(metadata)` declares them in a service's own metadata, so that each service's Alembic migrations hold them.
"""

from sqlalchemy import (
    BigInteger,
    Column,
    DateTime,
    Identity,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB, UUID

_INSTANT = DateTime(timezone=True)


class Ledger:
    """Event store, outbox, inbox, dead letters, timers, keys, and the schema `personal`."""

    def __init__(self, metadata: MetaData) -> None:
        self.events = Table(
            "events",
            metadata,
            Column("id", UUID, primary_key=True),
            Column("stream", UUID, nullable=False),
            Column("version", Integer, nullable=False),
            Column("topic", Text, nullable=False),
            Column("key", UUID, nullable=False),
            Column("type", Text, nullable=False),
            Column("recorded_at", _INSTANT, nullable=False),
            Column("causation", UUID, nullable=False),
            Column("headers", LargeBinary, nullable=False),
            Column("value", LargeBinary, nullable=False),
            UniqueConstraint("stream", "version", name="events_stream_version"),
        )
        """Append only; the truth. `headers` is the envelope as JSON, `value` the bytes that Kafka gets."""
        self.outbox = Table(
            "outbox",
            metadata,
            Column("id", BigInteger, Identity(always=True), primary_key=True),
            Column("topic", Text, nullable=False),
            Column("key", UUID, nullable=False),
            Column("headers", LargeBinary, nullable=False),
            Column("value", LargeBinary),
            Column("written_at", _INSTANT, nullable=False, server_default=text("now()")),
            # Every row is deleted soon: its dead ones must not pile up before the first living one.
            postgresql_with={"autovacuum_vacuum_scale_factor": "0", "autovacuum_vacuum_threshold": "5000"},
        )
        """What the relay has still to send, in the order of `id`; a missing value is a tombstone."""
        self.inbox = Table(
            "inbox",
            metadata,
            Column("event", UUID, primary_key=True),
            Column("topic", Text, nullable=False),
            Column("part", Integer, nullable=False),
            Column("position", BigInteger, nullable=False),
        )
        """Which events had their effect here, and where on the log they stood (to look for holes)."""
        self.dead_letters = Table(
            "dead_letters",
            metadata,
            Column("topic", Text, primary_key=True),
            Column("part", Integer, primary_key=True),
            Column("position", BigInteger, primary_key=True),
            Column("key", LargeBinary),
            Column("headers", LargeBinary, nullable=False),
            Column("value", LargeBinary),
            Column("reason", Text, nullable=False),
            Column("died_at", _INSTANT, nullable=False),
            Column("replayed_at", _INSTANT),
        )
        """What could not be read or refused its effect: inspected, mended, replayed by command."""
        self.timers = Table(
            "timers",
            metadata,
            Column("kind", Text, primary_key=True),
            Column("subject", UUID, primary_key=True),
            Column("due", _INSTANT, nullable=False),
            Column("fire_at", _INSTANT, nullable=False),
            Column("attempts", Integer, nullable=False, server_default="0"),
            Column("payload", JSONB, nullable=False, server_default="{}"),
            Index("timers_fire_at", "fire_at"),
        )
        """What falls due when, by the stack's clock; the relay's process fires it. `fire_at` is `due`, or later where
        firing failed `attempts` times."""
        self.keys = Table(
            "keys",
            metadata,
            Column("owner", UUID, primary_key=True),
            Column("wrapped", LargeBinary),
            Column("forgotten_at", _INSTANT),
        )
        """Data keys, wrapped; a missing one with an instant was forgotten."""
        self.person_words = Table(
            "person",
            metadata,
            Column("person", UUID, primary_key=True),
            Column("version", Integer, nullable=False),
            Column("words", JSONB, nullable=False),
            Column("since", JSONB, nullable=False, server_default="{}"),
            Column("name", Text),
            Column("kana", Text),
            schema="personal",
        )
        """Open words about persons, as the service must search or show them. Forgetting deletes the row. `since` is
        the version that each of the words is from, so that late events settle in the same place."""
        self.unopened = Table(
            "unopened",
            metadata,
            Column("event", UUID, primary_key=True),
            Column("owner", UUID, nullable=False, index=True),
            Column("version", Integer, nullable=False),
            Column("headers", LargeBinary, nullable=False),
            Column("value", LargeBinary, nullable=False),
            schema="personal",
        )
        """Events whose key has not come yet: opened when it does."""


def session_tables(metadata: MetaData) -> tuple[Table, Table]:
    """Declare what a service with pages has in its own metadata (`pages.sessions`): sign-ins, and sessions.

    Of a link's code and of a cookie's secret, only the digest is kept.
    """
    sign_ins = Table(
        "sign_ins",
        metadata,
        Column("digest", LargeBinary, primary_key=True),
        Column("claims", JSONB, nullable=False),
        Column("ends", _INSTANT, nullable=False),
        Column("used_at", _INSTANT),
        Index("sign_ins_ends", "ends"),
    )
    sessions = Table(
        "sessions",
        metadata,
        Column("digest", LargeBinary, primary_key=True),
        Column("claims", JSONB, nullable=False),
        Column("began", _INSTANT, nullable=False),
        Column("ends", _INSTANT, nullable=False),
        Index("sessions_ends", "ends"),
    )
    return sign_ins, sessions
