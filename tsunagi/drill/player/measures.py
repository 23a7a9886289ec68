"""What a run measured, as plain values: for `--json`, for people, and for the judgement of what gave out first."""

from collections.abc import Mapping, Sequence

import msgspec

from tsunagi.drill.player.judgement import Judgement, judge, others_of
from tsunagi.drill.player.latencies import Answers, Times
from tsunagi.drill.player.pace import TRIFLE
from tsunagi.drill.player.samples import Sample, most_cores, most_queued
from tsunagi.stack.usage import PLAYER, POSTGRES, Meter


class RealTime(msgspec.Struct, frozen=True, kw_only=True):
    """How fast it was, in times of the wall's pace.

    `clock`: what the stack's clock goes. `kept`: what the play kept of it, from its beginning to the instant up to
    which everything due was answered (more than the clock where it caught up with what was overdue before); calls,
    answers of facilities and drives went that fast. `pressed`: into how few hours the scenario's are pressed besides.
    `arrivals`: how fast people came, `kept` times `pressed`. `behind_seconds`, `behind_at_end_seconds`: by how many
    real seconds the play was behind the clock.
    """

    clock: float
    kept: float
    pressed: float
    arrivals: float
    behind_seconds: float
    behind_at_end_seconds: float

    @property
    def is_kept(self) -> bool:
        return self.behind_at_end_seconds < TRIFLE


class People(msgspec.Struct, frozen=True, kw_only=True):
    """Persons a second who were registered: on the average, in the fullest moment; and in the fullest hour in earnest
    (the scenario unpressed, at the pace of the wall)."""

    registered: int
    per_second: float
    fullest_per_second: float
    in_earnest_per_second: float


class Requests(msgspec.Struct, frozen=True, kw_only=True):
    """`retried`, `refused`: how often, by reason; a refusal that a scenario expects is none of the system's faults.
    `kinds`: how long the services took; `waited`: how long requests waited before that for one of the player's own
    connections, of which there are so many to each service."""

    answered: int
    per_second: float
    busiest_per_second: float
    retried: dict[str, int]
    refused: dict[str, int]
    kinds: dict[str, Times]
    waited: dict[str, Times]


class Queue(msgspec.Struct, frozen=True, kw_only=True):
    """Rows or messages that waited: at most, and when the play ended."""

    most: int
    at_end: int


class Program(msgspec.Struct, frozen=True, kw_only=True):
    """`cores_most`: over one sample of some seconds."""

    cpu_seconds: float
    cores_mean: float
    cores_most: float
    peak_memory_mib: float | None


class Machine(msgspec.Struct, frozen=True, kw_only=True):
    """All cores: how many there are, how many were at work, and how many of these for others than this stack."""

    cores: int
    busy: float | None
    others: float | None


class Memory(msgspec.Struct, frozen=True, kw_only=True):
    """The player's own, in MiB: after the first tenth of the play, at its end, and at most."""

    early: float | None
    at_end: float | None
    peak: float | None


class Measured(msgspec.Struct, frozen=True, kw_only=True):
    """All of it. `seconds` are real ones, `hours` the stack's. `stopped`: why it ended early (`limits`), or None.

    `drained_seconds`: how long it took after the play until what was on its way had arrived; None: nobody waited.
    """

    seconds: float
    hours: float
    stopped: str | None
    times_real_time: RealTime
    people: People
    requests: Requests
    queues: dict[str, Queue]
    drained_seconds: float | None
    processes: dict[str, Program]
    postgres_logins: dict[str, float]
    machine: Machine
    player_memory_mib: Memory
    gave_out: Judgement


def programs(meter: Meter, samples: Sequence[Sample], seconds: float) -> dict[str, Program]:
    """Return what each program used, this one included, the busiest first."""
    most = most_cores(samples)
    found = {
        name: Program(
            cpu_seconds=round(cpu, 1),
            cores_mean=round(cpu / seconds, 2) if seconds else 0.0,
            cores_most=round(most.get(name, 0.0), 2),
            peak_memory_mib=round(meter.peak[name], 1) if name in meter.peak else None,
        )
        for name, cpu in meter.cpu.items()
        if not name.startswith(f"{POSTGRES} ")
    }
    return dict(sorted(found.items(), key=lambda one: -one[1].cpu_seconds))


def logins(meter: Meter) -> dict[str, float]:
    """Return how many seconds of a core PostgreSQL worked for each login, the busiest first."""
    begins = f"{POSTGRES} "
    found = {name.removeprefix(begins): round(cpu, 1) for name, cpu in meter.cpu.items() if name.startswith(begins)}
    return dict(sorted(found.items(), key=lambda one: -one[1]))


def queues(samples: Sequence[Sample]) -> dict[str, Queue]:
    """Return the queues; those in which never anything was seen are left out."""
    last = next((one.queues for one in reversed(samples) if one.queues is not None), {})
    return {
        name: Queue(most=most, at_end=last.get(name, 0))
        for name, most in sorted(most_queued(samples).items(), key=lambda one: -one[1])
        if most
    }


def machine(samples: Sequence[Sample], cores: int) -> Machine:
    """Return how busy the machine was on the average, and for whom."""
    known = [one for one in samples if one.machine is not None]
    seconds = sum(one.seconds for one in known)
    if not seconds:
        return Machine(cores=cores, busy=None, others=None)
    busy = sum((one.machine or 0.0) * one.seconds for one in known) / seconds
    others = sum(others_of(one) * one.seconds for one in known) / seconds
    return Machine(cores=cores, busy=round(busy, 2), others=round(others, 2))


def memory(samples: Sequence[Sample], peak: float | None) -> Memory:
    """Return how the player's memory went."""
    held = [(one.ends, one.resident[PLAYER]) for one in samples if PLAYER in one.resident]
    if not held:
        return Memory(early=None, at_end=None, peak=peak)
    early = next(size for ends, size in held if ends >= held[-1][0] / 10)
    return Memory(early=round(early, 1), at_end=round(held[-1][1], 1), peak=peak and round(peak, 1))


def requests(answers: Answers, refused: Mapping[str, int], seconds: float) -> Requests:
    """Return what became of the requests."""
    return Requests(
        answered=answers.count,
        per_second=round(answers.count / seconds, 1) if seconds else 0.0,
        busiest_per_second=round(answers.busiest(), 1),
        retried=dict(answers.retried),
        refused=dict(refused),
        kinds=answers.by_kind(),
        waited=answers.waits(),
    )


def judged(answers: Answers, samples: Sequence[Sample], cores: int) -> Judgement:
    """Return what gave out first."""
    return judge(samples, answers.windows, cores=cores)
