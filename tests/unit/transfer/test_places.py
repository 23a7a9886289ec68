"""Places as rows: laid out as reported, nothing promised is dropped (design, decision 7; K4-107)."""

import pytest
from hypothesis import given as for_all
from hypothesis import strategies as some

from services.transfer.domain.places import PlaceState, Room, Share, Spot, fit, share
from shared.contracts.transfer_facility import Capacity, CapacityReported


def group(name: str, places: int | None) -> Capacity:
    return Capacity(group=name, places=places)


def after(spots: list[Spot], report: CapacityReported | None) -> list[Spot]:
    """The rows as they stand once a fitting was carried out."""
    fitting = fit(spots, report)
    changed = {spot.id: spot for spot in fitting.change}
    kept = [changed.get(spot.id, spot) for spot in spots if spot.id not in fitting.remove]
    new = [Spot(id=1000 + turn, kept_for=lane, reserved=r) for turn, (lane, r) in enumerate(fitting.add)]
    return kept + new


def taken(id_: int, state: PlaceState = "held", **fields: object) -> Spot:
    return Spot(id=id_, state=state, since=float(id_), **fields)  # type: ignore[arg-type]


def test_a_first_report_makes_as_many_places() -> None:
    assert fit([], CapacityReported(total=3)).add == ((None, False),) * 3
    assert fit([], CapacityReported(total=0)) == ((), (), ())


@pytest.mark.req("K1-025")
def test_more_places_are_added_and_fewer_take_free_ones_away() -> None:
    spots = [taken(1), Spot(id=2), Spot(id=3)]
    assert fit(spots, CapacityReported(total=4)).add == ((None, False),)
    assert fit(spots, CapacityReported(total=2)).remove == (3,)


def test_fewer_places_than_were_promised_mark_the_surplus_and_drop_nothing() -> None:
    spots = [taken(1, "held"), taken(2, "promised"), taken(3, "taken"), taken(4, "promised")]
    fewer = after(spots, CapacityReported(total=2))
    assert {spot.id: spot.over for spot in fewer} == {1: True, 2: False, 3: False, 4: True}
    assert not any(spot.over for spot in after(fewer, CapacityReported(total=4)))


def test_what_is_not_reported_is_not_known_and_not_zero() -> None:
    spots = [taken(1), Spot(id=2)]
    assert fit(spots, CapacityReported()).remove == (2,)
    assert not any(spot.over for spot in after(spots, CapacityReported()))
    assert fit([], None) == ((), (), ())


def test_places_by_group_alone_are_places_of_those_groups() -> None:
    report = CapacityReported(by_group=(group("elderly", 2), group("infants", None)))
    assert fit([], report).add == (("elderly", False),) * 2
    lanes = after([taken(1, group="elderly"), taken(2, group="infants")], report)
    assert [(spot.kept_for, spot.over) for spot in lanes] == [("elderly", False), (None, False), ("elderly", False)]


def test_a_total_takes_over_from_places_by_group() -> None:
    spots = [taken(1, group="elderly", kept_for="elderly"), Spot(id=2, kept_for="elderly")]
    laid = after(spots, CapacityReported(total=2))
    assert [(spot.kept_for, spot.state) for spot in laid] == [(None, "held"), (None, "free")]


@pytest.mark.req("K4-107")
def test_reserved_places_are_those_of_screened_persons_first_and_never_of_others() -> None:
    report = CapacityReported(total=3, reserved=2)
    assert [spot.reserved for spot in after([], report)] == [True, True, False]
    laid = after([taken(1, unscreened=True), taken(2)], report)
    assert [(spot.id, spot.reserved) for spot in laid] == [(1, False), (2, True), (1000, True)]
    assert not any(spot.reserved for spot in after([taken(1, unscreened=True)], CapacityReported(total=1, reserved=1)))


STATES: tuple[PlaceState, ...] = ("free", "held", "promised", "taken")
GROUPS = (None, "elderly", "infants")
NUMBERS = some.none() | some.integers(0, 6)


@some.composite
def layouts(draw: some.DrawFn) -> tuple[list[Spot], CapacityReported]:
    spots = [
        Spot(
            id=number,
            state=draw(some.sampled_from(STATES)),
            group=draw(some.sampled_from(GROUPS)),
            kept_for=draw(some.sampled_from(GROUPS)),
            unscreened=draw(some.booleans()),
            over=draw(some.booleans()),
            since=draw(some.floats(0, 9)),
        )
        for number in range(draw(some.integers(0, 6)))
    ]
    groups = tuple(group(name, draw(NUMBERS)) for name in ("elderly", "infants"))
    return spots, CapacityReported(total=draw(NUMBERS), by_group=groups, reserved=draw(some.integers(0, 4)))


@for_all(layouts())
def test_whatever_is_reported_nobody_loses_a_place_and_the_numbers_are_right(
    layout: tuple[list[Spot], CapacityReported],
) -> None:
    spots, report = layout
    laid = after(spots, report)
    occupied = {spot.id for spot in spots if spot.state != "free"}
    assert occupied <= {spot.id for spot in laid}
    if report.total is not None:
        assert sum(not spot.over for spot in laid) == report.total
        assert sum(spot.over for spot in laid) == max(0, len(occupied) - report.total)
        assert not any(spot.over and spot.state == "free" for spot in laid)
        assert sum(spot.reserved for spot in laid) <= report.reserved
    assert not any(spot.reserved and spot.unscreened for spot in laid if spot.state != "free")
    assert fit(laid, report) == ((), (), ()), "what is laid out stays so"


SHARES = [
    ("nothing is known", Room(), (), False, Share(None, None)),
    ("places free", Room(free=2, unreserved=1), (), False, Share(2, None)),
    ("only those that are no 枠", Room(free=2, unreserved=0), (), True, Share(0, None)),
    ("a group's number binds", Room(3, 3, {"elderly": 1}), ("elderly",), False, Share(1, "elderly")),
    ("not for others", Room(3, 3, {"elderly": 0}), (), False, Share(3, None)),
    ("the total binds too", Room(1, 1, {"elderly": 5}), ("elderly",), False, Share(1, "elderly")),
    ("zero is zero", Room(None, None, {"elderly": 0}), ("elderly",), False, Share(0, "elderly")),
    ("over is full", Room(2, 2, {"elderly": -1}), ("elderly",), False, Share(0, "elderly")),
    ("as the one with most room", Room(4, 4, {"elderly": 1, "disabled": 2}), ("elderly", "disabled"), False,
     Share(2, "disabled")),
]  # fmt: skip


@pytest.mark.req("K4-107")
@pytest.mark.parametrize(("_name", "room", "counts_as", "unscreened", "open_to"), SHARES, ids=[r[0] for r in SHARES])
def test_what_of_the_room_is_open_to_a_person(
    _name: str, room: Room, counts_as: tuple[str, ...], unscreened: bool, open_to: Share
) -> None:
    assert share(room, counts_as, unscreened=unscreened) == open_to
