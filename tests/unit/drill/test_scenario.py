"""A scenario is data that is checked when it is read; chance can be played again."""

from collections import Counter
from datetime import date

import msgspec
import pytest

from shared.contracts import codes
from shared.kernel.eras import read_birth
from shared.kernel.errors import NotFound
from tsunagi.drill import births, facts, scenario
from tsunagi.drill.dice import Dice

KOBE = scenario.load("kobe")


def test_kobe_is_known_and_says_what_is_invented_and_where_the_facts_come_from() -> None:
    assert "kobe" in scenario.names()
    assert KOBE.drill
    assert KOBE.kind in codes.DISASTER
    assert KOBE.people == 1000
    assert "invented" in KOBE.about
    assert "国土地理院" in KOBE.about
    assert KOBE.quake_at.utcoffset() is not None


def test_a_scenario_that_nobody_knows_is_named() -> None:
    with pytest.raises(NotFound) as refusal:
        scenario.load("atlantis")
    assert (refusal.value.code, refusal.value.details["known"]) == ("drill.scenario-unknown", "kobe")


def test_a_setting_that_nobody_knows_is_refused() -> None:
    with pytest.raises(msgspec.ValidationError, match="unknown field"):
        msgspec.convert({"code": "28101", "name": "東灘区", "weight": 1, "wieght": 2}, scenario.Ward)


def test_every_code_of_the_scenario_is_one_of_the_contracts() -> None:
    sheets = KOBE.sheets
    assert {place.kind for _, place in sheets.places} <= set(codes.PLACE)
    assert {place.lodging for _, place in sheets.places} - {None} <= set(codes.LODGING)
    assert {damage for _, damage in sheets.damage} - {None} == set(codes.DAMAGE)
    assert {to for _, to in sheets.departs_to} <= set(codes.DESTINATION_AFTER)
    assert {member.relation for kind in KOBE.households for member in kind.members} <= set(codes.RELATION)
    assert {rule.kind for rule in KOBE.openings} | {kind.kind for kind in KOBE.invented} <= set(codes.FACILITY)
    assert {vehicle for partner in KOBE.partners for vehicle in partner.vehicles} <= set(codes.VEHICLE)
    assert set(KOBE.opening.lacks) <= set(codes.LACK)


def test_shares_lie_between_nothing_and_all() -> None:
    for part in (KOBE.families, KOBE.opening, KOBE.replies, KOBE.drives):
        for field in msgspec.structs.fields(part):
            value = getattr(part, field.name)
            if isinstance(value, float):
                assert 0 <= value <= 1, field.name
    assert sum(twist.share for twist in KOBE.twists) < 0.5


def test_facts_are_written_and_read_without_loss() -> None:
    rows = KOBE.listed[:40]
    made = facts.compact(rows, address_begins="兵庫県神戸市", taken="2025-10")
    read = msgspec.json.decode(facts.written(made), type=facts.Facts)
    assert read == made
    assert "出典" in read.attribution


def test_facts_that_the_compact_form_cannot_hold_are_not_dropped() -> None:
    odd = msgspec.structs.replace(KOBE.listed[0], extra={"収容人数": "120"})
    with pytest.raises(ValueError, match=odd.official_id):
        facts.compact([odd], address_begins="兵庫県神戸市", taken="2025-10")


def test_dice_fall_the_same_way_under_one_name_on_every_machine() -> None:
    dice = Dice(1, "somebody")
    assert [dice.between(0, 999) for _ in range(10)] == [994, 214, 2, 23, 571, 750, 686, 694, 221, 994]
    assert Dice(1, "somebody").share() != Dice(2, "somebody").share()


def test_dice_are_fair_enough() -> None:
    dice = Dice("fair")
    faces = Counter(dice.between(1, 6) for _ in range(6000))
    assert set(faces) == {1, 2, 3, 4, 5, 6}
    assert all(850 < count < 1150 for count in faces.values())
    drawn = Counter(dice.weighted(((1, "rare"), (9, "usual"), (0, "never"))) for _ in range(2000))
    assert 120 < drawn["rare"] < 280
    assert "never" not in drawn
    along = [dice.along(((0, 0), (10, 0.5), (100, 1))) for _ in range(2000)]
    assert 900 < sum(value < 10 for value in along) < 1100
    assert dice.some("abcd", 9) == tuple("abcd")
    assert len(set(dice.some("abcd", 2))) == 2


@pytest.mark.parametrize(
    ("manner", "text"),
    [
        ("era", "昭和20年3月5日"),
        ("era-short", "S20.3.5"),
        ("era-digits", "昭和200305"),
        ("western", "1945-03-05"),
        ("year-only", "昭和20年"),
        ("about", "80歳くらい"),
        ("impossible", "昭和69年3月5日"),
        ("none", None),
    ],
)
def test_a_date_of_birth_is_written_in_every_manner(manner: str, text: str | None) -> None:
    assert births.written(date(1945, 3, 5), manner, 80) == text


@pytest.mark.parametrize("day", [date(1926, 12, 24), date(1926, 12, 25), date(1989, 1, 8), date(2019, 5, 1)])
def test_eras_change_on_their_day(day: date) -> None:
    for manner in ("era", "era-short", "era-digits", "western"):
        written = births.written(day, manner, 0)
        assert written is not None
        assert read_birth(written, date(2026, 1, 1)).text == day.isoformat()
