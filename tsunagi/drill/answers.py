"""How facilities and transport partners answer when a drill asks them: by chance, and always alike in one case."""

from uuid import UUID

import msgspec

from tsunagi.drill.dice import Dice
from tsunagi.drill.scenario import Partner, Scenario


class Reply(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A facility's answer to a request: accepts, declines or silent; after so many minutes.

    `reason` (codes.DECLINE) where it declines; `conditions` (codes.CONDITION) where it accepts on condition;
    `from_minutes` where it can receive from a time on, counted from the answer.
    """

    answer: str
    minutes: int
    reason: str | None = None
    conditions: tuple[str, ...] = ()
    from_minutes: int | None = None


class Drive(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A partner's answer to an offered trip: accepts, declines or silent; and how the drive goes, in minutes each.

    `reason` (codes.TRIP_DECLINE) where it declines; `fails` (codes.TRIP_FAILURE) where the drive breaks off on its
    way to the person.
    """

    answer: str
    minutes: int
    reason: str | None = None
    to_reach: int = 0
    to_drive: int = 0
    fails: str | None = None


def reply(scenario: Scenario, seed: int, facility: UUID, person: UUID, turn: int = 1) -> Reply:
    """Return what a facility answers when it is asked for this person (for the `turn`th time)."""
    settings = scenario.replies
    dice = Dice(seed, "reply", facility, person, turn)
    minutes = dice.between(*settings.minutes)
    never = Dice(seed, "manner", facility).chance(settings.always_silent)
    if never or dice.chance(settings.silent):
        return Reply(answer="silent", minutes=minutes)
    if dice.chance(settings.declines):
        return Reply(answer="declines", minutes=minutes, reason=dice.weighted(settings.reasons))
    if not dice.chance(settings.on_condition):
        return Reply(answer="accepts", minutes=minutes)
    condition = dice.weighted(settings.conditions)
    from_minutes = dice.between(30, 240) if condition == "from-a-time" else None
    return Reply(answer="accepts", minutes=minutes, conditions=(condition,), from_minutes=from_minutes)


def partners(scenario: Scenario, ward: str, vehicle: str) -> tuple[Partner, ...]:
    """Return the partners that have such a vehicle, those of the ward first."""
    fitting = [partner for partner in scenario.partners if vehicle in partner.vehicles]
    return tuple(sorted(fitting, key=lambda partner: ward not in partner.wards))


def drive(scenario: Scenario, seed: int, partner: str, person: UUID, turn: int = 1) -> Drive:
    """Return what a partner answers to this person's trip (offered for the `turn`th time), and how the drive goes."""
    settings = scenario.drives
    dice = Dice(seed, "drive", partner, person, turn)
    minutes = dice.between(*settings.minutes_to_answer)
    if dice.chance(settings.silent):
        return Drive(answer="silent", minutes=minutes)
    if dice.chance(settings.declines):
        return Drive(answer="declines", minutes=minutes, reason=dice.weighted(settings.reasons))
    return Drive(
        answer="accepts",
        minutes=minutes,
        to_reach=dice.between(*settings.minutes_to_reach),
        to_drive=dice.between(*settings.minutes_to_drive),
        fails=dice.weighted(settings.failures) if dice.chance(settings.fails) else None,
    )
