"""The map of points: shelters and welfare shelters where they lie, area as people, without a map's tiles.

Longitudes are shortened by the cosine of the latitude; discs of 400 m around the points give the map a body.
"""

from collections.abc import Mapping, Sequence
from math import cos, hypot, radians, sqrt
from typing import NamedTuple
from uuid import UUID

from services.casework.domain.situation import Shelter, Welfare

DISC = 400.0
"""Metres."""
_METRES = 111_320.0
"""Of one degree of latitude."""
_BOX = 1000.0, 1500.0
_MARGIN = 80.0
_LEAST = 800.0
_NEAREST = 130.0 / DISC
"""One shelter alone is no map of its playground: 400 m are never drawn larger than this."""
_LARGEST, _SMALLEST, _RANKED = 60.0, 8.0, 36.0
_MARK, _CORE = 30.0, 36.0
_ROOM_FOR = 45
"""So many points have room at full size: of more, each is drawn smaller."""
_LETTER = 80.0
MANY = 90
"""Of more welfare shelters than this, only the core ones are drawn."""


class Dot(NamedTuple):
    """A shelter. `rank`: the number that it has in the list as well."""

    x: float
    y: float
    r: float
    rank: int | None
    over: bool
    title: str


class Diamond(NamedTuple):
    x: float
    y: float
    r: float
    core: bool
    title: str


class Land(NamedTuple):
    """The name of a ward, where its shelters lie."""

    x: float
    y: float
    name: str


class Chart(NamedTuple):
    """What is drawn in the box `view` (x, y, width, height); `disc`: the radius of 400 m."""

    view: str
    disc: float
    near: tuple[tuple[float, float], ...]
    dots: tuple[Dot, ...]
    diamonds: tuple[Diamond, ...]
    core_only: bool
    lands: tuple[Land, ...]
    unplaced: int
    """Points whose position is not known."""


def chart(
    shelters: Sequence[Shelter], welfare: Sequence[Welfare], ranks: Mapping[UUID, int], ward_names: Mapping[str, str]
) -> Chart | None:
    """Lay the points out; None where no position is known. `ward_names`: named on the map, for more wards than one."""
    points = [
        *((one.facility, one.latitude, one.longitude) for one in shelters),
        *((one.facility, one.latitude, one.longitude) for one in welfare),
    ]
    known = [(id_, north, east) for id_, north, east in points if north is not None and east is not None]
    if not known:
        return None
    middle = radians(sum(latitude for _, latitude, _ in known) / len(known))
    east = [longitude * cos(middle) * _METRES for _, _, longitude in known]
    north = [latitude * _METRES for _, latitude, _ in known]
    width, height = max(east) - min(east) + 2 * DISC, max(north) - min(north) + 2 * DISC
    scale = min((_BOX[0] - 2 * _MARGIN) / width, (_BOX[1] - 2 * _MARGIN) / height, _NEAREST)
    size = max(width * scale + 2 * _MARGIN, _LEAST), max(height * scale + 2 * _MARGIN, _LEAST)
    left, top = (size[0] - (width - 2 * DISC) * scale) / 2, (size[1] - (height - 2 * DISC) * scale) / 2
    at = {
        id_: ((x - min(east)) * scale + left, (max(north) - y) * scale + top)
        for (id_, _, _), x, y in zip(known, east, north, strict=True)
    }
    most = max((one.persons or 0 for one in shelters), default=0)
    small = min(1.0, sqrt(_ROOM_FOR / len(known)))
    dots = [
        _dot(one, *at[one.facility], most, ranks.get(one.facility), small) for one in shelters if one.facility in at
    ]
    return Chart(
        view=f"0 0 {size[0]:.0f} {size[1]:.0f}",
        disc=max(DISC * scale, 34.0),
        near=tuple(at.values()),
        dots=tuple(sorted(dots, key=lambda dot: (dot.rank is not None, -(dot.rank or 0), dot.r))),
        diamonds=tuple(
            _diamond(one, *at[one.facility], small)
            for one in welfare
            if one.facility in at and (len(welfare) <= MANY or one.kind == "core-welfare")
        ),
        core_only=len(welfare) > MANY,
        lands=_lands(shelters, at, ward_names),
        unplaced=len(points) - len(known),
    )


def _dot(one: Shelter, x: float, y: float, most: int, rank: int | None, small: float) -> Dot:
    r = max(_SMALLEST, _LARGEST * small * sqrt((one.persons or 0) / most)) if most else _SMALLEST
    people = f"{one.persons:,}人" if one.persons is not None else "報告なし"
    over = one.crowding is not None and one.crowding > 1
    return Dot(x, y, max(r, _RANKED) if rank else r, rank, over, f"{one.name or '名前不明'} {people}")


def _diamond(one: Welfare, x: float, y: float, small: float) -> Diamond:
    core = one.kind == "core-welfare"
    free = "空き不明" if one.places.free is None else f"空き{one.places.free}"
    return Diamond(x, y, max(14.0, (_CORE if core else _MARK) * small), core, f"{one.name or '名前不明'} {free}")


def _lands(
    shelters: Sequence[Shelter], at: Mapping[UUID, tuple[float, float]], names: Mapping[str, str]
) -> tuple[Land, ...]:
    """Write each ward's name near its middle shelter, where no other name stands; where there is no room, leave it."""
    lands: list[Land] = []
    for ward, name in names.items():
        places = [at[one.facility] for one in shelters if one.ward == ward and one.facility in at]
        if places:
            x, y = (sum(place[n] for place in places) / len(places) for n in (0, 1))
            nearest = min(places, key=lambda place: hypot(place[0] - x, place[1] - y))
            wide = _LETTER * len(name) / 2
            for step in (-0.75, 1.25):
                land = Land(min(max(nearest[0], wide), _BOX[0] - wide), nearest[1] + step * _LETTER, name)
                if all(abs(land.y - one.y) > _LETTER or abs(land.x - one.x) > wide * 2 for one in lands):
                    lands.append(land)
                    break
    return tuple(lands)
