"""Instants and spans as people read them (look.md, 5 Words)."""

from datetime import UTC, datetime, timedelta

import pytest

from shared.platform.pages import times

NOON = datetime(2026, 11, 21, 5, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    ("way", "text"),
    [
        (times.clock, "14:05"),
        (times.day, "11月21日(土)"),
        (times.daytime, "21日 14:05"),
        (times.full, "11月21日(土) 14:05"),
        (times.iso, "2026-11-21T05:05:00.000Z"),
    ],
)
def test_an_instant_is_read_by_the_clock_on_the_wall_in_japan(way: object, text: str) -> None:
    assert callable(way)
    assert way(NOON) == text


def test_the_day_changes_at_midnight_in_japan() -> None:
    assert times.full(datetime(2026, 11, 20, 15, 0, tzinfo=UTC)) == "11月21日(土) 0:00"


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0秒"),
        (59, "59秒"),
        (60, "1分"),
        (25 * 60, "25分"),
        (2 * 3600, "2時間"),
        (2 * 3600 + 10 * 60 + 59, "2時間10分"),
        (24 * 3600, "1日"),
        (42 * 3600, "1日18時間"),
        (-5, "0秒"),
    ],
)
def test_a_span_says_its_two_largest_units(seconds: int, text: str) -> None:
    assert times.span(seconds) == text
    assert times.span(timedelta(seconds=seconds)) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(4, "4秒前"), (180, "3分前"), (5 * 3600 + 59 * 60, "5時間前"), (3 * 86400, "3日前"), (-9, "0秒前")],
)
def test_how_long_ago_says_one_unit(seconds: int, text: str) -> None:
    assert times.ago(NOON - timedelta(seconds=seconds), NOON) == text
