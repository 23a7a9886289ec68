"""A household: one survey sheet, its corrections, its notes, who speaks for it (004 調査票)."""

from dataclasses import dataclass
from uuid import UUID

from shared.contracts.event import Event
from shared.contracts.intake_household import (
    HouseholdCorrected,
    HouseholdNoted,
    HouseholdRegistered,
    MemberAdded,
    NoteWords,
    RepresentativeChanged,
    SharingConfirmed,
)
from shared.kernel.errors import NotFound, Refused


@dataclass(frozen=True)
class State:
    """What the rules need to know of a household."""

    registered: bool = False
    members: frozenset[UUID] = frozenset()
    representative: UUID | None = None
    sharing_confirmed: bool | None = None


INITIAL = State()


@dataclass(frozen=True)
class Correct:
    """Some fields were wrong; the event carries the new values of those that it names."""

    event: HouseholdCorrected


@dataclass(frozen=True)
class Note:
    words: NoteWords


@dataclass(frozen=True)
class ConfirmSharing:
    agreed: bool


@dataclass(frozen=True)
class AddMember:
    person: UUID


@dataclass(frozen=True)
class ChangeRepresentative:
    person: UUID
    reason: str | None = None


Command = Correct | Note | ConfirmSharing | AddMember | ChangeRepresentative


def decide(command: Command, state: State) -> list[Event]:
    """Decide a command. Raises `NotFound("household.unknown")`, `Refused`."""
    if not state.registered:
        raise NotFound("household.unknown")
    match command:
        case Correct(event=event):
            return [event] if event.fields else []
        case Note(words=words):
            return [HouseholdNoted(words=words)]
        case ConfirmSharing(agreed=agreed):
            return [] if state.sharing_confirmed == agreed else [SharingConfirmed(agreed=agreed)]
        case AddMember(person=person):
            return [] if person in state.members else [MemberAdded(person=person)]
        case ChangeRepresentative(person=person, reason=reason):
            if person not in state.members:
                raise Refused("household.not-a-member", person=str(person))
            return [] if person == state.representative else [RepresentativeChanged(person=person, reason=reason)]


def evolve(state: State, event: Event) -> State:
    """Fold one event of a household."""
    match event:
        case HouseholdRegistered():
            return State(True, frozenset(event.members), event.representative, event.sharing_confirmed)
        case MemberAdded(person=person):
            return State(True, state.members | {person}, state.representative, state.sharing_confirmed)
        case RepresentativeChanged(person=person):
            return State(True, state.members, person, state.sharing_confirmed)
        case SharingConfirmed(agreed=agreed):
            return State(True, state.members, state.representative, agreed)
        case _:
            return state
