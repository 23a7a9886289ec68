"""A ward's headquarters: they see who is to be moved, choose whom to ask, and find somebody to drive (004 受入手順)."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from tsunagi.client import Failed
from tsunagi.drill.answers import partners
from tsunagi.drill.dice import Dice
from tsunagi.drill.player.bell import attend
from tsunagi.drill.player.callers import headquarters, staff
from tsunagi.drill.player.stage import Stage

CHOOSES_OTHERWISE = 0.1
"""The share of requests that go to another candidate than the best, with a reason."""
OFFERED = timedelta(minutes=15)
"""How long a partner has to answer (the service's usual time)."""

_LIVE = ("open", "asked", "accepted")
_OVER = frozenset(
    {
        "need.closed",
        "need.accepted-already",
        "need.asked-enough",
        "need.unknown",
        "facility.full",
        "facility.not-askable",
        "placement.reason-missing",  # another is the best by now
        "placement.withdrawn",
        "trip.exists",
        "trip.not-accepted",
        "trip.over",
        "trip.taken",
        "trip.offered-already",
        "trip.not-offered",
        "handoff.finished",
        "handoff.taken",
        "person.dead",
    }
)
"""Somebody else was faster, or something has happened to the person."""


def whom_to_ask(candidates: list[dict[str, Any]], dice: Dice) -> tuple[str, str | None] | None:
    """Choose among ranked candidates: the best one, or now and then another with a reason; None: there is none."""
    if not candidates:
        return None
    if len(candidates) > 1 and dice.chance(CHOOSES_OTHERWISE):
        return dice.pick(candidates[1:4])["facility"], dice.pick(("known-there", "household", "road"))
    return candidates[0]["facility"], None


class Headquarters:
    """The headquarters of one ward."""

    def __init__(self, stage: Stage, ward: str) -> None:
        self._stage = stage
        self._ward = ward
        self._who = headquarters(ward)
        self._asked: set[UUID] = set()
        self._rung: set[UUID] = set()
        self._planned: dict[UUID, int] = {}
        self._offers: dict[UUID, int] = {}
        self._families: set[UUID] = set()

    async def run(self) -> None:
        """Look after the needs of the ward, for ever."""
        await self._go_on_with_families()
        await attend(self._stage.bells["headquarters", self._ward], self.look)

    def held(self) -> int:
        """Return how many things are held in mind: those that the last look showed, and no others."""
        return sum(map(len, (self._asked, self._rung, self._planned, self._offers, self._families)))

    async def look(self) -> int:
        """Ask for whoever is new, tell the facilities, have drives planned and offered; return how much was done."""
        client, who = self._stage.client, self._who
        needs = await client.every(who, "transfer", "/needs", state=_LIVE, ward=self._ward)
        needs = [row for row in needs if UUID(row["person"]) in self._stage.roster]
        self._asked &= {UUID(row["need"]) for row in needs}  # what is over need not be known
        done = 0
        for row in needs:
            if row["state"] == "open" and row["asked"] == 0 and UUID(row["need"]) not in self._asked:
                self._asked.add(UUID(row["need"]))
                self._stage.begin(self._ask(row))
                done += 1
        if any(row["state"] == "asked" for row in needs):
            done += await self._tell_facilities()
        if any(row["state"] == "accepted" for row in needs):
            done += await self._find_drivers()
        return done

    async def _ask(self, row: dict[str, Any]) -> None:
        """Look at the candidates and ask one; with nobody to ask, the person goes on the waiting list."""
        stage, need = self._stage, UUID(row["need"])
        dice = stage.dice("asking", row["person"], row["destination"])
        await stage.minutes(dice.between(2, 10))
        try:
            seen = await stage.client.get(self._who, "transfer", f"/needs/{need}/candidates")
        except Failed as failed:
            if failed.status in (0, 503):
                raise
            return
        choice = whom_to_ask(seen["items"], dice)
        body: dict[str, Any] = {"placement": str(stage.id("placement", need))}
        if choice is not None and choice[1] is not None:
            body |= {"facility": choice[0], "reason": choice[1]}
        command = stage.command("ask", need)
        answer = await stage.send(self._who, "transfer", f"/needs/{need}/placements", body, command, expects=_OVER)
        if answer is None:
            self._asked.discard(need)  # look at it again: another candidate is the best by now, or it is over
            return
        stage.roster.reach(UUID(row["person"]), "asked")
        stage.ring("headquarters", self._ward)

    async def _tell_facilities(self) -> int:
        """Ring up the facilities that are asked: they look at their page, or answer by telephone."""
        rows = await self._stage.client.every(self._who, "transfer", "/placements", state="asked", ward=self._ward)
        new = [row for row in rows if UUID(row["placement"]) not in self._rung]
        self._rung = {UUID(row["placement"]) for row in rows}
        for row in new:
            self._stage.ring("facility", UUID(row["facility"]))
            self._stage.ring_at(datetime.fromisoformat(row["until"]), "headquarters", self._ward)
        return len(new)

    async def _find_drivers(self) -> int:
        """Have a drive planned for whoever was accepted; offer what nobody has taken to the next partner."""
        rows = await self._stage.client.every(self._who, "transfer", "/transport-needs", ward=self._ward)
        listed = {UUID(row[name]) for row in rows for name in ("placement", "trip") if row[name] is not None}
        self._planned = {placement: turn for placement, turn in self._planned.items() if placement in listed}
        self._offers = {trip: turn for trip, turn in self._offers.items() if trip in listed}
        done = 0
        for row in rows:
            person = UUID(row["person"])
            if person not in self._stage.roster:
                continue
            self._stage.roster.reach(person, "accepted")
            if row["trip"] is None:
                await self._plan(row, person)
            elif row["trip_state"] == "planned" and row["by"] == "partner":
                await self._offer(row, UUID(row["trip"]))
            else:
                continue
            done += 1
        return done

    async def _go_on_with_families(self) -> None:
        """Families that were about to drive, or on the road, when an earlier play was broken off."""
        states = ["planned", "accepted", "started", "picked-up"]
        for row in await self._stage.client.every(self._who, "transfer", "/trips", state=states, ward=self._ward):
            if row["by"] == "family" and UUID(row["person"]) in self._stage.roster:
                self._begin_family(UUID(row["trip"]), UUID(row["person"]), UUID(row["to_facility"]))

    def _begin_family(self, trip: UUID, person: UUID, facility: UUID) -> None:
        if trip not in self._families:
            self._families.add(trip)
            self._stage.begin(self._family_is_away(trip, person, facility))

    async def _plan(self, row: dict[str, Any], person: UUID) -> None:
        """The family first; where it cannot, or its drive broke off, a partner."""
        stage, placement = self._stage, UUID(row["placement"])
        turn = self._planned[placement] = self._planned.get(placement, 0) + 1
        by_family = stage.roster.story(person).drives == "family" and not row["high_risk"] and turn == 1
        trip = stage.id("trip", placement, turn)
        earliest = max(stage.now(), datetime.fromisoformat(row["from_time"] or row["waiting_since"]))
        body: dict[str, Any] = {
            "trip": str(trip),
            "by": "family" if by_family else "partner",
            "planned_at": (earliest + timedelta(minutes=stage.dice("plan", trip).between(15, 40))).isoformat(),
            "from_place": row["place_now"],
            "pick_up": "玄関（訓練）",
        }
        command = stage.command("plan", placement, turn)
        path = f"/placements/{placement}/trips"
        if await stage.send(self._who, "transfer", path, body, command, expects=_OVER) is not None and by_family:
            self._begin_family(trip, person, UUID(row["facility"]))

    async def _offer(self, row: dict[str, Any], trip: UUID) -> None:
        """Offer the drive to the partners that have such a vehicle, those of the ward first, one after the other."""
        stage = self._stage
        turn = self._offers.get(trip, 0)
        fitting = partners(stage.scenario, self._ward, row["vehicle"])
        partner = fitting[turn % len(fitting)]
        self._offers[trip] = turn + 1
        body = {"partner": partner.code}
        path = f"/trips/{trip}/offer"
        if await stage.send(self._who, "transfer", path, body, stage.command("offer", trip, turn), expects=_OVER):
            stage.ring("partner", partner.code)
            stage.ring_at(stage.now() + OFFERED, "headquarters", self._ward)

    async def _family_is_away(self, trip: UUID, person: UUID, facility: UUID) -> None:
        try:
            await self._family_drives(trip, person, facility)
        finally:
            self._families.discard(trip)

    async def _family_drives(self, trip: UUID, person: UUID, facility: UUID) -> None:
        """The family says that it drives, and does; staff at the shelter key it in."""
        stage = self._stage
        dice = stage.dice("family", trip)
        who = staff(self._ward)
        await stage.minutes(dice.between(2, 10))
        for step, body in (("accept", {}), ("start", None), ("pick-up", None)):
            command = stage.command("family", step, trip, said_by="family")
            if await stage.send(who, "transfer", f"/trips/{trip}/{step}", body or {}, command, expects=_OVER) is None:
                return
            if step == "pick-up":
                stage.done("moved", person)
            await stage.minutes(dice.between(5, 20))
        await stage.minutes(dice.between(5, 30))
        command = stage.command("family", "drop-off", trip, said_by="family")
        await stage.send(who, "transfer", f"/trips/{trip}/drop-off", {}, command, expects=_OVER)
        stage.ring("facility", facility)
