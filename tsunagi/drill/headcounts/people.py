"""Who comes to the shelters of a drill by headcounts: invented households that need no care, and their sheets."""

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from services.intake.domain.sheet import Member, Sheet
from shared.contracts.places import Place
from shared.kernel.ids import seeded_id
from shared.kernel.japan import JAPAN
from tsunagi.drill import births, names
from tsunagi.drill.dice import Dice
from tsunagi.drill.headcounts.published import Published

SIZES = ((34, 1), (33, 2), (15, 3), (11, 4), (5, 5), (2, 6))
"""Weight, and how many live together."""
_BIRTHS = ((40, "era"), (25, "era-short"), (20, "western"), (15, "none"))
_DAMAGE = ((16, "destroyed"), (20, "half-destroyed"), (48, "partly-damaged"), (10, None), (6, "largely-destroyed"))
_LODGING = ((90, "building"), (8, "car-on-site"), (2, "tent-on-site"))
_LIFELINES = ("water", "electricity", "gas", "telephone")


class Arrival(NamedTuple):
    """A household that comes to a shelter for the first time: `number` is its own, `shelter` a row of the facts."""

    number: int
    size: int
    shelter: int
    at: datetime


class Household(NamedTuple):
    """A household with the ids that it always has in this drill."""

    id: UUID
    persons: tuple[UUID, ...]


def household(facts: Published, seed: int, arrival: Arrival) -> Household:
    """Return the ids of a household and its members."""
    return Household(
        _id(facts, seed, arrival, "household"),
        tuple(_id(facts, seed, arrival, "person", turn) for turn in range(arrival.size)),
    )


def _id(facts: Published, seed: int, arrival: Arrival, *of: object) -> UUID:
    return seeded_id(arrival.at, "drill", facts.id, seed, *of, arrival.number)


def sheet(facts: Published, seed: int, arrival: Arrival, shelters: tuple[UUID, ...]) -> Sheet:
    """Return the sheet that a household hands in on arrival."""
    dice = Dice(seed, facts.id, "sheet", arrival.number)
    ids = household(facts, seed, arrival)
    lifelines = dice.some(_LIFELINES, dice.between(0, 3))
    return Sheet(
        id=ids.id,
        members=_members(facts, ids.persons, dice),
        place=Place(kind="shelter", shelter=shelters[arrival.shelter], lodging=dice.weighted(_LODGING)),
        ward=facts.ward,
        sheet_no=f"{facts.ward}-{arrival.number:05}",
        written_at=None if dice.chance(0.1) else arrival.at,
        entered_on=arrival.at.astimezone(JAPAN).date(),
        postcode=names.postcode(dice),
        address=names.address("", dice, city="七尾市") if dice.chance(0.9) else None,
        mobile=names.mobile(dice) if dice.chance(0.85) else None,
        damage=dice.weighted(_DAMAGE),
        reasons=("lifelines", "aftershocks") if lifelines else ("aftershocks",),
        lifelines=lifelines,
        inquiry_consent=dice.weighted(((70, "agreed"), (18, "declined"), (12, None))),
        sharing_confirmed=dice.weighted(((85, True), (15, None))),
    )


def _members(facts: Published, ids: tuple[UUID, ...], dice: Dice) -> list[Member]:
    family_name = names.surname(dice)
    today = facts.began.date()
    made: list[Member] = []
    head = dice.between(24, 88)
    for turn, id_ in enumerate(ids):
        relation, age = _who(turn, head, dice)
        sex = dice.pick(("female", "male"))
        born = births.born(age, today, dice)
        name = names.full_name(family_name, sex, born.year, dice)
        manner = dice.weighted(_BIRTHS)
        made.append(
            Member(
                id=id_,
                representative=turn == 0,
                name=name.written,
                kana=name.kana if dice.chance(0.9) else None,
                birth=births.written(born, manner, age),
                age=age if manner == "none" else None,
                relation=relation,
                sex=sex if dice.chance(0.5) else None,
            )
        )
    return made


def _who(turn: int, head: int, dice: Dice) -> tuple[str, int]:
    """Relation and age: a representative, a spouse, then children (or, of the young, parents)."""
    if turn == 0:
        return "self", head
    if turn == 1:
        return "spouse", min(max(head + dice.between(-6, 4), 20), 95)
    if head < 45 and turn > 3:
        return "parent", min(head + dice.between(24, 36), 95)
    return "child", max(head - dice.between(22, 36), 4)
