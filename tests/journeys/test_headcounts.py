"""A part of the drill nanao on the running system: at every instant it counts what was published, then and later.

The whole of it is `tsunagi drill nanao`; here are the weeks in which shelters closed, and one list was short of a
shelter that the next one names again.
"""

from uuid import UUID

import asyncpg
import pytest

from tests.running import Running
from tsunagi.client import CITY_HQ, Client
from tsunagi.drill.headcounts.moves import plan
from tsunagi.drill.headcounts.playing import Play
from tsunagi.drill.headcounts.published import Snapshot, load

pytestmark = [pytest.mark.stack]

PART = load("nanao").part(85, 96)
PLAN = plan(PART, seed=7)


async def test_every_published_instant_comes_out_and_played_again_adds_nothing(
    running: Running, client: Client
) -> None:
    play = Play(client, PART, PLAN, seed=7)
    await play.run(print)
    assert play.problems == []
    assert play.exact_in_time == len(PART.snapshots)

    said = await _said_to_intake(running)
    again = Play(client, PART, PLAN, seed=7)
    await again.run(print)
    assert again.problems == []
    assert client.repeated >= len(PLAN.acts)
    assert await _said_to_intake(running) == said
    assert [await again.mismatches(snapshot) for snapshot in PART.instants] == [[]] * len(PART.snapshots)

    for snapshot in (PART.instants[1], PART.instants[-1]):
        assert await _on_intakes_lists(client, snapshot) == snapshot.counts


async def _said_to_intake(running: Running) -> int:
    """Count the events of intake's store."""
    connection = await asyncpg.connect(running.stack.dsn("intake"))
    try:
        return int(await connection.fetchval("SELECT count(*) FROM events"))
    finally:
        await connection.close()


async def _on_intakes_lists(client: Client, snapshot: Snapshot) -> tuple[int, ...]:
    """Count who stands on the list of each shelter at an instant (避難所避難者名簿), as intake itself keeps it."""

    async def listed(shelter: UUID) -> int:
        path = f"/shelters/{shelter}/roster"
        return len(await client.every(CITY_HQ, "intake", path, happened_by=snapshot.at.isoformat()))

    return tuple([await listed(row.id) for row in PART.listed])
