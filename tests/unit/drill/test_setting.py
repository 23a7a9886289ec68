"""What a new stack is made for: the clock, the city and the guests of each drill."""

from datetime import timedelta

import pytest

from shared.kernel.errors import NotFound
from tsunagi.drill import scenario
from tsunagi.drill.headcounts import published
from tsunagi.drill.setting import names, setting


def test_drills_of_every_kind_are_known_by_name() -> None:
    assert names() == ("kobe", "nanao")
    with pytest.raises(NotFound) as refusal:
        setting("atlantis")
    assert refusal.value.details["known"] == "kobe, nanao"


def test_a_clock_begins_before_its_drill() -> None:
    kobe, nanao = setting("kobe"), setting("nanao")
    assert timedelta(0) < scenario.load("kobe").quake_at - kobe.clock.epoch < timedelta(days=7)
    assert timedelta(0) < published.load("nanao").began - nanao.clock.epoch < timedelta(days=60)
    assert nanao.clock.rate > kobe.clock.rate
    assert setting("nanao", 1000.0).clock.rate == 1000.0
    assert setting("kobe", people=222_127).clock.rate == 2.2


def test_a_stack_is_of_the_drills_city_and_its_wards_staff_are_invited() -> None:
    assert (setting("kobe").city, setting("nanao").city) == ("281000", "172022")
    roles = [who.role for _, who in setting("nanao").guests]
    assert roles == [who.role for _, who in setting("kobe").guests]
    assert {who.wards for _, who in setting("nanao").guests} == {"*", ("17202",)}
