"""Real shelters as facts, invented ones marked; far fewer places than candidates; answers that can be played again."""

from collections import Counter
from functools import cache

from shared.contracts import codes
from tsunagi.drill import answers, scenario
from tsunagi.drill.facilities import STEPS, Facility, Opening, facilities, openings, size
from tsunagi.drill.population import Population

KOBE = scenario.load("kobe")
SEED = 7


@cache
def known() -> tuple[Facility, ...]:
    return facilities(KOBE, SEED)


@cache
def opened(people: int) -> tuple[Opening, ...]:
    return tuple(openings(KOBE, SEED, people))


def test_the_real_shelters_of_kobe_are_carried_as_facts_with_their_source() -> None:
    listed = KOBE.listed
    assert (len(listed), sum(row.receives is not None for row in listed)) == (681, 357)
    assert Counter(row.kind for row in listed) == {"shelter": 324, "community-welfare-centre": 187, "welfare": 170}
    assert Counter(row.ward for row in listed)["28109"] == 127
    assert len({row.id for row in listed}) == 681
    assert all("国土地理院" in row.source and "国土地理院" in row.licence for row in listed)


def test_what_is_invented_says_so_in_its_name_and_its_record() -> None:
    invented = [facility for facility in known() if facility.invented]
    assert Counter(facility.kind for facility in invented)["core-welfare"] == 21
    assert all(facility.name.startswith("（訓練）") and facility.official_id is None for facility in invented)
    assert not [facility for facility in known() if facility.name.startswith("（訓練）") and not facility.invented]
    assert "（訓練）東灘基幹福祉避難所1" in {facility.name for facility in invented}
    assert all(partner.name.startswith("（訓練）") for partner in KOBE.partners)


def test_facilities_have_unique_ids_known_kinds_and_groups_and_lie_in_their_ward() -> None:
    assert len({facility.id for facility in known()}) == len(known())
    for facility in known():
        assert facility.kind in codes.FACILITY
        assert facility.receives is None or set(facility.receives.groups) <= set(codes.GROUP)
        assert facility.ward in KOBE.ward_names
        assert 34.6 < facility.latitude < 34.95
        assert 134.9 < facility.longitude < 135.4


def test_shelters_have_sizes_that_are_invented_and_some_have_none() -> None:
    sizes = {row.name: size(KOBE, row, 222_127) for row in KOBE.listed if row.kind == "shelter"}
    unknown = [name for name, meant_for in sizes.items() if meant_for is None]
    assert 0.02 < len(unknown) / len(sizes) < 0.15
    assert all(300 <= meant_for <= 860 for name, meant_for in sizes.items() if meant_for and "小学校" in name)
    assert sizes == {row.name: size(KOBE, row, 222_127) for row in KOBE.listed if row.kind == "shelter"}
    assert {size(KOBE, row, 222_127) for row in KOBE.listed if row.kind != "shelter"} == {None}
    smaller = [size(KOBE, row, 1000) for row in KOBE.listed if row.kind == "shelter"]
    assert all(5 <= meant_for <= 110 for meant_for in smaller if meant_for)


def test_the_same_facilities_stand_there_for_every_seed() -> None:
    assert [facility.id for facility in facilities(KOBE, 1)] == [facility.id for facility in facilities(KOBE, 2)]


def test_openings_are_the_same_for_the_same_seed() -> None:
    assert opened(1000) == tuple(openings(KOBE, SEED, 1000))
    assert opened(1000) != tuple(openings(KOBE, SEED + 1, 1000))


def test_a_facility_opens_step_by_step_or_says_where_it_is_stuck() -> None:
    for opening in opened(1000):
        steps = [step.step for step in opening.steps]
        assert steps == list(STEPS[: len(steps)])
        assert opening.cause in codes.OPENING_CAUSE
        assert [step.at for step in opening.steps] == sorted(step.at for step in opening.steps)
        if opening.opens:
            assert steps == list(STEPS)
            assert all(step.ok for step in opening.steps)
            assert opening.reports[0].at == opening.steps[-1].at
        else:
            assert not opening.steps[-1].ok
    assert {opening.opens for opening in opened(1000)} == {True, False}


def test_there_are_far_fewer_places_than_candidates() -> None:
    welfare = {"core-welfare", "welfare"}
    for people in (1000, 20_000):
        places = sum(
            opening.reports[0].total or 0 for opening in opened(people) if opening.opens and opening.kind in welfare
        )
        moderate = sum(
            story.answers["group-life"] == "moderate" or (story.answers["adl"] == "full" and person.age > 5)
            for household in Population(KOBE, people=people)
            for person in household.persons
            if (story := person.story) is not None
        )
        assert 0 < places * 2 < moderate


def test_more_people_bring_more_places_until_all_facilities_are_open() -> None:
    counts = [sum(opening.opens for opening in opened(people)) for people in (1000, 10_000, 222_127)]
    assert counts[0] < counts[1] < counts[2] <= len(known())


def test_reported_places_are_never_negative_and_groups_never_more_than_all() -> None:
    unknown = lowered = 0
    for opening in opened(20_000):
        totals = [report.total for report in opening.reports]
        unknown += opening.opens and totals[0] is None
        lowered += len(totals) == 2 and (totals[1] or 0) < (totals[0] or 0)
        for report in opening.reports:
            assert set(report.lacks) <= set(codes.LACK)
            if report.total is not None:
                assert report.total >= 0
                assert all((group.places or 0) <= report.total for group in report.by_group)
                assert report.reserved <= report.total
    assert unknown
    assert lowered


def test_facilities_accept_decline_stay_silent_and_set_conditions_always_alike() -> None:
    person = next(iter(Population(KOBE, people=1))).persons[0].id
    replies = [answers.reply(KOBE, SEED, facility.id, person) for facility in known()]
    assert replies == [answers.reply(KOBE, SEED, facility.id, person) for facility in known()]
    assert {reply.answer for reply in replies} == {"accepts", "declines", "silent"}
    assert all(reply.reason in codes.DECLINE for reply in replies if reply.answer == "declines")
    conditions = [reply for reply in replies if reply.conditions]
    assert all(set(reply.conditions) <= set(codes.CONDITION) for reply in conditions)
    assert {reply.from_minutes is None for reply in conditions} == {True, False}


def test_some_facilities_never_answer_anybody() -> None:
    persons = [person.id for household in Population(KOBE, people=30) for person in household.persons]
    silent = [
        facility
        for facility in known()
        if all(answers.reply(KOBE, SEED, facility.id, person).answer == "silent" for person in persons)
    ]
    assert 0.02 < len(silent) / len(known()) < 0.12


def test_partners_of_the_ward_come_first_and_all_have_the_vehicle() -> None:
    for ward in KOBE.ward_names:
        for vehicle in ("ordinary", "welfare"):
            found = answers.partners(KOBE, ward, vehicle)
            assert ward in found[0].wards
            assert all(vehicle in partner.vehicles for partner in found)


def test_partners_accept_decline_stay_silent_and_break_down() -> None:
    persons = [person.id for household in Population(KOBE, people=400) for person in household.persons]
    drives = [answers.drive(KOBE, SEED, "drill-taxi-1", person) for person in persons]
    assert {drive.answer for drive in drives} == {"accepts", "declines", "silent"}
    assert {drive.reason for drive in drives} - {None} <= set(codes.TRIP_DECLINE)
    assert {drive.fails for drive in drives} - {None} <= set(codes.TRIP_FAILURE)
    assert any(drive.fails for drive in drives)
