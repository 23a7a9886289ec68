"""Dates of birth as people write them: Japanese eras, Western years, parts of a date, or only an age (004 調査票 ⑫)."""

import re
import unicodedata
from datetime import date
from typing import NamedTuple


class Era(NamedTuple):
    """An era by its names, and its first and last day."""

    names: tuple[str, ...]
    first: date
    last: date


ERAS: tuple[Era, ...] = (
    Era(("明治", "明", "m"), date(1868, 1, 25), date(1912, 7, 29)),
    Era(("大正", "大", "t"), date(1912, 7, 30), date(1926, 12, 24)),
    Era(("昭和", "昭", "s"), date(1926, 12, 25), date(1989, 1, 7)),
    Era(("平成", "平", "h"), date(1989, 1, 8), date(2019, 4, 30)),
    Era(("令和", "令", "r"), date(2019, 5, 1), date.max),
)


class Birth(NamedTuple):
    """What could be read: as much of the date as was there (`1945-03-05`, `1945-03`, `1945`), or about which age.

    `odd` is a code of what is wrong with it, kept and marked, never refused: `unreadable`, `no-such-day`,
    `outside-era`, `in-future`.
    """

    text: str | None = None
    about_age: int | None = None
    odd: str | None = None


_ERA_NAMES = {name: era for era in ERAS for name in era.names}
_PATTERN = re.compile(
    r"(?P<era>明治|大正|昭和|平成|令和|西暦|[明大昭平令mtshr])?\.?\s*(?P<year>元|\d{1,4})\s*(?:年|[./-]|\s|$)\s*"
    r"(?:(?P<month>\d{1,2})\s*(?:月|[./-]|\s|$)\s*)?(?:(?P<day>\d{1,2})\s*日?)?\s*(?:生まれ|生)?"
)
_DIGITS = re.compile(r"(?P<era>明治|大正|昭和|平成|令和|西暦|[明大昭平令mtshr])?(?P<digits>\d{6}|\d{8})")
_AGE = re.compile(r"(?:満|約|数え)?(\d{1,3})\s*(?:歳|才)")


def read_birth(written: str, today: date) -> Birth:
    """Read a date of birth as it was written: `昭和20年3月5日`, `S20.3.5`, `昭和200305`, `1945-03-05`, `80歳くらい`.

    What was written is kept by the caller; this only says what can be made of it.
    """
    text = unicodedata.normalize("NFKC", written).strip().lower()
    if found := _AGE.match(text):
        return Birth(about_age=int(found.group(1)))
    if found := _DIGITS.fullmatch(text):
        digits = found.group("digits")
        cut = len(digits) - 4
        parts = found.group("era"), digits[:cut], digits[cut : cut + 2], digits[cut + 2 :]
    elif (found := _PATTERN.fullmatch(text)) is not None:
        parts = found.group("era"), found.group("year"), found.group("month"), found.group("day")
    else:
        return Birth(odd="unreadable")
    return _made(*parts, today=today)


def _made(era_name: str | None, year_text: str, month_text: str | None, day_text: str | None, *, today: date) -> Birth:
    era = _ERA_NAMES.get(era_name) if era_name else None
    year = 1 if year_text == "元" else int(year_text)
    if era is not None:
        year += era.first.year - 1
    elif year < 1850:
        return Birth(odd="unreadable")
    month, day = int(month_text or 0), int(day_text or 0)
    try:
        earliest = date(year, month or 1, day or 1)
        latest = earliest if day else date(year, month or 12, 28)
    except ValueError:
        return Birth(text=str(year), odd="no-such-day")
    text = str(year) + (f"-{month:02}" if month else "") + (f"-{day:02}" if month and day else "")
    odd = None
    if era is not None and (latest < era.first or earliest > era.last):
        odd = "outside-era"
    elif earliest > today:
        odd = "in-future"
    return Birth(text=text, odd=odd)


def age_on(birth: str, day: date) -> int | None:
    """Return the age in full years on a day, from as much of the birth date as is known (a year alone: at most)."""
    year, month, dom = (*map(int, birth.split("-")), 1, 1)[:3]
    try:
        born = date(year, month, dom)
    except ValueError:
        return None
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))
