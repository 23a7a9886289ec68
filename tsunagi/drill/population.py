"""The people of a drill: households one by one from a seed, each a function of its number alone.

Nothing is held: a city's 222,127 people take as little memory as ten. Household 17 is the same whether 1,000 people
are asked for or 100,000, so that a larger drill on the same stack only adds. All ids are UUIDv7 of the time at which
the sheet was written, from scenario, seed and number.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from uuid import UUID

import msgspec

from services.intake.domain.sheet import Member, Sheet
from shared.contracts.places import Place
from shared.kernel.ids import seeded_id
from shared.kernel.japan import JAPAN
from tsunagi.drill.dice import Dice
from tsunagi.drill.families import Family, family
from tsunagi.drill.scenario import Scenario
from tsunagi.drill.sheets import Facts, sheet
from tsunagi.drill.stories import Around, Story, story


class Person(msgspec.Struct, frozen=True, kw_only=True):
    """An evacuee: `member` as it stands on the sheet, the true age, and the story of whoever a nurse should see."""

    id: UUID
    age: int
    member: Member
    story: Story | None = None


class Household(msgspec.Struct, frozen=True, kw_only=True):
    """A household of the drill, invented. `shelter` is the real shelter where it is, or None (home, car, unknown).

    `written_at` is when the sheet was really written (to the minute); the sheet itself may leave it blank.
    """

    id: UUID
    number: int
    invented: bool = True
    kind: str
    ward: str
    shelter: UUID | None
    written_at: datetime
    has_car: bool
    persons: tuple[Person, ...]
    sheet: Sheet


class Population:
    """All people of one drill: `for household in population`, or `population.household(17)`.

    `people`: households come until at least so many persons are there. `quake_at` moves the whole drill in time
    (and makes other ids: another epoch is another stack).
    """

    def __init__(
        self,
        scenario: Scenario,
        *,
        seed: int | None = None,
        people: int | None = None,
        quake_at: datetime | None = None,
    ) -> None:
        self.scenario = scenario
        self.seed = scenario.seed if seed is None else seed
        self.people = scenario.people if people is None else people
        self.quake_at = quake_at or scenario.quake_at
        self._shelters = _by_ward(scenario, self.seed)

    def __iter__(self) -> Iterator[Household]:
        return (self.household(number) for number in self.numbers())

    def numbers(self) -> Iterator[int]:
        """Yield the numbers of the households: as many as give `people` persons."""
        number = persons = 0
        while persons < self.people:
            yield number
            persons += len(family(self.scenario, self.seed, number).members)
            number += 1

    def written_at(self, number: int) -> datetime:
        """Return when the household of that number writes its sheet, to the minute."""
        dice = Dice(self.seed, "arrival", number)
        minutes = int(dice.along(self.scenario.sheets.arrivals) * 60)
        return (self.quake_at + timedelta(minutes=minutes)).astimezone(JAPAN).replace(second=0, microsecond=0)

    def household(self, number: int) -> Household:
        """Return the household of that number."""
        dice = Dice(self.seed, "household", number)
        group = family(self.scenario, self.seed, number)
        at = self.written_at(number)
        place = self._place(group, dice)
        has_car = dice.chance(self.scenario.families.with_car) and any(one.can_drive for one in group.members)
        car_can_be_used = has_car and dice.chance(self.scenario.families.car_can_be_used)
        damage = dice.weighted(self.scenario.sheets.damage)
        ids = tuple(self._id(at, "person", number, turn) for turn in range(len(group.members)))
        facts = Facts(
            id=self._id(at, "household", number),
            members=ids,
            number=number,
            ward_name=self.scenario.ward_names[group.ward],
            place=place,
            today=self.quake_at.astimezone(JAPAN).date(),
            written_at=at,
            has_car=has_car,
            damage=damage,
        )
        filled_in = sheet(self.scenario, group, facts, dice)
        around = Around(
            members=tuple(zip(ids, group.members, strict=True)), car_can_be_used=car_can_be_used, damage=damage
        )
        return Household(
            id=facts.id,
            number=number,
            kind=group.kind,
            ward=group.ward,
            shelter=place.shelter,
            written_at=at,
            has_car=has_car,
            persons=tuple(self._person(around, turn, member, number) for turn, member in enumerate(filled_in.members)),
            sheet=filled_in,
        )

    def _id(self, at: datetime, *names: object) -> UUID:
        return seeded_id(at.astimezone(UTC), "drill", self.scenario.id, self.seed, *names)

    def _person(self, around: Around, turn: int, member: Member, number: int) -> Person:
        somebody = around.members[turn][1]
        nurse = somebody.profiles or member.needs or member.care or member.observations or member.aids or member.groups
        told = None
        if nurse:
            told = story(self.scenario, around, turn, member.aids, Dice(self.seed, "story", number, turn))
            if member.carer is None and Dice(self.seed, "carer-asked", number, turn).chance(0.6):
                member.carer = told.answers["carer"]
        return Person(id=member.id, age=somebody.age, member=member, story=told)

    def _place(self, group: Family, dice: Dice) -> Place:
        place = dice.weighted(self.scenario.sheets.places)
        if place.kind != "shelter":
            return place
        shelter = dice.weighted(self._shelters[group.ward])
        return Place(kind="shelter", shelter=shelter, lodging=place.lodging)


def _by_ward(scenario: Scenario, seed: int) -> dict[str, list[tuple[float, UUID]]]:
    """The ordinary shelters of each ward, in an order of the seed's, the first by far the fullest.

    So a small drill fills a few shelters, and a large one all of them, without the people being others.
    """
    shelters: dict[str, list[UUID]] = {ward.code: [] for ward in scenario.wards}
    for listed in scenario.listed:
        if listed.kind == "shelter" and listed.ward in shelters:
            shelters[listed.ward].append(listed.id)
    ordered = {ward: sorted(ids, key=lambda id_: Dice(seed, "shelter", id_).share()) for ward, ids in shelters.items()}
    return {ward: [(1 / (rank + 1), id_) for rank, id_ in enumerate(ids)] for ward, ids in ordered.items()}
