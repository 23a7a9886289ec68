"""What reaches intake: sheets soon, late or twice, corrections, comings and goings, in order of time."""

from collections import Counter
from datetime import timedelta
from functools import cache

import msgspec

from services.intake.domain.sheet import Member, Sheet
from shared.contracts import codes
from tsunagi.drill import scenario
from tsunagi.drill.acts import Act, acts, in_order
from tsunagi.drill.population import Population

KOBE = scenario.load("kobe")
PEOPLE = Population(KOBE, people=3000)


@cache
def all_acts() -> tuple[Act, ...]:
    return tuple(in_order(PEOPLE))


def of(kind: str) -> list[Act]:
    return [act for act in all_acts() if act.kind == kind]


def test_everything_comes_in_order_of_time_and_nothing_is_left_out() -> None:
    times = [act.at for act in all_acts()]
    assert times == sorted(times)
    one_by_one = [act for household in PEOPLE for act in acts(PEOPLE, household)]
    assert sorted((a.number, a.turn) for a in all_acts()) == [(a.number, a.turn) for a in one_by_one]


def test_the_same_seed_makes_the_same_happen_byte_for_byte() -> None:
    again = msgspec.json.encode(tuple(in_order(Population(KOBE, people=3000))))
    assert again == msgspec.json.encode(all_acts())


def test_every_household_sends_its_sheet_first_and_after_it_was_written() -> None:
    written = {household.id: household.written_at for household in PEOPLE}
    assert Counter(act.household for act in of("sheet")) == dict.fromkeys(written, 1)
    assert all(act.turn == 0 and act.at > written[act.household] for act in of("sheet"))


def test_people_come_at_every_second_of_a_minute() -> None:
    seconds = Counter(act.at.second for act in of("sheet") if not act.late)
    assert len(seconds) == 60
    assert max(seconds.values()) < 3 * seconds.total() / 60


def test_late_sheets_arrive_in_bursts_when_the_network_returns() -> None:
    late = [act for act in of("sheet") if act.late]
    assert 0.1 < len(late) / len(of("sheet")) < 0.2
    minutes = Counter(round((act.at - KOBE.quake_at) / timedelta(minutes=30)) for act in late)
    assert minutes.most_common(1)[0][1] > 30


def test_repeated_sheets_are_the_same_sheet_again() -> None:
    first = {act.household: act for act in of("sheet")}
    assert 0.05 < len(of("repeat")) / len(first) < 0.25
    for act in of("repeat"):
        assert act.sheet == first[act.household].sheet
        assert act.at > first[act.household].at


def test_corrections_name_fields_of_the_sheet_with_a_reason_and_come_later() -> None:
    sent = {act.household: act.at for act in of("sheet")}
    for act in of("correction"):
        assert act.correction is not None
        owner = Sheet if act.correction.person is None else Member
        assert set(act.correction.fields) <= {field.name for field in msgspec.structs.fields(owner)}
        assert act.correction.reason in codes.CORRECTION_REASON
        assert act.at > sent[act.household]
    assert 0.03 < len(of("correction")) / len(sent) < 0.12


def test_who_goes_out_comes_back_and_who_leaves_says_whereto() -> None:
    out = {act.person: act.at for act in of("out")}
    back = {act.person: act.at for act in of("back")}
    left = {act.person: act.at for act in of("departs")}
    assert out.keys() == back.keys()
    assert all(out[person] < back[person] for person in out)
    assert all(back[person] < left[person] for person in back.keys() & left.keys())
    assert {act.destination for act in of("departs")} <= set(codes.DESTINATION_AFTER)


def test_nobody_with_a_story_is_moved_by_chance() -> None:
    looked_after = {person.id for household in PEOPLE for person in household.persons if person.story}
    assert not looked_after & {act.person for act in all_acts()}


def test_some_devices_have_a_wrong_clock() -> None:
    wrong = [act for act in of("sheet") if act.clock_off]
    assert 0.01 < len(wrong) / len(of("sheet")) < 0.06
