"""Whom to ask first: the candidates for one need, ranked, each with its reasons (004 受入手順 ②; domain §3).

Pure: what is known of the person and of every facility comes in, an order comes out. HQ may choose otherwise.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from math import asin, cos, radians, sin, sqrt
from typing import NamedTuple
from uuid import UUID

from services.transfer.domain.decision import received
from services.transfer.domain.places import Room, Share, share
from services.transfer.domain.policy import Policy
from shared.contracts.codes.codeset import Label
from shared.contracts.transfer_facility import Received

EARTH_KM = 6371.0088

REASONS: Mapping[str, Label] = {
    "group-named": Label("受入対象者に当てはまる", "receives this group by name"),
    "group-covered": Label("受入対象者に含まれる", "receives a group that covers this one"),
    "group-everybody": Label("要配慮者・市が特定した者を受け入れる", "receives whoever needs care or the city names"),
    "group-unstated": Label("受入対象者は不明（無しではない）", "whom it receives is not stated (which is not nobody)"),
    "places-free": Label("空きがある", "has places free"),
    "places-unknown": Label("空きは不明（無しではない）", "its free places are not known (which is not none)"),
    "open": Label("開設済み", "is open"),
    "not-yet-open": Label("開設の報告がまだない（要請すれば開設する）", "not reported open; to ask is to request it"),
    "same-ward": Label("同じ区", "in the same ward"),
    "in-plan": Label("個別避難計画の避難先", "named in the individual plan"),
}
UNFIT: Mapping[str, Label] = {
    "kind": Label("この避難先の種別ではない", "not of a kind for this destination"),
    "excluded-kind": Label("めやすにより対象外（地域福祉センター）", "excluded by the guide"),
    "closed": Label("閉鎖", "closed"),
    "not-open": Label("未開設", "not open"),
    "damaged": Label("被災状況の点検で使用不可", "found unusable at the damage check"),
    "at-risk": Label("危険区域にあり、安全の確認がまだない", "in a danger area, its safety not confirmed yet"),
    "asked-before": Label("この方について受入不可または回答なし", "declined or was silent about this person"),
    "asked-now": Label("要請中", "is being asked"),
    "group": Label("受入対象者が違う", "receives others only"),
    "full": Label("空きがない", "full"),
    "busy": Label("空きが不明で、すでにほかの方の要請中", "its places are not known, and it is asked for others now"),
    "no-emergency-admission": Label(
        "基幹は原則、緊急入所に対応しない", "core shelters in principle take no emergency admission"
    ),
}
"""Why a facility is no candidate. HQ may still ask it, with a reason, where `ASKABLE` says so."""

ASKABLE = frozenset({"kind", "asked-before", "group", "no-emergency-admission", "at-risk", "busy"})
"""What HQ may overrule by hand; the rest is no matter of opinion."""


class Refusal(NamedTuple):
    """A facility's earlier no for this person (or its silence), and when it came."""

    reason: str
    at: datetime


class Position(NamedTuple):
    latitude: float
    longitude: float


class Wanted(NamedTuple):
    """What is known of a need."""

    destination: str
    groups: tuple[str, ...] = ()
    ward: str | None = None
    position: Position | None = None
    """Where the person is, where that is a facility of the master."""
    emergency_admission: bool = False
    screened: bool = True
    refusals: Mapping[UUID, Refusal] = {}
    asked: frozenset[UUID] = frozenset()
    """Facilities with a request that is open now."""
    in_plan: UUID | None = None

    @property
    def unscreened(self) -> bool:
        """Whether 枠 are not for this person (K4-107)."""
        return self.emergency_admission or not self.screened


class Site(NamedTuple):
    """What is known of a facility. `state`: listed, opening, open, closed; `steps`: reported steps, ok or not."""

    facility: UUID
    kind: str
    ward: str | None = None
    position: Position | None = None
    receives: Received | None = None
    state: str = "listed"
    steps: Mapping[str, bool] = {}
    at_risk: bool = False
    reported_at: datetime | None = None
    """When it last reported its opening or its places."""
    room: Room = Room()
    unheld: int = 0
    """For how many persons it is asked now without a hold."""


class Candidate(NamedTuple):
    """A facility that may be asked. `free` None: not known, asked without a hold. `reasons`: codes of `REASONS`."""

    facility: UUID
    rank: int
    group: str | None
    free: int | None
    same_ward: bool
    distance_km: float | None
    reasons: tuple[str, ...]


_RECEIVED = ("named", "covered", "everybody", "unstated")


def candidates(wanted: Wanted, sites: Iterable[Site], policy: Policy, most: int) -> list[Candidate]:
    """Return the best `most` candidates, the first one first."""
    found = [(_order(wanted, site, policy), site) for site in sites if unfit(wanted, site, policy) is None]
    found.sort(key=lambda pair: pair[0])
    return [_candidate(rank, wanted, site, policy) for rank, (_, site) in enumerate(found[:most], start=1)]


def unfit(wanted: Wanted, site: Site, policy: Policy) -> str | None:
    """Return why a facility is no candidate (a code of `UNFIT`), or None where it is one."""
    for code, holds in _CHECKS.items():
        if holds(wanted, site, policy):
            return code
    return None


def forbidden(wanted: Wanted, site: Site, policy: Policy) -> str | None:
    """Return what keeps even HQ from asking this facility (a code of `UNFIT` outside `ASKABLE`), or None."""
    for code, holds in _CHECKS.items():
        if code not in ASKABLE and holds(wanted, site, policy):
            return code
    return None


def _not_open(_: Wanted, site: Site, policy: Policy) -> bool:
    return site.state != "open" and site.kind not in policy.asked_before_open


def _damaged(_: Wanted, site: Site, __: Policy) -> bool:
    return not all(site.steps.get(step, True) for step in ("people-safe", "damage-checked", "space-made", "receiving"))


def _at_risk(_: Wanted, site: Site, __: Policy) -> bool:
    return site.at_risk and not site.steps.get("damage-checked", False)


def _asked_before(wanted: Wanted, site: Site, policy: Policy) -> bool:
    """A no for lack of room or staff is no more than news of that hour; one for the person's sake stays."""
    refusal = wanted.refusals.get(site.facility)
    if refusal is None:
        return False
    news = site.reported_at is not None and site.reported_at > refusal.at
    return not (news and refusal.reason in policy.refusals_that_pass)


def _no_emergency(wanted: Wanted, site: Site, policy: Policy) -> bool:
    return wanted.emergency_admission and site.kind in policy.keeps_places


def _busy(wanted: Wanted, site: Site, policy: Policy) -> bool:
    return share_for(wanted, site, policy).free is None and site.unheld >= policy.asked_without_hold


_CHECKS: Mapping[str, Callable[[Wanted, Site, Policy], bool]] = {
    "excluded-kind": lambda _, site, policy: site.kind in policy.excluded_kinds,
    "kind": lambda wanted, site, policy: site.kind not in policy.kinds(wanted.destination),
    "closed": lambda _, site, __: site.state == "closed",
    "damaged": _damaged,
    "not-open": _not_open,
    "at-risk": _at_risk,
    "no-emergency-admission": _no_emergency,
    "asked-now": lambda wanted, site, _: site.facility in wanted.asked,
    "asked-before": _asked_before,
    "group": lambda wanted, site, policy: received(site.receives, wanted.groups, policy) == "others",
    "full": lambda wanted, site, policy: share_for(wanted, site, policy).free == 0,
    "busy": _busy,
}


def counts_as(groups: Iterable[str], policy: Policy, room: Room) -> tuple[str, ...]:
    """Return as which of the facility's reported groups a person may count."""
    mine = set(policy.groups(groups))
    return tuple(
        group
        for group in room.groups
        if group in mine or group in policy.everybody or mine & set(policy.covers.get(group, ()))
    )


def share_for(wanted: Wanted, site: Site, policy: Policy) -> Share:
    """Return what of the facility's room is open to this person."""
    unscreened = wanted.unscreened and site.kind in policy.keeps_places
    return share(site.room, counts_as(wanted.groups, policy, site.room), unscreened=unscreened)


def distance_km(one: Position, other: Position) -> float:
    """Return the great-circle distance in kilometres."""
    phi, psi = radians(one.latitude), radians(other.latitude)
    half = sin((psi - phi) / 2) ** 2
    half += cos(phi) * cos(psi) * sin(radians(other.longitude - one.longitude) / 2) ** 2
    return 2 * EARTH_KM * asin(min(1.0, sqrt(half)))


def _distance(wanted: Wanted, site: Site) -> float | None:
    if wanted.position is None or site.position is None:
        return None
    return distance_km(wanted.position, site.position)


def _order(wanted: Wanted, site: Site, policy: Policy) -> tuple[object, ...]:
    """Sort by plan, group received, open, places known free, ward, distance, room; the id makes it definite."""
    distance = _distance(wanted, site)
    free = share_for(wanted, site, policy).free
    return (
        site.facility != wanted.in_plan,
        _RECEIVED.index(received(site.receives, wanted.groups, policy)),
        site.state != "open",
        free is None,
        wanted.ward is None or site.ward != wanted.ward,
        distance is None,
        round(distance or 0.0, 1),
        -(free or 0),
        site.facility,
    )


def _candidate(rank: int, wanted: Wanted, site: Site, policy: Policy) -> Candidate:
    open_to = share_for(wanted, site, policy)
    same_ward = wanted.ward is not None and site.ward == wanted.ward
    distance = _distance(wanted, site)
    reasons = [
        f"group-{received(site.receives, wanted.groups, policy)}",
        "places-unknown" if open_to.free is None else "places-free",
        "open" if site.state == "open" else "not-yet-open",
    ]
    if same_ward:
        reasons.append("same-ward")
    if site.facility == wanted.in_plan:
        reasons.append("in-plan")
    group = open_to.group or next(iter(policy.groups(wanted.groups)), None)
    return Candidate(
        site.facility,
        rank,
        group,
        open_to.free,
        same_ward,
        None if distance is None else round(distance, 1),
        tuple(reasons),
    )
