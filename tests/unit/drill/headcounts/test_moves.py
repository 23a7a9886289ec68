"""Whoever comes, moves and leaves: at every published instant each shelter holds as many as were published."""

from collections import Counter, defaultdict
from datetime import datetime, timedelta
from functools import cache

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.contracts import codes
from tsunagi.drill.headcounts.hearing import Act
from tsunagi.drill.headcounts.moves import Plan, plan
from tsunagi.drill.headcounts.people import household, sheet
from tsunagi.drill.headcounts.published import Published, Snapshot, load

NANAO = load("nanao")


@cache
def nanao() -> Plan:
    return plan(NANAO, NANAO.seed)


def replayed(made: Plan, facts: Published) -> list[Snapshot]:
    """Walk through what happens in its order, and count at each instant: out for a while is there."""
    where: dict[tuple[int, int], int] = {}
    acts = sorted((act for act in made.acts if not act.again), key=lambda act: (act.at, act.number, act.turn))
    found: list[Snapshot] = []
    for snapshot in facts.instants:
        while acts and acts[0].at <= snapshot.at:
            _let_happen(acts.pop(0), where, made)
        counted = Counter(where.values())
        found.append(Snapshot(snapshot.at, tuple(counted[shelter] for shelter in range(len(facts.shelters)))))
    return found


def _let_happen(act: Act, where: dict[tuple[int, int], int], made: Plan) -> None:
    if act.kind == "sheet":
        assert act.shelter is not None
        where |= {(act.number, member): act.shelter for member in range(made.arrivals[act.number].size)}
        return
    assert act.member is not None
    somebody = act.number, act.member
    match act.kind:
        case "check-in":
            assert act.shelter is not None
            where[somebody] = act.shelter
        case "departure":
            assert somebody in where, "who leaves was there"
            del where[somebody]
        case _:
            assert somebody in where, "who goes out or comes back is staying"


def test_every_one_of_the_117_instants_comes_out_exactly() -> None:
    assert replayed(nanao(), NANAO) == list(NANAO.instants)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_whatever_the_seed(seed: int) -> None:
    made = plan(NANAO, seed)
    assert replayed(made, NANAO) == list(NANAO.instants)
    assert made != nanao()


counts = st.lists(st.integers(0, 30), min_size=4, max_size=4)


@settings(max_examples=150, deadline=None)
@given(rows=st.lists(counts, min_size=1, max_size=8), seed=st.integers(0, 1000), data=st.data())
def test_whatever_was_published(rows: list[list[int]], seed: int, data: st.DataObject) -> None:
    near = st.one_of(st.integers(10, 800), st.integers(360, 6000))
    minutes = data.draw(st.lists(near, min_size=len(rows), max_size=len(rows)))
    at, snapshots = NANAO.began + timedelta(days=2), []
    for row, pause in zip(rows, minutes, strict=True):
        at += timedelta(minutes=pause)
        snapshots.append((at, tuple(row)))
    facts = msgspec.structs.replace(NANAO, shelters=NANAO.shelters[:4], snapshots=tuple(snapshots))
    assert replayed(plan(facts, seed), facts) == list(facts.instants)


def test_the_same_seed_gives_the_same() -> None:
    assert plan(NANAO, NANAO.seed) == nanao()


def test_nothing_is_sent_before_it_happened_and_of_one_household_one_after_the_other() -> None:
    last: defaultdict[int, tuple[datetime, int]] = defaultdict(lambda: (NANAO.began, -1))
    for act in nanao().acts:
        assert act.sent >= act.at + timedelta(minutes=2)
        if not act.again:
            assert (act.sent, act.turn) > last[act.number]
            last[act.number] = act.sent, act.turn
    assert [act.sent for act in nanao().acts] == sorted(act.sent for act in nanao().acts)


def test_some_of_it_comes_late_twice_and_around_the_very_instant() -> None:
    acts = nanao().acts
    late = [act for act in acts if act.sent - act.at > timedelta(hours=2)]
    assert {"sheet", "departure", "check-in"} <= {act.kind for act in late}
    again = {act.kind for act in acts if act.again}
    assert {"sheet", "departure", "check-in"} <= again
    kinds = Counter(act.kind for act in acts)
    assert kinds["out"] > kinds["back"] > 0, "some are out at the end"
    heard = zip(nanao().heard, NANAO.instants, strict=True)
    assert sum(by > snapshot.at for by, snapshot in heard) > 20, "an instant is often known only later"


def test_by_when_an_instant_is_heard_all_that_had_happened_was_sent() -> None:
    for heard, snapshot in zip(nanao().heard, NANAO.instants, strict=True):
        assert all(act.sent <= heard for act in nanao().acts if act.at <= snapshot.at)


def test_people_move_between_shelters_leave_for_somewhere_and_come_back() -> None:
    acts = nanao().acts
    destinations = {act.destination for act in acts if act.kind == "departure"}
    assert destinations <= set(codes.DESTINATION_AFTER)
    assert {"home", "other-shelter", "temporary-housing"} <= destinations
    left: set[tuple[int, int | None]] = set()
    back = 0
    for act in acts:
        if act.kind == "departure" and act.destination != "other-shelter":
            left.add((act.number, act.member))
        back += act.kind == "check-in" and (act.number, act.member) in left
    assert back > 20


def test_a_sheet_is_always_the_same_and_needs_no_care() -> None:
    made, shelters = nanao(), tuple(row.id for row in NANAO.listed)
    ids = set()
    for arrival in made.arrivals:
        handed_in = sheet(NANAO, NANAO.seed, arrival, shelters)
        assert handed_in == sheet(NANAO, NANAO.seed, arrival, shelters)
        assert handed_in.place.shelter == shelters[arrival.shelter]
        assert handed_in.ward == NANAO.ward
        assert len(handed_in.members) == arrival.size
        assert not any(member.needs or member.care or member.groups for member in handed_in.members)
        assert {member.relation for member in handed_in.members} <= set(codes.RELATION)
        ids |= {handed_in.id, *household(NANAO, NANAO.seed, arrival).persons}
    assert len(ids) == len(made.arrivals) + made.people
