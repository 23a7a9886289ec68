"""Names, addresses and telephone numbers that can belong to nobody, from tables (`names.json`).

Every surname begins with a character with which hardly any real one does (訓, 試, 例, 模 …), every street lies in a
town 訓練…町 that no ward has, every postcode begins with 000, and the telephone numbers begin where none is ever given
out: an exchange (市内局番) never begins with 0, and 090-0… is not allotted.
"""

from functools import cache
from importlib.resources import files
from typing import NamedTuple

import msgspec

from tsunagi.drill.dice import Dice


class Given(msgspec.Struct, frozen=True):
    """Given names of one sex for those born up to a year, as (kanji, kana)."""

    until: int
    female: tuple[tuple[str, str], ...]
    male: tuple[tuple[str, str], ...]


class Tables(msgspec.Struct, frozen=True):
    """The tables of `names.json`."""

    about: str
    surname_begins: tuple[tuple[str, str], ...]
    surname_ends: tuple[tuple[str, str], ...]
    given: tuple[Given, ...]
    towns: tuple[str, ...]
    elsewhere: tuple[str, ...]
    cars: tuple[str, ...]
    colours: tuple[str, ...]
    doctors: tuple[str, ...]
    care_offices: tuple[str, ...]


class Name(NamedTuple):
    """A name in characters and in kana (フリガナ)."""

    written: str
    kana: str


@cache
def tables() -> Tables:
    """Return the shipped tables."""
    return msgspec.json.decode(files(__package__).joinpath("names.json").read_bytes(), type=Tables)


def surname(dice: Dice) -> Name:
    """Return an invented surname."""
    begins, ends = dice.pick(tables().surname_begins), dice.pick(tables().surname_ends)
    return Name(begins[0] + ends[0], begins[1] + ends[1])


def full_name(family: Name, sex: str, born: int, dice: Dice) -> Name:
    """Return a full name with a given name as was usual in the year of birth."""
    table = next((row for row in tables().given if born <= row.until), tables().given[-1])
    given = dice.pick(table.female if sex == "female" else table.male)
    return Name(f"{family.written} {given[0]}", f"{family.kana} {given[1]}")


def adult(dice: Dice) -> Name:
    """Return the name of somebody of working age: staff, a relative, a doctor."""
    return full_name(surname(dice), dice.pick(("female", "male")), dice.between(1960, 2000), dice)


def address(ward: str, dice: Dice, city: str = "神戸市") -> str:
    """Return an address in a ward (by its name) of a city that does not exist."""
    return f"{city}{ward}{dice.pick(tables().towns)}{dice.between(1, 9)}丁目{dice.between(1, 30)}-{dice.between(1, 25)}"


def address_elsewhere(dice: Dice) -> str:
    """Return an address outside the city that does not exist."""
    return f"{dice.pick(tables().elsewhere)}{dice.between(1, 9)}-{dice.between(1, 40)}"


def postcode(dice: Dice) -> str:
    return f"000-{dice.between(0, 9999):04}"


def landline(dice: Dice) -> str:
    return f"078-0{dice.between(0, 99):02}-{dice.between(0, 9999):04}"


def mobile(dice: Dice) -> str:
    return f"090-0{dice.between(0, 999):03}-{dice.between(0, 9999):04}"


def car(dice: Dice) -> str:
    """⑦ 車種・色・ナンバー; no car has a class number 000."""
    number = f"{dice.between(1, 99)}-{dice.between(0, 99):02}"
    return f"{dice.pick(tables().cars)}・{dice.pick(tables().colours)}・神戸000く{number}"
