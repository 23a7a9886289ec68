"""What gave out first: a judgement from made-up measures, each with one thing wrong with it, or several in turn."""

from collections.abc import Sequence

import pytest

from tsunagi.drill.player.judgement import Judgement, judge
from tsunagi.drill.player.latencies import Latencies, Window
from tsunagi.drill.player.samples import Sample

CORES = 2


def samples(count: int = 20, **series: Sequence[float]) -> list[Sample]:
    """Samples of four seconds. `worker`, `player`, `postgres` are cores, `lag` messages, `machine`, `behind`."""

    def at(name: str, number: int, usual: float) -> float:
        values = series.get(name, [usual])
        return values[min(number, len(values) - 1)]

    return [
        Sample(
            begins=4.0 * number,
            ends=4.0 * number + 4,
            queues={"casework.worker": int(at("lag", number, 3)), "intake.outbox": 1},
            cores={
                "casework.worker": at("worker", number, 0.3),
                "player": at("player", number, 0.2),
                "postgres": at("postgres", number, 0.4),
                "postgres casework_api": 5.0,
            },
            machine=at("machine", number, 0.9),
            behind=at("behind", number, 0.1),
        )
        for number in range(count)
    ]


def windows(*p95: float, answers: int = 50) -> list[Window]:
    """Windows of ten seconds in which an answer took so long."""
    made = []
    for number, seconds in enumerate(p95):
        latencies = Latencies()
        for _ in range(answers):
            latencies.note(seconds)
        made.append(Window(begins=10.0 * number, ends=10.0 * number + 10, kinds={"POST intake/households": latencies}))
    return made


def judged(looks: list[Sample], answered: Sequence[Window] = ()) -> Judgement:
    return judge(looks, list(answered) or windows(0.01, 0.012), cores=CORES)


def test_where_nothing_gave_out_nothing_is_named() -> None:
    found = judged(samples())
    assert found.first is None
    assert found.signs == ()
    assert found.en.startswith("nothing")


def test_a_queue_that_grew_and_stayed_is_named_with_its_size() -> None:
    found = judged(samples(lag=[3] * 5 + [600, 1200, 2400, 5000, 7000]))
    assert found.first is not None
    assert (found.first.what, found.first.name, found.first.at, found.first.most) == (
        "queue",
        "casework.worker",
        20,
        7000,
    )
    assert "casework.worker" in found.en
    assert "7,000" in found.en
    assert "casework.worker" in found.ja


def test_a_burst_that_was_borne_is_no_sign() -> None:
    assert judged(samples(lag=[3] * 5 + [3000, 900, 3])).first is None


def test_a_process_without_a_free_core_comes_before_its_queue() -> None:
    found = judged(samples(worker=[0.3] * 5 + [0.97], lag=[3] * 6 + [900, 3000, 9000]))
    assert [sign.what for sign in found.signs] == ["process", "queue"]
    assert found.en.startswith("casework.worker had no free core from 20 s on")
    assert "; then casework.worker grew" in found.en


def test_what_began_long_before_comes_first_whatever_it_is() -> None:
    found = judged(samples(30, lag=[3, 600], worker=[0.3] * 15 + [0.99]))
    assert [sign.what for sign in found.signs] == ["queue", "process"]


def test_the_player_may_be_what_gave_out() -> None:
    found = judged(samples(player=[0.2, 1.0]))
    assert found.first is not None
    assert found.first.name == "player"


def test_postgres_has_as_many_cores_as_the_machine_and_its_logins_are_not_processes() -> None:
    assert judged(samples(postgres=[1.5])).first is None
    found = judged(samples(postgres=[1.95]))
    assert [sign.name for sign in found.signs] == ["postgres"]


def test_a_machine_without_a_free_core_is_told_though_no_process_is_full() -> None:
    found = judged(samples(machine=[1.97]))
    assert found.first is not None
    assert found.first.what == "machine"
    assert found.first.others == pytest.approx(1.97 - 0.9)
    assert "1.97 at work, 1.07 for others" in found.en


@pytest.mark.parametrize(
    ("p95", "is_sign"), [((0.01, 0.02, 0.02), False), ((0.01, 0.1, 0.2), False), ((0.1, 0.9), True)]
)
def test_an_answer_that_became_slow_is_one_of_a_quarter_second_and_three_times_the_usual(
    p95: tuple[float, ...], is_sign: bool
) -> None:
    found = judged(samples(), windows(*p95))
    assert (found.first is not None) == is_sign
    assert found.first is None or (found.first.what, found.first.at) == ("latency", 10.0)


def test_the_players_own_queue_before_a_service_is_told_as_its_own() -> None:
    quick, slow = Latencies(), Latencies()
    for _ in range(50):
        quick.note(0.001)
        slow.note(2.0)
    found = judged(
        samples(), [Window(begins=0, ends=9, waits={"a": quick}), Window(begins=9, ends=18, waits={"a": slow})]
    )
    assert found.first is not None
    assert (found.first.what, found.first.name) == ("latency", "player: a connection to a")


def test_few_answers_say_nothing() -> None:
    assert judged(samples(), windows(0.01, 5.0, answers=5)).first is None


def test_falling_behind_the_clock_is_a_sign_of_its_own() -> None:
    found = judged(samples(behind=[0.1] * 3 + [6, 20, 40]))
    assert found.first is not None
    assert (found.first.what, found.first.at, found.first.most) == ("clock", 12.0, 40)


def test_queues_that_could_not_be_asked_break_no_sign_off() -> None:
    looks = samples(lag=[3] * 2 + [800])
    blind = [look if number % 3 else Sample(begins=look.begins, ends=look.ends) for number, look in enumerate(looks)]
    found = judge(blind, windows(0.01), cores=CORES)
    assert [sign.what for sign in found.signs] == ["queue"]
