"""Kafka in: every event of every service, casework's own ones included, onto the timeline and into what it means."""

from collections.abc import Mapping, Sequence

from services.casework import escalation
from services.casework.policies import tables_of
from services.casework.projection import Known, fold
from shared.contracts.envelope import Recorded
from shared.contracts.topics import EVENT_TOPICS
from shared.platform.changes import CHANGED
from shared.platform.inbox import Effect
from shared.platform.parts import Parts
from shared.platform.postgres import Session

_KNOWN = Known(6000)
"""What was heard of late: whatever happens next to a person is mostly soon. Some 15 MiB."""


async def told(parts: Parts, session: Session, events: Sequence[Recorded]) -> None:
    """Fold anew whatever new events are about, and let timers run for hand-offs that nobody has."""
    tables = tables_of(parts)
    about = {one.envelope.key: one.envelope.topic for one in events}
    rows = await fold(session, tables, about, new=events, known=_KNOWN, tell=CHANGED)
    await escalation.keep_timers(session, tables, rows.get("handoffs", ()))


EFFECTS: Mapping[str, Effect] = dict.fromkeys(EVENT_TOPICS, told)
