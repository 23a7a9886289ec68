"""Who needs care, and how (`profiles.json`): the sheet, the true answers to the nurse's questions, the drive."""

from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import Any

import msgspec

from tsunagi.drill.dice import Dice


class Profile(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, rename={"with_": "with"}):
    """One way of needing care. `sheet` and `answers` may hold alternatives (see `drawn`).

    `with_`: only in a household with somebody of that profile. `doctor`, `care_manager`: there is one, and the sheet
    names them. `high_risk`: a welfare vehicle in any case (004 (3)①).
    """

    code: str
    layer: str
    ages: tuple[int, int]
    sex: str | None = None
    with_: str | None = None
    groups: tuple[str, ...] = ()
    high_risk: bool = False
    doctor: bool = False
    care_manager: bool = False
    condition: str | None = None
    sheet: dict[str, Any]
    answers: dict[str, Any]


class Profiles(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The whole table; `usual` are the answers of somebody who needs nothing."""

    version: str
    about: str
    usual: dict[str, str]
    profiles: tuple[Profile, ...]


@cache
def table() -> Profiles:
    """Return the shipped table."""
    return msgspec.json.decode(files(__package__).joinpath("profiles.json").read_bytes(), type=Profiles)


def who(age: int, sex: str, needs: Mapping[str, float], around: Sequence[str], dice: Dice) -> tuple[Profile, ...]:
    """Return the profiles of one person: that of the age, at most one lasting, at most one acute.

    `needs` are a scenario's shares per 1,000 of those of the profile's ages; `around` are the profiles that the
    household has by age.
    """
    fitting = [
        profile
        for profile in table().profiles
        if profile.ages[0] <= age <= profile.ages[1]
        and profile.sex in (None, sex)
        and (profile.with_ is None or profile.with_ in around)
    ]
    chosen = [profile for profile in fitting if profile.layer == "age"]
    for layer in ("lasting", "acute"):
        possible = [(needs.get(profile.code, 0) / 1000, profile) for profile in fitting if profile.layer == layer]
        nobody = max(0.0, 1 - sum(share for share, _ in possible))
        found = dice.weighted([*possible, (nobody, None)])
        if found is not None:
            chosen.append(found)
    return tuple(chosen)


def by_age(age: int) -> tuple[str, ...]:
    """Return the codes of the profiles that everybody of an age has."""
    return tuple(p.code for p in table().profiles if p.layer == "age" and p.ages[0] <= age <= p.ages[1])


def drawn(fields: Mapping[str, Any], dice: Dice) -> dict[str, Any]:
    """Return the fields with every alternative decided."""
    return {field: _decided(value, dice) for field, value in fields.items()}


def _decided(value: Any, dice: Dice) -> Any:
    match value:
        case {"one_of": choices}:
            return dice.weighted([(weight, choice) for weight, choice in choices])
        case {"between": [low, high]}:
            return dice.between(low, high)
        case _:
            return value
