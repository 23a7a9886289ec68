"""What came of a drill by headcounts: what the system says of every published instant, held against what was published.

Every instant is asked for twice: while the story goes on, as soon as all that had happened until then was answered,
and at the end, when the system must still know how it was.
"""

import time
from collections.abc import Mapping
from typing import Any
from uuid import UUID

import msgspec

from tsunagi.client import CITY_HQ, Client
from tsunagi.drill.headcounts.moves import plan
from tsunagi.drill.headcounts.playing import Mismatch, Play, Say
from tsunagi.drill.headcounts.published import Published
from tsunagi.drill.player.playing import acknowledged_of
from tsunagi.stack.stack import Stack
from tsunagi.verifying import verify
from tsunagi.verifying.settling import catch_up

_SETTLES_WITHIN = 180.0
_SLOW = 3600.0
"""Real seconds: from there on it is said beforehand how long it takes."""


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """A drill that was played and verified. `exact`: at how many of the `snapshots` every shelter held as many as
    published, asked at the end; `exact_in_time`: asked while it was played. `mismatches`: where not, at the end."""

    scenario: str
    people: int
    households: int
    seed: int
    speed: float
    disaster: UUID
    snapshots: int
    exact: int
    exact_in_time: int
    mismatches: list[dict[str, Any]]
    lost: int
    duplicated: int
    seconds: float
    commands: int
    repeated: int
    refused: dict[str, int]
    problems: list[str]

    @property
    def clean(self) -> bool:
        """Whether every count is right and every promise was kept."""
        return self.exact == self.snapshots and not (self.problems or self.lost or self.duplicated)

    def values(self) -> dict[str, Any]:
        """Return it as one flat object, as `drill --json` prints it."""
        values: dict[str, Any] = msgspec.to_builtins(self)
        return values | {"clean": self.clean}


async def play_and_compare(stack: Stack, facts: Published, say: Say, seed: int | None = None) -> Outcome:
    """Play published headcounts on a running stack, wait until all has settled, and ask for every instant."""
    seed = facts.seed if seed is None else seed
    began = time.monotonic()
    acts = plan(facts, seed)
    async with Client.of(stack, acknowledged=acknowledged_of(stack)) as client:
        play = Play(client, facts, acts, seed)
        takes = client.clock.real_seconds(acts.acts[-1].sent)
        if takes > _SLOW:
            say(f"This stack's clock runs at {client.clock.rate:g}: the drill takes about {takes / 3600:.1f} hours.")
        await play.run(say)
        seconds = round(time.monotonic() - began, 1)
        say("played; waiting until everything has settled")
        await catch_up(stack, _SETTLES_WITHIN, say)
        say(f"asking for all {len(facts.snapshots)} instants again")
        found = [await play.mismatches(snapshot) for snapshot in facts.instants]
        problems = [*play.problems, *await _board_differs(client, play)]
    say("verifying what was promised")
    report = await verify(stack, acknowledged_of(stack), within=_SETTLES_WITHIN)
    return Outcome(
        scenario=facts.id,
        people=acts.people,
        households=len(acts.arrivals),
        seed=seed,
        speed=stack.layout.kind.clock.rate,
        disaster=play.disaster,
        snapshots=len(facts.snapshots),
        exact=sum(not one for one in found),
        exact_in_time=play.exact_in_time,
        mismatches=[_shown(one) for ones in found for one in ones],
        lost=report.lost,
        duplicated=report.duplicated,
        seconds=seconds,
        commands=client.sent,
        repeated=client.repeated,
        refused=dict(play.refused),
        problems=[*problems, *map(str, report.problems)],
    )


async def _board_differs(client: Client, play: Play) -> list[str]:
    """Say where the board's present numbers are not those of the occupancy at the present."""
    board = await client.get(CITY_HQ, "casework", "/board")
    shown = {UUID(one["shelter"]): one["persons"] for one in board["shelters"]["items"]}
    counted = await play.count(None)
    differ = [one for one in shown.keys() | counted.keys() if shown.get(one) != counted.get(one)]
    return [f"shelter {one}: board {shown.get(one)}, occupancy {counted.get(one)}" for one in sorted(differ)]


def _shown(mismatch: Mismatch) -> dict[str, Any]:
    return {**mismatch._asdict(), "at": mismatch.at.isoformat()}


def told(outcome: Outcome, urls: Mapping[str, str]) -> list[str]:
    """Return the lines of the summary."""
    rows = (
        (outcome.people, "people came", "登録した人"),
        (outcome.snapshots, "published instants", "公表された時点"),
        (outcome.exact, "equal at every shelter", "すべての避難所で人数が一致"),
        (outcome.exact_in_time, "  and when it was played", "　進行中にも一致"),
        (outcome.lost, "lost between two hands", "引き継ぎの間で見失った人（0 でなければならない）"),
        (outcome.duplicated, "done twice", "二重に行われたこと（0 でなければならない）"),
    )
    played = f"played in {outcome.seconds:.0f} s"
    lines = ["", f"Drill {outcome.scenario}: {played}   訓練 {outcome.scenario} が終わりました", ""]
    lines += [f"  {value:>7,}  {en:<26} {ja}" for value, en, ja in rows]
    lines.append(f"  {outcome.commands:>7,}  commands sent, {outcome.repeated:,} of them answered as before")
    for one in outcome.mismatches[:20]:
        lines.append(f"  DIFFERS  {one['at']} {one['shelter']}: published {one['published']}, counted {one['counted']}")
    lines += [f"  PROBLEM  {problem}" for problem in outcome.problems]
    return [*lines, "", *(f"  {name:<10} {url}/docs" for name, url in urls.items()), ""]
