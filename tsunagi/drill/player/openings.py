"""Facilities open, step by step, and report their places, and fewer later: in the order of time."""

from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

import msgspec

from tsunagi.client import Who
from tsunagi.drill.facilities import Opening, Report, Step, facilities, openings
from tsunagi.drill.player.callers import facility, headquarters
from tsunagi.drill.player.stage import Stage

BY_TELEPHONE = 0.25
"""The share of facilities that ring up headquarters, which keys in what they say."""

_FIRST_REQUEST = timedelta(minutes=10)
"""When the ward asks those facilities to open that do so on its request."""


class Telling(NamedTuple):
    """Something that a facility says, or is asked, at an instant."""

    at: datetime
    facility: UUID
    turn: int
    path: str
    body: dict[str, Any]


def told(opening: Opening, begins: datetime) -> list[Telling]:
    """Return all that is said while one facility opens, in order of time."""
    found: list[tuple[datetime, str, dict[str, Any]]] = []
    if opening.cause == "asked":
        found.append((begins + _FIRST_REQUEST, "opening-request", {"cause": "asked"}))
    found += [(step.at, "opening-steps", _step(step, opening.cause)) for step in opening.steps]
    found += [(report.at, "capacity", _report(report)) for report in opening.reports]
    found.sort(key=lambda one: one[0])
    return [Telling(at, opening.facility, turn, path, body) for turn, (at, path, body) in enumerate(found)]


def _step(step: Step, cause: str) -> dict[str, Any]:
    return {"step": step.step, "ok": step.ok, "deputy": step.deputy, "cause": cause}


def _report(report: Report) -> dict[str, Any]:
    body: dict[str, Any] = msgspec.to_builtins(report)
    del body["at"]
    return body


def speaker(stage: Stage, facility_id: UUID, ward: str | None) -> tuple[Who, dict[str, str]]:
    """Return who sends what a facility says: itself, or the ward's headquarters that it rang up."""
    if ward is not None and stage.dice("by-telephone", facility_id).chance(BY_TELEPHONE):
        return headquarters(ward), {"channel": "phone", "said_by": "facility"}
    return facility(facility_id), {}


class Openings:
    """Everything that facilities report by themselves."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._wards = {one.id: one.ward for one in facilities(stage.scenario, stage.seed)}
        quake, people = stage.begins, stage.population.people
        self._all = sorted(
            one for opening in openings(stage.scenario, stage.seed, people, quake) for one in told(opening, quake)
        )

    async def run(self) -> None:
        """Send all of it, each when its time has come. Raises `Failed` where transfer does not answer."""
        stage = self._stage
        for one in self._all:
            if one.at > stage.ends:
                break
            await stage.until(one.at)
            ward = self._wards[one.facility]
            who, way = speaker(stage, one.facility, ward)
            if one.path == "opening-request":
                who, way = headquarters(ward or ""), {}
            command = stage.command("opening", one.facility, one.turn, happened=one.at, **way)
            path = f"/facilities/{one.facility}/{one.path}"
            await stage.send(who, "transfer", path, one.body, command, expects=("facility.open-already",))
            stage.ring("headquarters", ward)
