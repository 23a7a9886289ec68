"""The nurses of a ward: they take whoever is first in the queue, ask, and decide (004 マニュアル 参考①–③)."""

from typing import Any
from uuid import UUID

from tsunagi.client import Who
from tsunagi.drill.player.bell import attend
from tsunagi.drill.player.callers import nurse, staff
from tsunagi.drill.player.nursing import MINUTES, MOVES, answers_now, choose, decision, nurses_needed
from tsunagi.drill.player.stage import Stage
from tsunagi.drill.stories import Story

_MOST_QUESTIONS = 8
"""So often a nurse asks on; then she decides with what she knows."""

_AT_ONCE, _MORE = 100, 10
"""So many lines of the queue are looked at together at most: those for the free nurses, and some more."""

_OVER = frozenset({"screening.taken", "screening.not-taken", "screening.not-waiting", "screening.died", "person.dead"})
"""Somebody else was faster, or the person is gone."""


class Nurses:
    """The health team of one ward, several nurses at work side by side."""

    def __init__(self, stage: Stage, ward: str) -> None:
        self._stage = stage
        self._ward = ward
        persons = stage.roster.stories[ward]
        team = [nurse(ward, number) for number in range(1, nurses_needed(persons, stage.scenario.hours) + 1)]
        self._free = {one.id: one for one in team}
        self._with: set[UUID] = set()
        self._desk = nurse(ward, 0)

    async def run(self) -> None:
        """Go on with those whom a nurse has since before this play; then work off the queue, for ever."""
        taken = self._stage.client.pages(self._desk, "screening", "/screenings", state="taken", ward=self._ward)
        async for rows in taken:
            self._give_out(rows)
        await attend(self._stage.bells["nurses", self._ward], self.look)

    async def look(self) -> int:
        """Give whoever waits to the free nurses; return how many that were."""
        begun, free = 0, len(self._free)
        if not free:
            return 0  # a nurse who becomes free rings
        waiting = self._stage.client.pages(
            self._desk, "screening", "/screenings", limit=min(_AT_ONCE, free + _MORE), state="waiting", ward=self._ward
        )
        async for rows in waiting:
            begun += self._give_out(rows)
            if not self._free:
                break
        return begun

    def _give_out(self, rows: list[dict[str, Any]]) -> int:
        stage, begun = self._stage, 0
        for row in rows:
            person = UUID(row["person"])
            if person in self._with or person not in stage.roster:
                continue
            who = self._who_takes(row)
            if who is None:
                continue
            begun += 1
            self._with.add(person)
            stage.roster.reach(person, "queued")
            stage.begin(self._work(who, person, row["round"]))
        return begun

    def _who_takes(self, row: dict[str, Any]) -> Who | None:
        """Return a free nurse, or the one who has the person since before this play."""
        if row["state"] == "taken":
            return self._free.pop(row["nurse"], None)
        return self._free.pop(next(iter(self._free)), None) if self._free else None

    async def _work(self, who: Who, person: UUID, turn: int) -> None:
        try:
            await _Screening(self._stage, who, self._ward, person, turn).play()
        finally:
            self._free[who.id] = who
            self._with.discard(person)
            self._stage.ring("nurses", self._ward)


class _Screening:
    """One round of one person's screening, by one nurse."""

    def __init__(self, stage: Stage, who: Who, ward: str, person: UUID, turn: int) -> None:
        self._stage = stage
        self._who = who
        self._ward = ward
        self._person = person
        self._turn = turn
        self._dice = stage.dice("screening", person, turn)

    @property
    def _story(self) -> Story:
        return self._stage.roster.story(self._person)

    async def play(self) -> None:
        if await self._send("take", {}) is None:
            return
        await self._stage.minutes(self._dice.between(*MINUTES))
        if not await self._meet():
            return
        suggestion = await self._ask()
        if suggestion is None:
            return
        chosen = choose(self._story, suggestion, self._dice)
        answer = await self._send("decision", decision(self._story, chosen, self._dice))
        if answer is None:
            return
        stage = self._stage
        stage.done("screened", self._person)
        stage.roster.reach(self._person, "decided")
        if chosen.destination in MOVES:
            stage.ring("headquarters", self._ward)
        elif chosen.destination == "hospital":
            stage.begin(self._ambulance())

    async def _meet(self) -> bool:
        """Ring up, or visit somebody whom one cannot ring up."""
        if "hearing" not in self._story.groups:
            called = {"called": "person", "outcome": "reached", "with_whom": "本人（訓練）"}
            return await self._send("calls", called) is not None
        if await self._send("visits", {"nurse": self._who.id}) is None:
            return False
        await self._send("visits/accepted", None)
        await self._stage.minutes(self._dice.between(*MINUTES))
        return await self._send("visits/made", {"outcome": "met"}) is not None

    async def _ask(self) -> dict[str, Any] | None:
        """Ask what the guide asks until it can say; what nobody could say at once, upon calling back."""
        called_back = False
        suggestion: dict[str, Any] = {}
        for number in range(_MOST_QUESTIONS):
            suggestion = await self._suggestion()
            if suggestion["kind"] != "ask":
                break
            asked = [question["code"] for question in suggestion["questions"]]
            answers = answers_now(self._story, asked, called_back=called_back)
            if not answers:
                if called_back:
                    break
                called_back = True
                await self._stage.minutes(self._dice.between(10, 30))
                continue
            if await self._send("answers", {"answers": answers}, number) is None:
                return None
        return suggestion

    async def _suggestion(self) -> dict[str, Any]:
        seen = await self._stage.client.get(self._who, "screening", f"/screenings/{self._person}")
        found: dict[str, Any] = seen["suggestion"]
        return found

    async def _ambulance(self) -> None:
        """Staff call an ambulance; hours later it is known which hospital has the person."""
        stage, dice = self._stage, self._dice
        command = stage.command("ambulance", self._person, self._turn)
        path = f"/persons/{self._person}"
        who = staff(self._ward)
        await stage.minutes(dice.between(1, 6))
        if await stage.send(who, "intake", f"{path}/ambulance", {}, command, expects=_OVER) is None:
            return
        await stage.minutes(dice.between(20, 80))
        command = stage.command("hospital", self._person, self._turn)
        body = {"hospital": "（訓練）模擬病院"}
        await stage.send(who, "intake", f"{path}/hospital", body, command, expects=_OVER)

    async def _send(self, step: str, body: object, number: int = 0) -> Any:
        command = self._stage.command(step, self._person, self._turn, number)
        path = f"/screenings/{self._person}/{step}"
        return await self._stage.send(self._who, "screening", path, body or {}, command, expects=_OVER)
