"""What is true of somebody who needs care, and what will happen to them: for the actors of a drill to play.

The nurse's questions are answered from here; nothing of it is sent to a service before somebody asks.
"""

from collections.abc import Sequence
from uuid import UUID

import msgspec

from tsunagi.drill.dice import Dice
from tsunagi.drill.families import Somebody
from tsunagi.drill.profiles import drawn, table
from tsunagi.drill.scenario import Scenario

_HEAVIER = {
    "adl": ("independent", "watching", "partial", "full"),
    "group-life": ("none", "mild", "moderate"),
    "urgent": ("no", "in-doubt", "yes"),
    "unstable": ("no", "yes"),
    "immunity": ("normal", "weakened"),
    "hearing": ("no", "yes"),
}
"""Where two profiles of one person answer differently, the heavier answer holds."""

_CHANGES = {"fever": {"infection": "yes"}, "carer-gone": {"carer": "none"}}
"""What a twist changes in the nurse's answers."""


class Twist(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Something that comes in between: leaves, hospital, dies, fever, carer-gone, doctor-answers, moves-on.

    It happens so many minutes after the person reached `stage` (queued, decided, asked, accepted, arrived).
    `answers` are the nurse's answers that change by it; `destination` is where somebody who leaves goes (退所先).
    """

    kind: str
    stage: str
    minutes: int
    answers: dict[str, str] = {}
    destination: str | None = None


class Story(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One person's truth. `answers`: every question of the guide, by code.

    `asked_again` are questions that nobody can answer at the first call. `groups` (codes.GROUP), `aids` (codes.AID),
    `high_risk` and `condition` are for the request and the drive; `drives` is family or partner (codes.TRIP_BY) with
    `vehicle` (codes.VEHICLE). `along` are the members who move with the person; empty: only this one does.
    `decides_otherwise`: the nurse will decide otherwise than the guide, for this reason (codes.DIFFERS).
    `housing` and `living` are the two axes of the assessment (codes.AXIS).
    """

    profiles: tuple[str, ...]
    answers: dict[str, str]
    asked_again: tuple[str, ...] = ()
    groups: tuple[str, ...]
    aids: tuple[str, ...] = ()
    high_risk: bool = False
    condition: str
    drives: str
    vehicle: str
    along: tuple[UUID, ...] = ()
    agrees: bool = True
    decides_otherwise: str | None = None
    twist: Twist | None = None
    housing: str
    living: str


class Around(msgspec.Struct, frozen=True, kw_only=True):
    """Whom and what the person has around them: what a story must know of the household."""

    members: tuple[tuple[UUID, Somebody], ...]
    car_can_be_used: bool
    damage: str | None


def story(scenario: Scenario, around: Around, at: int, aids: Sequence[str], dice: Dice) -> Story:
    """Return the story of member number `at`, who moves with these aids."""
    somebody = around.members[at][1]
    others = [(id_, other) for number, (id_, other) in enumerate(around.members) if number != at]
    carer = _carer(somebody, [other for _, other in others], dice)
    answers = _answers(somebody, carer, dice)
    high_risk = any(profile.high_risk for profile in somebody.profiles)
    family_drives = around.car_can_be_used and any(other.can_drive for _, other in others)
    by_family = family_drives and not high_risk and "stretcher" not in aids
    settings = scenario.families
    only_this_one = dice.chance(settings.only_the_person_moves) and somebody.age > 12
    return Story(
        profiles=tuple(profile.code for profile in somebody.profiles),
        answers=answers,
        asked_again=_asked_again(answers, dice) if dice.chance(settings.cannot_say_at_first) else (),
        groups=_groups(somebody),
        aids=tuple(aids),
        high_risk=high_risk,
        condition="、".join(profile.condition for profile in somebody.profiles if profile.condition) or "配慮が必要",
        drives="family" if by_family else "partner",
        vehicle="own-car" if by_family else "welfare" if high_risk or _needs_lift(aids) else "ordinary",
        along=() if only_this_one else tuple(id_ for id_, _ in others),
        agrees=dice.chance(settings.agrees),
        decides_otherwise=dice.pick(("wish", "household", "condition"))
        if dice.chance(settings.decides_otherwise)
        else None,
        twist=_twist(scenario, answers, dice),
        housing=scenario.assessment.housing.get(around.damage or "", "unknown"),
        living=dice.weighted(scenario.assessment.living),
    )


def _needs_lift(aids: Sequence[str]) -> bool:
    return bool({"stretcher", "wheelchair", "electric-wheelchair"} & set(aids))


def _groups(somebody: Somebody) -> tuple[str, ...]:
    named = tuple(dict.fromkeys(group for profile in somebody.profiles for group in profile.groups))
    if named:
        return named
    return ("elderly",) if somebody.age >= 75 else ("care-needing",)


def _answers(somebody: Somebody, carer: str, dice: Dice) -> dict[str, str]:
    answers = {**table().usual, "carer": carer}
    for profile in somebody.profiles:
        for question, answer in drawn(profile.answers, dice).items():
            order = _HEAVIER.get(question)
            if order is None or order.index(answer) > order.index(answers[question]):
                answers[question] = answer
    lasting = [p for p in somebody.profiles if p.layer == "lasting" and "only-age-or-pregnancy" not in p.answers]
    if lasting:
        answers["only-age-or-pregnancy"] = "no"
    if answers["medical-care"] == "yes":
        answers["medical-carer"] = _medical_carer(carer, dice)
    return answers


def _carer(somebody: Somebody, others: Sequence[Somebody], dice: Dice) -> str:
    """Who is there to help with eating, toilet, moving (004 用語④): judged by who else lives there."""
    if any(other.can_care for other in others):
        if somebody.age < 16:
            return dice.weighted(((14, "always"), (1, "sometimes")))
        return dice.weighted(((14, "always"), (5, "sometimes"), (1, "none")))
    if any(other.age >= 18 for other in others):
        return dice.weighted(((3, "always"), (9, "sometimes"), (8, "none")))
    return dice.weighted(((4, "sometimes"), (16, "none")))


def _medical_carer(carer: str, dice: Dice) -> str:
    if carer == "always":
        return dice.weighted(((6, "always"), (3, "partly"), (1, "none")))
    return dice.weighted(((1, "partly"), (1, "none"))) if carer == "sometimes" else "none"


def _asked_again(answers: dict[str, str], dice: Dice) -> tuple[str, ...]:
    open_ones = ("care-level", "support-level", "admission-criteria", "doctor", "carer", "group-life", "immunity")
    return dice.some([question for question in open_ones if question in answers], dice.between(1, 3))


def _twist(scenario: Scenario, answers: dict[str, str], dice: Dice) -> Twist | None:
    """At most one thing comes in between; who waits for the doctor's word often gets it."""
    if answers["medical-care"] == "yes" and answers["doctor"] == "not-answered" and dice.chance(0.6):
        allowed = {"doctor": dice.weighted(((3, "allowed"), (1, "not-allowed")))}
        return Twist(kind="doctor-answers", stage="decided", minutes=dice.between(20, 180), answers=allowed)
    settings = [(twist.share, twist) for twist in scenario.twists]
    nothing = max(0.0, 1 - sum(share for share, _ in settings))
    found = dice.weighted([*settings, (nothing, None)])
    if found is None:
        return None
    changed = _CHANGES.get(found.kind, {})
    if changed and changed.items() <= answers.items():
        return None  # nothing would change: who has no carer cannot lose one
    destination = dice.weighted(scenario.sheets.departs_to) if found.kind in {"leaves", "moves-on"} else None
    return Twist(
        kind=found.kind,
        stage=dice.pick(found.stages),
        minutes=dice.between(1, 90),
        answers=changed,
        destination=destination,
    )
