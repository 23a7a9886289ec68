"""Where a person is: every command in every state."""

from uuid import UUID

import pytest

from services.intake.domain import person as rules
from services.intake.domain.person import (
    CallAmbulance,
    CheckIn,
    ComeBack,
    Command,
    ConfirmHospital,
    Depart,
    Forget,
    GoOut,
    Merge,
    MoveOn,
    Register,
    ReportDeath,
    ReturnFromHospital,
    Unmerge,
)
from shared.contracts.event import Event
from shared.contracts.intake_person import (
    AmbulanceCalled,
    CameBack,
    CheckedIn,
    Departed,
    Died,
    HospitalConfirmed,
    PersonForgotten,
    PersonRegistered,
    PersonsMerged,
    PersonsUnmerged,
    ReturnedFromHospital,
    WentOut,
)
from shared.contracts.places import Place
from tests.given import given

SHELTER, OTHER = UUID(int=1), UUID(int=2)
HERE, THERE = Place(kind="shelter", shelter=SHELTER), Place(kind="shelter", shelter=OTHER)
PLACEMENT, MERGE = UUID(int=3), UUID(int=4)
REGISTERED = PersonRegistered(household=UUID(int=9), place=HERE)
MOVED = Departed(destination="welfare-shelter", shelter=SHELTER, placement=PLACEMENT)
LEFT = Departed(destination="home", shelter=SHELTER)
REFUSED = "person.dead"

HISTORIES: dict[str, list[Event]] = {
    "present": [REGISTERED],
    "out": [REGISTERED, WentOut()],
    "left": [REGISTERED, LEFT],
    "moved": [REGISTERED, MOVED],
    "ambulance": [REGISTERED, AmbulanceCalled()],
    "hospital": [REGISTERED, AmbulanceCalled(), HospitalConfirmed()],
    "dead": [REGISTERED, Died()],
}
TABLE: list[tuple[Command, dict[str, list[Event] | str]]] = [
    (Register(REGISTERED), dict.fromkeys(HISTORIES, [])),
    (CheckIn(HERE), {**dict.fromkeys(HISTORIES, [CheckedIn(place=HERE)]), "present": [], "dead": REFUSED}),
    (CheckIn(THERE), {**dict.fromkeys(HISTORIES, [CheckedIn(place=THERE)]), "dead": REFUSED}),
    (CheckIn(HERE, corrects_death=True), dict.fromkeys(HISTORIES, [CheckedIn(place=HERE)])),
    (GoOut(), {**dict.fromkeys(HISTORIES, [WentOut()]), "out": [], "dead": REFUSED}),
    (ComeBack(), {**dict.fromkeys(HISTORIES, [CameBack()]), "present": [], "dead": REFUSED}),
    (Depart("home"), {**dict.fromkeys(HISTORIES, [LEFT]), "left": [], "dead": REFUSED}),
    (MoveOn(PLACEMENT, "welfare-shelter"), {**dict.fromkeys(HISTORIES, [MOVED]), "moved": [], "left": [], "dead": []}),
    (ReportDeath(), {**dict.fromkeys(HISTORIES, [Died()]), "dead": []}),
    (CallAmbulance(), {**dict.fromkeys(HISTORIES, [AmbulanceCalled()]), "ambulance": [], "dead": REFUSED}),
    (ConfirmHospital(), {**dict.fromkeys(HISTORIES, [HospitalConfirmed()]), "hospital": [], "dead": REFUSED}),
    (ReturnFromHospital(THERE), {**dict.fromkeys(HISTORIES, [ReturnedFromHospital(place=THERE)]), "dead": REFUSED}),
    (Merge(MERGE, OTHER, SHELTER), dict.fromkeys(HISTORIES, [PersonsMerged(merge=MERGE, other=OTHER, kept=SHELTER)])),
    (Unmerge(MERGE, OTHER), dict.fromkeys(HISTORIES, [])),
    (Forget("asked"), dict.fromkeys(HISTORIES, [PersonForgotten(reason="asked")])),
]  # fmt: skip
ROWS = [(command, state, expected) for command, row in TABLE for state, expected in row.items()]


@pytest.mark.req("K4-014", "K4-040")
@pytest.mark.parametrize(("command", "state", "expected"), ROWS, ids=[f"{type(c).__name__}-{s}" for c, s, _ in ROWS])
def test_every_command_in_every_state(command: Command, state: str, expected: list[Event] | str) -> None:
    told = given(rules, *HISTORIES[state]).when(command)
    if isinstance(expected, str):
        told.refused(expected)
    else:
        told.then(*expected)


@pytest.mark.parametrize("command", [GoOut(), Depart("home"), ReportDeath(), CallAmbulance()], ids=repr)
def test_nobody_moves_who_is_not_registered(command: Command) -> None:
    given(rules).when(command).refused("person.unknown")


def test_a_merge_is_taken_back_once() -> None:
    merged = PersonsMerged(merge=MERGE, other=OTHER, kept=SHELTER)
    given(rules, REGISTERED, merged).when(Unmerge(MERGE, OTHER)).then(PersonsUnmerged(merge=MERGE, other=OTHER))
    given(rules, REGISTERED, merged).when(Merge(MERGE, OTHER, SHELTER)).then()


def test_who_comes_back_to_a_shelter_after_a_move_can_be_moved_again() -> None:
    again = UUID(int=30)
    given(rules, REGISTERED, MOVED, CheckedIn(place=THERE)).when(MoveOn(again, "welfare-shelter")).then(
        Departed(destination="welfare-shelter", shelter=OTHER, placement=again)
    )
