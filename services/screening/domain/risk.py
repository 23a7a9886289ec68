"""In what order the nurses' queue is worked off: by risk, then by the time left, then by how long somebody waits.

Who belongs in which class is data with a version (`guides/risk-1.json`); when power or medicine runs out is reckoned
from the sheet (004 別紙 内部障害者・難病者; K4-030, K4-105). Nothing here reads a clock.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Literal

import msgspec

from services.screening.domain.guides import packaged, read
from shared.kernel.errors import Invalid

NEVER = datetime.max.replace(tzinfo=UTC)
"""Where nothing is known to run out: after everything that does."""

LONG_DAYS = 3650


class SheetFacts(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of a person before a nurse asks; codes as on the sheet's events.

    `said_at` is when hours of power and days of medicine were stated: they run from there (`medicine_said_at`, where
    the days were stated at another time). `power_needed`: a device needs power to keep the person alive; None is not
    asked.
    """

    said_at: datetime
    medicine_said_at: datetime | None = None
    needs: tuple[str, ...] = ()
    observations: tuple[str, ...] = ()
    aids: tuple[str, ...] = ()
    age_band: str = "unknown"
    care: bool = False
    power_needed: bool | None = None
    power_hours: float | None = None
    medicine_days: int | None = None
    ambulance: bool = False

    @property
    def power_ends(self) -> datetime | None:
        """When the power runs out, where it keeps the person alive and the hours are known."""
        if not self.power_needed or self.power_hours is None:
            return None
        return _after(self.said_at, self.power_hours / 24)

    @property
    def medicine_ends(self) -> datetime | None:
        """When the medicine runs out: so many times 24 hours after it was said."""
        return None if self.medicine_days is None else _after(self.medicine_said_at or self.said_at, self.medicine_days)


class RiskRule(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A person meets it by any one of what it names. `power`: needs it to live, for a time known or unknown;
    `medicine_within_hours`: the medicine ends within that time from now (or has ended)."""

    code: str
    risk: str
    title: str
    origin: str
    urgent: bool = False
    everybody: bool = False
    ambulance: bool = False
    care: bool = False
    power: Literal["time-known", "time-unknown"] | None = None
    medicine_within_hours: int | None = None
    needs: tuple[str, ...] = ()
    observations: tuple[str, ...] = ()
    aids: tuple[str, ...] = ()
    age_bands: tuple[str, ...] = ()

    def met_by(self, facts: SheetFacts, now: datetime) -> bool:
        """Return whether these facts meet the rule at the instant `now`."""
        medicine_from = self.medicine_from(facts)
        power = None
        if facts.power_needed:
            power = "time-unknown" if facts.power_hours is None else "time-known"
        return (
            self.everybody
            or (self.ambulance and facts.ambulance)
            or (self.care and facts.care)
            or (power is not None and self.power == power)
            or (medicine_from is not None and medicine_from <= now)
            or facts.age_band in self.age_bands
            or not set(self.needs).isdisjoint(facts.needs)
            or not set(self.observations).isdisjoint(facts.observations)
            or not set(self.aids).isdisjoint(facts.aids)
        )

    def medicine_from(self, facts: SheetFacts) -> datetime | None:
        """Return from when on the medicine's end brings the person under this rule."""
        if facts.medicine_ends is None or self.medicine_within_hours is None:
            return None
        return facts.medicine_ends - timedelta(hours=self.medicine_within_hours)


class RiskRules(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The rules, the gravest first; the last is met by everybody."""

    id: str
    version: int
    based_on: str
    note: str
    rules: tuple[RiskRule, ...]

    @property
    def key(self) -> str:
        """Name rules and version in one word: risk@1."""
        return f"{self.id}@{self.version}"


class Risk(msgspec.Struct, frozen=True, kw_only=True):
    """How urgent a person is: the class `risk`, by the rule `because`; `rank` 0 comes first.

    `runs_out_at` is when power or medicine ends, whichever is first. `changes_at`: when time alone will raise the
    risk, so that it is to be reckoned again then; None where it will not. `rules` names rules and version.
    """

    risk: str
    because: str
    rank: int
    urgent: bool
    rules: str
    runs_out_at: datetime | None = None
    changes_at: datetime | None = None


def load_risk_rules(raw: bytes) -> RiskRules:
    """Read risk rules (JSON). Raises `Invalid("guide.unreadable")`, or `Invalid("guide.broken")` where a rule stands
    twice, or somebody could meet none."""
    rules = read(raw, RiskRules)
    codes = [rule.code for rule in rules.rules]
    if len(set(codes)) < len(codes):
        raise Invalid("guide.broken", where="rules", reason="a code stands twice")
    if not rules.rules or not rules.rules[-1].everybody:
        raise Invalid("guide.broken", where="rules", reason="the last must be met by everybody")
    return rules


@cache
def risk_rules() -> RiskRules:
    """Return the rules that come with the software."""
    return load_risk_rules(packaged("risk-1"))


def assess_risk(rules: RiskRules, facts: SheetFacts, now: datetime) -> Risk:
    """Return the risk of a person at the instant `now`: the first rule met, top-down."""
    rank = next(rank for rank, rule in enumerate(rules.rules) if rule.met_by(facts, now))
    met = rules.rules[rank]
    return Risk(
        risk=met.risk,
        because=met.code,
        rank=rank,
        urgent=met.urgent,
        rules=rules.key,
        runs_out_at=min(_given(facts.power_ends, facts.medicine_ends), default=None),
        changes_at=min(_given(*(rule.medicine_from(facts) for rule in rules.rules[:rank])), default=None),
    )


def queue_place(risk: Risk, waiting_since: datetime) -> tuple[int, datetime, datetime]:
    """Return what to sort the queue by, ascending: the risk, then what runs out first, then who has waited longest."""
    return risk.rank, risk.runs_out_at or NEVER, waiting_since


def _after(said_at: datetime, days: float) -> datetime:
    """Return when so many days have passed; slips of the pen (a billion days) count as very long."""
    return said_at + timedelta(days=max(-LONG_DAYS, min(days, LONG_DAYS)))


def _given(*instants: datetime | None) -> Iterator[datetime]:
    return (instant for instant in instants if instant is not None)
