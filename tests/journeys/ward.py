"""A ward of its own for each journey: a shelter, its people, and the welfare shelters that the journey needs.

Journeys share one running system. What keeps them apart is the ward; what a journey leaves open (facilities with
places, needs) it closes at its end, because the whole city is searched for places.
"""

from itertools import count
from typing import Any

from tests.journeys.casework import Caseworker
from tests.journeys.headquarters import WardHq
from tests.journeys.health_team import Nurse
from tests.journeys.receiving import Facility, Partner
from tests.journeys.shelter import ShelterStaff
from tsunagi.client import CITY_HQ, Client, Failed, Who

_numbers = count(1)


class Ward:
    """One ward, its shelter, and who works there."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self.code = f"{28_800 + next(_numbers)}"
        self.city = WardHq(CITY_HQ, client)
        self.hq = WardHq(Who(f"hq-{self.code}", "ward-hq", (self.code,)), client)
        self.nurse = self.another_nurse(1)
        self.caseworker = Caseworker(Who(f"worker-{self.code}", "caseworker", (self.code,)), client)
        self.staff = ShelterStaff(Who(f"staff-{self.code}", "shelter-staff", (self.code,)), client)
        self.staff.ward = self.code
        self.staff.shelter = self.city.fresh()
        self._facilities: list[Facility] = []

    def another_nurse(self, number: int) -> Nurse:
        return Nurse(Who(f"nurse-{self.code}-{number}", "nurse", (self.code,)), self.client)

    async def begins(self) -> "Ward":
        """The shelter stands in the master."""
        await self.city.enters(self.staff.shelter, name=f"（訓練）小学校 {self.code}", kind="shelter", ward=self.code)
        return self

    async def facility(
        self, places: int | None = 1, *, kind: str = "core-welfare", opens: bool = True, **facts: Any
    ) -> Facility:
        """A welfare shelter of this ward that is open, with so many places (None: it has not said)."""
        number = len(self._facilities) + 1
        id_ = self.city.fresh()
        facility = Facility(Who(f"facility-{self.code}-{number}", "facility", (), (id_,)), self.client)
        facility.facility = id_
        self._facilities.append(facility)
        listed = {"receives": {"groups": ["elderly"], "with_family": True}, **facts}
        await self.city.enters(id_, name=f"（訓練）特養 {self.code}-{number}", kind=kind, ward=self.code, **listed)
        if places is not None:
            await facility.reports_places(places)
        if opens:
            await facility.opens()
        return facility

    async def partner(self, name: str, *vehicles: str, **facts: Any) -> Partner:
        """A transport partner of this ward."""
        code = f"{name}-{self.code}"
        partner = Partner(Who(f"driver-{code}", "partner", (), (), (code,)), self.client)
        partner.code = code
        await self.city.enters_partner(
            code,
            name=f"（訓練）{name}",
            kind="taxi",
            vehicles=list(vehicles or ("ordinary",)),
            wards=[self.code],
            **facts,
        )
        return partner

    async def ends(self) -> None:
        """Close what is open, so that no other journey's people are sent here, and nobody waits for their places."""
        for facility in self._facilities:
            await facility.closes()
        for need in await self.city.list("transfer", "/needs", ward=self.code):
            if need["state"] not in ("met", "ended"):
                try:
                    await self.city.ends_need(need, "mistake")
                except Failed as failed:
                    if failed.code != "need.closed":
                        raise
