"""Staff at the shelters with their tablets: sheets, corrections, who goes out, comes back and leaves."""

import asyncio
from datetime import timedelta
from hashlib import sha256
from typing import Any

import msgspec

from tsunagi.drill.acts import Act, in_order
from tsunagi.drill.player.callers import staff
from tsunagi.drill.player.stage import Stage

AT_ONCE = 32
"""So many tablets send at the same moment: a city has hundreds of shelters."""

_PATHS = {"out": "out", "back": "back", "departs": "departure"}


class Tablets:
    """Send everything that reaches intake, each when its time has come; of one household one after the other."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._gate = asyncio.Semaphore(AT_ONCE)
        self._before: dict[int, asyncio.Task[None]] = {}
        self._answers: dict[int, bytes] = {}
        self._acts = in_order(stage.population)

    async def run(self) -> None:
        """Send all acts of the drill. Raises `Failed` where intake does not answer."""
        async with asyncio.TaskGroup() as group:
            for act in self._acts:
                if act.at > self._stage.ends:
                    break
                await self._stage.until(act.at)
                self._stage.pace.due(act.at)
                await self._gate.acquire()
                task = group.create_task(self._after(self._before.get(act.number), act))
                self._before[act.number] = task

    def held(self) -> int:
        """Return of how many households something is held in mind: those of which more is to come, or on its way."""
        return len(self._before.keys() | self._answers.keys())

    async def _after(self, before: "asyncio.Task[None] | None", act: Act) -> None:
        try:
            if before is not None:
                await asyncio.wait([before])
            await self._send(act)
            self._stage.pace.sent(act.at)
        finally:
            self._gate.release()
            if self._before.get(act.number) is asyncio.current_task():
                del self._before[act.number]

    async def _send(self, act: Act) -> None:
        match act.kind:
            case "sheet" | "repeat":
                await self._sheet(act)
            case "correction":
                await self._correction(act)
            case _:
                await self._movement(act)

    async def _sheet(self, act: Act) -> None:
        """A repeat is another command with the same sheet; it must be answered as the first was."""
        stage = self._stage
        household = stage.roster.household(act.number)
        off = timedelta(minutes=act.clock_off)
        command = stage.command("sheet", act.number, act.turn, device_now=stage.now() + off if off else None)
        body = msgspec.json.encode(act.sheet)
        receipt = await stage.send(staff(household.ward), "intake", "/households", body, command)
        if receipt is None:
            return
        said = sha256(msgspec.json.encode(receipt)).digest()
        first = self._answers.pop(act.number, said)
        if act.again:
            self._answers[act.number] = first
        if first != said:
            stage.notes.problem(f"household {household.id}: a repeated sheet was answered otherwise than the first")
        for person in household.persons:
            stage.done("registered", person.id)
        if any(person.story for person in household.persons):
            stage.ring("nurses", household.ward)

    async def _correction(self, act: Act) -> None:
        stage, correction = self._stage, act.correction
        if correction is None:
            return
        ward = stage.roster.household(act.number).ward
        whose = f"/persons/{correction.person}" if correction.person else f"/households/{act.household}"
        body = {**correction.fields, "reason": correction.reason}
        command = stage.command("correction", act.number, act.turn, happened=act.at)
        await stage.send(staff(ward), "intake", f"{whose}/corrections", body, command)

    async def _movement(self, act: Act) -> None:
        stage = self._stage
        ward = stage.roster.household(act.number).ward
        body: dict[str, Any] = {"destination": act.destination} if act.destination else {}
        command = stage.command(act.kind, act.person, act.turn, happened=act.at)
        await stage.send(staff(ward), "intake", f"/persons/{act.person}/{_PATHS[act.kind]}", body, command)
