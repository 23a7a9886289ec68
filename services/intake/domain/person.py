"""An evacuee: where the person is, from the sheet to the last sign-out (004 調査票 ⑫–⑭, 退所; domain §1).

Reports come late and out of order, so little is refused: what contradicts a death only, until the death is
corrected. Arriving anywhere, going out, coming back, leaving: the last report counts.
"""

from dataclasses import dataclass, replace
from typing import Literal
from uuid import UUID

from shared.contracts.event import Event
from shared.contracts.intake_person import (
    AmbulanceCalled,
    CameBack,
    CheckedIn,
    Departed,
    DepartureWords,
    Died,
    HospitalConfirmed,
    HospitalWords,
    PersonCorrected,
    PersonForgotten,
    PersonRegistered,
    PersonsMerged,
    PersonsUnmerged,
    ReturnedFromHospital,
    WentOut,
)
from shared.contracts.places import Place
from shared.kernel.errors import NotFound, Refused

Presence = Literal["nobody", "present", "out", "left", "moved", "ambulance", "hospital", "dead"]


NOWHERE = Place()


@dataclass(frozen=True)
class State:
    """Where a person is, and which other registrations are the same person (by merge)."""

    presence: Presence = "nobody"
    place: Place = NOWHERE
    household: UUID | None = None
    moved_by: UUID | None = None
    merges: frozenset[UUID] = frozenset()
    forgotten: bool = False


INITIAL = State()


@dataclass(frozen=True)
class Register:
    """Stand on a sheet (as a member added later; a whole sheet is registered at once)."""

    event: PersonRegistered


@dataclass(frozen=True)
class Correct:
    event: PersonCorrected


@dataclass(frozen=True)
class CheckIn:
    """`corrects_death`: the report of the death was wrong, and the event that said it is corrected."""

    place: Place
    corrects_death: bool = False


@dataclass(frozen=True)
class GoOut:
    pass


@dataclass(frozen=True)
class ComeBack:
    pass


@dataclass(frozen=True)
class Depart:
    destination: str
    words: DepartureWords | None = None


@dataclass(frozen=True)
class MoveOn:
    """A welfare shelter reported the arrival: the person has left the shelter for it."""

    placement: UUID
    destination: str


@dataclass(frozen=True)
class ReportDeath:
    pass


@dataclass(frozen=True)
class CallAmbulance:
    pass


@dataclass(frozen=True)
class ConfirmHospital:
    words: HospitalWords | None = None


@dataclass(frozen=True)
class ReturnFromHospital:
    place: Place


@dataclass(frozen=True)
class Merge:
    """The two are one person; decided by a member of staff, reversible (domain §1)."""

    merge: UUID
    other: UUID
    kept: UUID


@dataclass(frozen=True)
class Unmerge:
    merge: UUID
    other: UUID


@dataclass(frozen=True)
class Forget:
    """Make the person's words unreadable everywhere; what happened stays."""

    reason: str


Command = (
    Register
    | Correct
    | CheckIn
    | GoOut
    | ComeBack
    | Depart
    | MoveOn
    | ReportDeath
    | CallAmbulance
    | ConfirmHospital
    | ReturnFromHospital
    | Merge
    | Unmerge
    | Forget
)


def decide(command: Command, state: State) -> list[Event]:
    """Decide a command. Raises `NotFound("person.unknown")`, `Refused("person.dead")`."""
    match command:
        case Register(event=event):
            return [] if state.presence != "nobody" else [event]
        case _ if state.presence == "nobody":
            raise NotFound("person.unknown")
        case Correct(event=event):
            return [event] if event.fields else []
        case Forget(reason=reason):
            return [] if state.forgotten else [PersonForgotten(reason=reason)]
        case Merge(merge=merge, other=other, kept=kept):
            return [] if merge in state.merges else [PersonsMerged(merge=merge, other=other, kept=kept)]
        case Unmerge(merge=merge, other=other):
            return [PersonsUnmerged(merge=merge, other=other)] if merge in state.merges else []
        case CheckIn(place=place, corrects_death=True):
            return [CheckedIn(place=place)]
        case ReportDeath():
            return [] if state.presence == "dead" else [Died()]
        case MoveOn(placement=placement, destination=destination):
            if state.presence in ("dead", "left") or state.moved_by == placement:
                return []
            return [Departed(destination=destination, shelter=state.place.shelter, placement=placement)]
        case _ if state.presence == "dead":
            raise Refused("person.dead")
        case _:
            return _movement(command, state)


def _movement(command: Command, state: State) -> list[Event]:
    match command:
        case CheckIn(place=place):
            return [] if state.presence == "present" and state.place == place else [CheckedIn(place=place)]
        case GoOut():
            return [] if state.presence == "out" else [WentOut()]
        case ComeBack():
            return [] if state.presence == "present" else [CameBack()]
        case Depart(destination=destination, words=words):
            if state.presence == "left":
                return []
            return [Departed(destination=destination, shelter=state.place.shelter, words=words)]
        case CallAmbulance():
            return [] if state.presence == "ambulance" else [AmbulanceCalled()]
        case ConfirmHospital(words=words):
            return [] if state.presence == "hospital" else [HospitalConfirmed(words=words)]
        case ReturnFromHospital(place=place):
            return [] if state.presence == "present" and state.place == place else [ReturnedFromHospital(place=place)]
        case _:
            raise TypeError(command)


def evolve(state: State, event: Event) -> State:
    """Fold one event of a person."""
    match event:
        case PersonRegistered():
            return replace(state, presence="present", place=event.place, household=event.household)
        case PersonCorrected(place=Place() as place) if "place" in event.fields:
            return replace(state, place=place)
        case CheckedIn(place=place) | ReturnedFromHospital(place=place):
            return replace(state, presence="present", place=place, moved_by=None)
        case WentOut():
            return replace(state, presence="out")
        case CameBack():
            return replace(state, presence="present")
        case Departed(placement=None):
            return replace(state, presence="left")
        case Departed(placement=placement):
            return replace(state, presence="moved", moved_by=placement)
        case Died():
            return replace(state, presence="dead")
        case AmbulanceCalled():
            return replace(state, presence="ambulance")
        case HospitalConfirmed():
            return replace(state, presence="hospital")
        case PersonForgotten():
            return replace(state, forgotten=True)
        case PersonsMerged(merge=merge):
            return replace(state, merges=state.merges | {merge})
        case PersonsUnmerged(merge=merge):
            return replace(state, merges=state.merges - {merge})
        case _:
            return state
