"""Topic `casework.handoff`: what people say about a hand-off. Keyed by person; the stream is the hand-off.

That a hand-off opened, or was taken by a fact, is not said here: it follows from the facts themselves.
"""

from shared.contracts.event import Event, Instant, event

TOPIC = "casework.handoff"


@event("tsunagi.casework.handoff.taken.v1", TOPIC)
class HandoffTaken(Event, frozen=True, kw_only=True, omit_defaults=True):
    """引き受ける: somebody takes it on."""

    kind: str
    owner: str


@event("tsunagi.casework.handoff.returned.v1", TOPIC)
class HandoffReturned(Event, frozen=True, kw_only=True, omit_defaults=True):
    """担当を戻す: nobody has it again."""

    kind: str
    reason: str | None = None


@event("tsunagi.casework.handoff.ended.v1", TOPIC)
class HandoffEnded(Event, frozen=True, kw_only=True, omit_defaults=True):
    """A person ended it without its being taken, with the reason (a code of `codes.END`)."""

    kind: str
    reason: str


@event("tsunagi.casework.handoff.escalated.v1", TOPIC)
class HandoffEscalated(Event, frozen=True, kw_only=True, omit_defaults=True):
    """Nobody took it in time: the next level (ward-hq, city-hq) was told."""

    kind: str
    level: str
    """`codes.LEVEL`."""
    due_at: Instant | None = None
    """When it should have been taken."""
    definitions: str = ""
    """The table of kinds and times, with its version, by which it was due."""
