"""What comes in between (`stories.Twist`): somebody leaves, goes to hospital, dies, gets a fever, loses the carer."""

from typing import Any
from uuid import UUID

from tsunagi.drill.player.callers import facility, nurse, staff
from tsunagi.drill.player.stage import Stage
from tsunagi.drill.stories import Twist

BACK_FROM_HOSPITAL = 0.4
"""The share of those taken to hospital who come back to the shelter before the drill is over."""

_OVER = frozenset({"person.dead", "screening.died", "placement.not-arrived", "placement.ended"})
_ASKS_AGAIN = {"fever": "fever", "carer-gone": "carer-gone", "doctor-answers": "doctor-answered"}
"""Twists after which a nurse looks again, and why (codes.SCREENING_REASON)."""


class Twists:
    """Everybody's twists, each when its person has come so far."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        stage.roster.listen(self.reached)

    def reached(self, person: UUID, at: str) -> None:
        """Somebody has reached a stage: what follows upon it is under way from now on."""
        twist = self._stage.roster.story(person).twist
        if twist is not None and twist.stage == at:
            self._stage.begin(self._happen(person, twist))

    async def _happen(self, person: UUID, twist: Twist) -> None:
        await self._stage.minutes(twist.minutes)
        match twist.kind:
            case "leaves":
                await self._tell(person, "departure", {"destination": twist.destination})
            case "dies":
                await self._tell(person, "death", {})
            case "hospital":
                await self._hospital(person)
            case "moves-on":
                await self._move_on(person, twist)
            case _:
                await self._again(person, twist)

    async def _tell(self, person: UUID, step: str, body: dict[str, Any]) -> Any:
        """Staff at the shelter tell intake."""
        stage = self._stage
        ward = stage.roster.household_of(person).ward
        command = stage.command("twist", step, person)
        return await stage.send(staff(ward), "intake", f"/persons/{person}/{step}", body, command, expects=_OVER)

    async def _hospital(self, person: UUID) -> None:
        stage = self._stage
        dice = stage.dice("hospital", person)
        if await self._tell(person, "ambulance", {}) is None:
            return
        await stage.minutes(dice.between(20, 90))
        if await self._tell(person, "hospital", {"hospital": "（訓練）模擬病院"}) is None:
            return
        shelter = stage.roster.household_of(person).shelter
        if shelter is not None and dice.chance(BACK_FROM_HOSPITAL):
            await stage.minutes(dice.between(60, 150))
            await self._tell(person, "return", {"kind": "shelter", "shelter": str(shelter), "lodging": "building"})
            stage.ring("nurses", stage.roster.household_of(person).ward)

    async def _again(self, person: UUID, twist: Twist) -> None:
        """Something has changed: it is true from now on, and a nurse is asked to look again."""
        stage = self._stage
        ward = stage.roster.household_of(person).ward
        stage.roster.twisted(person)
        reason = _ASKS_AGAIN[twist.kind]
        body = {"reason": reason, "observations": ["fever"] if reason == "fever" else []}
        who = nurse(ward, 1) if reason == "doctor-answered" else staff(ward)
        command = stage.command("twist", "again", person)
        await stage.send(who, "screening", f"/screenings/{person}/request", body, command, expects=_OVER)
        stage.ring("nurses", ward)

    async def _move_on(self, person: UUID, twist: Twist) -> None:
        """Somebody leaves the facility that had received them; it says so, and where they are is known."""
        stage = self._stage
        ward = stage.roster.household_of(person).ward
        rows = await stage.client.every(nurse(ward, 1), "transfer", "/placements", state="arrived", ward=ward)
        mine = next((row for row in rows if row["about"] and row["about"]["person"] == str(person)), None)
        if mine is None:
            return
        reason = "home" if twist.destination == "home" else "moved-on"
        command = stage.command("twist", "end", person)
        path = f"/placements/{mine['placement']}/end"
        who = facility(UUID(mine["facility"]))
        if await stage.send(who, "transfer", path, {"reason": reason}, command, expects=_OVER) is None:
            return
        await stage.minutes(20)
        places = {"home": "home", "relatives": "relatives", "hotel": "hotel"}
        await self._tell(person, "check-in", {"kind": places.get(twist.destination or "", "other")})
