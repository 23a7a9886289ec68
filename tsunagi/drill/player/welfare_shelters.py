"""Facilities that are asked: they weigh it, accept, set conditions, decline or stay silent, and report arrivals."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import UUID

from tsunagi.client import Who
from tsunagi.drill.answers import Reply, reply
from tsunagi.drill.facilities import facilities
from tsunagi.drill.player.callers import facility
from tsunagi.drill.player.openings import speaker
from tsunagi.drill.player.stage import Stage

_OVER = frozenset(
    {
        "placement.expired",
        "placement.withdrawn",
        "placement.declined",
        "placement.ended",
        "placement.arrived",
        "placement.not-arrived",
        "need.closed",
        "facility.full",
    }
)
"""The time ran out, or nobody asks any more."""


def reply_body(answer: Reply, answered_at: Any) -> tuple[str, dict[str, Any]]:
    """Return by which route a facility answers, and with what; `answered_at` is the instant of its answer."""
    if answer.answer == "declines":
        lacks = ["care-staff"] if answer.reason == "staff" else []
        return "decline", {"reason": answer.reason, "lacks": lacks, "text": "今は受け入れられない（訓練）"}
    body: dict[str, Any] = {"conditions": list(answer.conditions)}
    if answer.from_minutes is not None:
        body["from_time"] = (answered_at + timedelta(minutes=answer.from_minutes)).isoformat()
    return "accept", body


class WelfareShelters:
    """All facilities of the drill; each looks at its own page, when it is rung up."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._wards = {one.id: one.ward for one in facilities(stage.scenario, stage.seed)}
        self._known: dict[UUID, set[tuple[UUID, str]]] = {}

    async def run(self) -> None:
        """Keep a desk for each facility that may be asked, for ever."""
        kinds = {rule.kind for rule in self._stage.scenario.openings} | {"lodging"}
        asked = [one.id for one in facilities(self._stage.scenario, self._stage.seed) if one.kind in kinds]
        async with asyncio.TaskGroup() as group:
            for facility_id in asked:
                group.create_task(self._desk(facility_id))

    async def _desk(self, facility_id: UUID) -> None:
        """Wait for the bell; then look, and look again until nothing new is there."""
        bell = self._stage.bells["facility", facility_id]
        while True:
            await bell.wait(3600)
            await self.look(facility_id)

    def held(self) -> int:
        """Return how many things are held in mind: those that the last look showed, and no others."""
        return sum(map(len, self._known.values()))

    async def look(self, facility_id: UUID) -> int:
        """Begin with what is new on the facility's page; return how much that was."""
        stage, who = self._stage, facility(facility_id)
        rows = await stage.client.every(who, "transfer", "/placements", state=["asked", "accepted"])
        known, seen, new = self._known.get(facility_id, set()), set(), 0
        for row in rows:
            here = row["state"] == "accepted" and row["trip_state"] == "dropped-off"
            step = "arrival" if here else row["state"]
            if step == "accepted" or row["about"] is None:
                continue
            seen.add((UUID(row["placement"]), step))
            if (UUID(row["placement"]), step) in known:
                continue
            new += 1
            person = UUID(row["about"]["person"])
            stage.begin(self._arrival(row, person) if here else self._answer(row, person))
        self._known[facility_id] = seen  # what is no longer on the page need not be known
        return new

    def _speaker(self, facility_id: UUID) -> tuple[Who, dict[str, str]]:
        return speaker(self._stage, facility_id, self._wards.get(facility_id))

    async def _answer(self, row: dict[str, Any], person: UUID) -> None:
        stage, facility_id = self._stage, UUID(row["facility"])
        answer = reply(stage.scenario, stage.seed, facility_id, person)
        if answer.answer == "silent":
            return
        await stage.minutes(answer.minutes)
        who, way = self._speaker(facility_id)
        path, body = reply_body(answer, stage.now())
        placement = row["placement"]
        command = stage.command(path, placement, **way)
        told = await stage.send(who, "transfer", f"/placements/{placement}/{path}", body, command, expects=_OVER)
        if told is not None and path == "accept":
            stage.done("placed", person)
            stage.roster.reach(person, "accepted")
        stage.ring("headquarters", row["ward"])

    async def _arrival(self, row: dict[str, Any], person: UUID) -> None:
        """受入報告."""
        stage, facility_id = self._stage, UUID(row["facility"])
        await stage.minutes(stage.dice("arrival", row["placement"]).between(2, 15))
        who, way = self._speaker(facility_id)
        path = f"/placements/{row['placement']}/arrival"
        command = stage.command("arrival", row["placement"], **way)
        if await stage.send(who, "transfer", path, {}, command, expects=_OVER) is None:
            return
        stage.done("arrived", person)
        stage.done("moved", person)
        stage.roster.reach(person, "arrived")
        stage.ring("casework", row["ward"])
