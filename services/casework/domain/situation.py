"""The situation as the board shows it: what is where, how full, how old, how late; and the part of it that is a scope.

Pure: the tables' rows come in (`queries_situation`), what is shown goes out (`pages.board_shown`).
"""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from services.casework.domain.places import Places

CROWDED = 1.0
"""Beyond this share of its size a shelter is marked. Size is a めやす: nobody is turned away by it."""

DRIVE_TAKES = timedelta(minutes=30)
"""So long after its planned time a drive that has picked the person up is late (the hand-off's own time, domain §4)."""

WELFARE_KINDS = ("core-welfare", "welfare", "lodging", "community-welfare-centre")
"""What the board calls 福祉避難所, 基幹 first; care facilities and hospitals stand apart."""


class Shelter(NamedTuple):
    """A shelter. `persons` None: nothing was ever heard of it, which is not nobody; `size` None: 不明, not 0."""

    facility: UUID
    name: str | None
    ward: str | None
    latitude: float | None
    longitude: float | None
    size: int | None
    size_invented: bool
    persons: int | None
    needing_care: int
    out: int
    heard_at: datetime | None

    @property
    def crowding(self) -> float | None:
        """People for each one that it is meant for; None where either is not known."""
        return self.persons / self.size if self.size and self.persons is not None else None

    def old(self, now: datetime, after: timedelta) -> bool:
        """Whether its figure is old."""
        return self.heard_at is not None and now - self.heard_at > after


class Welfare(NamedTuple):
    """A welfare shelter (or care facility, hospital) with its places. `failed`: the step at which it got stuck."""

    facility: UUID
    name: str | None
    kind: str | None
    ward: str | None
    latitude: float | None
    longitude: float | None
    open: bool
    step: str | None
    failed: str | None
    closed: bool
    total: int | None
    baseline: int | None
    reported_at: datetime | None
    places: Places

    @property
    def known(self) -> bool:
        """Whether its places are known."""
        return self.places.free is not None


class Lane(NamedTuple):
    """The hand-offs of one kind and ward: nobody has them, of these overdue, and in somebody's hands."""

    kind: str
    ward: str | None
    waiting: int
    overdue: int
    in_hand: int


class Overdue(NamedTuple):
    """A hand-off past its time: open (nobody has it: overdue), or taken on and not done yet."""

    handoff: UUID
    kind: str
    person: UUID
    ward: str | None
    state: str
    owner: str | None
    urgent: bool
    due: datetime
    age_band: str
    place_kind: str
    shelter: UUID | None
    facility: UUID | None
    """Where the person is to be, or is being, taken."""


class Drive(NamedTuple):
    """A drive that is wanted or under way."""

    trip: UUID
    ward: str | None
    state: str
    vehicle: str | None
    planned_at: datetime | None
    wanted_at: datetime | None
    shelter: UUID | None
    facility: UUID | None

    @property
    def at(self) -> datetime | None:
        """When it is to be, else since when it is wanted."""
        return self.planned_at or self.wanted_at

    def late(self, now: datetime) -> timedelta | None:
        """By how much it is late: not picked up by the planned time, or not there half an hour after it."""
        if self.planned_at is None:
            return None
        due = self.planned_at + (DRIVE_TAKES if self.state == "picked-up" else timedelta())
        return now - due if now > due else None


class Change(NamedTuple):
    """What changed at a ward's shelters in one stretch of time: who came, who went."""

    ward: str | None
    begins: datetime
    came: int
    went: int


class Trend(NamedTuple):
    """People in shelters since the onset. `hour_ago`: ward → people there one hour before `at`."""

    at: datetime
    began: datetime
    step: timedelta
    changes: tuple[Change, ...] = ()
    hour_ago: Mapping[str | None, int] = {}


class Situation(NamedTuple):
    """Everything that the board shows, of some wards or of all."""

    at: datetime
    heard: Mapping[str, datetime]
    shelters: tuple[Shelter, ...]
    elsewhere: Mapping[tuple[str | None, str], int]
    """(ward, kind of place) → people who are not in a shelter."""
    lanes: tuple[Lane, ...]
    overdue: tuple[Overdue, ...]
    """The longest overdue of each ward, not all: how many there are stands in `lanes`."""
    welfare: tuple[Welfare, ...]
    drives: tuple[Drive, ...]
    disasters: tuple[Mapping[str, Any], ...]
    trend: Trend | None
    figures: Mapping[tuple[str | None, str], int]
    """(responsible ward, code of `domain.board.FIGURES`) → count."""
    places: Mapping[UUID, str]
    """Names of facilities."""

    @property
    def population(self) -> int:
        """People in shelters, those out for a while and those for whom an ambulance was called included."""
        return sum(one.persons or 0 for one in self.shelters)

    def figure(self, code: str) -> int:
        """Return a figure of the scope."""
        return sum(count for (_, name), count in self.figures.items() if name == code)

    def of(self, wards: Collection[str] | None) -> "Situation":
        """Return the part of it that these wards are (None: everything, what has no ward included)."""
        if wards is None:
            return self
        trend = self.trend
        if trend is not None:
            trend = trend._replace(
                changes=tuple(one for one in trend.changes if one.ward in wards),
                hour_ago={ward: count for ward, count in trend.hour_ago.items() if ward in wards},
            )
        return self._replace(
            shelters=tuple(one for one in self.shelters if one.ward in wards),
            elsewhere={key: count for key, count in self.elsewhere.items() if key[0] in wards},
            lanes=tuple(one for one in self.lanes if one.ward in wards),
            overdue=tuple(one for one in self.overdue if one.ward in wards),
            welfare=tuple(one for one in self.welfare if one.ward in wards),
            drives=tuple(one for one in self.drives if one.ward in wards),
            figures={key: count for key, count in self.figures.items() if key[0] in wards},
            disasters=tuple(one for one in self.disasters if not one["wards"] or set(one["wards"]) & set(wards)),
            trend=trend,
        )


def by_crowding(shelters: Collection[Shelter]) -> list[Shelter]:
    """Sort: the fullest for its size first, then those of unknown size by people, then those nobody has heard of."""

    def key(one: Shelter) -> tuple[int, float, int, str]:
        if one.persons is None:
            return 2, 0.0, 0, one.name or ""
        if one.crowding is None:
            return 1, 0.0, -one.persons, one.name or ""
        return 0, -one.crowding, -one.persons, one.name or ""

    return sorted(shelters, key=lambda one: (*key(one), str(one.facility)))
