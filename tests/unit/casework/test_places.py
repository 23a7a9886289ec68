"""The places of a welfare shelter: reckoned as transfer lays them out; unknown is not none, over is shown (K4-155)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.casework.domain.places import Places, Taken, places


def arrived(persons: int = 1, group: str | None = None) -> Taken:
    return Taken("arrived", group, False, persons)


def accepted(persons: int = 1, group: str | None = None) -> Taken:
    return Taken("accepted", group, True, persons)


def asked(persons: int = 1, *, held: bool = True, group: str | None = None) -> Taken:
    return Taken("asked", group, held, persons)


@pytest.mark.parametrize(
    ("total", "by_group", "taken", "expected"),
    [
        (None, {}, (), Places(free=None)),
        (None, {}, (arrived(2), accepted()), Places(arrived=2, promised=1, free=None)),
        (0, {}, (), Places(free=0)),
        (5, {}, (arrived(2), accepted(), asked()), Places(arrived=2, promised=1, held=1, asked=1, free=1)),
        (5, {}, (asked(3, held=False),), Places(asked=3, free=5)),
        (2, {}, (arrived(2), accepted(1)), Places(arrived=2, promised=1, free=0, over=1)),
        (None, {"elderly": 2, "infants": 1}, (), Places(free=3)),
        (None, {"elderly": 1}, (arrived(2, "elderly"),), Places(arrived=2, free=0, over=1)),
        (None, {"elderly": 2}, (arrived(1, "infants"),), Places(arrived=1, free=2)),
        (4, {"elderly": 1}, (arrived(2, "elderly"),), Places(arrived=2, free=2)),
    ],
)
def test_places_are_reckoned_from_the_report_and_from_who_was_asked_for(
    total: int | None, by_group: dict[str, int], taken: tuple[Taken, ...], expected: Places
) -> None:
    assert places(total, by_group, taken) == expected


@given(st.integers(0, 50), st.lists(st.tuples(st.sampled_from(["asked", "accepted", "arrived"]), st.integers(0, 9))))
def test_no_place_is_lost_or_counted_twice(total: int, taken: list[tuple[str, int]]) -> None:
    found = places(total, {}, [Taken(state, None, True, persons) for state, persons in taken])
    assert found.used + (found.free or 0) - found.over == total
    assert not (found.free and found.over)
