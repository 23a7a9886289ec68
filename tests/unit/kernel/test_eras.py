"""Dates of birth as people write them."""

from datetime import date

import pytest

from shared.kernel.eras import Birth, age_on, read_birth

TODAY = date(2026, 11, 21)


@pytest.mark.req("K4-011", "K3-002")
@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("昭和20年3月5日", Birth("1945-03-05")),
        ("昭和２０年３月５日", Birth("1945-03-05")),
        ("昭和20年3月5日生", Birth("1945-03-05")),
        ("S20.3.5", Birth("1945-03-05")),
        ("昭20/3/5", Birth("1945-03-05")),
        ("昭和200305", Birth("1945-03-05")),
        ("19450305", Birth("1945-03-05")),
        ("1945-03-05", Birth("1945-03-05")),
        ("1945年3月", Birth("1945-03")),
        ("昭和20年", Birth("1945")),
        ("西暦1945年3月5日", Birth("1945-03-05")),
        ("令和元年5月1日", Birth("2019-05-01")),
        ("平成31年4月30日", Birth("2019-04-30")),
        ("明治45年7月29日", Birth("1912-07-29")),
        ("大正15年", Birth("1926")),
        ("80歳くらい", Birth(about_age=80)),
        ("約８０才", Birth(about_age=80)),
        ("昭和70年1月1日", Birth("1995-01-01", odd="outside-era")),
        ("平成31年5月1日", Birth("2019-05-01", odd="outside-era")),
        ("令和20年1月1日", Birth("2038-01-01", odd="in-future")),
        ("昭和20年13月5日", Birth("1945", odd="no-such-day")),
        ("昭和20年2月30日", Birth("1945", odd="no-such-day")),
        ("不明", Birth(odd="unreadable")),
        ("", Birth(odd="unreadable")),
        ("20.3.5", Birth(odd="unreadable")),
    ],
)
def test_what_was_written_and_what_can_be_made_of_it(written: str, read: Birth) -> None:
    assert read_birth(written, TODAY) == read


@pytest.mark.parametrize(
    ("birth", "age"), [("1945-03-05", 81), ("1945-11-22", 80), ("1945-11-21", 81), ("1945", 81), ("2026-11", 0)]
)
def test_the_age_follows_from_as_much_as_is_known(birth: str, age: int) -> None:
    assert age_on(birth, TODAY) == age
