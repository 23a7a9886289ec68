"""What gave out first: a judgement from what was measured, with its signs, each from the moment at which it began.

A sign is a queue that grew and stayed, a process (or the machine) without a free core, an answer that came to take
several times as long, or the play itself falling behind the clock. Whatever began first gave out first; of what began
together the cause comes before its effect: the process before its queue, both before the latency.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Literal

import msgspec

from tsunagi.drill.player.latencies import Window
from tsunagi.drill.player.samples import Sample
from tsunagi.stack.usage import PLAYER, POSTGRES

What = Literal["process", "machine", "queue", "latency", "clock"]

FULL = 0.9
"""So much of a core: a process of one thread has no more to give."""
WAITING = 500
"""So many messages or rows are a queue, and what is below them is on its way."""
LASTED = 15.0
"""Real seconds that a sign has to last: what is over sooner was a burst that was borne."""
SLOW, TIMES_SLOWER, ENOUGH = 0.25, 3.0, 20
"""p95 in seconds, how many times that of the beginning, and of how many answers at least."""
BEHIND = 5.0
"""Real seconds behind the clock."""
_TOGETHER = 10.0
_ORDER: tuple[What, ...] = ("process", "machine", "queue", "latency", "clock")


class Sign(msgspec.Struct, frozen=True, kw_only=True):
    """Something gave out at `at` (real seconds since the play began). `most` in cores, messages or rows, or seconds;
    `usual` is what it was at the beginning, of a latency; `others` how many of the machine's cores worked for others.
    """

    what: What
    name: str
    at: float
    most: float
    usual: float | None = None
    others: float | None = None


class Judgement(msgspec.Struct, frozen=True, kw_only=True):
    """What gave out first (None: nothing did), all signs in their order, and one sentence in both languages."""

    first: Sign | None
    signs: tuple[Sign, ...]
    en: str
    ja: str


def judge(samples: Iterable[Sample], windows: Sequence[Window], *, cores: int) -> Judgement:
    """Judge a play by its samples and the windows of its answers, on a machine of so many cores."""
    looks = list(samples)
    found = [*_processes(looks, cores), *_machine(looks, cores), *_queues(looks), *_latencies(windows), *_clock(looks)]
    signs = tuple(sorted(found, key=lambda sign: (sign.at // _TOGETHER, _ORDER.index(sign.what), sign.at)))
    if not signs:
        return Judgement(
            first=None,
            signs=(),
            en="nothing gave out: no queue stayed, no process lacked a core, no answer became slow",
            ja="限界に達したものはない：滞留した列も、コアを使い切ったプロセスも、遅くなった応答もなかった",
        )
    first = signs[0]
    after = next((sign for sign in signs[1:] if sign.what != first.what), None)
    return Judgement(first=first, signs=signs, en=_english(first, after), ja=_japanese(first, after))


def _lasting(looks: Sequence[Sample], holds: Callable[[Sample], bool]) -> float | None:
    """Return since when something held for long enough without a break, for the first time; None: it never did."""
    since: float | None = None
    for look in looks:
        if not holds(look):
            since = None
            continue
        since = look.begins if since is None else since
        if look.ends - since >= LASTED:
            return since
    return None


def _processes(looks: Sequence[Sample], cores: int) -> list[Sign]:
    found = []
    for name in dict.fromkeys(name for look in looks for name in look.cores):
        # PostgreSQL and Kafka are many threads; of PostgreSQL's logins, `postgres` is the sum.
        if name.startswith("postgres "):
            continue
        all_of_it = FULL * (cores if name in ("postgres", "kafka") else 1)
        at = _lasting(looks, lambda look, name=name, full=all_of_it: look.cores.get(name, 0.0) >= full)  # type: ignore[misc]
        if at is not None:
            most = max(look.cores.get(name, 0.0) for look in looks)
            found.append(Sign(what="process", name=name, at=at, most=round(most, 2)))
    return found


def _machine(looks: Sequence[Sample], cores: int) -> list[Sign]:
    at = _lasting(looks, lambda look: (look.machine or 0.0) >= FULL * cores)
    if at is None:
        return []
    most, since = max(look.machine or 0.0 for look in looks), [look for look in looks if look.ends > at]
    others = sum(others_of(look) * look.seconds for look in since) / sum(look.seconds for look in since)
    return [Sign(what="machine", name="machine", at=at, most=round(most, 2), others=round(others, 2))]


def others_of(look: Sample) -> float:
    """Return how many cores of the machine were at work for others than the stack and the player."""
    ours = sum(used for name, used in look.cores.items() if not name.startswith(f"{POSTGRES} "))
    return max(0.0, (look.machine or 0.0) - ours)


def _queues(looks: Sequence[Sample]) -> list[Sign]:
    found = []
    asked = [look for look in looks if look.queues is not None]
    for name in dict.fromkeys(name for look in asked for name in look.queues or ()):
        sizes = [(look.queues or {}).get(name, 0) for look in asked]
        at = _lasting(asked, lambda look, name=name: (look.queues or {}).get(name, 0) >= WAITING)  # type: ignore[misc]
        if at is not None:
            found.append(Sign(what="queue", name=name, at=at, most=max(sizes)))
    return found


def _latencies(windows: Sequence[Window]) -> list[Sign]:
    found = []
    told_of = [
        (window.begins, window.kinds | {f"{PLAYER}: a connection to {name}": one for name, one in window.waits.items()})
        for window in windows
    ]
    for kind in dict.fromkeys(kind for _, kinds in told_of for kind in kinds):
        told = [
            (begins, latencies.at(0.95))
            for begins, kinds in told_of
            if (latencies := kinds.get(kind)) is not None and len(latencies) >= ENOUGH
        ]
        if not told:
            continue
        usual = min(p95 for _, p95 in told[: max(1, len(told) // 4)])
        slow = [(at, p95) for at, p95 in told[1:] if p95 >= max(SLOW, TIMES_SLOWER * usual)]
        if slow:
            most = max(p95 for _, p95 in slow)
            found.append(Sign(what="latency", name=kind, at=slow[0][0], most=round(most, 3), usual=round(usual, 3)))
    return found


def _clock(looks: Sequence[Sample]) -> list[Sign]:
    at = _lasting(looks, lambda look: look.behind >= BEHIND)
    if at is None:
        return []
    return [Sign(what="clock", name="clock", at=at, most=round(max(look.behind for look in looks), 1))]


def _english(first: Sign, after: Sign | None) -> str:
    said: dict[What, str] = {
        "process": "{name} had no free core from {at:.0f} s on (at most {most:.2f} cores)",
        "machine": "the machine had no free core from {at:.0f} s on ({most:.2f} at work, {others:.2f} for others)",
        "queue": "{name} grew from {at:.0f} s on, to {most:,.0f} waiting",
        "latency": "{name} became slow from {at:.0f} s on (p95 {most:.2f} s, {usual:.2f} s at first)",
        "clock": "the play fell behind the clock from {at:.0f} s on, by {most:.0f} s",
    }
    return _joined(first, after, said, "; then ")


def _japanese(first: Sign, after: Sign | None) -> str:
    said: dict[What, str] = {
        "process": "{name} が開始 {at:.0f} 秒後からコアを使い切った（最大 {most:.2f} コア）",
        "machine": "開始 {at:.0f} 秒後から空きコアがなくなった（{most:.2f} コア使用、うち他の仕事 {others:.2f}）",
        "queue": "{name} の待ちが開始 {at:.0f} 秒後から増えた（最大 {most:,.0f} 件）",
        "latency": "{name} が開始 {at:.0f} 秒後から遅くなった（p95 {most:.2f} 秒、はじめは {usual:.2f} 秒）",
        "clock": "開始 {at:.0f} 秒後から訓練が時計に遅れた（最大 {most:.0f} 秒）",
    }
    return _joined(first, after, said, "。続いて ")


def _joined(first: Sign, after: Sign | None, said: Mapping[What, str], then: str) -> str:
    told = [said[sign.what].format(**msgspec.structs.asdict(sign)) for sign in (first, after) if sign is not None]
    return then.join(told)
