"""What a city may change about asking for places and driving there: data with a version (design, decision 5).

`kobe_2022()` is the policy that comes with the software; `read_policy(raw)` reads any other, or refuses it whole.
"""

from collections.abc import Collection, Iterable
from functools import cache
from importlib.resources import files

import msgspec

from services.transfer.domain import policies
from shared.contracts import codes
from shared.kernel.errors import Invalid


class Destination(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which kinds of facilities receive for a destination, and whether a nurse's decision for it opens a need."""

    kinds: tuple[str, ...]
    opens_need: bool
    origin: str


class FactRow(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """With which reason (a code of `codes.END`) a fact ends a need, and a stay; None: it does not."""

    need: str | None
    stay: str | None
    origin: str


class Vehicles(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Whom an ordinary car cannot take."""

    aids: tuple[str, ...]
    fit_for_high_risk: tuple[str, ...]
    origin: str


class Policy(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The whole of it; `name` is what the events that used it carry."""

    id: str
    version: int
    note: str = ""
    destinations: dict[str, Destination]
    excluded_kinds: dict[str, str]
    asked_before_open: dict[str, str]
    keeps_places: dict[str, str]
    """Kinds with 枠: places kept for persons who were screened."""
    everybody: tuple[str, ...]
    """Groups that a facility names and that anybody whom HQ sends belongs to."""
    covers: dict[str, tuple[str, ...]]
    also_called: dict[str, tuple[str, ...]]
    """Headings of 別紙 that are several groups."""
    departures: dict[str, str | None]
    facts: dict[str, FactRow]
    refusals_that_pass: tuple[str, ...]
    """Reasons that count no more once the facility has reported anew."""
    asked_without_hold: int
    """For how many persons at most a facility is asked at the same time whose places nobody knows."""
    welfare_vehicle: Vehicles

    @property
    def name(self) -> str:
        return f"{self.id}@{self.version}"

    def opens_need(self, destination: str) -> bool:
        """Whether a decision for this destination means that somebody is to be moved to another facility."""
        row = self.destinations.get(destination)
        return row is not None and row.opens_need

    def kinds(self, destination: str) -> tuple[str, ...]:
        """Return the kinds of facilities that receive for a destination, excluded ones left out."""
        row = self.destinations.get(destination)
        return tuple(kind for kind in row.kinds if kind not in self.excluded_kinds) if row else ()

    def groups(self, named: Iterable[str]) -> tuple[str, ...]:
        """Return a person's groups as facilities name them, in their order, each once."""
        found = (one for name in named for one in self.also_called.get(name, (name,)))
        return tuple(dict.fromkeys(found))

    def needs_welfare_vehicle(self, *, high_risk: bool, aids: Collection[str]) -> bool:
        """Whether an ordinary car will not do: high risk in any case (K4-128), or an aid that it cannot take."""
        return high_risk or not set(self.welfare_vehicle.aids).isdisjoint(aids)


def read_policy(raw: bytes) -> Policy:
    """Read a policy. Raises `Invalid("policy.unreadable" | "policy.broken", reason=…)`."""
    try:
        policy = msgspec.json.decode(raw, type=Policy)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise Invalid("policy.unreadable", reason=str(error)) from None
    for where, named, known in _names(policy):
        if unknown := sorted(set(named) - set(known)):
            raise Invalid("policy.broken", where=where, unknown=unknown)
    return policy


def _names(policy: Policy) -> Iterable[tuple[str, Iterable[str], Iterable[str]]]:
    """Every place where a policy names codes, with the codes that there are."""
    yield "destinations", policy.destinations, codes.DESTINATION
    for name, row in policy.destinations.items():
        yield f"destinations.{name}.kinds", row.kinds, codes.FACILITY
    for field in ("excluded_kinds", "asked_before_open", "keeps_places"):
        yield field, getattr(policy, field), codes.FACILITY
    yield "everybody", policy.everybody, codes.GROUP
    yield "covers", policy.covers, codes.GROUP
    for name, groups in policy.covers.items():
        yield f"covers.{name}", groups, codes.GROUP
    for name, groups in policy.also_called.items():
        yield f"also_called.{name}", groups, codes.GROUP
    yield "departures", policy.departures, codes.DESTINATION_AFTER
    reasons = [*policy.departures.values(), *(end for row in policy.facts.values() for end in (row.need, row.stay))]
    yield "reasons", [reason for reason in reasons if reason is not None], codes.END
    yield "welfare_vehicle.aids", policy.welfare_vehicle.aids, codes.AID
    yield "welfare_vehicle.fit_for_high_risk", policy.welfare_vehicle.fit_for_high_risk, codes.VEHICLE


@cache
def kobe_2022() -> Policy:
    """Return the policy that comes with the software (004, 神戸市 2022)."""
    return read_policy((files(policies) / "kobe-2022.json").read_bytes())
