"""Transport partners: they take a drive or not, and report on it: on the way, picked up, dropped off, broken off."""

from typing import Any
from uuid import UUID

from tsunagi.drill.answers import Drive, drive
from tsunagi.drill.player.bell import attend
from tsunagi.drill.player.callers import partner
from tsunagi.drill.player.stage import Stage

_OVER = frozenset({"trip.not-offered", "trip.over", "trip.taken", "trip.not-taken", "trip.under-way", "access.denied"})
"""The time ran out, or the drive is off (it may even be somebody else's by now)."""


class Drivers:
    """One partner's office. It knows a trip by its id; of the person, what driving needs."""

    def __init__(self, stage: Stage, code: str) -> None:
        self._stage = stage
        self._code = code
        self._who = partner(code)
        self._known: set[tuple[str, str]] = set()
        self._turns: dict[str, int] = {}

    async def run(self) -> None:
        """Look at what is offered, for ever."""
        await attend(self._stage.bells["partner", self._code], self.look)

    async def look(self) -> int:
        """Answer what is new; go on with what this partner had taken before."""
        rows = await self._stage.client.every(
            self._who, "transfer", "/trips", state=["offered", "accepted", "started", "picked-up"]
        )
        self._forget(rows)
        new = 0
        for row in rows:
            trip = row["trip"]
            key = (trip, row["since"]) if row["state"] == "offered" else (trip, "driven")
            if key in self._known:
                continue
            self._known.add(key)
            new += 1
            if row["state"] == "offered":
                self._turns[trip] = self._turns.get(trip, 0) + 1
                self._stage.begin(self._answer(row, self._turns[trip]))
            else:
                self._stage.begin(self._drives(row, self._turns.get(trip, 1)))
        return new

    def held(self) -> int:
        """Return how many things are held in mind: those that the last look showed, and no others."""
        return len(self._known)

    def _forget(self, rows: list[dict[str, Any]]) -> None:
        """What is no longer on the list need not be known."""
        listed = {row["trip"] for row in rows}
        self._known = {key for key in self._known if key[0] in listed}

    def _drive(self, trip: str, turn: int) -> Drive:
        return drive(self._stage.scenario, self._stage.seed, self._code, UUID(trip), turn)

    async def _answer(self, row: dict[str, Any], turn: int) -> None:
        stage, trip = self._stage, row["trip"]
        how = self._drive(trip, turn)
        if how.answer == "silent":
            return
        await stage.minutes(how.minutes)
        if how.answer == "declines":
            await self._send(trip, "decline", {"reason": how.reason}, turn)
            stage.ring("headquarters", row["from_ward"])
            return
        if await self._send(trip, "accept", {}, turn) is not None:
            self._known.add((trip, "driven"))
            await self._drives(row, turn)

    async def _drives(self, row: dict[str, Any], turn: int) -> None:
        """Drive there, to the person, and to the facility; some drives break off before the person is in the car."""
        stage, trip = self._stage, row["trip"]
        how = self._drive(trip, turn)
        if await self._send(trip, "start", {}, turn) is None:
            return
        await stage.minutes(how.to_reach)
        if how.fails is not None:
            await self._send(trip, "fail", {"reason": how.fails}, turn)
            stage.ring("headquarters", row["from_ward"])
            return
        if await self._send(trip, "pick-up", {}, turn) is None:
            return
        await self._note_moved(trip)
        await stage.minutes(how.to_drive)
        self._turns.pop(trip, None)
        if await self._send(trip, "drop-off", {}, turn) is not None:
            stage.ring("facility", UUID(row["to_facility"]))

    async def _note_moved(self, trip: str) -> None:
        """Whoever has accepted is told whom they drive."""
        seen = await self._stage.client.get(self._who, "transfer", f"/trips/{trip}")
        if seen.get("person") is not None:
            self._stage.done("moved", UUID(seen["person"]))

    async def _send(self, trip: str, step: str, body: dict[str, Any], turn: int) -> Any:
        command = self._stage.command("drive", step, trip, turn)
        return await self._stage.send(self._who, "transfer", f"/trips/{trip}/{step}", body, command, expects=_OVER)
