"""What a rebuild and its hands say to each other: one JSON object a line."""

import sys
from datetime import datetime
from pathlib import Path
from typing import NamedTuple, Self

import msgspec

from services.casework.settings import CaseworkSettings
from shared.platform.kafka import Access
from shared.platform.settling import REFUSED


class Place(NamedTuple):
    """Where a message stands on the log."""

    topic: str
    partition: int
    offset: int


class Heard(NamedTuple):
    """How far a partition was heard (the table `heard`)."""

    topic: str
    partition: int
    offset: int
    recorded_at: datetime


class Setup(msgspec.Struct):
    """What a hand must know before anything else; the files are descriptors that it inherits, its own first."""

    database_url: str
    brokers: str
    ca_file: str | None
    user: str | None
    password: str
    handoff_kinds: list[str]
    files: list[int] = []

    @classmethod
    def of(cls, settings: CaseworkSettings) -> Self:
        kafka, kinds = settings.brokers, [str(file.absolute()) for file in settings.handoff_kinds]
        ca_file = str(kafka.ca_file.absolute()) if kafka.ca_file else None
        return cls(settings.database_url, kafka.brokers, ca_file, kafka.user, kafka.password, kinds)

    @property
    def kafka(self) -> Access:
        """How Kafka is reached."""
        return Access(self.brokers, Path(self.ca_file) if self.ca_file else None, self.user, self.password)


class Read(msgspec.Struct, tag=True):
    """Read these partitions from offset to offset, and lay them down in so many buckets (a power of two)."""

    extent: list[tuple[str, int, int, int]]
    buckets: int


class Fold(msgspec.Struct, tag=True):
    """Fold one part of one bucket into the new tables. `skip`: messages that count no more."""

    bucket: int
    part: int
    parts: int
    last: list[int]
    """For each file (in the order of `Setup.files`) where the bucket's last segment begins."""
    skip: list[Place] = []


class Moved(msgspec.Struct, tag=True):
    """So many messages more are read."""

    messages: int


class WasRead(msgspec.Struct, tag=True):
    """All is laid down: for each bucket its last segment, and how many messages it has."""

    last: list[int]
    counts: list[int]


class Folded(msgspec.Struct, tag=True):
    """A part of a bucket is in the new tables."""

    messages: int
    events: int
    broken: int
    refused: int
    keys: int
    heard: list[Heard]


class Failed(msgspec.Struct, tag=True):
    """It cannot go on, and why."""

    reason: str


UNFIT: tuple[type[Exception], ...] = (*REFUSED, ValueError, TypeError, OverflowError)
"""What an event can be the reason of where its rows are copied: to an insert asyncpg says `DataError` for the last."""
Command = Read | Fold
Answer = Moved | WasRead | Folded | Failed
APPLICATION = "tsunagi.rebuild"
"""By this name the database knows the connections of a rebuild, its hands' included."""
SESSION = {
    "application_name": APPLICATION,
    "idle_in_transaction_session_timeout": "0",
    "transaction_timeout": "0",
    "jit": "off",
    # Nobody waits for what a killed rebuild had asked for.
    "client_connection_check_interval": "1s" if sys.platform == "linux" else "0",
    "maintenance_work_mem": "128MB",
    # Enough to plan by until autovacuum looks closely, which at the usual 100 would be an eighth of the whole time.
    "default_statistics_target": "20",
}
"""Settings of such a connection: its statements may take long."""
