"""What programs used, as the kernel tells it: read from texts, added up across restarts, PostgreSQL as one program."""

import os
import sys

import pytest

from tsunagi.stack import usage
from tsunagi.stack.usage import Meter, Used, machine_busy, read_process

STAT = "42 (postgres: a) b) S 7 42 42 0 -1 4194304 9 0 0 0 {user} {system} {ended} 0 20 0 1 0 100 9 9 9"
STATUS = "Name:\tx\nVmHWM:\t  102400 kB\nVmRSS:\t   51200 kB\nRssAnon:\t 20480 kB\nRssFile:\t 10240 kB\nRssShmem:\t 20480 kB\n"
TICK = os.sysconf("SC_CLK_TCK")


def used(pid: int, cpu: float, *, ended: float = 0, resident: float = 50, shared: float = 30) -> Used:
    return Used(pid, 7, cpu, ended, resident, shared, peak=resident)


def test_a_process_is_read_whatever_stands_in_its_name() -> None:
    found = read_process(42, STAT.format(user=2 * TICK, system=TICK, ended=5 * TICK), STATUS)
    assert found == Used(pid=42, parent=7, cpu=3.0, ended=5.0, resident=50.0, shared=30.0, peak=100.0)


@pytest.mark.parametrize("stat", ["", "42 (x) S"])
def test_what_is_no_process_is_no_figure(stat: str) -> None:
    with pytest.raises((ValueError, IndexError)):
        read_process(42, stat, STATUS)


def test_the_machines_work_is_that_of_everybody_but_not_its_waiting() -> None:
    line = f"cpu  {TICK} {TICK} {TICK} {99 * TICK} {77 * TICK} {TICK} {TICK} {TICK} 0 0\ncpu0 1 2 3"
    assert machine_busy(line) == 6.0


def test_what_was_used_before_the_first_look_does_not_count_and_a_restart_begins_anew() -> None:
    meter = Meter()
    for pid, cpu in ((1, 100.0), (1, 103.0), (2, 0.5), (2, 2.0)):
        meter.note("casework.worker", used(pid, cpu))
    assert meter.cpu["casework.worker"] == 5.0


def test_postgres_is_the_sum_of_its_processes_and_its_buffers_are_there_once() -> None:
    meter = Meter()
    postmaster = used(7, 1.0, ended=10.0)
    meter.note_postgres(postmaster, [(used(8, 5.0), "casework_api"), (used(9, 1.0), None)])
    assert meter.cpu["postgres"] == 0
    assert meter.resident["postgres"] == 3 * 20 + 30
    # One of them ends, and what it had used is from now on the postmaster's children's.
    meter.note_postgres(used(7, 1.0, ended=17.0), [(used(9, 2.0), None), (used(10, 1.0), "casework_api")])
    assert meter.cpu["postgres"] == pytest.approx(4.0)
    assert meter.cpu["postgres casework_api"] == 1.0


def test_the_most_memory_is_kept_when_it_is_given_back() -> None:
    meter = Meter()
    for resident in (40.0, 90.0, 50.0):
        meter.note("player", used(1, 0, resident=resident))
    assert (meter.resident["player"], meter.peak["player"]) == (50.0, 90.0)


@pytest.mark.skipif(sys.platform != "linux", reason="other kernels do not tell")
def test_this_very_process_is_seen() -> None:
    found = usage.process(os.getpid())
    assert found is not None
    assert found.parent == os.getppid()
    assert found.resident > 5
    assert os.getpid() in [one.pid for one in usage.children(os.getppid())]
    assert usage.process(2**30) is None
    assert usage.login_of(os.getpid()) is None
