"""Everything that reaches intake in a drill, household by household or all of it in order of time.

A sheet is sent minutes after it was written, or hours later in a burst when the network returns; some come twice,
some are corrected, some devices have a wrong clock; people go out, come back and leave.
"""

from array import array
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from heapq import heappop, heappush
from typing import Any
from uuid import UUID

import msgspec

from services.intake.domain.sheet import Sheet
from tsunagi.drill import names
from tsunagi.drill.dice import Dice
from tsunagi.drill.population import Household, Population
from tsunagi.drill.scenario import SheetSettings

_NUMBER_BITS, _TURN_BITS = 32, 8
_MICROSECOND = timedelta(microseconds=1)


class Correction(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """New values of some fields of the sheet, or, with `person`, of a member; `reason` of codes.CORRECTION_REASON."""

    fields: dict[str, Any]
    reason: str
    person: UUID | None = None


class Act(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Something that is sent to intake at an instant: sheet, repeat, correction, out, back or departs.

    `number` is the household's; `turn` its place among the household's acts. `sheet` for sheet and repeat;
    `person` for out, back and departs (with `destination`, codes.DESTINATION_AFTER). `late`: held back by the
    network. `clock_off`: by how many minutes the device's clock is wrong (`device_now` = the true time plus this).
    `again`: the same sheet will come once more.
    """

    at: datetime
    number: int
    turn: int
    kind: str
    household: UUID
    again: bool = False
    late: bool = False
    clock_off: int = 0
    sheet: Sheet | None = None
    correction: Correction | None = None
    person: UUID | None = None
    destination: str | None = None


def acts(population: Population, household: Household) -> list[Act]:
    """Return what one household makes happen, in order of time; the sheet is the first."""
    settings = population.scenario.sheets
    dice = Dice(population.seed, "acts", household.number)
    clock_off = dice.between(*settings.clock_off_minutes) if dice.chance(settings.clock_off) else 0
    sent, late = _sent_at(population, household.number), _is_late(population, household.number)
    made: list[tuple[datetime, str, dict[str, Any]]] = [(sent, "sheet", {"sheet": household.sheet, "late": late})]
    for _ in range(2 if dice.chance(settings.repeated / 4) else 1 if dice.chance(settings.repeated) else 0):
        again = sent + timedelta(minutes=dice.between(*settings.repeat_minutes))
        made.append((again, "repeat", {"sheet": household.sheet, "late": late}))
    if dice.chance(settings.corrected):
        low, high = settings.correction_hours
        corrected = sent + timedelta(minutes=round((low + (high - low) * dice.share()) * 60))
        made.append((corrected, "correction", {"correction": _correction(household, dice)}))
    made += _comings_and_goings(household, sent, settings, dice)
    made.sort(key=lambda act: act[0])
    return [
        Act(
            at=at,
            number=household.number,
            turn=turn,
            kind=kind,
            household=household.id,
            again=any(later == "repeat" for _, later, _ in made[turn + 1 :]),
            clock_off=clock_off if kind in ("sheet", "repeat") else 0,
            **more,
        )
        for turn, (at, kind, more) in enumerate(made)
    ]


def in_order(population: Population) -> Iterator[Act]:
    """Return every act of a drill in order of time.

    Holds eight bytes a household (when it sends) and a number for each act that is still to come of a household that
    has begun: 2 MB at a city's 222,127 people, whose order takes some seconds to be found, before the first act.
    """
    return _in_order(population, _by_time_sent(population))


def _in_order(population: Population, numbers: Iterable[int]) -> Iterator[Act]:
    waiting: list[int] = []
    for number in numbers:
        first, *others = acts(population, population.household(number))
        until = (first.at - population.quake_at) // _MICROSECOND
        while waiting and waiting[0] >> _NUMBER_BITS + _TURN_BITS <= until:
            yield _made_anew(population, heappop(waiting))
        yield first
        for act in others:
            after = (act.at - population.quake_at) // _MICROSECOND
            heappush(waiting, (after << _NUMBER_BITS | number) << _TURN_BITS | act.turn)
    while waiting:
        yield _made_anew(population, heappop(waiting))


def _made_anew(population: Population, packed: int) -> Act:
    """An act that waited: made again from its household's number, for sheets are large and numbers small."""
    number = packed >> _TURN_BITS & (1 << _NUMBER_BITS) - 1
    return acts(population, population.household(number))[packed & (1 << _TURN_BITS) - 1]


def _by_time_sent(population: Population) -> "array[int]":
    """Return the households' numbers in the order in which their sheets are sent."""
    after = sorted(
        int((_sent_at(population, number) - population.quake_at).total_seconds()) << _NUMBER_BITS | number
        for number in population.numbers()
    )
    return array("I", (key & (1 << _NUMBER_BITS) - 1 for key in after))


def _is_late(population: Population, number: int) -> bool:
    return Dice(population.seed, "late", number).chance(population.scenario.sheets.late)


def _sent_at(population: Population, number: int) -> datetime:
    """When the sheet of a household is sent: minutes after it was written, or when the network returns.

    A sheet says its minute; people do not all come in its first second, which would be a rush a minute.
    """
    settings = population.scenario.sheets
    written = population.written_at(number)
    dice = Dice(population.seed, "sent", number)
    soon = written + timedelta(minutes=dice.between(*settings.minutes_to_send))
    if not _is_late(population, number):
        return soon + timedelta(seconds=dice.between(0, 59))
    returns = (population.quake_at + timedelta(hours=hours) for hours in settings.network_returns)
    back = next((at for at in returns if at > soon), soon)
    return back + timedelta(seconds=dice.between(0, 90))


def _comings_and_goings(
    household: Household, sent: datetime, settings: SheetSettings, dice: Dice
) -> Iterator[tuple[datetime, str, dict[str, Any]]]:
    """Going out, coming back and leaving, of those at a shelter whom nobody looks after (the others have stories)."""
    if household.shelter is None:
        return
    free = [person for person in household.persons if person.story is None and person.member.place is None]
    whole = len(free) == len(household.persons)
    leaving = None
    if whole and dice.chance(settings.departs):
        low, high = settings.departs_hours
        leaving = sent + timedelta(hours=low + (high - low) * dice.share())
    destination = dice.weighted(settings.departs_to)
    for person in free:
        if person.age >= 15 and dice.chance(settings.goes_out):
            out = sent + timedelta(minutes=dice.between(*settings.goes_out_minutes))
            yield out, "out", {"person": person.id}
            yield out + timedelta(minutes=dice.between(*settings.stays_out_minutes)), "back", {"person": person.id}
        if leaving is not None:
            yield leaving, "departs", {"person": person.id, "destination": destination}


def _correction(household: Household, dice: Dice) -> Correction:
    """One correction of what people do correct: a number, a tick, a name that was misread, a need that came out."""
    person = dice.pick(household.persons)
    match dice.between(0, 5):
        case 0:
            return Correction(fields={"mobile": names.mobile(dice)}, reason="mistyped")
        case 1:
            others = ("destroyed", "largely-destroyed", "half-destroyed", "partly-damaged")
            new = [damage for damage in others if damage != household.sheet.damage]
            return Correction(fields={"damage": dice.pick(new)}, reason="learned")
        case 2:
            return Correction(fields={"inquiry_consent": "agreed"}, reason="changed")
        case 3 if person.member.kana:
            return Correction(fields={"kana": f"{person.member.kana}ー"}, reason="misread", person=person.id)
        case 4:
            days = dice.between(0, 3)
            return Correction(fields={"medicine_days": days}, reason="learned", person=person.id)
        case _:
            text = "あとから本人に聞いた：薬のアレルギーがある"
            return Correction(fields={"remarks": text}, reason="learned", person=person.id)
