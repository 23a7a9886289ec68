"""Every topic, declared here and created by one command (`tsunagi up`, or `python -m shared.platform.topics`).

Twelve partitions for every topic and for good: the key decides the partition, so changing the number would break
the order of what is there. The log is the memory: events are kept for ever; only what holds the latest value of a
thing is compacted.
"""

from collections.abc import Mapping
from typing import NamedTuple

PARTITIONS = 12

_FOREVER: Mapping[str, str] = {"retention.ms": "-1", "retention.bytes": "-1", "cleanup.policy": "delete"}
_LATEST: Mapping[str, str] = {
    "cleanup.policy": "compact",
    # A forgotten person's wrapped key leaves the log within these: `tsunagi forget` says the bound.
    "max.compaction.lag.ms": "3600000",
    "segment.ms": "1800000",
    "min.cleanable.dirty.ratio": "0.1",
    "delete.retention.ms": "86400000",
}


class Topic(NamedTuple):
    """A topic: its name, who writes it, what its key is, its settings beyond the broker's, and who reads it."""

    name: str
    owner: str
    keyed_by: str
    config: Mapping[str, str]
    heard_by: tuple[str, ...] = ()
    """Services, as they are wired (`tests/contracts/test_asyncapi.py`); each of them reads all types of the topic."""
    partitions: int = PARTITIONS

    @property
    def owners(self) -> tuple[str, ...]:
        return tuple(self.owner.split(" and "))


TOPICS: tuple[Topic, ...] = (
    Topic("intake.disaster", "intake", "disaster", _FOREVER, ("screening", "casework")),
    Topic("intake.household", "intake", "household", _FOREVER, ("casework",)),
    Topic("intake.person", "intake", "person", _FOREVER, ("screening", "transfer", "casework")),
    Topic("screening.screening", "screening", "person", _FOREVER, ("transfer", "casework")),
    Topic("transfer.facility", "transfer", "facility", _FOREVER, ("intake", "screening", "casework")),
    Topic("transfer.need", "transfer", "person", _FOREVER, ("screening", "casework")),
    Topic("transfer.placement", "transfer", "person", _FOREVER, ("intake", "screening", "casework")),
    Topic("transfer.trip", "transfer", "person", _FOREVER, ("casework",)),
    Topic("transfer.dispatch", "transfer", "trip", _FOREVER, ("casework",)),
    Topic("casework.case", "casework", "person", _FOREVER, ("casework",)),
    Topic("casework.conference", "casework", "person", _FOREVER, ("casework",)),
    Topic("casework.handoff", "casework", "person", _FOREVER, ("casework",)),
    Topic("keys", "intake and transfer", "owner of the key", _LATEST, ("intake", "screening", "transfer", "casework")),
)

KEYS = "keys"
"""The compacted topic of wrapped keys; a tombstone forgets."""

EVENT_TOPICS: tuple[str, ...] = tuple(topic.name for topic in TOPICS if topic.name != KEYS)
"""The topics that hold events (and not latest values)."""
