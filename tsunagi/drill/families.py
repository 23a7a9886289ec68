"""Who lives together: the members of a household with their ages and what care they need, before they have names."""

from typing import NamedTuple

from tsunagi.drill.dice import Dice
from tsunagi.drill.profiles import Profile, by_age, who
from tsunagi.drill.scenario import MemberOf, Scenario

OLDEST = 105


class Somebody(NamedTuple):
    """A member of a household: 続柄, age in full years on the day of the quake, sex, and profiles of care."""

    relation: str
    age: int
    sex: str
    profiles: tuple[Profile, ...]

    @property
    def can_care(self) -> bool:
        """Whether this is somebody on whom another can lean: grown, not too old, in no need of care themselves."""
        return 18 <= self.age < 80 and all(profile.code == "nursing-mother" for profile in self.profiles)

    @property
    def can_drive(self) -> bool:
        return 20 <= self.age < 76 and not self.profiles


class Family(NamedTuple):
    """A household before it has names: of which kind, from which ward (its code), and who."""

    kind: str
    ward: str
    members: tuple[Somebody, ...]


def family(scenario: Scenario, seed: int, number: int) -> Family:
    """Return the family of that number: always the same for one seed, whatever other numbers there are."""
    dice = Dice(seed, "family", number)
    ward = dice.weighted([(ward.weight, ward.code) for ward in scenario.wards])
    kind = dice.weighted([(kind.weight, kind) for kind in scenario.households])
    bare: list[tuple[str, int, str]] = []
    for member in kind.members:
        for turn in range(dice.between(*member.times)):
            age = _age(member, bare, dice)
            bare.append((member.relation, age, _sex(member.relation, turn, bare, dice)))
    around = tuple(code for _, age, _ in bare for code in by_age(age))
    members = tuple(
        Somebody(relation, age, sex, who(age, sex, scenario.needs, around, Dice(seed, "needs", number, at)))
        for at, (relation, age, sex) in enumerate(bare)
    )
    return Family(kind.kind, ward, members)


def _age(member: MemberOf, others: list[tuple[str, int, str]], dice: Dice) -> int:
    if member.ages is not None:
        return dice.between(*member.ages, member.lean)
    near = others[member.near][1]
    low, high = (min(max(near + by, 0), OLDEST) for by in member.by)
    return dice.between(low, high)


def _sex(relation: str, turn: int, others: list[tuple[str, int, str]], dice: Dice) -> str:
    if relation == "spouse":
        return "female" if others[0][2] == "male" else "male"
    if relation == "parent":
        return ("female", "male")[turn % 2]
    return dice.pick(("female", "male"))
