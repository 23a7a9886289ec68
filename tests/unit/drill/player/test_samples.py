"""The samples of a play are never more than fit on a page, and lose no most of anything."""

from itertools import pairwise

import pytest

from tsunagi.drill.player.samples import Sample, Samples, joined, most_cores, most_queued


def sample(number: int, **more: object) -> Sample:
    values = {"begins": 4.0 * number, "ends": 4.0 * number + 4, "answers": 10, **more}
    return Sample(**values)  # type: ignore[arg-type]


def test_a_play_of_hours_has_no_more_samples_than_one_of_minutes() -> None:
    samples = Samples(most=40)
    for number in range(10_000):
        samples.add(sample(number, queues={"a": number % 777}, behind=float(number == 5000)))
    kept = list(samples)
    assert len(kept) == len(samples) <= 41
    assert most_queued(kept) == {"a": 776}
    assert max(one.behind for one in kept) == 1
    assert sum(one.answers for one in kept) == 100_000
    assert (kept[0].begins, kept[-1].ends) == (0, 40_000)
    assert all(one.ends == other.begins for one, other in pairwise(kept))


def test_joined_samples_keep_the_average_of_what_flows_and_the_most_of_what_stands() -> None:
    one = sample(0, cores={"a": 1.0}, machine=2.0, resident={"a": 90.0}, queues={"a": 5})
    two = sample(1, cores={"a": 0.0, "b": 0.5}, machine=1.0, resident={"a": 100.0}, queues=None)
    both = joined([one, two])
    assert both.cores == {"a": 0.5, "b": 0.25}
    assert (both.machine, both.resident, both.queues) == (1.5, {"a": 100.0}, {"a": 5})


def test_what_could_never_be_asked_stays_unknown() -> None:
    both = joined([sample(0), sample(1)])
    assert (both.queues, both.machine) == (None, None)
    assert most_cores([both]) == {}


@pytest.mark.parametrize("count", [1, 39, 40, 41, 80, 81])
def test_nothing_is_dropped_at_the_edges(count: int) -> None:
    samples = Samples(most=40)
    for number in range(count):
        samples.add(sample(number))
    assert sum(one.answers for one in samples) == 10 * count
