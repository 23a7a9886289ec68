"""A case conference (ケース会議, 000): called for one person, with members chosen for them, held, and its tasks.

Members see that person's case only, only while they are members, and only once their confidentiality (守秘義務) is
recorded; the city's presence is recorded (000 留意点).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from types import MappingProxyType
from typing import Literal
from uuid import UUID

import msgspec

from shared.contracts.casework_conference import (
    ConferenceCalled,
    ConferenceCancelled,
    ConferenceHeld,
    ConferenceWords,
    Goal,
    InvitationWords,
    Member,
    MembersChanged,
    Task,
    TaskDone,
)
from shared.contracts.event import Event
from shared.kernel.errors import Invalid, NotFound, Refused

OWN_AFFAIR = frozenset({"person", "family"})
"""Who needs no record of confidentiality: it is their own affair."""


@dataclass(frozen=True)
class State:
    """A conference. `tasks`: which are open, done, dropped."""

    status: Literal["none", "called", "held", "cancelled"] = "none"
    case: UUID | None = None
    members: tuple[Member, ...] = ()
    agenda: tuple[str, ...] = ()
    tasks: Mapping[UUID, str] = field(default_factory=lambda: MappingProxyType({}))


INITIAL = State()


@dataclass(frozen=True)
class Call:
    """`case_open`: whether the person's case is open now."""

    case: UUID
    person: UUID
    at: datetime
    case_open: bool
    members: tuple[Member, ...] = ()
    agenda: tuple[str, ...] = ()
    words: InvitationWords | None = None


@dataclass(frozen=True)
class ChangeMembers:
    members: tuple[Member, ...]
    words: InvitationWords | None = None


@dataclass(frozen=True)
class RecordConfidentiality:
    """`member`: an actor's id, or a role where nobody signs in for it."""

    member: str


@dataclass(frozen=True)
class Hold:
    present: tuple[Member, ...]
    city_present: bool
    decision: str
    goals: tuple[Goal, ...] = ()
    tasks: tuple[Task, ...] = ()
    agenda: tuple[str, ...] = ()
    look_again_on: date | None = None
    words: ConferenceWords | None = None


@dataclass(frozen=True)
class Cancel:
    reason: str


@dataclass(frozen=True)
class FinishTask:
    task: UUID
    outcome: str = "done"


Command = Call | ChangeMembers | RecordConfidentiality | Hold | Cancel | FinishTask


def name_of(member: Member) -> str:
    """Return by what a member is known: the actor's id, else the role."""
    return member.actor or member.role


def decide(command: Command, state: State) -> list[Event]:
    """Decide a command on a conference.

    Raises `NotFound("conference.unknown" | "member.unknown" | "task.unknown")`, `Refused("case.closed" |
    "conference.called-already" | "conference.held-already" | "conference.cancelled" |
    "conference.confidentiality-missing")`, `Invalid("member.repeated" | "task.repeated" | "conference.no-provider" |
    "conference.words-differ")`.
    """
    match command, state.status:
        case Call(), "none":
            return [_called(command)]
        case Call(), _:
            raise Refused("conference.called-already")
        case _, "none":
            raise NotFound("conference.unknown")
        case Cancel(), "cancelled":
            return []
        case _, "cancelled":
            raise Refused("conference.cancelled")
        case FinishTask(), _:
            return _finished(command, state)
        case ChangeMembers(members=members, words=words), _:
            return [] if _checked(members) == state.members else [_changed(state, members, words)]
        case RecordConfidentiality(member=member), _:
            return _confidential(member, state)
        case ((Hold() | Cancel()), "held"):
            raise Refused("conference.held-already")
        case Hold(), _:
            return [_held(command, state)]
        case Cancel(reason=reason), _:
            return [ConferenceCancelled(case=_case(state), reason=reason)]
        case _:
            raise TypeError(command)


def _case(state: State) -> UUID:
    if state.case is None:
        raise NotFound("conference.unknown")
    return state.case


def _checked(members: tuple[Member, ...]) -> tuple[Member, ...]:
    actors = [member.actor for member in members if member.actor is not None]
    if len(set(actors)) < len(actors):
        raise Invalid("member.repeated", field="members")
    return members


def _called(command: Call) -> ConferenceCalled:
    if not command.case_open:
        raise Refused("case.closed")
    return ConferenceCalled(
        case=command.case,
        person=command.person,
        at=command.at,
        members=_checked(command.members),
        agenda=command.agenda,
        words=command.words,
    )


def _changed(state: State, members: tuple[Member, ...], words: InvitationWords | None) -> MembersChanged:
    """Change the circle; confidentiality that was recorded stays recorded."""
    known = {name_of(member) for member in state.members if member.confidential}
    kept = tuple(
        msgspec.structs.replace(member, confidential=member.confidential or name_of(member) in known)
        for member in members
    )
    return MembersChanged(case=state.case, members=kept, words=words)


def _confidential(name: str, state: State) -> list[Event]:
    if name not in map(name_of, state.members):
        raise NotFound("member.unknown")
    members = tuple(
        msgspec.structs.replace(member, confidential=True) if name_of(member) == name else member
        for member in state.members
    )
    return [] if members == state.members else [MembersChanged(case=state.case, members=members)]


def _held(command: Hold, state: State) -> ConferenceHeld:
    recorded = {name_of(member) for member in state.members if member.confidential}
    present = tuple(
        msgspec.structs.replace(member, confidential=member.confidential or name_of(member) in recorded)
        for member in _checked(command.present)
    )
    missing = [name_of(one) for one in present if not one.confidential and one.role not in OWN_AFFAIR]
    if missing:
        raise Refused("conference.confidentiality-missing", members=missing)
    if len({task.id for task in command.tasks}) < len(command.tasks):
        raise Invalid("task.repeated", field="tasks")
    if command.decision == "refer" and not any(task.provider for task in command.tasks):
        raise Invalid("conference.no-provider", field="tasks")
    words = command.words
    if words is not None:
        _same_number("goals", command.goals, words.goals)
        _same_number("tasks", command.tasks, words.tasks)
    return ConferenceHeld(
        case=_case(state),
        present=present,
        city_present=command.city_present,
        agenda=command.agenda or state.agenda,
        decision=command.decision,
        goals=command.goals,
        tasks=command.tasks,
        look_again_on=command.look_again_on,
        words=words,
    )


def _same_number(field_: str, open_part: Sequence[object], words: Sequence[str]) -> None:
    if words and len(words) != len(open_part):
        raise Invalid("conference.words-differ", field=field_)


def _finished(command: FinishTask, state: State) -> list[Event]:
    stands = state.tasks.get(command.task)
    if stands is None:
        raise NotFound("task.unknown")
    if stands != "open":
        return []
    return [TaskDone(case=_case(state), task=command.task, outcome=command.outcome)]


def evolve(state: State, event: Event) -> State:
    """Fold one event of a conference."""
    match event:
        case ConferenceCalled(case=case, members=members, agenda=agenda):
            return replace(state, status="called", case=case, members=members, agenda=agenda)
        case MembersChanged(members=members):
            return replace(state, members=members)
        case ConferenceHeld(tasks=tasks):
            return replace(state, status="held", tasks=MappingProxyType({task.id: "open" for task in tasks}))
        case ConferenceCancelled():
            return replace(state, status="cancelled")
        case TaskDone(task=task, outcome=outcome):
            return replace(state, tasks=MappingProxyType({**state.tasks, task: outcome}))
        case _:
            return state
