"""The table of hand-offs made ready to run: for each event type what it opens, takes, does, returns and ends."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple
from uuid import UUID

from services.casework.domain.handoff_kinds import Closing, Condition, Kind, Opening, Table, Values
from services.casework.domain.journey import Journey
from shared.contracts import catalogue
from shared.contracts.casework_case import CaseReferred
from shared.contracts.envelope import Recorded
from shared.contracts.event import Event, event_types
from shared.contracts.transfer_trip import TripAccepted, TripPlanned
from shared.kernel.errors import Invalid

assert catalogue.MODULES  # noqa: S101 - importing it is what makes every event type known
Look = Callable[[Recorded, Journey, object], object]


class Where:
    """A condition made ready: `met` says whether an event, the way after it, and the item meet it."""

    __slots__ = ("_checks",)

    def __init__(self, condition: Condition, event_type: type[Event], each: str | None) -> None:
        self._checks = [(_look(path, event_type, each), values) for path, values in condition.items()]

    def met(self, one: Recorded, journey: Journey, item: object = None) -> bool:
        """Whether all of it holds."""
        for look, values in self._checks:  # noqa: SIM110 - a generator a call would cost more than the checks
            if not _among(look(one, journey, item), values):
                return False
        return True

    def touched(self, one: Recorded, journey: Journey, item: object = None) -> bool:
        """Whether any of it holds."""
        for look, values in self._checks:  # noqa: SIM110 - the same
            if _among(look(one, journey, item), values):
                return True
        return False


def _among(value: object, values: Values) -> bool:
    if "*" in values and value not in (None, "none", ()):
        return True
    return value in values


def _look(path: str, event_type: type[Event], each: str | None) -> Look:
    """Make ready what a path names. Raises `Invalid` where the type, the way or the item has no such thing."""
    whose, _, name = path.rpartition(".")
    if whose == "person":
        if not hasattr(Journey, name):
            raise Invalid("handoff-kinds.unreadable", reason=f"a way has no {name}")
        return lambda _one, journey, _item: getattr(journey, name)
    if whose == "item":
        if each is None:
            raise Invalid("handoff-kinds.unreadable", reason=f"{path} without `each`")
        return lambda _one, _journey, item: getattr(item, name)
    names = path.split(".")
    if names[0] not in event_type.__struct_fields__:
        raise Invalid("handoff-kinds.unreadable", reason=f"{event_type.TYPE} has no {names[0]}")

    def look(one: Recorded, _journey: Journey, _item: object) -> object:
        found: Any = one.event
        for part in names:
            found = getattr(found, part)
        return found

    return look


class Opens(NamedTuple):
    """One way in which an event type opens a kind."""

    kind: Kind
    where: Where
    unless: Where
    urgent: Where
    about: str | None
    each: str | None
    owner: str | None
    planned: bool
    first: bool

    def items(self, one: Recorded) -> Iterable[object]:
        """Return what it opens one for: the items of a field, or just the event."""
        return getattr(one.event, self.each) if self.each else (None,)

    def owner_of(self, one: Recorded, item: object) -> str | None:
        """Return whose it is meant to be, where the fact names somebody."""
        if self.owner is None:
            return None
        whose, _, name = self.owner.rpartition(".")
        named: str | None = getattr(item if whose == "item" else one.event, name)
        return named


class Closes(NamedTuple):
    """One way in which an event type takes, does, returns or ends a kind."""

    kind: str
    does: str
    where: Where
    about: str | None
    owner: str | None
    reason: str | None
    reason_from: str | None

    def owner_of(self, one: Recorded) -> str:
        """Return who has taken it: whom the fact names, or who reported it."""
        named = getattr(one.event, self.owner) if self.owner else None
        return named or one.envelope.actor

    def reason_of(self, one: Recorded) -> str:
        reason: str = self.reason or getattr(one.event, self.reason_from or "")
        return reason


class Rules(NamedTuple):
    """A version of the table, by event type. `foretold`: what counts also where it settles before the opening."""

    version: str
    kinds: Mapping[str, Kind]
    opens: Mapping[type[Event], Sequence[Opens]]
    closes: Mapping[tuple[str, type[Event]], Sequence[Closes]]
    foretold: Mapping[type[Event], Sequence[Closes]]


class Tables:
    """Every version of the table that a deployment has had, made ready once."""

    def __init__(self, tables: Iterable[Table]) -> None:
        """Raises `Invalid("handoff-kinds.unreadable")` where a table names what there is not."""
        ordered = sorted(tables, key=lambda table: table.since or _ALWAYS)
        if not ordered or ordered[0].since is not None:
            raise Invalid("handoff-kinds.unreadable", reason="the first version must be in force always")
        self._versions = [(table.since or _ALWAYS, _compiled(table)) for table in ordered]

    def at(self, heard: datetime) -> Rules:
        """Return the version in force at an instant: the last one whose `since` is not later."""
        for since, rules in reversed(self._versions):
            if since <= heard:
                return rules
        raise AssertionError("the first version is in force always")

    def kind(self, code: str, version: str) -> Kind | None:
        """Return a kind as a version has it; None where there is no such version (any more) or no such kind."""
        found = (rules.kinds.get(code) for _, rules in self._versions if rules.version == version)
        return next(found, None)

    @property
    def newest(self) -> Rules:
        return self._versions[-1][1]


_ALWAYS = datetime.min.replace(tzinfo=UTC)


def _compiled(table: Table) -> Rules:
    opens: dict[type[Event], list[Opens]] = {}
    closes: dict[tuple[str, type[Event]], list[Closes]] = {}
    foretold: dict[type[Event], list[Closes]] = {}
    for kind in table.kinds:
        for opening in kind.opens:
            for event_type in _types(opening.fact):
                opens.setdefault(event_type, []).append(_opens(kind, opening, event_type))
        for does in ("done", "ends", "takes", "returns"):
            for closing in getattr(kind, does):
                for event_type in _types(closing.fact):
                    made = _closes(kind.code, does, closing, event_type)
                    closes.setdefault((kind.code, event_type), []).append(made)
                    if closing.even_before:
                        foretold.setdefault(event_type, []).append(made)
    return Rules(table.version, {kind.code: kind for kind in table.kinds}, opens, closes, foretold)


def _opens(kind: Kind, opening: Opening, event_type: type[Event]) -> Opens:
    return Opens(
        kind=kind,
        where=Where(opening.where, event_type, opening.each),
        unless=Where(opening.unless, event_type, opening.each),
        urgent=Where(opening.urgent, event_type, opening.each),
        about=opening.about,
        each=opening.each,
        owner=opening.owner,
        planned=opening.planned is not None,
        first=opening.first,
    )


def _closes(kind: str, does: str, closing: Closing, event_type: type[Event]) -> Closes:
    where = Where(closing.where, event_type, None)
    return Closes(kind, does, where, closing.about, closing.owner, closing.reason, closing.reason_from)


def _types(fact: str) -> list[type[Event]]:
    """Return the event types of a fact, all versions. Raises `Invalid` where there is none."""
    found = [cls for name, cls in event_types().items() if name.rpartition(".v")[0] == f"tsunagi.{fact}"]
    if not found:
        raise Invalid("handoff-kinds.unreadable", reason=f"no event {fact}")
    return found


class Facts:
    """What links the facts of one person, whatever their order: drives to placements, referrals to tasks."""

    def __init__(self, events: Iterable[Recorded]) -> None:
        self._trips: dict[UUID, TripPlanned] = {}
        self._tasks: dict[UUID, UUID] = {}
        for one in events:
            event = one.event
            if isinstance(event, TripPlanned):
                self._trips[one.envelope.subject] = event
            elif isinstance(event, CaseReferred):
                self._tasks[event.referral] = event.task or event.referral

    def about(self, path: str, one: Recorded, item: object) -> UUID | None:
        """Return what an event is about by a path: `subject`, a field, `item.…`, `trip.placement`, `referral.task`."""
        match path:
            case "subject":
                return one.envelope.subject
            case "trip.placement":
                planned = self._trips.get(one.envelope.subject)
                return planned.placement if planned else None
            case "referral.task":
                referral: UUID = one.event.referral  # type: ignore[attr-defined]  # the table was checked
                return self._tasks.get(referral, referral)
            case _:
                whose, _, name = path.rpartition(".")
                return getattr(item if whose == "item" else one.event, name)  # type: ignore[no-any-return]  # an id

    def planned(self, one: Recorded) -> datetime | None:
        """Return when a drive is planned for: as its partner said, else as it was planned."""
        planned = self._trips.get(one.envelope.subject)
        said = one.event.pick_up_at if isinstance(one.event, TripAccepted) else None
        return said or (planned.planned_at if planned else None)
