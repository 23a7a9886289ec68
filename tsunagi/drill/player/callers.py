"""Who calls, each with the one narrow role and reach that such a person has."""

from uuid import UUID

from tsunagi.client import CITY_HQ, Who

__all__ = ["CITY_HQ", "caseworker", "facility", "headquarters", "nurse", "partner", "staff"]


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
