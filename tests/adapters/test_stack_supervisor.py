"""The supervisor: restart on every exit, an end for everything that it started."""

import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tsunagi.stack.board import Board, Seen
from tsunagi.stack.identity import identity
from tsunagi.stack.process import Process
from tsunagi.stack.supervisor import Program, Supervisor, stop_left_behind
from tsunagi.stack.waiting import wait_until

SLEEPS = "import time\nprint('began', flush=True)\ntime.sleep(1000)"
IGNORES_SIGTERM = "import signal\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\n" + SLEEPS

Run = Callable[[str], Process]


@pytest.fixture
def supervisor(tmp_path: Path) -> Iterator[Supervisor]:
    (tmp_path / "logs").mkdir()
    supervisor = Supervisor(tmp_path, tmp_path / "logs", patience=0.5)
    yield supervisor
    supervisor.close()


@pytest.fixture
def program(tmp_path: Path, supervisor: Supervisor) -> Run:
    def run(code: str) -> Process:
        log = tmp_path / "logs" / "one.log"
        arguments = (sys.executable, "-c", code)
        supervisor.add(Program("one", arguments, dict(os.environ), tmp_path, log))
        process = Process(
            Board(tmp_path), "one", log, lambda: log.exists() and "began" in log.read_text(), supervisor.wake
        )
        process.start(seconds=20)
        return process

    return run


def test_what_is_killed_is_started_again(program: Run) -> None:
    process = program(SLEEPS)
    first = process.pid

    process.kill()
    process.wait_restarted(than=0)

    assert process.pid != first
    assert process.seen.last_exit == -signal.SIGKILL


@pytest.mark.parametrize("code", [0, 1, 75])
def test_every_exit_is_followed_by_a_restart_also_a_successful_one(program: Run, code: int) -> None:
    process = program(f"print('began', flush=True)\nimport time\ntime.sleep(.3)\nraise SystemExit({code})")

    wait_until("two restarts", lambda: process.seen.restarts >= 2, 20)

    assert process.seen.last_exit == code


def test_what_was_stopped_stays_down_until_it_is_started(program: Run) -> None:
    process = program(SLEEPS)

    process.stop()

    assert process.seen.state == "stopped"
    assert process.seen.restarts == 0
    process.start()
    assert process.seen.state == "running"


def test_who_does_not_end_when_asked_is_killed(program: Run) -> None:
    process = program(IGNORES_SIGTERM)

    process.stop()

    assert process.seen.last_exit == -signal.SIGKILL


def test_a_frozen_program_can_be_stopped(program: Run) -> None:
    process = program(SLEEPS)
    process.freeze()

    process.stop()

    assert process.seen.last_exit == -signal.SIGTERM


def test_an_added_environment_holds_for_one_run_only(program: Run, tmp_path: Path) -> None:
    seen = tmp_path / "seen"
    process = program(
        f"import os\nopen({str(seen)!r}, 'a').write(os.environ.get('TSUNAGI_FAILPOINT', 'none') + ' ')\n" + SLEEPS
    )

    process.start({"TSUNAGI_FAILPOINT": "relay.after-send"})
    wait_until("the first run", lambda: seen.read_text().count(" ") == 2, 20)
    process.kill()
    wait_until("the run after the kill", lambda: seen.read_text().count(" ") == 3, 20)

    assert seen.read_text().split() == ["none", "relay.after-send", "none"]


def test_a_program_that_cannot_come_up_is_given_up_with_the_end_of_its_log(program: Run) -> None:
    with pytest.raises(Exception, match=r"ends again and again:\n.*no such table"):
        program("raise SystemExit('no such table')")


def test_when_the_supervisor_closes_nothing_is_left(program: Run, supervisor: Supervisor) -> None:
    pid = program(IGNORES_SIGTERM).pid

    supervisor.close()

    assert identity(pid) is None


def test_a_recorded_pid_that_is_somebody_elses_by_now_is_left_alone(program: Run) -> None:
    process = program(SLEEPS)

    stopped = stop_left_behind(
        {"other": Seen("running", process.pid, "a boot:an earlier start")}, lambda _: signal.SIGKILL
    )

    assert stopped == []
    assert identity(process.pid) is not None


def test_a_recorded_program_that_still_runs_is_stopped_even_when_it_ignores_the_signal(
    program: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tsunagi.stack.supervisor.PATIENCE", 0.3)
    process = program(IGNORES_SIGTERM)
    pid, began = process.pid, time.monotonic()

    stopped = stop_left_behind({"one": process.seen}, lambda _: signal.SIGTERM)

    assert stopped == ["one"]
    assert identity(pid) is None
    assert time.monotonic() - began < 10
