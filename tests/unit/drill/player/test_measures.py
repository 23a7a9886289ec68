"""What a run measured, as values and in words: from made-up samples."""

from typing import Any

import msgspec
import pytest

from tsunagi.drill import scenario
from tsunagi.drill.player import measures
from tsunagi.drill.player.arrivals import in_earnest
from tsunagi.drill.player.judgement import judge
from tsunagi.drill.player.latencies import Answers
from tsunagi.drill.player.limits import HOURS
from tsunagi.drill.player.measures import Measured, People, RealTime
from tsunagi.drill.player.samples import Sample
from tsunagi.drill.player.telling_measures import told_measures
from tsunagi.drill.pressing import pressed
from tsunagi.stack.usage import Meter, Used

KOBE = scenario.load("kobe")
SECONDS = 40.0


def samples() -> list[Sample]:
    return [
        Sample(
            begins=4.0 * number,
            ends=4.0 * number + 4,
            queues={"casework.worker": 100 * number, "intake.outbox": 0, "transfer.worker": 5},
            cores={"casework.worker": 0.5, "player": 0.25, "postgres": 0.5, "postgres casework_api": 0.5},
            machine=2.0,
            resident={"player": 100.0 + number},
        )
        for number in range(10)
    ]


def meter() -> Meter:
    found = Meter()
    for cpu in (0.0, 20.0):
        found.note("casework.worker", Used(1, 7, cpu, 0, 90, 10, 95))
        found.note("player", Used(2, 7, cpu / 2, 0, 110, 10, 112))
        found.note_postgres(Used(3, 7, 0, cpu, 50, 30, 60), [(Used(4, 3, cpu / 4, 0, 50, 30, 60), "casework_api")])
    return found


def measured(**changes: Any) -> Measured:
    answers = Answers()
    for _ in range(100):
        answers.note(1.0, "POST intake/households", 0.02)
    answers.again("503")
    looks = samples()
    fast = RealTime(clock=60, kept=59.5, pressed=8, arrivals=476, behind_seconds=1.2, behind_at_end_seconds=0.3)
    values = {
        "seconds": SECONDS,
        "hours": 0.67,
        "stopped": None,
        "times_real_time": fast,
        "people": People(registered=400, per_second=10, fullest_per_second=15, in_earnest_per_second=0.6),
        "requests": measures.requests(answers, {"facility.full": 3}, SECONDS),
        "queues": measures.queues(looks),
        "drained_seconds": 2.5,
        "processes": measures.programs(meter(), looks, SECONDS),
        "postgres_logins": measures.logins(meter()),
        "machine": measures.machine(looks, 2),
        "player_memory_mib": measures.memory(looks, 112.0),
        "gave_out": judge(looks, answers.windows, cores=4),
    }
    return Measured(**(values | changes))


def test_programs_are_told_with_what_they_used_the_busiest_first() -> None:
    programs = measures.programs(meter(), samples(), SECONDS)
    assert list(programs) == ["postgres", "casework.worker", "player"]
    worker = programs["casework.worker"]
    assert (worker.cpu_seconds, worker.cores_mean, worker.cores_most, worker.peak_memory_mib) == (20, 0.5, 0.5, 95)
    assert measures.logins(meter()) == {"casework_api": 5}


def test_queues_are_told_with_their_most_and_their_end_and_empty_ones_are_not() -> None:
    queues = msgspec.to_builtins(measures.queues(samples()))
    assert queues == {"casework.worker": {"most": 900, "at_end": 900}, "transfer.worker": {"most": 5, "at_end": 5}}


def test_the_work_of_others_on_the_machine_is_told_apart() -> None:
    machine = measures.machine(samples(), 2)
    assert (machine.busy, machine.others) == (2.0, 0.75)
    assert measures.machine([Sample(begins=0, ends=4)], 2).busy is None


def test_memory_is_told_early_at_the_end_and_at_most() -> None:
    memory = measures.memory(samples(), 112.0)
    assert (memory.early, memory.at_end, memory.peak) == (100.0, 109.0, 112.0)
    assert measures.memory([], None).peak is None


def test_people_in_earnest_come_in_days_and_not_in_hours() -> None:
    assert in_earnest(KOBE, 222_127) == pytest.approx(222_127 * 0.1 / 3600 * 2 / 1.7, rel=0.02)
    assert in_earnest(pressed(KOBE), 222_127) == pytest.approx(in_earnest(KOBE, 222_127))


def test_everything_is_told_to_people() -> None:
    text = "\n".join(told_measures(measured()))
    for figure in ("60 × real time", "kept 59.5 ×", "476 ×", "the clock was kept", "503 1", "facility.full 3"):
        assert figure in text
    for figure in ("POST intake/households (100)", "casework.worker 900", "2.5 s after the end", "112 MiB at most"):
        assert figure in text
    assert "0.75 of them for others" in text


def test_a_clock_that_was_not_kept_is_told_so_in_its_own_line() -> None:
    slow = RealTime(clock=60, kept=20, pressed=8, arrivals=160, behind_seconds=130, behind_at_end_seconds=120)
    text = "\n".join(told_measures(measured(times_real_time=slow, stopped=HOURS)))
    assert "THE CLOCK WAS NOT KEPT: 2 min behind at the end (2 h 00 min of the drill's time)" in text
    assert "shortened" in text


def test_a_play_that_went_on_says_that_it_caught_up() -> None:
    fast = RealTime(clock=60, kept=600, pressed=8, arrivals=4800, behind_seconds=0, behind_at_end_seconds=0)
    text = "\n".join(told_measures(measured(times_real_time=fast)))
    assert "it caught up with what was overdue when it began" in text
    assert "caught up" not in "\n".join(told_measures(measured()))


def test_a_machine_reads_it_as_plain_values() -> None:
    values = msgspec.to_builtins(measured())
    assert values["requests"]["kinds"]["POST intake/households"]["count"] == 100
    assert values["gave_out"]["first"] is not None
    assert {"en", "ja", "signs"} <= values["gave_out"].keys()
    assert msgspec.json.encode(values)
