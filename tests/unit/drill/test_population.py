"""The people of a drill: the same for one seed, realistic in the mass, marked as invented, made one by one."""

import subprocess
import sys
import tracemalloc
from collections import Counter
from datetime import UTC, datetime, timedelta
from functools import cache
from hashlib import sha256
from itertools import islice

import msgspec
import pytest

from services.intake.domain.reading import read_sheet
from services.intake.domain.registration import register
from shared.kernel.eras import age_on, read_birth
from shared.kernel.japan import JAPAN
from tsunagi.drill import scenario
from tsunagi.drill.names import tables
from tsunagi.drill.population import Household, Person, Population

KOBE = scenario.load("kobe")


@cache
def households() -> tuple[Household, ...]:
    return tuple(Population(KOBE, people=4000))


def everybody() -> list[Person]:
    return [person for household in households() for person in household.persons]


def share(of: int, among: int) -> float:
    return of / among


def test_the_same_seed_gives_the_same_people_byte_for_byte() -> None:
    first, again = (msgspec.json.encode(list(Population(KOBE, seed=7, people=300))) for _ in range(2))
    assert first == again


def test_another_process_gives_the_same_people_whatever_its_hashes_are() -> None:
    program = (
        "import sys, msgspec; from hashlib import sha256; from tsunagi.drill import scenario, population;"
        "people = population.Population(scenario.load('kobe'), seed=7, people=200);"
        "sys.stdout.write(sha256(msgspec.json.encode(list(people))).hexdigest())"
    )
    digest = sha256(msgspec.json.encode(list(Population(KOBE, seed=7, people=200)))).hexdigest()
    for hashes in ("1", "2"):
        told = subprocess.run(
            [sys.executable, "-c", program], env={"PYTHONHASHSEED": hashes}, capture_output=True, text=True, check=True
        )
        assert told.stdout == digest


def test_another_seed_gives_other_people() -> None:
    one, other = (next(iter(Population(KOBE, seed=seed, people=1))) for seed in (1, 2))
    assert one.id != other.id
    assert one.sheet != other.sheet


def test_more_people_are_the_same_people_and_then_some() -> None:
    few = list(Population(KOBE, people=100))
    many = list(islice(Population(KOBE, people=1000), len(few)))
    assert few == many


def test_a_household_is_made_from_its_number_alone() -> None:
    assert Population(KOBE, people=4000).household(77) == households()[77]


@pytest.mark.parametrize("people", [1, 10, 1000])
def test_at_least_so_many_people_come_and_no_household_too_many(people: int) -> None:
    sizes = [len(household.persons) for household in Population(KOBE, people=people)]
    assert sum(sizes) >= people > sum(sizes[:-1])


def test_ids_are_version_7_of_the_time_of_writing_and_unique() -> None:
    ids = [household.id for household in households()] + [person.id for person in everybody()]
    assert len(set(ids)) == len(ids)
    assert {id_.version for id_ in ids} == {7}
    for household in households()[:200]:
        for id_ in (household.id, *(person.id for person in household.persons)):
            assert datetime.fromtimestamp((id_.int >> 80) / 1000, UTC) == household.written_at


def test_a_drill_moved_in_time_has_other_ids_and_the_same_families() -> None:
    later = KOBE.quake_at + timedelta(days=40)
    moved, first = next(iter(Population(KOBE, people=1, quake_at=later))), households()[0]
    assert moved.id != first.id
    assert moved.written_at - first.written_at == timedelta(days=40)
    assert [person.age for person in moved.persons] == [person.age for person in first.persons]


def test_going_through_a_city_takes_no_more_memory_than_through_a_street() -> None:
    list(Population(KOBE, people=50))  # what is loaded once is loaded

    def peak(people: int) -> int:
        tracemalloc.start()
        for _ in Population(KOBE, people=people):
            pass
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return peak

    # 2,700 people who were kept would take several MB; what other tests have filled in or left out takes some 100 kB.
    assert peak(3000) < peak(300) + 1_000_000


def test_households_of_all_sizes_from_one_to_eight() -> None:
    sizes = Counter(len(household.persons) for household in households())
    assert set(sizes) == set(range(1, 9))
    assert sizes[1] > sizes[4] > sizes[8]


@pytest.mark.parametrize(
    ("what", "low", "high"),
    [
        ("aged 65 or more", 0.25, 0.45),
        ("aged 85 or more", 0.04, 0.14),
        ("under 6", 0.03, 0.09),
        ("need a nurse", 0.15, 0.32),
        ("care level 3 or higher", 0.02, 0.07),
        ("a disability", 0.04, 0.12),
        ("an intractable disease", 0.002, 0.02),
        ("pregnant, nursing or small", 0.04, 0.12),
        ("a device that needs power", 0.001, 0.01),
        ("a wheelchair", 0.01, 0.06),
        ("in a shelter's building", 0.6, 0.85),
        ("at home, in a car, or unknown where", 0.08, 0.24),
    ],
)
def test_the_mix_is_like_a_city_after_a_quake(what: str, low: float, high: float) -> None:
    disabilities = {"physical", "intellectual", "mental", "developmental", "internal"}
    members = [(person, person.member) for person in everybody()]
    lodging = {id(p): h.sheet.place for h in households() for p in h.persons}
    counted = {
        "aged 65 or more": sum(p.age >= 65 for p, _ in members),
        "aged 85 or more": sum(p.age >= 85 for p, _ in members),
        "under 6": sum(p.age < 6 for p, _ in members),
        "need a nurse": sum(p.story is not None for p, _ in members),
        "care level 3 or higher": sum("care-3-plus" in m.needs for _, m in members),
        "a disability": sum(bool(disabilities & set(m.needs)) for _, m in members),
        "an intractable disease": sum("intractable" in m.needs for _, m in members),
        "pregnant, nursing or small": sum("maternity-infant" in m.needs for _, m in members),
        "a device that needs power": sum(m.power_needed is True for _, m in members),
        "a wheelchair": sum("wheelchair" in m.aids or "electric-wheelchair" in m.aids for _, m in members),
        "in a shelter's building": sum(lodging[id(p)].lodging == "building" for p, _ in members),
        "at home, in a car, or unknown where": sum(lodging[id(p)].shelter is None for p, _ in members),
    }
    assert low <= share(counted[what], len(members)) <= high


def test_everybody_is_in_a_real_shelter_of_their_ward_or_in_none() -> None:
    wards = {listed.id: (listed.ward, listed.kind) for listed in KOBE.listed}
    for household in households():
        if household.shelter is not None:
            assert wards[household.shelter] == (household.ward, "shelter")
        assert household.sheet.ward == household.ward


def test_all_wards_are_there_and_a_larger_drill_fills_more_shelters() -> None:
    assert {household.ward for household in households()} == {ward.code for ward in KOBE.wards}
    small, large = (len({household.shelter for household in households()[:count]} - {None}) for count in (200, 1700))
    assert small < large


def test_a_sheet_reads_at_intake_without_a_code_that_the_contracts_do_not_know() -> None:
    for household in households()[:800]:
        read = read_sheet(msgspec.json.encode(household.sheet))
        assert read == household.sheet
        made = register(read, household.written_at + timedelta(hours=1))
        marks = [*made.household.marks, *(mark for _, person in made.persons for mark in person.marks)]
        assert {mark.code for mark in marks} <= {"missing", "differs-from-birth", "outside-era", "no-such-day"}


def test_who_needs_a_nurse_by_the_sheet_has_a_story_and_nobody_else() -> None:
    for household in households()[:800]:
        made = register(household.sheet, household.written_at)
        told = [person.story is not None for person in household.persons]
        assert [person.needs_screening for _, person in made.persons] == told


def test_birth_dates_are_written_in_every_manner_and_agree_with_the_age() -> None:
    manners: Counter[str] = Counter()
    for person in everybody():
        written, today = person.member.birth, KOBE.quake_at.date()
        if written is None:
            manners["none"] += 1
            continue
        birth = read_birth(written, today)
        if birth.odd:
            manners["impossible"] += 1
        elif birth.about_age is not None:
            manners["about"] += 1
            assert abs(birth.about_age - person.age) <= 5
        else:
            assert birth.text is not None
            manners["era" if written[0] in "明大昭平令MTSHR" else "western"] += 1
            age = age_on(birth.text, today)
            assert age is not None
            assert 0 <= age - person.age <= 1  # of a year alone the age is at most
    assert set(manners) == {"none", "impossible", "about", "era", "western"}


def test_every_name_address_and_number_is_one_that_nobody_has() -> None:
    begins = tuple(begin for begin, _ in tables().surname_begins)
    for household in households():
        sheet = household.sheet
        contacts = [*sheet.relatives, *(c for m in sheet.members for c in (m.care_manager, m.doctor) if c)]
        people = [m.name for m in sheet.members] + [sheet.recorder] + [contact.name for contact in contacts]
        assert all(name is None or name.startswith((*begins, "（訓練）")) for name in people)
        assert sheet.address is None or "訓練" in sheet.address
        assert sheet.postcode is None or sheet.postcode.startswith("000-")
        assert sheet.car is None or "神戸000" in sheet.car
        for phone in (sheet.phone, sheet.mobile, *(contact.phone for contact in contacts)):
            assert phone is None or phone.startswith(("078-0", "090-0"))
        assert household.invented


def test_somebody_whose_name_nobody_knows_is_described() -> None:
    nameless = [m for household in households() for m in household.sheet.members if m.name is None]
    assert nameless
    assert all(m.description and m.kana is None and m.birth is None for m in nameless)


def test_sheets_are_written_over_hours_to_the_minute_in_japan() -> None:
    hours = Counter((h.written_at - KOBE.quake_at) // timedelta(hours=1) for h in households())
    assert len(hours) > 20
    assert all(h.written_at.second == 0 and h.written_at.tzinfo == JAPAN for h in households())
    assert min(h.written_at for h in households()) > KOBE.quake_at


def test_some_members_are_elsewhere_and_some_fields_are_left_blank() -> None:
    members = [m for household in households() for m in household.sheet.members]
    assert any(m.place is not None for m in members)
    assert any(m.kana is None and m.name for m in members)
    assert any(household.sheet.written_at is None for household in households())
    assert any(household.sheet.damage is None for household in households())
