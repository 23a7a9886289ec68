"""A scenario as data (`scenarios/NAME.json`): what happened, who there is, and how people and facilities behave.

Weighted lists are pairs (weight, value); what is called a share lies between 0 and 1; `needs` are per 1,000 persons
of the ages to which a profile applies; hours count from the quake unless said otherwise.
"""

from datetime import datetime
from functools import cached_property
from importlib.resources import files

import msgspec

from shared.contracts.places import Place
from shared.kernel.errors import NotFound
from tsunagi.drill.facts import shelters
from tsunagi.importing.rows import ListedShelter

_PACKAGE = "tsunagi.drill.scenarios"

Curve = tuple[tuple[float, float], ...]
"""Points (value, share of all up to there)."""


class _Part(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A part of a scenario: a setting that nobody knows is a slip of the pen, and refused."""


class Ward(_Part, frozen=True):
    """A ward: how likely a household is to come from there."""

    code: str
    name: str
    weight: float


class MemberOf(_Part, frozen=True):
    """One member of a kind of household: with an age of their own, or so much older or younger than member `near`.

    `lean`: 1 is every age alike, more leans to the younger end. `times`: from so many to so many of them.
    """

    relation: str
    ages: tuple[int, int] | None = None
    lean: float = 1
    near: int = 0
    by: tuple[int, int] = (0, 0)
    times: tuple[int, int] = (1, 1)


class HouseholdKind(_Part, frozen=True):
    kind: str
    weight: float
    members: tuple[MemberOf, ...]


class SheetSettings(_Part, frozen=True):
    """When sheets are written and sent, what stands on them and what is wrong with them.

    `arrivals` is a curve in hours; `network_returns` are the hours at which late sheets arrive in a burst.
    `clock_off`: the share of devices whose clock is wrong. `left_blank`: the share of fields left blank.
    `goes_out_minutes`, `departs_hours`: how long after the sheet; `stays_out_minutes`: how long after going out.
    """

    arrivals: Curve
    places: tuple[tuple[float, Place], ...]
    member_elsewhere: float
    minutes_to_send: tuple[int, int]
    late: float
    network_returns: tuple[float, ...]
    repeated: float
    repeat_minutes: tuple[int, int]
    corrected: float
    correction_hours: tuple[float, float]
    clock_off: float
    clock_off_minutes: tuple[int, int]
    births: tuple[tuple[float, str], ...]
    left_blank: float
    damage: tuple[tuple[float, str | None], ...]
    inquiry_consent: tuple[tuple[float, str | None], ...]
    sharing_confirmed: tuple[tuple[float, bool | None], ...]
    goes_out: float
    goes_out_minutes: tuple[int, int]
    stays_out_minutes: tuple[int, int]
    departs: float
    departs_hours: tuple[float, float]
    departs_to: tuple[tuple[float, str], ...]


class FamilySettings(_Part, frozen=True):
    """What families have and do. `cannot_say_at_first`: the share of persons for whom some answers come later."""

    with_car: float
    car_can_be_used: float
    only_the_person_moves: float
    agrees: float
    decides_otherwise: float
    cannot_say_at_first: float


class TwistSettings(_Part, frozen=True):
    """Something that happens to this share of those who need care, while they are at one of these stages."""

    kind: str
    share: float
    stages: tuple[str, ...]


class InventedKind(_Part, frozen=True):
    """Facilities that the drill makes up, so many in each ward."""

    kind: str
    name: str
    per_ward: dict[str, int]
    groups: tuple[str, ...]
    with_family: bool


class OpeningOf(_Part, frozen=True):
    """How facilities of a kind open: as many as give so many places per 1,000 people, `least_open` at least."""

    kind: str
    cause: str
    places_per_1000: float
    least_open: int
    places: tuple[int, int]
    opens_hours: tuple[float, float]
    reserved: int


class OpeningSettings(_Part, frozen=True):
    """What goes wrong on opening, and how capacity changes afterwards."""

    step_fails: float
    by_deputy: float
    capacity_unknown: float
    lowers: float
    lowers_after_hours: tuple[float, float]
    grows_24_hours: tuple[int, int]
    grows_72_hours: tuple[int, int]
    lacks: tuple[str, ...]


class SizeSettings(_Part, frozen=True):
    """For how many people shelters are meant (めやす): invented. `people`: in a drill of so many; a smaller one has
    smaller shelters, by the root of the share, so that some are crowded in either. `unknown`: the share of 不明."""

    people: int
    ranges: tuple[tuple[str, int, int], ...]
    """What stands in the name → from so many to so many; the first row that fits (the last one always does)."""
    unknown: float


class ReplySettings(_Part, frozen=True):
    """How facilities answer. `always_silent`: the share of facilities that never answer anybody."""

    always_silent: float
    silent: float
    declines: float
    on_condition: float
    minutes: tuple[int, int]
    reasons: tuple[tuple[float, str], ...]
    conditions: tuple[tuple[float, str], ...]


class Partner(_Part, frozen=True):
    """A transport partner, invented."""

    code: str
    name: str
    vehicles: tuple[str, ...]
    wards: tuple[str, ...]


class DriveSettings(_Part, frozen=True):
    """How partners answer and drive; minutes one after the other."""

    declines: float
    silent: float
    fails: float
    minutes_to_answer: tuple[int, int]
    minutes_to_reach: tuple[int, int]
    minutes_to_drive: tuple[int, int]
    reasons: tuple[tuple[float, str], ...]
    failures: tuple[tuple[float, str], ...]


class AssessmentSettings(_Part, frozen=True):
    """The two axes: housing by damage, living by chance among those who needed care."""

    housing: dict[str, str]
    living: tuple[tuple[float, str], ...]


class Scenario(_Part, frozen=True, dict=True):
    """A whole scenario, as its file has it. A drill plays `hours` of it, into which `pressed` times as many go.

    `hurried`: by which factor its times are pressed already (`pressing.pressed`); 1 in every file.
    """

    id: str
    version: int
    title: dict[str, str]
    about: str
    drill: bool
    kind: str
    intensity: str
    quake_at: datetime
    city: str
    shelters_file: str
    people: int
    seed: int
    hours: float
    pressed: float
    wards: tuple[Ward, ...]
    households: tuple[HouseholdKind, ...]
    needs: dict[str, float]
    sheets: SheetSettings
    families: FamilySettings
    twists: tuple[TwistSettings, ...]
    invented: tuple[InventedKind, ...]
    openings: tuple[OpeningOf, ...]
    opening: OpeningSettings
    replies: ReplySettings
    partners: tuple[Partner, ...]
    drives: DriveSettings
    assessment: AssessmentSettings
    sizes: SizeSettings | None = None
    hurried: float = 1

    @cached_property
    def listed(self) -> tuple[ListedShelter, ...]:
        """The real shelters, as an import of the published list gives them."""
        return shelters(self.shelters_file)

    @cached_property
    def ward_names(self) -> dict[str, str]:
        return {ward.code: ward.name for ward in self.wards}


def names() -> tuple[str, ...]:
    """Return the names of the scenarios that come with the software."""
    found = (file.name.removesuffix(".json") for file in files(_PACKAGE).iterdir() if file.name.endswith(".json"))
    return tuple(sorted(name for name in found if not name.endswith(("-shelters", "-headcounts"))))


def load(name: str) -> Scenario:
    """Return a scenario. Raises `NotFound("drill.scenario-unknown")`."""
    if name not in names():
        raise NotFound("drill.scenario-unknown", scenario=name, known=", ".join(names()))
    return msgspec.json.decode(files(_PACKAGE).joinpath(f"{name}.json").read_bytes(), type=Scenario)
