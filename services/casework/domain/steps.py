"""How a person's way folds: what each event does to it.

The fold never fails and never asks whether something was allowed: it takes the events as they settled
(`domain.timeline.settle`), of whichever services, and a later one counts over an earlier one. Only a death stays,
unless it is corrected, and no state goes back because an earlier step was keyed in after a later one.
"""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from services.casework.domain.journey import Journey, Step
from services.casework.domain.moves import MOVES
from services.casework.domain.timeline import settles_at
from shared.contracts import casework_case as case
from shared.contracts import casework_conference as conference
from shared.contracts import casework_handoff as handoff
from shared.contracts import intake_person as intake
from shared.contracts import screening_screening as screening
from shared.contracts import transfer_need as need
from shared.contracts import transfer_placement as placement
from shared.contracts import transfer_trip as trip
from shared.contracts.envelope import Envelope, Recorded
from shared.contracts.event import Event


def journey(person: UUID, events: Iterable[Recorded]) -> Journey:
    """Fold the settled events of one person."""
    state = Journey(person=person)
    for one in events:
        take(state, one)
    return state


def take(state: Journey, recorded: Recorded) -> None:
    """Let one event count, in place (a way is folded anew at every event of the person: copies would cost)."""
    envelope, event = recorded.envelope, recorded.event
    at = settles_at(envelope)
    if envelope.ward is not None and envelope.ward != state.ward:
        state.ward = envelope.ward
        if envelope.ward not in state.wards:
            state.wards = sorted([*state.wards, envelope.ward])
    state.disaster = state.disaster or envelope.disaster
    if state.last_heard is None or envelope.recorded_at > state.last_heard:
        state.last_heard = envelope.recorded_at
    kind = type(event)
    if kind not in _SAID_OF_HANDOFFS:
        state.signed_off = kind is handoff.HandoffEnded
    if kind in _CONTACTS and is_contact(event):
        state.last_contact = at
    step = _STEPS.get(kind)
    if step is not None:
        step(state, event, envelope, at)


_SAID_OF_HANDOFFS = frozenset({handoff.HandoffTaken, handoff.HandoffReturned, handoff.HandoffEscalated})
_REACHED = ("reached", "reached-other")
_CONTACTS: dict[type[Event], tuple[str, tuple[str, ...]] | None] = {
    intake.PersonRegistered: None,
    intake.CheckedIn: None,
    intake.WentOut: None,
    intake.CameBack: None,
    intake.Departed: None,
    intake.HospitalConfirmed: None,
    intake.ReturnedFromHospital: None,
    screening.CallAttempted: ("outcome", _REACHED),
    screening.VisitMade: ("outcome", ("met", "refused")),
    screening.ScreeningAnswered: None,
    screening.ScreeningDecided: None,
    placement.ArrivalReported: None,
    trip.PickedUp: None,
    trip.DroppedOff: None,
    case.CaseVisited: ("outcome", ("met", "refused")),
    case.CaseAssessed: None,
}
"""Which events are contact with the person: always, or where a field says so."""


def is_contact(event: Event) -> bool:
    """Whether somebody met the person, or heard from or of them, by this event."""
    if type(event) not in _CONTACTS:
        return False
    condition = _CONTACTS[type(event)]
    return condition is None or getattr(event, condition[0]) in condition[1]


def _registered(state: Journey, event: intake.PersonRegistered, envelope: Envelope, _at: datetime) -> None:
    state.registered_heard = envelope.recorded_at
    state.household = event.household
    state.representative = event.representative
    state.age_band = event.age_band
    state.needs, state.groups, state.aids = list(event.needs), list(event.groups), list(event.aids)
    state.observations, state.care = list(event.observations), event.care
    state.power_needed = bool(event.power_needed)
    if state.presence == "nobody":
        state.stand(event.place)


def _person_corrected(state: Journey, event: intake.PersonCorrected, _envelope: Envelope, _at: datetime) -> None:
    for name in event.fields:
        if name in ("needs", "groups", "aids", "observations"):
            setattr(state, name, list(getattr(event, name)))
        elif name in ("care", "power_needed"):
            setattr(state, name, bool(getattr(event, name)))
        elif name == "age_band" and event.age_band is not None:
            state.age_band = event.age_band
        elif name == "place" and event.place is not None and state.presence in ("nobody", "present", "out"):
            state.stand(event.place)


def _checked_in(
    state: Journey, event: intake.CheckedIn | intake.ReturnedFromHospital, _envelope: Envelope, _at: datetime
) -> None:
    state.stand(event.place)


def _departed(state: Journey, event: intake.Departed, _envelope: Envelope, at: datetime) -> None:
    if event.placement is not None:
        state.go("moved")
        state.set_out(at)
    elif event.destination != "hospital":
        state.go("left", event.destination)
    elif state.presence != "hospital":
        state.go("ambulance")


def _visited(state: Journey, event: screening.VisitMade, _envelope: Envelope, at: datetime) -> None:
    if event.outcome != "absent":
        state.visit_made_at = at


def _requested(state: Journey, event: screening.ScreeningRequested, _envelope: Envelope, at: datetime) -> None:
    state.risk, state.urgent = event.risk, event.urgent
    if not event.raised:  # raised: the same round goes on, with the nurse who has it
        state.screening, state.round, state.requested_at, state.nurse = "requested", event.round, at, None


def _decided(state: Journey, event: screening.ScreeningDecided, _envelope: Envelope, at: datetime) -> None:
    state.screening, state.nurse, state.decided_at = "decided", event.nurse, at
    state.destination, state.interim = event.destination, event.interim


def _assessed(state: Journey, event: case.CaseAssessed, _envelope: Envelope, _at: datetime) -> None:
    state.assessed = event.result


def _held(state: Journey, _event: conference.ConferenceHeld, _envelope: Envelope, at: datetime) -> None:
    state.conference_at, state.assessed_before = at, state.assessed


def _merged(state: Journey, event: intake.PersonsMerged, _envelope: Envelope, _at: datetime) -> None:
    state.same_as = sorted({*state.same_as, event.other})
    state.kept = event.kept


def _set(**values: str | bool | None) -> Step:
    """A step that sets fields: to plain values, to the event's own field of a name (`"=name"`), or to when (`"@"`)."""

    def step(state: Journey, event: Event, envelope: Envelope, at: datetime) -> None:
        for name, value in values.items():
            if value == "@":
                setattr(state, name, at)
            elif value == "@subject":
                setattr(state, name, envelope.subject)
            elif isinstance(value, str) and value.startswith("="):
                setattr(state, name, getattr(event, value[1:]))
            else:
                setattr(state, name, value)

    return step


def _gone(presence: str) -> Step:
    """A step after which the person is elsewhere (or back), while the place that is theirs stays the same."""

    def step(state: Journey, _event: Event, _envelope: Envelope, _at: datetime) -> None:
        state.go(presence)

    return step


_STEPS: dict[type[Event], Step] = {
    intake.PersonRegistered: _registered,
    intake.PersonCorrected: _person_corrected,
    intake.CheckedIn: _checked_in,
    intake.ReturnedFromHospital: _checked_in,
    intake.WentOut: _gone("out"),
    intake.CameBack: _gone("present"),
    intake.Departed: _departed,
    intake.Died: _gone("dead"),
    intake.AmbulanceCalled: _gone("ambulance"),
    intake.HospitalConfirmed: _gone("hospital"),
    intake.PersonsMerged: _merged,
    screening.ScreeningRequested: _requested,
    screening.ScreeningTaken: _set(screening="taken", nurse="=nurse"),
    screening.ScreeningReleased: _set(screening="requested", nurse=None),
    screening.CallAttempted: _set(phoned_at="@"),
    screening.VisitOrdered: _set(visit_ordered_at="@", visit_made_at=None),
    screening.VisitMade: _visited,
    screening.ScreeningDecided: _decided,
    screening.ScreeningEnded: _set(screening="ended"),
    need.NeedOpened: _set(need="open"),
    need.NeedChanged: _set(need="open"),
    need.NeedWaitlisted: _set(need="waitlisted"),
    need.NeedMet: _set(need="met"),
    need.NeedEnded: _set(need="ended"),
    **MOVES,
    case.CaseOpened: _set(case="@subject", case_state="open", worker="=worker", base="=base"),
    case.CaseAssigned: _set(worker="=worker", base="=base"),
    case.CaseTakenOver: _set(worker="=worker"),
    case.CaseAssessed: _assessed,
    case.CaseClosed: _set(case_state="closed"),
    case.CaseReopened: _set(case_state="open"),
    conference.ConferenceHeld: _held,
}
