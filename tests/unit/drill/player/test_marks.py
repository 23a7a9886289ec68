"""Who has come so far, in bits: the same after writing and reading, and small for a city."""

import pytest

from tsunagi.drill.player.marks import SEATS, Marks, seat_of


def test_marks_are_a_set_of_seats() -> None:
    marks = Marks()
    assert [marks.add(seat) for seat in (5, 700, 5)] == [True, True, False]
    assert (5 in marks, 6 in marks, 10**9 in marks) == (True, False, False)
    assert len(marks) == 2


def test_marks_are_the_same_after_writing_and_reading() -> None:
    marks = Marks()
    for seat in range(0, 90_000, 7):
        marks.add(seat)
    again = Marks.read(marks.written())
    assert len(again) == len(marks)
    assert all((seat in again) == (seat % 7 == 0) for seat in range(90_000))


def test_a_city_is_marked_in_a_few_hundred_kilobytes() -> None:
    marks = Marks()
    marks.add(seat_of(95_000, SEATS - 1))
    assert marks.held() < 250_000


def test_a_household_has_no_more_members_than_seats() -> None:
    assert len({seat_of(number, turn) for number in range(50) for turn in range(SEATS)}) == 50 * SEATS
    with pytest.raises(ValueError, match="household 3"):
        seat_of(3, SEATS)


@pytest.mark.parametrize("text", ["AAAA", "not base64!"])
def test_a_text_that_is_no_marks_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"marks|base64|data"):
        Marks.read(text)
