"""How far a play has come, in one line now and then, for whoever watches."""

from shared.kernel.japan import JAPAN
from tsunagi.drill.player.pace import TRIFLE
from tsunagi.drill.player.samples import Sample
from tsunagi.drill.player.stage import Stage

OFTEN, SELDOM = 4.0, 60.0
"""Real seconds between two lines: at first, and when a play lasts for hours."""


def pause(seconds: float) -> float:
    """Return how long to wait for the next line after so many seconds of a play."""
    return min(SELDOM, max(OFTEN, seconds / 60))


def line(stage: Stage, sample: Sample) -> str:
    """Return the line of this moment.

    The drill's time, how many persons came how far, requests a second, times real time, how far behind, what waits
    in outboxes and before workers, and the time left.
    """
    pace, done = stage.pace, stage.notes.done.counts()
    a_second = sample.answers / sample.seconds if sample.seconds else 0.0
    parts = [
        f"{stage.now().astimezone(JAPAN):%H:%M}",
        f"registered {done['registered']:,}/{len(stage.roster):,}",
        *(f"{name} {done[name]:,}" for name in ("screened", "placed", "moved", "arrived", "cases", "conferences")),
        f"{a_second:.0f} requests/s",
        f"{pace.kept:.3g} × real time",
        *([f"BEHIND {clock_time(pace.behind)}"] if pace.behind >= TRIFLE else []),
        waiting(sample.queues),
        left(stage),
    ]
    return "  ".join(parts)


def waiting(queues: dict[str, int] | None) -> str:
    """Return what is on its way, the largest worker's queue by name."""
    if queues is None:
        return "lag ?"
    outboxes = sum(count for name, count in queues.items() if name.endswith(".outbox"))
    workers = {name: count for name, count in queues.items() if name.endswith(".worker")}
    name = max(workers, key=lambda one: workers[one], default="")
    most = f" ({name.partition('.')[0]} {workers[name]:,})" if workers.get(name) else ""
    return f"lag: outboxes {outboxes:,}, workers {sum(workers.values()):,}{most}"


def left(stage: Stage) -> str:
    """Return how long it will take yet, at the pace of late."""
    if stage.unfinished is not None:
        return f"almost over, yet to do: {sum(stage.unfinished.values()):,}"
    seconds = stage.pace.left(stage.ends)
    if stage.deadline is not None:
        wall = max(0.0, stage.deadline - stage.pace.seconds)
        seconds = wall if seconds is None else min(seconds, wall)
    return "left ?" if seconds is None else f"left {clock_time(seconds)}"


def clock_time(seconds: float) -> str:
    """Return so many real seconds in words: `45 s`, `12 min`, `3 h 05 min`."""
    if seconds < 100:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 100 else f"{minutes // 60} h {minutes % 60:02d} min"
