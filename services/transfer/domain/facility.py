"""A facility of the master: what is published of it, how it opens and closes, what places it reports (004 (2)①④).

The steps of opening come in any order and are shown as reported; with `receiving` the facility is open. A list that
is imported again changes only what the list itself says otherwise than before: what was edited by hand stays.
"""

from dataclasses import dataclass, field, replace
from typing import Any, Literal

import msgspec

from shared.contracts.event import Event
from shared.contracts.transfer_facility import (
    CapacityReported,
    ContactWords,
    FacilityChanged,
    FacilityClosed,
    FacilityContactChanged,
    FacilityListed,
    OpeningRequested,
    OpeningStepReported,
    StepWords,
)
from shared.kernel.errors import Invalid, NotFound, Refused

Opening = Literal["unlisted", "listed", "opening", "open", "closed"]

RECEIVING = "receiving"
FACTS = tuple(name for name in FacilityListed.__struct_fields__ if name in FacilityChanged.__struct_fields__)
"""What both say: the fields that can change."""

SIZE = ("size", "size_invented")
"""Most lists have no column for it: that one says nothing of it takes nothing away."""


@dataclass(frozen=True)
class State:
    """`facts` count; `by_list` is what the imported list last said."""

    opening: Opening = "unlisted"
    facts: FacilityListed | None = None
    by_list: FacilityListed | None = None
    steps: dict[str, bool] = field(default_factory=dict)
    asked_to_open: bool = False
    report: CapacityReported | None = None


INITIAL = State()


@dataclass(frozen=True)
class Take:
    """The facility stands so on an imported list, or is entered by hand."""

    event: FacilityListed


@dataclass(frozen=True)
class Edit:
    event: FacilityChanged


@dataclass(frozen=True)
class RequestOpening:
    cause: str


@dataclass(frozen=True)
class ReportStep:
    step: str
    ok: bool = True
    deputy: bool = False
    cause: str | None = None
    words: StepWords | None = None


@dataclass(frozen=True)
class Close:
    reason: str | None = None


@dataclass(frozen=True)
class ReportCapacity:
    event: CapacityReported


@dataclass(frozen=True)
class ChangeContact:
    words: ContactWords


Command = Take | Edit | RequestOpening | ReportStep | Close | ReportCapacity | ChangeContact


def decide(command: Command, state: State) -> list[Event]:
    """Decide a command. Raises `NotFound("facility.unknown")`, `Invalid`, `Refused("facility.open-already")`."""
    if isinstance(command, Take):
        return _take(command.event, state)
    if state.facts is None:
        raise NotFound("facility.unknown")
    match command:
        case Edit(event=event):
            return _edit(event, state.facts)
        case RequestOpening(cause=cause):
            if state.opening == "open":
                raise Refused("facility.open-already")
            return [] if state.asked_to_open else [OpeningRequested(cause=cause)]
        case ReportStep(step=step, ok=ok, deputy=deputy, cause=cause, words=words):
            if state.steps.get(step) is ok and words is None:
                return []  # reported already
            return [OpeningStepReported(step=step, ok=ok, deputy=deputy, cause=cause, words=words)]
        case Close(reason=reason):
            return [] if state.opening == "closed" else [FacilityClosed(reason=reason)]
        case ReportCapacity(event=event):
            return [_sound(event)]  # the same figures again are news: they are of now
        case ChangeContact(words=words):
            return [FacilityContactChanged(words=words)]


def _take(listed: FacilityListed, state: State) -> list[Event]:
    before = state.by_list
    if before is None:
        return [listed]
    said = FACTS if listed.size is not None else tuple(name for name in FACTS if name not in SIZE)
    fields = tuple(name for name in said if getattr(listed, name) != getattr(before, name))
    return [FacilityChanged(fields=fields, by_list=True, **_values(listed, fields))] if fields else []


def _edit(event: FacilityChanged, facts: FacilityListed) -> list[Event]:
    if unknown := set(event.fields) - set(FACTS):
        raise Invalid("facility.no-such-field", fields=sorted(unknown))
    fields = tuple(name for name in event.fields if getattr(event, name) != getattr(facts, name))
    if not fields:
        return []
    return [FacilityChanged(fields=fields, from_day=event.from_day, **_values(event, fields))]


def _values(event: FacilityListed | FacilityChanged, fields: tuple[str, ...]) -> dict[str, Any]:
    return {name: getattr(event, name) for name in fields}


def _sound(report: CapacityReported) -> CapacityReported:
    """Refuse a report that is no number of places; a group's number above the total is the facility's affair."""
    numbers = [report.total, report.baseline, report.reserved, report.in_24_hours, report.in_72_hours]
    for one in report.by_group:
        numbers += [one.places, one.in_24_hours, one.in_72_hours]
    if any(number is not None and not 0 <= number <= MOST_PLACES for number in numbers):
        raise Invalid("capacity.no-number", most=MOST_PLACES)
    groups = [one.group for one in report.by_group]
    if None in groups or len(groups) != len(set(groups)):
        raise Invalid("capacity.group-twice")
    return report


MOST_PLACES = 2000
"""No welfare shelter has more: beyond it stands a telephone number in the wrong field."""


def evolve(state: State, event: Event) -> State:
    """Fold one event."""
    match event:
        case FacilityListed():
            return replace(state, opening="listed", facts=event, by_list=event)
        case FacilityChanged(fields=fields, by_list=by_list):
            values = _values(event, fields)
            listed = state.by_list
            if by_list and listed is not None:
                listed = msgspec.structs.replace(listed, **values)
            facts = msgspec.structs.replace(state.facts, **values) if state.facts is not None else None
            return replace(state, facts=facts, by_list=listed)
        case OpeningRequested():
            return replace(state, asked_to_open=True)
        case OpeningStepReported(step=step, ok=ok):
            begun = {} if state.opening == "closed" else state.steps  # it opens anew: every step counts again
            steps = {**begun, step: ok}
            return replace(state, steps=steps, opening="open" if steps.get(RECEIVING) else "opening")
        case FacilityClosed():
            return replace(state, opening="closed", steps={}, asked_to_open=False)
        case CapacityReported():
            return replace(state, report=event)
    return state
