"""Topic `casework.conference`: a case conference (ケース会議, 000). Keyed by person; the stream is the conference."""

from datetime import date
from uuid import UUID

import msgspec

from shared.contracts.event import Event, Instant, Words, event

TOPIC = "casework.conference"


class Member(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Who sits there: a role (`codes.MEMBER`), whether confidentiality (守秘義務) is recorded, and an actor's id.

    `actor` is None for somebody who never signs in (family, a neighbour); their names stand in the words.
    """

    actor: str | None = None
    role: str
    confidential: bool = False


class InvitationWords(Words, frozen=True, kw_only=True, omit_defaults=True):
    """Where it takes place, and the names of members who never sign in."""

    place: str | None = None
    members: tuple[str, ...] = ()
    note: str | None = None


@event("tsunagi.casework.conference.called.v1", TOPIC)
class ConferenceCalled(Event, frozen=True, kw_only=True, omit_defaults=True):
    """A conference about a person is called for a time, with members chosen for this person."""

    case: UUID
    person: UUID
    at: Instant
    members: tuple[Member, ...] = ()
    agenda: tuple[str, ...] = ()
    """Points of the agenda: codes of `codes.AGENDA`."""
    words: InvitationWords | None = None


@event("tsunagi.casework.conference.members-changed.v1", TOPIC)
class MembersChanged(Event, frozen=True, kw_only=True, omit_defaults=True):
    """The circle changed; who is no longer in it sees the case no more."""

    case: UUID | None = None
    members: tuple[Member, ...]
    words: InvitationWords | None = None


class Goal(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A goal: long or short term, with its date; its words stand at the same place in the sealed part."""

    term: str
    by: date | None = None


class Task(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Who does what until when; the words stand at the same place in the sealed part.

    `owner` is an actor's id, or a role of the conference (`codes.MEMBER`) where nobody signs in for it.
    """

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
    risks: tuple[str, ...] = ()
    """What is foreseen for later years (K0-025); when to look again stands open."""
    members: tuple[str, ...] = ()
    """Names of those present who never sign in."""


@event("tsunagi.casework.conference.held.v1", TOPIC)
class ConferenceHeld(Event, frozen=True, kw_only=True, omit_defaults=True):
    """The conference took place: who was there, what was decided, who does what."""

    case: UUID
    present: tuple[Member, ...]
    city_present: bool
    """The city stays in charge (000 留意点): its presence is recorded."""
    agenda: tuple[str, ...] = ()
    decision: str
    """A code of `codes.DECISION`."""
    goals: tuple[Goal, ...] = ()
    tasks: tuple[Task, ...] = ()
    look_again_on: date | None = None
    words: ConferenceWords | None = None


@event("tsunagi.casework.conference.cancelled.v1", TOPIC)
class ConferenceCancelled(Event, frozen=True, kw_only=True, omit_defaults=True):
    """It will not take place (a code of `codes.END`)."""

    case: UUID
    reason: str


@event("tsunagi.casework.conference.task-done.v1", TOPIC)
class TaskDone(Event, frozen=True, kw_only=True, omit_defaults=True):
    """A task of the conference was done, or dropped (`codes.TASK_OUTCOME`)."""

    case: UUID
    task: UUID
    outcome: str = "done"
