"""What a run measured, told to people: how fast, what was answered when, what waited, what it took, what gave out."""

from collections.abc import Iterator

from tsunagi.drill.player.limits import HOURS, INTERRUPTED, REAL_TIME, UNANSWERED
from tsunagi.drill.player.measures import Measured
from tsunagi.drill.player.progress import clock_time

_WAITED = 50.0
_KINDS, _PROCESSES, _LOGINS, _QUEUES = 14, 16, 6, 8
_STOPPED = {
    HOURS: "shortened: so many hours of the drill were asked for",
    REAL_TIME: "shortened: so many minutes were asked for",
    INTERRUPTED: "ended by hand before its end",
    UNANSWERED: "ended because a service did not answer",
}


def told_measures(measured: Measured) -> list[str]:
    """Return the lines."""
    return ["", "What was measured   計測結果", "", *_pace(measured), *_requests(measured), *_system(measured), ""]


def _pace(measured: Measured) -> Iterator[str]:
    fast, people = measured.times_real_time, measured.people
    stopped = f" ({_STOPPED[measured.stopped]})" if measured.stopped else ""
    hours = f"{measured.hours:g} h passed on the stack's clock"
    yield f"  played     {clock_time(measured.seconds)}, in which {hours}{stopped}"
    yield (
        f"  clock      {fast.clock:g} × real time, kept {fast.kept:g} ×; the scenario's hours are pressed"
        f" {fast.pressed:g} × besides, so that people came {fast.arrivals:g} × as fast as in earnest"
    )
    if fast.kept > fast.clock:
        yield "             faster than the clock: it caught up with what was overdue when it began"
    if fast.is_kept:
        yield f"             the clock was kept (at most {fast.behind_seconds:.1f} s behind)"
    else:
        yield (
            f"             THE CLOCK WAS NOT KEPT: {clock_time(fast.behind_at_end_seconds)} behind at the end"
            f" ({clock_time(fast.behind_at_end_seconds * fast.clock)} of the drill's time)"
        )
    yield (
        f"  people     {people.registered:,}, {people.per_second:g} a second, {people.fullest_per_second:g} when most"
        f" came; in earnest {people.in_earnest_per_second:g} a second in the fullest hour"
    )


def _requests(measured: Measured) -> Iterator[str]:
    requests = measured.requests
    yield (
        f"  requests   {requests.answered:,} answered, {requests.per_second:g} a second"
        f" ({requests.busiest_per_second:g} when most came)"
    )
    for what, counts in (("sent again", requests.retried), ("refused", requests.refused)):
        listed = ", ".join(f"{reason} {count:,}" for reason, count in counts.items())
        yield f"             {what}: {listed or 'none'}"
    yield f"             {'p50':>9}{'p95':>9}{'p99':>9}  ms"
    for kind, times in list(requests.kinds.items())[:_KINDS]:
        yield f"             {times.p50_ms:9.0f}{times.p95_ms:9.0f}{times.p99_ms:9.0f}  {kind} ({times.count:,})"
    for service, times in requests.waited.items():
        if times.p95_ms >= _WAITED:
            told = f"waited before that for a connection to {service}, of which the player has so many"
            yield f"             {times.p50_ms:9.0f}{times.p95_ms:9.0f}{times.p99_ms:9.0f}  {told}"


def _system(measured: Measured) -> Iterator[str]:
    drained = (
        ""
        if measured.drained_seconds is None
        else f"; all of it had arrived {measured.drained_seconds:g} s after the end"
    )
    queues = [
        f"{name} {queue.most:,} (at the end {queue.at_end:,})"
        for name, queue in list(measured.queues.items())[:_QUEUES]
    ]
    yield f"  waited     at most {', '.join(queues) or 'nothing'}{drained}"
    yield f"  processes  {'CPU s':>9}{'cores':>9}{'at most':>9}{'MiB':>9}"
    for name, used in list(measured.processes.items())[:_PROCESSES]:
        most = "" if used.peak_memory_mib is None else f"{used.peak_memory_mib:.0f}"
        yield f"             {used.cpu_seconds:9.1f}{used.cores_mean:9.2f}{used.cores_most:9.2f}{most:>9}  {name}"
    logins = ", ".join(f"{name} {cpu:g} s" for name, cpu in list(measured.postgres_logins.items())[:_LOGINS])
    if logins:
        yield f"             of postgres: {logins}"
    machine, memory = measured.machine, measured.player_memory_mib
    if machine.busy is not None:
        yield f"  machine    {machine.busy:g} of {machine.cores} cores at work, {machine.others:g} of them for others"
    if memory.peak is not None:
        yield (
            f"  player     {memory.peak:g} MiB at most, {memory.early:g} after a tenth of the play,"
            f" {memory.at_end:g} at its end"
        )
    yield f"  GAVE OUT   {measured.gave_out.en}"
    yield f"  限界       {measured.gave_out.ja}"
