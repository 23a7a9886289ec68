"""Whatever the order, the repetition and the lateness: a person's way and hand-offs depend on the facts alone."""

from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from services.casework.domain.handoffs import Traced, counts, trace
from services.casework.domain.timeline import order_key, settle, settles_at
from tests.unit.casework.lives import lives
from tests.unit.casework.told import DAY_0, TABLES, Life

instants = st.integers(0, 600).map(lambda minutes: DAY_0 + timedelta(minutes=minutes))


def traced(life: Life) -> Traced:
    return trace(TABLES, life.person, settle(life.events))


@settings(max_examples=300, deadline=None)
@given(life=lives(), data=st.data())
def test_any_order_and_any_repetition_gives_the_same(life: Life, data: st.DataObject) -> None:
    expected = traced(life)
    again = data.draw(st.lists(st.sampled_from(life.events), max_size=5))
    life.events = data.draw(st.permutations([*life.events, *again]))
    assert traced(life) == expected


@settings(max_examples=200, deadline=None)
@given(life=lives(), known_by=instants)
def test_what_was_known_by_then_is_the_fold_of_what_had_been_heard(life: Life, known_by: object) -> None:
    as_of = trace(TABLES, life.person, settle(life.events, known_by=known_by))  # type: ignore[arg-type]
    life.events = [one for one in life.events if one.envelope.recorded_at <= known_by]  # type: ignore[operator]
    assert traced(life) == as_of


@settings(max_examples=200, deadline=None)
@given(life=lives(), happened_by=instants)
def test_what_had_happened_by_then_is_the_beginning_of_what_counts(life: Life, happened_by: object) -> None:
    whole = settle(life.events)
    part = settle(life.events, happened_by=happened_by)  # type: ignore[arg-type]
    assert part.events == whole.events[: len(part.events)]
    plain = [one for one in part.events if one.envelope.corrects is None]
    assert all(settles_at(one.envelope) <= happened_by for one in plain)  # type: ignore[operator]


@settings(max_examples=200, deadline=None)
@given(life=lives())
def test_every_hand_off_is_counted_once(life: Life) -> None:
    found = traced(life).handoffs
    figures = counts(found, DAY_0 + timedelta(days=30))
    assert figures["opened"] == figures["taken"] + figures["ended"] + figures["open"] == len(found)
    assert len({one.handoff for one in found}) == len(found)
    open_now = [(one.kind, one.about) for one in found if not one.finished]
    assert len(set(open_now)) == len(open_now), "one at a time, about one thing"


@settings(max_examples=200, deadline=None)
@given(life=lives())
def test_the_order_is_total(life: Life) -> None:
    keys = [order_key(one) for one in life.events]
    assert len(set(keys)) == len(keys)
    assert all(settles_at(one.envelope) <= one.envelope.recorded_at for one in life.events)


@settings(max_examples=200, deadline=None)
@given(life=lives())
def test_a_person_of_whom_something_is_to_be_finished_is_not_lost(life: Life) -> None:
    result = traced(life)
    if any(not one.finished for one in result.handoffs):
        assert result.standing in ("hand-off", "dead", "unregistered")
