"""Dates of birth as people write them on a sheet: in an era, in short, in digits, Western, in part, or an age only."""

from datetime import date

from shared.kernel.eras import ERAS
from tsunagi.drill.dice import Dice


def born(age: int, today: date, dice: Dice) -> date:
    """Return a day on which somebody who is `age` years old today was born."""
    month, day = dice.between(1, 12), dice.between(1, 28)
    return date(today.year - age - ((month, day) > (today.month, today.day)), month, day)


def era_year(day: date) -> tuple[str, str, int]:
    """Return the era of a day (long name, letter) and the year in it. Raises ValueError before 明治."""
    for era in ERAS:
        if era.first <= day <= era.last:
            return era.names[0], era.names[-1].upper(), day.year - era.first.year + 1
    raise ValueError(day)


def written(day: date, manner: str, age: int) -> str | None:
    """Return a date of birth in one of the manners of a scenario's `births`; None for `none`: nothing was written.

    `about` gives an age to the nearest ten, `impossible` a day that 昭和 did not have (a slip of the pen).
    """
    era, letter, year = era_year(day)
    first = "元" if year == 1 else str(year)
    match manner:
        case "era":
            return f"{era}{first}年{day.month}月{day.day}日"
        case "era-short":
            return f"{letter}{year}.{day.month}.{day.day}"
        case "era-digits":
            return f"{era}{year:02}{day.month:02}{day.day:02}"
        case "western":
            return day.isoformat()
        case "year-only":
            return f"{era}{first}年"
        case "about":
            return f"{round(age, -1)}歳くらい"
        case "impossible":
            return f"昭和{64 + day.day}年{day.month}月{day.day}日"
        case _:
            return None
