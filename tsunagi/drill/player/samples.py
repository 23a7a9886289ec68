"""How a play stood, every few seconds: as many looks as fit on a page, however long it lasts."""

from collections.abc import Iterable, Iterator, Mapping
from typing import TypeVar

import msgspec

Number = TypeVar("Number", int, float)

MOST = 240
"""So many samples are kept; when there are more, two and two become one."""


class Sample(msgspec.Struct, frozen=True, kw_only=True):
    """From `begins` to `ends` (real seconds since the play began).

    `queues`: messages and rows that waited, at most, by where (`casework.worker`, `intake.outbox`); None: could not be
    asked. `cores`: how many cores each process used on the average; `machine`: all cores of the machine that were at
    work, for whomever. `resident`: MiB held, at most. `behind`: real seconds behind the clock, at most.
    """

    begins: float
    ends: float
    queues: dict[str, int] | None = None
    cores: dict[str, float] = {}
    machine: float | None = None
    resident: dict[str, float] = {}
    answers: int = 0
    behind: float = 0.0

    @property
    def seconds(self) -> float:
        return self.ends - self.begins


class Samples:
    """All of them, oldest first."""

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._each = 1
        self._whole: list[Sample] = []
        self._parts: list[Sample] = []

    def add(self, sample: Sample) -> None:
        """Add the next one."""
        self._parts.append(sample)
        if len(self._parts) < self._each:
            return
        self._whole.append(joined(self._parts))
        self._parts = []
        if len(self._whole) >= self._most:
            self._whole = [joined(self._whole[at : at + 2]) for at in range(0, len(self._whole), 2)]
            self._each *= 2

    def __iter__(self) -> Iterator[Sample]:
        yield from self._whole
        if self._parts:
            yield joined(self._parts)

    def __len__(self) -> int:
        return len(self._whole) + bool(self._parts)


def joined(samples: list[Sample]) -> Sample:
    """Return one sample for several that follow each other."""
    if len(samples) == 1:
        return samples[0]
    asked = [one.queues for one in samples if one.queues is not None]
    seconds = sum(one.seconds for one in samples) or 1.0
    machines = [(one.machine, one.seconds) for one in samples if one.machine is not None]
    known = sum(spent for _, spent in machines)
    return Sample(
        begins=samples[0].begins,
        ends=samples[-1].ends,
        queues=_most(asked) if asked else None,
        cores={
            name: sum(one.cores.get(name, 0.0) * one.seconds for one in samples) / seconds
            for name in dict.fromkeys(name for one in samples for name in one.cores)
        },
        machine=sum(busy * spent for busy, spent in machines) / known if known else None,
        resident=_most(one.resident for one in samples),
        answers=sum(one.answers for one in samples),
        behind=max(one.behind for one in samples),
    )


def _most(all_: Iterable[Mapping[str, Number]]) -> dict[str, Number]:
    found: dict[str, Number] = {}
    for values in all_:
        for name, value in values.items():
            found[name] = max(found.get(name, value), value)
    return found


def most_queued(samples: Iterable[Sample]) -> dict[str, int]:
    """Return how many waited at most in each queue."""
    return _most(one.queues or {} for one in samples)


def most_cores(samples: Iterable[Sample]) -> dict[str, float]:
    """Return how many cores each process used at most, over one sample."""
    return _most(one.cores for one in samples)
