"""The order in which things happened to a person, whatever the order in which they were heard (domain §4, Timeline).

Facts arrive late, twice and in any order; where they settle depends on themselves alone. Corrections are honoured
here, once, for every fold: a fold gets the events that count, in the order in which they count.
"""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, time
from typing import NamedTuple
from uuid import UUID

from shared.contracts.envelope import Envelope, Recorded
from shared.contracts.intake_household import HouseholdCorrected
from shared.contracts.intake_person import PersonCorrected, PersonsMerged, PersonsUnmerged
from shared.contracts.transfer_facility import FacilityChanged
from shared.kernel.japan import JAPAN

_DAY_ENDS = time(23, 59, 59, 999_999, tzinfo=JAPAN)

AMENDMENTS = (PersonCorrected, HouseholdCorrected, FacilityChanged)
"""Corrections of single fields: they leave standing what they correct, and count right after it."""

OrderKey = tuple[datetime, datetime, str, UUID]


class Settled(NamedTuple):
    """The events that count, in the order in which they count.

    `roots`: for an event that stands in another's place, the id of the one that was first said (chains followed).
    `amended`: for an amendment, the instant at which what it amends settled: from then on it counts.
    """

    events: list[Recorded]
    roots: Mapping[UUID, UUID]
    amended: Mapping[UUID, datetime] = {}

    def root(self, event: UUID) -> UUID:
        return self.roots.get(event, event)

    def instant(self, one: Recorded) -> datetime:
        """Return the instant from which an event counts. Along `events` these instants never descend."""
        return self.amended.get(one.envelope.id) or settles_at(one.envelope)


def settles_at(envelope: Envelope) -> datetime:
    """Return the instant at which an event settles.

    That is when it happened, and never later than it was heard (a device's clock may be ahead). What is known to the
    day only settles as late on that day as it can have been, what is not known at all when it was heard.
    """
    if envelope.precision == "minute":
        return min(envelope.recorded_at, envelope.time)
    if envelope.precision == "day":
        day = datetime.combine(envelope.time.astimezone(JAPAN).date(), _DAY_ENDS)
        return min(day.astimezone(UTC), envelope.recorded_at)
    return envelope.recorded_at


def order_key(recorded: Recorded) -> OrderKey:
    """Return the sort key of the order of happening: total, and the same on every machine.

    What one command did in several streams happened at one instant: there the ids, which ascend, say what came first.
    """
    envelope = recorded.envelope
    return settles_at(envelope), envelope.recorded_at, envelope.service, envelope.id


def settle(
    events: Iterable[Recorded], *, happened_by: datetime | None = None, known_by: datetime | None = None
) -> Settled:
    """Bring the events of one key into the order in which they count.

    An event with `corrects` stands in the place of the one that it names, which counts no more (of several, and of
    corrections of corrections, the last that was heard); a correction of fields amends it instead. A merge that was
    taken back never counts. `known_by`: only what had been heard by then; `happened_by`: what had happened by then,
    as far as is known. Repeated events count once.
    """
    if known_by is not None:
        events = [one for one in events if one.envelope.recorded_at <= known_by]
    known = {one.envelope.id: one for one in events}
    for one in known.values():
        if one.envelope.corrects is not None or isinstance(one.event, PersonsMerged):
            return _corrected(known, happened_by)
    ordered = sorted(known.values(), key=order_key) if len(known) > 1 else list(known.values())
    if happened_by is not None:
        ordered = [one for one in ordered if settles_at(one.envelope) <= happened_by]
    return Settled(ordered, {})


def _corrected(known: Mapping[UUID, Recorded], happened_by: datetime | None) -> Settled:
    replaced: dict[UUID, UUID] = {}
    amended: dict[UUID, UUID] = {}
    unmerged = {one.event.merge for one in known.values() if isinstance(one.event, PersonsUnmerged)}
    for id_, one in known.items():
        target = one.envelope.corrects
        if target is None or target == id_ or target not in known:
            continue
        (amended if isinstance(one.event, AMENDMENTS) else replaced)[id_] = target
    roots = {id_: _first(id_, replaced) for id_ in replaced}
    last_word: dict[UUID, UUID] = {}
    for id_ in sorted(roots, key=lambda id_: (known[id_].envelope.recorded_at, id_)):
        last_word[roots[id_]] = id_
    gone = (roots.keys() | last_word.keys()) - set(last_word.values())
    counting: list[tuple[OrderKey, int, OrderKey, Recorded]] = []
    instants: dict[UUID, datetime] = {}
    for id_, one in known.items():
        if id_ in gone or (isinstance(one.event, PersonsMerged) and one.event.merge in unmerged):
            continue
        anchor = known[_first(id_, amended)]
        at = order_key(anchor)
        if happened_by is None or at[0] <= happened_by:
            counting.append((at, int(anchor is not one), order_key(one), one))
            if anchor is not one:
                instants[id_] = at[0]
    counting.sort(key=lambda entry: entry[:3])
    return Settled([entry[3] for entry in counting], roots, instants)


def _first(id_: UUID, links: Mapping[UUID, UUID]) -> UUID:
    """Follow the links to where they begin (a ring of corrections, which nobody can mean, ends where it is met)."""
    met = {id_}
    while (target := links.get(id_)) is not None and target not in met:
        met.add(target)
        id_ = target
    return id_
