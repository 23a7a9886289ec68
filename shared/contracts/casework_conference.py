"""Topic `casework.conference`: a case conference (ケース会議, 000). Keyed by person; the stream is the conference."""

from datetime import date, datetime
from uuid import UUID

import msgspec

from shared.contracts.event import Event, Words, event

TOPIC = "casework.conference"


class Member(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Who sits there: an actor's id, a role (`codes.MEMBER`), whether confidentiality (守秘義務) is recorded."""

    actor: str
    role: str
    confidential: bool = False


@event("tsunagi.casework.conference.called.v1", TOPIC)
class ConferenceCalled(Event, frozen=True, kw_only=True, omit_defaults=True):
    """A conference about a person is called for a time, with members chosen for this person."""

    case: UUID
    person: UUID
    at: datetime
    members: tuple[Member, ...] = ()
    agenda: tuple[str, ...] = ()
    """Points of the agenda: codes of `codes.AGENDA`."""


@event("tsunagi.casework.conference.members-changed.v1", TOPIC)
class MembersChanged(Event, frozen=True, kw_only=True, omit_defaults=True):
    """The circle changed; who is no longer in it sees the case no more."""

    members: tuple[Member, ...]


class Goal(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A goal: long or short term, with its date; its words stand at the same place in the sealed part."""

    term: str
    by: date | None = None


class Task(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Who does what until when; the words stand at the same place in the sealed part."""

    id: UUID
    owner: str
    kind: str
    due: date | None = None
    provider: str | None = None


class ConferenceWords(Words, frozen=True, kw_only=True, omit_defaults=True):
    shared: str | None = None
    issues: tuple[str, ...] = ()
    measures: tuple[str, ...] = ()
    """In their order of priority."""
    goals: tuple[str, ...] = ()
    tasks: tuple[str, ...] = ()


@event("tsunagi.casework.conference.held.v1", TOPIC)
class ConferenceHeld(Event, frozen=True, kw_only=True, omit_defaults=True):
    """The conference took place: who was there, what was decided, who does what."""

    case: UUID
    present: tuple[Member, ...]
    city_present: bool
    """The city stays in charge (000 留意点): its presence is recorded."""
    agenda: tuple[str, ...] = ()
    decision: str
    """support-continues, support-ends, refer, again."""
    goals: tuple[Goal, ...] = ()
    tasks: tuple[Task, ...] = ()
    look_again_on: date | None = None
    words: ConferenceWords | None = None


@event("tsunagi.casework.conference.cancelled.v1", TOPIC)
class ConferenceCancelled(Event, frozen=True, kw_only=True, omit_defaults=True):
    """It will not take place."""

    case: UUID
    reason: str


@event("tsunagi.casework.conference.task-done.v1", TOPIC)
class TaskDone(Event, frozen=True, kw_only=True, omit_defaults=True):
    """A task of the conference was done, or dropped."""

    case: UUID
    task: UUID
    outcome: str = "done"
