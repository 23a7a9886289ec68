"""A facility of the master: list, edit, opening in steps, places, closing (004 (2)①④; K4-106…K4-113, K1-021…K1-027)."""

import pytest

from services.transfer.domain import facility
from services.transfer.domain.facility import (
    ChangeContact,
    Close,
    Command,
    Edit,
    ReportCapacity,
    ReportStep,
    RequestOpening,
    Take,
)
from shared.contracts.event import Event
from shared.contracts.transfer_facility import (
    Capacity,
    CapacityReported,
    ContactWords,
    FacilityChanged,
    FacilityClosed,
    FacilityContactChanged,
    OpeningRequested,
    OpeningStepReported,
    Received,
)
from shared.kernel.decider import fold
from tests.given import given
from tests.unit.transfer.made import listed

LISTED = listed()
STEPS = ("people-safe", "damage-checked", "space-made", "receiving")
OPEN = [LISTED, *(OpeningStepReported(step=step) for step in STEPS)]
CLOSED = [*OPEN, FacilityClosed(reason="damage")]
REPORT = CapacityReported(total=5, by_group=(Capacity(group="elderly", places=3),), reserved=1)


def test_an_imported_list_lists_changes_or_leaves_alone() -> None:
    given(facility).when(Take(LISTED)).then(LISTED)
    given(facility, LISTED).when(Take(LISTED)).then()
    renamed = listed(name="（訓練）新しい名前", receives=Received(groups=("infants",)))
    given(facility, LISTED).when(Take(renamed)).then(
        FacilityChanged(fields=("name", "receives"), by_list=True, name=renamed.name, receives=renamed.receives)
    )


def test_what_was_edited_by_hand_stays_when_the_same_list_comes_again() -> None:
    edited = FacilityChanged(fields=("kind",), kind="lodging")
    given(facility, LISTED, edited).when(Take(LISTED)).then()
    assert fold(facility, [LISTED, edited]).facts == listed(kind="lodging")


def test_a_list_without_sizes_takes_no_size_away() -> None:
    sized = listed(size=480)
    given(facility, sized).when(Take(LISTED)).then()
    given(facility, LISTED).when(Take(sized)).then(FacilityChanged(fields=("size",), by_list=True, size=480))
    given(facility, sized).when(Take(listed(size=500))).then(FacilityChanged(fields=("size",), by_list=True, size=500))


def test_an_edit_keeps_only_what_is_otherwise() -> None:
    edit = Edit(FacilityChanged(fields=("ward", "published"), ward="28106", published=False))
    given(facility, LISTED).when(edit).then(FacilityChanged(fields=("published",), published=False))
    given(facility, LISTED).when(Edit(FacilityChanged(fields=("ward",), ward="28106"))).then()
    given(facility, LISTED).when(Edit(FacilityChanged(fields=("owner",)))).refused("facility.no-such-field")


TABLE: list[tuple[str, list[Event], Command, list[Event] | str]] = [
    ("unknown", [], ReportStep("receiving"), "facility.unknown"),
    ("unknown", [], ReportCapacity(REPORT), "facility.unknown"),
    ("asked to open", [LISTED], RequestOpening("asked"), [OpeningRequested(cause="asked")]),
    ("asked twice", [LISTED, OpeningRequested()], RequestOpening("asked"), []),
    ("open already", OPEN, RequestOpening("asked"), "facility.open-already"),
    ("asked after closing", CLOSED, RequestOpening("asked"), [OpeningRequested(cause="asked")]),
    ("a step", [LISTED], ReportStep("space-made", deputy=True), [OpeningStepReported(step="space-made", deputy=True)]),
    ("the same step", OPEN, ReportStep("space-made"), []),
    ("found unusable", OPEN, ReportStep("damage-checked", ok=False),
     [OpeningStepReported(step="damage-checked", ok=False)]),
    ("anew after closing", CLOSED, ReportStep("people-safe"), [OpeningStepReported(step="people-safe")]),
    ("closes", OPEN, Close("damage"), [FacilityClosed(reason="damage")]),
    ("closes twice", CLOSED, Close("damage"), []),
    ("places", OPEN, ReportCapacity(REPORT), [REPORT]),
    ("the same places are news of now", [*OPEN, REPORT], ReportCapacity(REPORT), [REPORT]),
    ("no number", OPEN, ReportCapacity(CapacityReported(total=-1)), "capacity.no-number"),
    ("a telephone number", OPEN, ReportCapacity(CapacityReported(total=783220000)), "capacity.no-number"),
    ("a group twice", OPEN, ReportCapacity(CapacityReported(by_group=(Capacity(group="elderly", places=1),) * 2)),
     "capacity.group-twice"),
    ("contact", [LISTED], ChangeContact(ContactWords(phone="0")),
     [FacilityContactChanged(words=ContactWords(phone="0"))]),
]  # fmt: skip


@pytest.mark.req("K4-109", "K4-112", "K1-025")
@pytest.mark.parametrize(("_name", "before", "command", "outcome"), TABLE, ids=[row[0] for row in TABLE])
def test_each_command(_name: str, before: list[Event], command: Command, outcome: list[Event] | str) -> None:
    when = given(facility, *before).when(command)
    if isinstance(outcome, str):
        when.refused(outcome)
    else:
        when.then(*outcome)


@pytest.mark.req("K4-112")
def test_steps_come_in_any_order_and_receiving_opens() -> None:
    state = fold(facility, [LISTED, OpeningStepReported(step="space-made")])
    assert (state.opening, state.steps) == ("opening", {"space-made": True})
    assert fold(facility, [LISTED, OpeningStepReported(step="receiving")]).opening == "open"
    assert fold(facility, [*OPEN, OpeningStepReported(step="receiving", ok=False)]).opening == "opening"
    assert fold(facility, CLOSED).opening == "closed"
    assert fold(facility, [*CLOSED, OpeningStepReported(step="receiving")]).steps == {"receiving": True}


@pytest.mark.req("K4-113")
def test_a_deputy_opens_as_the_head_would() -> None:
    by_deputy = OpeningStepReported(step="receiving", deputy=True)
    assert fold(facility, [LISTED, by_deputy]).opening == "open"
