"""How long answers took, by kind of request, in classes and windows: never more of them, however many answers."""

import pytest

from tsunagi.drill.player.latencies import MOST_KINDS, MOST_WINDOWS, OTHERS, Answers, Latencies, kind_of, times

ID = "019bc89b-9c80-7b35-b716-160e2be0b832"


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/households", "POST intake/households"),
        (f"/persons/{ID}/out", "POST intake/persons/{id}/out"),
        (f"/conferences/{ID}/tasks/{ID}/finish", "POST intake/conferences/{id}/tasks/{id}/finish"),
        (f"/persons/{ID}", "POST intake/persons/{id}"),
        ("/partners/drill-taxi-1", "POST intake/partners/{code}"),
    ],
)
def test_the_kind_of_a_request_is_its_path_without_whose_it_is(path: str, kind: str) -> None:
    assert kind_of("POST", "intake", path) == kind


def test_shares_of_the_answers_are_told_to_a_few_percent() -> None:
    latencies = Latencies()
    for milliseconds in range(1, 1001):
        latencies.note(milliseconds / 1000)
    told = times(latencies)
    assert told.count == 1000
    assert told.p50_ms == pytest.approx(500, rel=0.05)
    assert told.p95_ms == pytest.approx(950, rel=0.05)
    assert told.p99_ms == pytest.approx(990, rel=0.05)
    assert told.longest_ms == 1000


def test_one_slow_answer_among_many_is_the_longest_and_not_the_usual() -> None:
    latencies = Latencies()
    for _ in range(999):
        latencies.note(0.01)
    latencies.note(20)
    assert times(latencies).p99_ms == pytest.approx(10, rel=0.05)
    assert times(latencies).longest_ms == 20_000


def test_nothing_answered_took_no_time() -> None:
    assert times(Latencies()).p99_ms == 0


def test_windows_become_longer_and_never_more() -> None:
    answers = Answers(every=10)
    for second in range(20_000):
        answers.note(float(second), "GET a/b", 0.01)
    assert len(answers.windows) <= MOST_WINDOWS
    assert sum(len(window.kinds["GET a/b"]) for window in answers.windows) == answers.count == 20_000
    assert answers.windows[0].begins == 0
    assert all(one.ends <= other.begins for one, other in zip(answers.windows, answers.windows[1:], strict=False))
    assert answers.busiest() == pytest.approx(1, rel=0.01)


def test_kinds_without_end_are_counted_together() -> None:
    answers = Answers()
    for number in range(1000):
        answers.note(1.0, f"GET a/{number}", 0.01)
    assert len(answers.by_kind()) == MOST_KINDS + 1
    assert answers.by_kind()[OTHERS].count == 1000 - MOST_KINDS


def test_waiting_for_a_connection_is_counted_apart() -> None:
    answers = Answers(every=10)
    for second in range(3000):
        answers.waited(float(second), "screening", 0.5)
        answers.note(float(second), "GET a/b", 0.01)
    assert answers.count == 3000
    assert answers.waits()["screening"].p50_ms == pytest.approx(500, rel=0.05)
    assert sum(len(window.waits["screening"]) for window in answers.windows) == 3000
    assert answers.busiest() == pytest.approx(1, rel=0.01)


def test_the_busiest_moment_is_a_whole_window() -> None:
    answers = Answers(every=10)
    for at, many in ((5, 10), (15, 500), (25, 3)):
        for _ in range(many):
            answers.note(at, "GET a/b", 0.01)
    assert answers.busiest() == 50
    assert Answers().busiest() == 0
