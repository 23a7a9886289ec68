"""A person's way so far: where they are, how far each service has come with them, and whether anybody has them.

How it folds from the events stands in `domain.steps`.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from services.casework.domain.stays import STAYING, Stay, move
from services.casework.domain.timeline import Settled
from shared.contracts.envelope import Envelope, Recorded
from shared.contracts.places import Place

LIVE_PLACEMENTS = ("asked", "accepted", "arrived")
"""States of a placement in which a place is, or may be, the person's: from the least to the furthest."""

DRIVES = ("planned", "offered", "accepted", "started", "picked-up", "dropped-off")
"""States of a drive that is wanted or under way, in their order."""


class Placement(msgspec.Struct, kw_only=True):
    """One facility asked to receive the person: asked, accepted, declined, expired, withdrawn, arrived, ended."""

    placement: UUID
    facility: UUID
    need: UUID
    state: str
    held: bool = False
    """Whether a place is held for the person while the facility is asked."""
    group: str | None = None
    until: datetime | None = None
    asked_at: datetime | None = None
    answered_at: datetime | None = None
    arrived_at: datetime | None = None
    ended_at: datetime | None = None
    reason: str | None = None


class Trip(msgspec.Struct, kw_only=True):
    """One drive: planned, offered, accepted, started, picked-up, dropped-off, failed, cancelled.

    `wanted_at`: when the wish for it was heard; who waits for a vehicle waits from then on.
    """

    trip: UUID
    placement: UUID | None = None
    facility: UUID | None = None
    by: str | None = None
    vehicle: str | None = None
    partner: str | None = None
    state: str = "planned"
    planned_at: datetime | None = None
    pick_up_at: datetime | None = None
    wanted_at: datetime | None = None


class Journey(msgspec.Struct, kw_only=True):
    """A person's way. Instants are those at which things settled, but for `…_heard` (when they were recorded)."""

    person: UUID
    registered_heard: datetime | None = None
    household: UUID | None = None
    disaster: UUID | None = None
    ward: str | None = None
    """The ward responsible now."""
    wards: list[str] = []
    """Every ward that was ever responsible, sorted: each still sees the person (K4-159)."""

    representative: bool = False
    age_band: str = "unknown"
    needs: list[str] = []
    groups: list[str] = []
    care: bool = False
    aids: list[str] = []
    observations: list[str] = []
    power_needed: bool = False

    presence: str = "nobody"
    """present, out, left, moved, ambulance, hospital, dead; `nobody`: no registration has been heard."""
    place_kind: str = "unknown"
    shelter: UUID | None = None
    lodging: str | None = None
    left_for: str | None = None
    facility: UUID | None = None
    """The welfare shelter or other facility that reported the arrival."""

    screening: str = "none"
    """none, requested, taken, decided, ended."""
    risk: str | None = None
    urgent: bool = False
    nurse: str | None = None
    round: int = 0
    requested_at: datetime | None = None
    phoned_at: datetime | None = None
    visit_ordered_at: datetime | None = None
    visit_made_at: datetime | None = None
    decided_at: datetime | None = None
    destination: str | None = None
    interim: str | None = None

    need: str = "none"
    """none, open, waitlisted, met, ended."""
    asked_at: datetime | None = None
    accepted_at: datetime | None = None
    moved_at: datetime | None = None
    arrived_at: datetime | None = None

    case: UUID | None = None
    case_state: str = "none"
    """none, open, closed."""
    worker: str | None = None
    base: str | None = None
    assessed: str | None = None
    """The class of the last assessment."""
    assessed_before: str | None = None
    """The class as it stood when the last conference was held: an assessment with another one is news."""
    conference_at: datetime | None = None

    same_as: list[UUID] = []
    """Registrations that are the same person now (merged and not taken back), sorted."""
    kept: UUID | None = None
    """Which of them is shown."""
    signed_off: bool = False
    """A person ended the last hand-off by hand, with a reason, and nothing has happened since."""
    last_contact: datetime | None = None
    """When somebody last met the person, or heard from or of them directly (K0-006)."""
    last_heard: datetime | None = None
    placements: dict[UUID, Placement] = {}
    trips: dict[UUID, Trip] = {}
    stays: list[Stay] = []
    """Where the person stayed, in the order of happening."""

    @property
    def needs_care(self) -> bool:
        """要援護者 by the sheet, or because a nurse decided on more than the general shelter (004 用語の説明)."""
        return bool(
            self.needs
            or self.groups
            or self.care
            or self.power_needed
            or self.observations
            or self.aids
            or self.destination not in (None, "general")
        )

    @property
    def whereabouts(self) -> str:
        """Whether it is known where the person is: `known` or `unknown` (a shelter that nobody named is unknown)."""
        if self.presence in ("present", "out") and (
            self.place_kind == "unknown" or (self.place_kind == "shelter" and self.shelter is None)
        ):
            return "unknown"
        return "known"

    @property
    def placed(self) -> str:
        """The furthest of the person's live placements: none, asked, accepted, arrived."""
        states = {one.state for one in self.placements.values()}
        return next((state for state in reversed(LIVE_PLACEMENTS) if state in states), "none")

    @property
    def news(self) -> bool:
        """Whether the last assessment says something that the last conference did not know."""
        return self.conference_at is not None and self.assessed != self.assessed_before

    @property
    def shown_elsewhere(self) -> bool:
        """Whether this registration was merged into another one that is shown in its place."""
        return self.kept is not None and self.kept != self.person

    def stand(self, place: Place, presence: str = "present") -> None:
        """Let the person be at a place (the dead stay dead: a death that was none is corrected, and counts no more)."""
        if self.presence != "dead":
            self.presence, self.left_for = presence, None
            self.place_kind, self.shelter, self.lodging = place.kind, place.shelter, place.lodging

    def go(self, presence: str, left_for: str | None = None) -> None:
        """Let the person be elsewhere, or back, while the place that is theirs stays the same."""
        if self.presence != "dead":
            self.presence, self.left_for = presence, left_for

    def settle_in(self, recorded: Recorded, settled: Settled) -> None:
        """Note where the person stays after one of the settled events (at each: most of them move nobody)."""
        last = self.stays[-1] if self.stays else None
        if self.presence not in STAYING:
            if last is None or last.until is not None:
                return
            place = None
        else:
            place = self.place_kind, self.shelter
            if last is not None and last.until is None and last.place == place:
                last.ward = self.ward
                return
        move(self.stays, place, recorded.envelope.id, settled.instant(recorded), self.ward)

    def set_out(self, at: datetime) -> None:
        """Note when the person set out: once for each acceptance."""
        if self.moved_at is None or (self.accepted_at is not None and self.moved_at < self.accepted_at):
            self.moved_at = at


Step = Callable[[Journey, Any, Envelope, datetime], None]
"""What an event of one type does to a way, in place; the instant is that at which the event settles."""


STANDINGS = {
    "unregistered": ("登録の記録がまだ届いていない", "no registration has been heard yet"),
    "dead": ("死亡", "died"),
    "hand-off": ("引き継ぎの途中", "in a hand-off that is not finished"),
    "case": ("ケース担当者がいる", "a caseworker has the person"),
    "queue": ("順番を待っている", "waits for a nurse or for a place"),
    "merged": ("同じ方の別の登録に統合", "shown under another registration of the same person"),
    "closed": ("支援終了", "the case is closed"),
    "shelter": ("避難所にいる", "in a shelter"),
    "facility": ("福祉避難所・施設にいる", "in a welfare shelter or other facility"),
    "outside": ("避難所の外（居所はわかっている）", "at a known place outside the shelters: on the outreach list"),
    "signed-off": ("担当者が理由を付けて終了", "somebody ended the last hand-off, with a reason"),
    "left": ("配慮の必要がなく退所", "left for a named place, needing no care"),
    "lost": ("どこにも引き継がれていない", "in no queue, hand-off or shelter"),
}
"""Who or what has a person, or why nobody needs to. `lost` is the one that must not be."""


def standing(state: Journey, *, handed: bool) -> str:
    """Say who has a person (a code of `STANDINGS`); `handed`: whether a hand-off of theirs is not finished.

    Lost is who was registered, has not died, left without need of care, been merged, closed or signed off, and is in
    no hand-off, queue, case, shelter, facility or other known place.
    """
    stays = state.presence in ("present", "out") and state.whereabouts == "known"
    rules = (
        ("unregistered", state.registered_heard is None),
        ("dead", state.presence == "dead"),
        ("hand-off", handed),
        ("case", state.case_state == "open"),
        ("queue", state.screening in ("requested", "taken") or state.need in ("open", "waitlisted")),
        ("merged", state.shown_elsewhere),
        ("closed", state.case_state == "closed"),
        ("shelter", stays and state.place_kind == "shelter"),
        ("facility", (stays and state.place_kind == "facility") or state.facility is not None),
        ("outside", stays),
        ("signed-off", state.signed_off),
        ("left", state.presence == "left" and not state.needs_care),
    )
    return next((code for code, holds in rules if holds), "lost")
