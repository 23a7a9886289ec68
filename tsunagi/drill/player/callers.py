"""Who calls, each with the one narrow role and reach that such a person has."""

from uuid import UUID

from tsunagi.client import CITY_HQ, Who
from tsunagi.drill.scenario import Scenario

__all__ = [
    "CITY_HQ",
    "caseworker",
    "facility",
    "headquarters",
    "looking_on",
    "nurse",
    "partner",
    "staff",
    "those_with_pages",
]


def staff(ward: str) -> Who:
    """Staff at the shelters of a ward (避難所班)."""
    return Who(f"drill-staff-{ward}", "shelter-staff", (ward,))


def nurse(ward: str, number: int) -> Who:
    """A nurse of a ward's health team (保健班)."""
    return Who(f"drill-nurse-{ward}-{number}", "nurse", (ward,))


def headquarters(ward: str) -> Who:
    """A ward's headquarters (区災害対策本部)."""
    return Who(f"drill-hq-{ward}", "ward-hq", (ward,))


def facility(facility_id: UUID) -> Who:
    """A facility, which reaches only what it is asked."""
    return Who(f"drill-facility-{facility_id}", "facility", (), (facility_id,))


def partner(code: str) -> Who:
    """A transport partner, which reaches only its own trips."""
    return Who(f"drill-partner-{code}", "partner", (), (), (code,))


def caseworker(ward: str) -> Who:
    """A caseworker of a ward."""
    return Who(f"drill-caseworker-{ward}", "caseworker", (ward,))


def those_with_pages(scenario: Scenario) -> list[tuple[str, Who]]:
    """Return who looks at pages in this drill, each with where they work: in the city, or the ward with most people."""
    ward = max(scenario.wards, key=lambda one: one.weight)
    return looking_on(ward.code, ward.name)


def looking_on(ward: str, name: str) -> list[tuple[str, Who]]:
    """Return who looks at pages in the city and in one ward (its JIS code and name)."""
    of_ward = (headquarters(ward), nurse(ward, 1), caseworker(ward), staff(ward))
    return [("", CITY_HQ), *((name, who) for who in of_ward)]
