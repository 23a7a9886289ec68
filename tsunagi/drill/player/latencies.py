"""How long answers take, by kind of request, counted in classes of 5 %: a million take no more room than ten."""

import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping

import msgspec

_LEAST, _STEP = 0.0005, math.log(1.05)
"""Seconds: what is quicker counts as this; and the width of a class."""
_ID = re.compile(r"(?<=/)[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}(?=/|$)")
_CODE = re.compile(r"^(/partners)/[^/]+")
MOST_KINDS, OTHERS = 100, "others"
MOST_WINDOWS = 24


def kind_of(method: str, service: str, path: str) -> str:
    """Return the kind of a request: method, service and path, without whose it is."""
    return f"{method} {service}" + _CODE.sub(r"\1/{code}", _ID.sub("{id}", path))


class Latencies:
    """The times of many answers."""

    __slots__ = ("classes", "longest")

    def __init__(self) -> None:
        self.classes: Counter[int] = Counter()
        self.longest = 0.0

    def __len__(self) -> int:
        return self.classes.total()

    def note(self, seconds: float) -> None:
        """Count one answer."""
        self.classes[max(0, round(math.log(max(seconds, _LEAST) / _LEAST) / _STEP))] += 1
        self.longest = max(self.longest, seconds)

    def add(self, other: "Latencies") -> None:
        """Count all answers of another one as well."""
        self.classes += other.classes
        self.longest = max(self.longest, other.longest)

    def at(self, share: float) -> float:
        """Return within how many seconds this share of all was answered, to 3 %; 0 where there was none."""
        left = share * len(self)
        for number in sorted(self.classes):
            left -= self.classes[number]
            if left <= 0:
                return min(self.longest, _LEAST * math.exp(number * _STEP))
        return self.longest


class Times(msgspec.Struct, frozen=True, kw_only=True):
    """The answers of one kind: how many, and within how many milliseconds."""

    count: int
    p50_ms: float
    p95_ms: float
    p99_ms: float
    longest_ms: float


def times(latencies: Latencies) -> Times:
    """Return them as figures."""
    p50, p95, p99 = (round(latencies.at(share) * 1000, 1) for share in (0.5, 0.95, 0.99))
    longest = round(latencies.longest * 1000, 1)
    return Times(count=len(latencies), p50_ms=p50, p95_ms=p95, p99_ms=p99, longest_ms=longest)


class Window(msgspec.Struct, kw_only=True):
    """What was answered from `begins` to `ends` (real seconds since the play began), by kind of request; and how long
    requests waited for a connection, by service."""

    begins: float
    ends: float
    kinds: dict[str, Latencies] = {}
    waits: dict[str, Latencies] = {}


class Answers:
    """All answers of a play: in all, and window by window, of which there are never more than two dozen.

    `every` is how long a window is at first (real seconds); it doubles when there would be too many.
    """

    def __init__(self, every: float = 10.0) -> None:
        self.every = every
        self.retried: Counter[str] = Counter()
        self.windows: list[Window] = []
        self._all: dict[str, Latencies] = {}
        self._waits: dict[str, Latencies] = {}

    def note(self, at: float, kind: str, seconds: float) -> None:
        """Count an answer that came at this moment of the play (real seconds since it began)."""
        if kind not in self._all and len(self._all) >= MOST_KINDS:
            kind = OTHERS
        for kinds in (self._all, self._window(at).kinds):
            kinds.setdefault(kind, Latencies()).note(seconds)

    def waited(self, at: float, service: str, seconds: float) -> None:
        """Count how long a request waited until it had a connection: the player's own queue before a service."""
        for waits in (self._waits, self._window(at).waits):
            waits.setdefault(service, Latencies()).note(seconds)

    def again(self, reason: str) -> None:
        """Count a request that has to be sent again, and why."""
        self.retried[reason] += 1

    def _window(self, at: float) -> Window:
        if self.windows and at < self.windows[-1].ends:
            return self.windows[-1]
        if len(self.windows) >= MOST_WINDOWS:
            self.every *= 2
            self.windows = [_joined(self.windows[n : n + 2]) for n in range(0, len(self.windows), 2)]
        begins = at // self.every * self.every
        self.windows.append(Window(begins=begins, ends=begins + self.every))
        return self.windows[-1]

    @property
    def count(self) -> int:
        """How many answers came."""
        return sum(map(len, self._all.values()))

    def by_kind(self) -> dict[str, Times]:
        """Return the times of each kind, the most frequent first."""
        ordered = sorted(self._all.items(), key=lambda one: -len(one[1]))
        return {kind: times(latencies) for kind, latencies in ordered}

    def waits(self) -> dict[str, Times]:
        """Return how long requests waited for a connection to each service."""
        return {service: times(latencies) for service, latencies in sorted(self._waits.items())}

    def busiest(self) -> float:
        """Return how many were answered a second in the busiest whole window (0 where there is none)."""
        return max((_count(one.kinds) / (one.ends - one.begins) for one in self.windows[:-1]), default=0.0)


def _count(kinds: Mapping[str, Latencies]) -> int:
    return sum(map(len, kinds.values()))


def _joined(windows: Iterable[Window]) -> Window:
    first, *others = windows
    for other in others:
        first.ends = other.ends
        for mine, others_ in ((first.kinds, other.kinds), (first.waits, other.waits)):
            for kind, latencies in others_.items():
                mine.setdefault(kind, Latencies()).add(latencies)
    return first
