"""Timers fire once, by the stack's clock, each for itself, and with Kafka away."""

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

import pytest

from shared.kernel.ids import derived_id
from shared.platform.clock import Clock, real_now
from shared.platform.parts import Parts
from shared.platform.postgres import Session
from shared.platform.store import Origin, VersionConflict
from shared.platform.timers import Payload, drop_timer, fire_due, run_timers, set_timer
from tests.adapters.platform import sample
from tests.adapters.platform.made import NOW, an_id, column, wait_for

pytestmark = pytest.mark.stack
TIMERS = {"fire": sample.fire}


class Hands:
    """A clock whose hands the test moves."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def hands() -> Hands:
    return Hands()


@pytest.fixture
def timed(parts: Parts, hands: Hands) -> Parts:
    return replace(parts, clock=Clock(real=hands))


async def set_all(parts: Parts, *timers: tuple[UUID, datetime, Payload]) -> None:
    async with parts.database.transaction() as session:
        for subject, due, payload in timers:
            await set_timer(session, "fire", subject, due, payload)


async def fired(parts: Parts) -> list[object]:
    return await column(parts.database, "SELECT subject FROM fired ORDER BY n")


async def test_a_timer_fires_when_it_is_due_and_not_again(timed: Parts, hands: Hands) -> None:
    early, late = an_id(), an_id()
    await set_all(timed, (late, NOW + timedelta(minutes=30), {}), (early, NOW + timedelta(minutes=10), {}))

    assert await fire_due(timed, TIMERS) == 0
    hands.now += timedelta(minutes=10)
    assert await fire_due(timed, TIMERS) == 1
    assert await fired(timed) == [early]
    hands.now += timedelta(hours=1)
    assert await fire_due(timed, TIMERS) == 1
    assert await fire_due(timed, TIMERS) == 0

    assert await fired(timed) == [early, late]
    due = NOW + timedelta(minutes=10)
    assert (await column(timed.database, "SELECT causation FROM fired ORDER BY n"))[0] == derived_id(
        "fire", early, due.isoformat()
    )


async def test_a_timer_set_again_moves_and_one_that_is_dropped_does_not_fire(timed: Parts, hands: Hands) -> None:
    moved, dropped = an_id(), an_id()
    await set_all(timed, (moved, NOW, {}), (dropped, NOW, {}))
    await set_all(timed, (moved, NOW + timedelta(minutes=5), {}))
    async with timed.database.transaction() as session:
        await drop_timer(session, "fire", dropped)
        await drop_timer(session, "fire", an_id())

    assert await fire_due(timed, TIMERS) == 0
    hands.now += timedelta(minutes=5)
    assert await fire_due(timed, TIMERS) == 1
    assert await fired(timed) == [moved]


async def test_one_that_fails_is_put_off_longer_each_time_and_keeps_nobody(timed: Parts, hands: Hands) -> None:
    bad, good = an_id(), an_id()
    await set_all(timed, (bad, NOW, {"fail": True}), (good, NOW + timedelta(seconds=1), {}))
    hands.now += timedelta(seconds=1)

    assert await fire_due(timed, TIMERS) == 1
    assert await fired(timed) == [good], "what the failed one wrote was rolled back"
    waits = []
    for _ in range(4):
        (at,) = await column(timed.database, "SELECT fire_at FROM timers")
        assert isinstance(at, datetime)
        waits.append((at - hands.now).total_seconds())
        hands.now = at
        assert await fire_due(timed, TIMERS) == 0
    assert waits == [1, 2, 4, 8]
    assert await column(timed.database, "SELECT due FROM timers") == [NOW]

    async with timed.database.transaction() as session:
        await session.execute("UPDATE timers SET attempts = 5000")
    hands.now += timedelta(hours=1)
    await fire_due(timed, TIMERS)
    assert await column(timed.database, "SELECT extract(epoch FROM fire_at - $1)::int FROM timers", hands.now) == [300]

    await set_all(timed, (bad, NOW, {}))  # mended
    assert await fire_due(timed, TIMERS) == 1


async def test_a_kind_that_nobody_knows_and_one_that_lost_a_race_stay(timed: Parts) -> None:
    async def raced(parts: Parts, session: Session, subject: UUID, payload: Payload, origin: Origin) -> None:
        raise VersionConflict

    subject = an_id()
    async with timed.database.transaction() as session:
        await set_timer(session, "unknown", subject, NOW)
        await set_timer(session, "raced", subject, NOW)

    assert await fire_due(timed, {"raced": raced}) == 0

    async with timed.database.session() as session:
        rows = await session.fetch("SELECT kind, fire_at FROM timers ORDER BY kind")
    assert [(row["kind"], row["fire_at"] - NOW) for row in rows] == [
        ("raced", timedelta(milliseconds=20)),
        ("unknown", timedelta(seconds=1)),
    ]


async def test_a_timer_may_set_itself_again_while_it_fires(timed: Parts, hands: Hands) -> None:
    async def tick(parts: Parts, session: Session, subject: UUID, payload: Payload, origin: Origin) -> None:
        await set_timer(session, "tick", subject, origin.now + timedelta(minutes=1), {"correlation": str(chain)})
        assert origin.correlation == chain
        assert (origin.actor, origin.channel, origin.now) == ("timer", "timer", hands.now)

    chain = an_id()
    async with timed.database.transaction() as session:
        await set_timer(session, "tick", chain, NOW, {"correlation": str(chain)})

    for _ in range(3):
        assert await fire_due(timed, {"tick": tick}) == 1
        hands.now += timedelta(minutes=1)


async def test_two_processes_fire_each_timer_once(timed: Parts) -> None:
    subjects = [an_id() for _ in range(40)]
    await set_all(timed, *((subject, NOW, {}) for subject in subjects))

    counts = await asyncio.gather(*(fire_due(timed, TIMERS) for _ in range(3)))

    assert sum(counts) == 40
    assert sorted(map(str, await fired(timed))) == sorted(map(str, subjects))


async def test_nobody_waits_for_one_that_is_firing(timed: Parts) -> None:
    started, go_on = asyncio.Event(), asyncio.Event()

    async def slow(parts: Parts, session: Session, subject: UUID, payload: Payload, origin: Origin) -> None:
        started.set()
        await go_on.wait()
        await sample.fire(parts, session, subject, payload, origin)

    subject, other = an_id(), an_id()
    await set_all(timed, (subject, NOW - timedelta(seconds=1), {}), (other, NOW, {}))
    firing = asyncio.create_task(fire_due(timed, {"fire": slow}))
    await started.wait()
    async with timed.database.transaction() as session:
        await asyncio.wait_for(drop_timer(session, "fire", subject), 2)
    assert await asyncio.wait_for(fire_due(timed, TIMERS), 2) == 1, "another process fires the others meanwhile"
    go_on.set()

    assert await firing == 1
    assert await fired(timed) == [other, subject]


async def test_the_loop_fires_by_the_clock_of_its_stack(parts: Parts) -> None:
    """An hour of the drill is over in a third of a second."""
    fast = replace(parts, clock=Clock(NOW, real_now(), 10_800))
    subject = an_id()
    await set_all(fast, (subject, NOW + timedelta(hours=1), {}))
    loop = asyncio.create_task(run_timers(fast, TIMERS))

    try:
        await wait_for(lambda: fired(fast), 10)
        assert fast.clock.now() >= NOW + timedelta(hours=1)
    finally:
        loop.cancel()
