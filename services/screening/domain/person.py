"""What screening knows of an evacuee from intake's events: what risk, groups and drive are reckoned from.

Only what the topic says openly; names and words are the platform's, in the schema `personal`.
"""

from datetime import datetime
from uuid import UUID

import msgspec

from services.screening.domain.risk import RiskRules, SheetFacts, assess_risk
from shared.contracts.event import Event
from shared.contracts.intake_person import (
    AmbulanceCalled,
    CameBack,
    CheckedIn,
    Departed,
    Died,
    HospitalConfirmed,
    PersonCorrected,
    PersonRegistered,
    ReturnedFromHospital,
    WentOut,
)
from shared.contracts.places import Place

NOWHERE = Place()
_CODES = ("needs", "aids", "communication", "observations", "groups")
_COPIED = ("place", "age_band", "care", "carer", *_CODES)
_CARERS = ("always", "sometimes", "none")


class Known(msgspec.Struct, frozen=True, kw_only=True):
    """A person as the sheet and its corrections say; `presence` as intake has it.

    `power_said_at` and `medicine_said_at` are when hours and days were stated: they run from there.
    """

    household: UUID | None = None
    place: Place = NOWHERE
    presence: str = "present"
    age_band: str = "unknown"
    needs: tuple[str, ...] = ()
    care: bool = False
    aids: tuple[str, ...] = ()
    communication: tuple[str, ...] = ()
    observations: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    carer: str | None = None
    power_needed: bool | None = None
    power_hours: float | None = None
    power_said_at: datetime | None = None
    medicine_days: int | None = None
    medicine_said_at: datetime | None = None

    @property
    def needs_screening(self) -> bool:
        """Whether a nurse should look (004 マニュアル 参考①: 特に配慮が必要な方); the same rule as the sheet's."""
        return bool(self.needs or self.care or self.power_needed or self.observations or self.aids or self.groups)

    def facts(self, now: datetime, seen: tuple[str, ...] = (), *, power_out: bool = False) -> SheetFacts:
        """Return the facts that risk is reckoned from; `seen`: observations of whoever asks for a nurse.

        `power_out`: whoever needs power to live has it for nobody knows how long (K4-104).
        """
        out = power_out and bool(self.power_needed)
        return SheetFacts(
            said_at=self.power_said_at or now,
            medicine_said_at=self.medicine_said_at,
            needs=self.needs,
            observations=(*self.observations, *seen),
            aids=self.aids,
            age_band=self.age_band,
            care=self.care,
            power_needed=self.power_needed,
            power_hours=None if out else self.power_hours,
            medicine_days=self.medicine_days,
            ambulance=self.presence == "ambulance",
        )


def learned(known: Known | None, event: Event, at: datetime) -> Known:
    """Return what is known of a person after this event, which happened at `at`."""
    before = known or Known()
    match event:
        case PersonRegistered():
            return Known(
                household=event.household,
                **{name: getattr(event, name) for name in _COPIED},
                power_needed=event.power_needed,
                power_hours=event.power_hours,
                power_said_at=at,
                medicine_days=event.medicine_days,
                medicine_said_at=at,
            )
        case PersonCorrected():
            return _corrected(before, event, at)
        case CheckedIn(place=place) | ReturnedFromHospital(place=place):
            return msgspec.structs.replace(before, presence="present", place=place)
        case WentOut():
            return msgspec.structs.replace(before, presence="out")
        case CameBack():
            return msgspec.structs.replace(before, presence="present")
        case Departed(placement=None):
            return msgspec.structs.replace(before, presence="left", place=NOWHERE)
        case Departed():  # at the facility that reported the arrival: which one, it says itself
            place = before.place if before.place.kind == "facility" else Place(kind="facility")
            return msgspec.structs.replace(before, presence="moved", place=place)
        case AmbulanceCalled():
            return msgspec.structs.replace(before, presence="ambulance")
        case HospitalConfirmed():
            return msgspec.structs.replace(before, presence="hospital", place=NOWHERE)
        case Died():
            return msgspec.structs.replace(before, presence="dead", place=NOWHERE)
        case _:
            return before


def _corrected(before: Known, event: PersonCorrected, at: datetime) -> Known:
    values = {name: getattr(event, name) for name in event.fields if name in _COPIED}
    for name in ("place", "age_band"):  # required of a person, so that a correction to nothing says: not known
        if name in values and values[name] is None:
            values[name] = getattr(Known(), name)
    for name, said_at in (("power_hours", "power_said_at"), ("medicine_days", "medicine_said_at")):
        if name in event.fields:
            values |= {name: getattr(event, name), said_at: at}
    if "power_needed" in event.fields:
        values["power_needed"] = event.power_needed
    return msgspec.structs.replace(before, **values)


def worse(before: Known, after: Known, rules: RiskRules, now: datetime) -> bool:
    """Whether something was learned upon which a nurse should look again (K4-104).

    Something new that is needed, seen or carried along; less of a carer; or a higher place in the queue.
    """
    if any(
        set(getattr(after, name)) - set(getattr(before, name)) for name in ("needs", "aids", "observations", "groups")
    ):
        return True
    if after.care and not before.care:
        return True
    if _less_carer(before.carer, after.carer):
        return True
    return assess_risk(rules, after.facts(now), now).rank < assess_risk(rules, before.facts(now), now).rank


def _less_carer(before: str | None, after: str | None) -> bool:
    if after not in _CARERS or (before is not None and before not in _CARERS):
        return False
    return _CARERS.index(after) > (0 if before is None else _CARERS.index(before))
