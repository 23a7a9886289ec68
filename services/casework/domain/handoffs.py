"""The hand-offs of one person, computed from what happened: opened, taken, done, returned, ended (domain §4).

Every hand-off is at any time exactly one of open, taken, ended: opened = taken + ended + open. A fact that does what
was handed over takes it by the way. Whether one is overdue is computed when it is read; what is stored comes from the
events alone.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

import msgspec

from services.casework.domain.handoff_rules import Closes, Facts, Opens, Rules, Tables
from services.casework.domain.journey import Journey, standing
from services.casework.domain.steps import take
from services.casework.domain.timeline import Settled, settles_at
from shared.contracts.casework_handoff import HandoffEnded, HandoffEscalated, HandoffReturned, HandoffTaken
from shared.contracts.envelope import Recorded
from shared.kernel.ids import derived_id


class Handoff(msgspec.Struct, kw_only=True):
    """One hand-off of one person. `…_heard` are instants of recording: by them its clock runs.

    `owner`: who has it, or is meant to have it while `taken_by` is None. `late`: it was open past its due time before
    somebody took or ended it. `done`: what was handed over has happened.
    """

    handoff: UUID
    kind: str
    version: str
    person: UUID
    about: UUID | None
    opened_by: UUID
    opened_at: datetime
    opened_heard: datetime
    due: datetime
    urgent: bool
    owner: str | None
    taken_by: UUID | None = None
    taken_at: datetime | None = None
    taken_heard: datetime | None = None
    closed_by: UUID | None = None
    closed_at: datetime | None = None
    done: bool = False
    reason: str | None = None
    late: bool = False
    escalated_at: datetime | None = None
    level: str | None = None

    @property
    def state(self) -> str:
        """open, taken or ended."""
        if self.taken_by is not None:
            return "taken"
        return "open" if self.closed_by is None else "ended"

    @property
    def finished(self) -> bool:
        """Whether it concerns nobody any more."""
        return self.closed_by is not None

    def overdue(self, now: datetime) -> bool:
        """Whether nobody has it although it is due."""
        return self.state == "open" and now > self.due

    def ever_overdue(self, now: datetime) -> bool:
        """Whether it was ever open past its due time, up to now."""
        return self.late or self.overdue(now)


class Traced(NamedTuple):
    """A person's way and hand-offs, and who has them now (a code of `journey.STANDINGS`)."""

    journey: Journey
    handoffs: list[Handoff]
    standing: str


def trace(tables: Tables, person: UUID, settled: Settled) -> Traced:
    """Fold the settled events of one person: the way, and every hand-off in the order of its opening."""
    tracing = _Tracing(tables, person, settled)
    for one in settled.events:
        tracing.take(one)
    opened = tracing.opened
    return Traced(
        tracing.journey, opened, standing(tracing.journey, handed=any(not handoff.finished for handoff in opened))
    )


def handoffs(tables: Tables, person: UUID, settled: Settled) -> list[Handoff]:
    """Return the hand-offs of one person (all events must be of this person)."""
    return trace(tables, person, settled).handoffs


_SAID = frozenset({HandoffTaken, HandoffReturned, HandoffEnded, HandoffEscalated})


class _Tracing:
    """One pass over a person's events."""

    def __init__(self, tables: Tables, person: UUID, settled: Settled) -> None:
        self.journey = Journey(person=person)
        self.opened: list[Handoff] = []
        self._tables = tables
        self._settled = settled
        self._facts = Facts(settled.events)
        self._live: dict[UUID, tuple[Handoff, Rules]] = {}
        self._by_id: dict[UUID, Handoff] = {}
        self._about: set[tuple[str, UUID]] = set()
        self._early: dict[tuple[str, UUID], tuple[Closes, Recorded]] = {}
        self._said: dict[UUID, list[Recorded]] = {}

    def take(self, one: Recorded) -> None:
        """Let one event count: first for the way, then for what it finishes, then for what it opens."""
        take(self.journey, one)
        self.journey.settle_in(one, self._settled)
        event_type = type(one.event)
        if event_type in _SAID:
            self._say(one)
        for handoff, rules in list(self._live.values()) if self._live else ():
            for closes in rules.closes.get((handoff.kind, event_type), ()):
                if self._concerns(closes, handoff, one):
                    self._close(handoff, closes, one)
                    break
        rules = self._tables.at(one.envelope.recorded_at)
        for closes in rules.foretold.get(event_type, ()):
            self._remember(closes, one)
        for opens in rules.opens.get(event_type, ()):
            self._open(opens, rules, one)

    def _concerns(self, closes: Closes, handoff: Handoff, one: Recorded) -> bool:
        if closes.about is not None and self._facts.about(closes.about, one, None) != handoff.about:
            return False
        return closes.where.met(one, self.journey)

    def _remember(self, closes: Closes, one: Recorded) -> None:
        """Keep a fact that finishes what is heard of only later (an acceptance keyed in after the arrival)."""
        about = self._facts.about(closes.about, one, None) if closes.about is not None else None
        if about is not None and (closes.kind, about) not in self._about and closes.where.met(one, self.journey):
            self._early.setdefault((closes.kind, about), (closes, one))

    def _open(self, opens: Opens, rules: Rules, one: Recorded) -> None:
        for item in opens.items(one):
            if not opens.where.met(one, self.journey, item) or opens.unless.touched(one, self.journey, item):
                continue
            about = self._facts.about(opens.about, one, item) if opens.about is not None else None
            if opens.about is not None and about is None:
                continue
            urgent = opens.urgent.touched(one, self.journey, item)
            live = self._find(opens.kind.code, about)
            if live is not None:
                if urgent and not live.urgent:
                    live.urgent = True
                    live.due = min(live.due, opens.kind.due(one.envelope.recorded_at, urgent=True))
                continue
            if opens.first and about is not None and (opens.kind.code, about) in self._about:
                continue
            self._begin(opens, rules, one, about, item, urgent=urgent)

    def _find(self, kind: str, about: UUID | None) -> Handoff | None:
        return next((h for h, _ in self._live.values() if h.kind == kind and h.about == about), None)

    def _begin(
        self, opens: Opens, rules: Rules, one: Recorded, about: UUID | None, item: object, *, urgent: bool
    ) -> None:
        envelope = one.envelope
        since = envelope.recorded_at
        if opens.planned:
            since = max(since, self._facts.planned(one) or since)
        root = self._settled.root(envelope.id)
        id_ = derived_id("hand-off", opens.kind.code, root, *((about,) if opens.each else ()))
        if id_ in self._by_id:
            return  # two rows of the table open it by one fact, and what the first one opened is finished already
        handoff = Handoff(
            handoff=id_,
            kind=opens.kind.code,
            version=rules.version,
            person=self.journey.person,
            about=about,
            opened_by=envelope.id,
            opened_at=settles_at(envelope),
            opened_heard=envelope.recorded_at,
            due=opens.kind.due(since, urgent=urgent),
            urgent=urgent,
            owner=opens.owner_of(one, item),
        )
        self.opened.append(handoff)
        self._live[handoff.handoff] = handoff, rules
        self._by_id[handoff.handoff] = handoff
        early = None
        if about is not None:
            self._about.add((handoff.kind, about))
            early = self._early.pop((handoff.kind, about), None)
        for said in self._said.pop(handoff.handoff, ()):
            self._say(said)
        if early is not None and not handoff.finished:
            self._close(handoff, *early)

    def _close(self, handoff: Handoff, closes: Closes, one: Recorded) -> None:
        """Let a fact take, do, return or end a hand-off."""
        match closes.does:
            case "takes":
                self._taken(handoff, one, closes.owner_of(one))
            case "returns":
                self._returned(handoff)
            case "done":
                if handoff.taken_by is None:
                    self._taken(handoff, one, closes.owner_of(one))
                handoff.done = True
                self._finished(handoff, one)
            case "ends":
                self._ended(handoff, one, closes.reason_of(one))

    def _say(self, one: Recorded) -> None:
        """Let count what a person said about a hand-off (before it is opened, it waits for that)."""
        id_, event = one.envelope.subject, one.event
        handoff = self._by_id.get(id_)
        if handoff is None:
            self._said.setdefault(id_, []).append(one)
            return
        if isinstance(event, HandoffEscalated):
            handoff.escalated_at, handoff.level = settles_at(one.envelope), event.level
            return
        live = self._live.get(id_)
        if live is None:
            return
        match event:
            case HandoffTaken(owner=owner):
                self._taken(handoff, one, owner)
                if live[1].kinds[handoff.kind].taking_is_all:
                    handoff.done = True
                    self._finished(handoff, one)
            case HandoffReturned():
                self._returned(handoff)
            case HandoffEnded(reason=reason):
                self._ended(handoff, one, reason)
            case _:
                raise TypeError(event)

    def _taken(self, handoff: Handoff, one: Recorded, owner: str) -> None:
        self._note_late(handoff, one)
        handoff.owner = owner
        handoff.taken_by = one.envelope.id
        handoff.taken_at, handoff.taken_heard = settles_at(one.envelope), one.envelope.recorded_at

    def _returned(self, handoff: Handoff) -> None:
        handoff.owner = handoff.taken_by = handoff.taken_at = handoff.taken_heard = None

    def _ended(self, handoff: Handoff, one: Recorded, reason: str) -> None:
        self._note_late(handoff, one)
        handoff.reason = reason
        self._finished(handoff, one)

    def _finished(self, handoff: Handoff, one: Recorded) -> None:
        handoff.closed_by, handoff.closed_at = one.envelope.id, settles_at(one.envelope)
        del self._live[handoff.handoff]

    def _note_late(self, handoff: Handoff, one: Recorded) -> None:
        if handoff.state == "open" and one.envelope.recorded_at > handoff.due:
            handoff.late = True


def counts(found: Iterable[Handoff], now: datetime) -> dict[str, int]:
    """Count hand-offs: `opened` = `taken` + `ended` + `open`; `overdue` is ever overdue, counted apart."""
    figures = {"opened": 0, "taken": 0, "ended": 0, "open": 0, "overdue": 0}
    for handoff in found:
        figures["opened"] += 1
        figures[handoff.state] += 1
        figures["overdue"] += handoff.ever_overdue(now)
    return figures
