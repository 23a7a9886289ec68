"""The facilities of a drill: the real shelters as facts, and invented core shelters, care facilities and hospitals.

Places and openings are invented for all of them: the published list has none. There are far fewer places than
candidates, as there would be (domain.md §3: 75 candidates a welfare shelter).
"""

import math
import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from uuid import UUID

import msgspec

from shared.contracts.transfer_facility import Capacity, Received
from shared.kernel.ids import derived_id
from tsunagi.drill.dice import Dice
from tsunagi.drill.scenario import InventedKind, OpeningOf, Scenario
from tsunagi.importing.rows import ListedShelter

STEPS = ("people-safe", "damage-checked", "space-made", "receiving")
"""004 (2)④, in their order (codes.OPENING_STEP)."""


class Facility(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A facility with the fields of `FacilityListed` under the same names. `invented`: made up for the drill."""

    id: UUID
    name: str
    kind: str
    ward: str | None = None
    address: str | None = None
    latitude: float
    longitude: float
    receives: Received | None = None
    official_id: str | None = None
    invented: bool = False
    source: str | None = None
    licence: str | None = None


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """One step of opening, reported at an instant, done or found impossible."""

    step: str
    at: datetime
    ok: bool = True
    deputy: bool = False


class Report(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Capacity as a facility reports it at an instant, with the fields of `CapacityReported`. None is not known."""

    at: datetime
    total: int | None = None
    by_group: tuple[Capacity, ...] = ()
    reserved: int = 0
    in_24_hours: int | None = None
    in_72_hours: int | None = None
    lacks: tuple[str, ...] = ()


class Opening(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How one facility opens, or does not get as far (`opens` False); what it reports, and when."""

    facility: UUID
    kind: str
    cause: str
    opens: bool
    steps: tuple[Step, ...]
    reports: tuple[Report, ...] = ()


def facilities(scenario: Scenario, seed: int) -> tuple[Facility, ...]:
    """Return every facility: the real shelters first, then what is invented (the same ids for every seed)."""
    listed = tuple(
        Facility(
            id=row.id,
            name=row.name,
            kind=row.kind,
            ward=row.ward,
            address=row.address,
            latitude=row.latitude,
            longitude=row.longitude,
            receives=row.receives,
            official_id=row.official_id,
            source=row.source,
            licence=row.licence,
        )
        for row in scenario.listed
    )
    return listed + tuple(one for kind in scenario.invented for one in _invented(scenario, seed, kind, listed))


def _invented(scenario: Scenario, seed: int, kind: InventedKind, listed: tuple[Facility, ...]) -> Iterator[Facility]:
    for ward, count in kind.per_ward.items():
        around = [facility for facility in listed if facility.ward == ward]
        for number in range(1, count + 1):
            dice = Dice(scenario.id, seed, kind.kind, ward, number)
            one, other = dice.pick(around), dice.pick(around)
            name = scenario.ward_names[ward]
            yield Facility(
                id=derived_id("drill-facility", scenario.id, kind.kind, ward, number),
                name=kind.name.format(ward=name.removesuffix("区"), number=number),
                kind=kind.kind,
                ward=ward,
                address=f"神戸市{name}訓練町{number}丁目",
                latitude=round((one.latitude + other.latitude) / 2, 4),
                longitude=round((one.longitude + other.longitude) / 2, 4),
                receives=Received(groups=kind.groups, with_family=kind.with_family),
                invented=True,
                source=f"drill:{scenario.id}",
            )


def size(scenario: Scenario, facility: ListedShelter | Facility, people: int) -> int | None:
    """Return for how many people an ordinary shelter is meant, made up for a drill of so many; None is 不明."""
    settings = scenario.sizes
    if settings is None or facility.kind != "shelter":
        return None
    dice = Dice(scenario.id, "size", facility.id)
    if dice.chance(settings.unknown):
        return None
    low, high = next((low, high) for name, low, high in settings.ranges if re.search(name, facility.name))
    share = math.sqrt(min(1.0, people / settings.people))
    return max(5, round(dice.between(low, high) * share / 5) * 5)


def openings(scenario: Scenario, seed: int, people: int, quake_at: datetime | None = None) -> Iterator[Opening]:
    """Yield how the facilities open in a drill with so many people.

    Of each kind as many as give its share of places; core shelters that do not come so far report at which step.
    """
    quake_at = quake_at or scenario.quake_at
    known = facilities(scenario, seed)
    for rule in scenario.openings:
        places = opened = 0
        for facility in _spread([facility for facility in known if facility.kind == rule.kind], seed):
            wanted = opened < rule.least_open or places < people * rule.places_per_1000 / 1000
            dice = Dice(seed, "opening", facility.id)
            if wanted and (opened < rule.least_open or not dice.chance(scenario.opening.step_fails)):
                opened += 1
                total = dice.between(*rule.places)
                places += total
                yield _open(scenario, rule, facility, total, quake_at, dice)
            elif rule.cause == "quake":
                yield _stuck(scenario, rule, facility, quake_at, dice)


def _spread(facilities_: list[Facility], seed: int) -> list[Facility]:
    """In an order of the seed's, and one of each ward before the second of any."""
    shuffled = sorted(facilities_, key=lambda facility: Dice(seed, "order", facility.id).share())
    turn: dict[str | None, int] = {}
    ranked = []
    for facility in shuffled:
        turn[facility.ward] = turn.get(facility.ward, 0) + 1
        ranked.append((turn[facility.ward], facility))
    return [facility for _, facility in sorted(ranked, key=lambda pair: pair[0])]


def _steps(upto: int, begins: datetime, ends: datetime, *, deputy: bool) -> tuple[Step, ...]:
    between = (ends - begins) / len(STEPS)
    return tuple(
        Step(step=step, at=begins + between * (number + 1), deputy=deputy) for number, step in enumerate(STEPS[:upto])
    )


def _opens_at(rule: OpeningOf, quake_at: datetime, dice: Dice) -> datetime:
    low, high = rule.opens_hours
    return quake_at + timedelta(minutes=round((low + (high - low) * dice.share()) * 60))


def _open(
    scenario: Scenario, rule: OpeningOf, facility: Facility, total: int, quake_at: datetime, dice: Dice
) -> Opening:
    settings = scenario.opening
    at = _opens_at(rule, quake_at, dice)
    unknown = dice.chance(settings.capacity_unknown)
    reports = [_report(facility, rule, None if unknown else total, at, dice, scenario)]
    if not unknown and dice.chance(settings.lowers):
        low, high = settings.lowers_after_hours
        later = at + timedelta(minutes=round((low + (high - low) * dice.share()) * 60))
        fewer = _report(facility, rule, dice.between(0, total - 1), later, dice, scenario)
        reports.append(msgspec.structs.replace(fewer, lacks=dice.some(settings.lacks, 2)))
    return Opening(
        facility=facility.id,
        kind=facility.kind,
        cause=rule.cause,
        opens=True,
        steps=_steps(len(STEPS), quake_at, at, deputy=dice.chance(settings.by_deputy)),
        reports=tuple(reports),
    )


def _report(
    facility: Facility, rule: OpeningOf, total: int | None, at: datetime, dice: Dice, scenario: Scenario
) -> Report:
    settings = scenario.opening
    if total is None:
        return Report(at=at, lacks=dice.some(settings.lacks, 1))
    groups = facility.receives.groups if facility.receives else ()
    by_group = tuple(
        Capacity(group=group, places=total if group in ("elderly", "care-needing") else dice.between(1, max(total, 1)))
        for group in groups
        if group != "named-by-city" and total
    )
    tomorrow = total + dice.between(*settings.grows_24_hours)
    return Report(
        at=at,
        total=total,
        by_group=by_group,
        reserved=min(rule.reserved, total),
        in_24_hours=tomorrow,
        in_72_hours=tomorrow + dice.between(*settings.grows_72_hours),
        lacks=dice.some(settings.lacks, 1) if dice.chance(0.4) else (),
    )


def _stuck(scenario: Scenario, rule: OpeningOf, facility: Facility, quake_at: datetime, dice: Dice) -> Opening:
    """A facility that should open by itself and cannot: it says at which step, or has no place left."""
    at = _opens_at(rule, quake_at, dice)
    deputy = dice.chance(scenario.opening.by_deputy)
    done = dice.between(1, len(STEPS) - 1)
    steps = _steps(done, quake_at, at, deputy=deputy)
    return Opening(
        facility=facility.id,
        kind=facility.kind,
        cause=rule.cause,
        opens=False,
        steps=(*steps, Step(step=STEPS[done], at=at, ok=False, deputy=deputy)),
        reports=(Report(at=at, total=0, lacks=dice.some(scenario.opening.lacks, 2)),) if done == 2 else (),
    )
