"""A made-up life for tests: what happened to one person, told as events of all services.

`life.say(Event(…), "10:00")` is what happened at 10:00 and was heard then; `heard="12:30"` says that it came late.
A time may lead with a day: `"3d 10:00"` is ten o'clock on the third day after the first.
"""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from services.casework.domain.handoff_kinds import packaged_table
from services.casework.domain.handoff_rules import Tables
from services.casework.domain.handoffs import Handoff, Traced, trace
from services.casework.domain.timeline import settle
from shared.contracts import casework_case, casework_conference
from shared.contracts.envelope import Envelope, Recorded
from shared.contracts.event import Event, encode_body
from shared.contracts.intake_person import PersonRegistered
from shared.contracts.places import Place
from shared.contracts.screening_screening import ScreeningDecided, Suggestion
from shared.contracts.transfer_placement import PlacementAccepted, PlacementRequested
from shared.contracts.transfer_trip import TripPlanned
from shared.kernel.ids import derived_id, seeded_id

DAY_0 = datetime(2024, 11, 20, tzinfo=UTC)
WARD = "28101"
TABLES = Tables([packaged_table()])


def at(text: str) -> datetime:
    """Return an instant: `10:00`, `10:00:30`, `3d 10:00`."""
    day, _, clock = text.rpartition(" ")
    hours, minutes, *seconds = map(int, clock.split(":"))
    days = int(day.removesuffix("d") or 0)
    return DAY_0 + timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds[0] if seconds else 0)


def named(*names: object) -> UUID:
    """Return the UUIDv7 of a name, the same each time."""
    return seeded_id(DAY_0, *names)


SHELTER = named("shelter")
CORE, OTHER_CORE = named("core"), named("other core")
AT_SHELTER = Place(kind="shelter", shelter=SHELTER)


class Life:
    """What happened to one person."""

    def __init__(self, name: str = "kiyo") -> None:
        self.name = name
        self.ward: str | None = WARD
        self.person = named("person", name)
        self.household = named("household", name)
        self.need = named("need", name)
        self.events: list[Recorded] = []
        self._versions: dict[UUID, int] = {}

    def id(self, *names: object) -> UUID:
        """Return the id of something in this life: a placement, a trip, a conference."""
        return named(self.name, *names)

    @property
    def case(self) -> UUID:
        return derived_id("case", self.person)

    def say(
        self, event: Event, when: str, *, heard: str | None = None, stream: UUID | None = None, **more: Any
    ) -> UUID:
        """Tell an event and return its id. `more` are fields of the envelope: actor, ward, corrects, precision …"""
        subject = stream or self._stream_of(event)
        version = self._versions[subject] = self._versions.get(subject, 0) + 1
        service = event.TOPIC.split(".", maxsplit=1)[0]
        recorded_at = at(heard or when)
        id_ = more.pop("id", None) or seeded_id(recorded_at, self.name, event.TYPE, subject, version)
        envelope = Envelope(
            id=id_,
            type=event.TYPE,
            topic=event.TOPIC,
            source=f"/281000/{service}",
            subject=subject,
            version=version,
            time=more.pop("time", None) or at(when),
            recorded_at=recorded_at,
            key=self.person,
            actor=more.pop("actor", "somebody"),
            channel="api",
            correlation=id_,
            causation=id_,
            ward=more.pop("ward", self.ward),
            **more,
        )
        self.events.append(Recorded(envelope=envelope, event=event, value=encode_body(event)))
        return id_

    def _stream_of(self, event: Event) -> UUID:
        match event.TOPIC:
            case "intake.person" | "screening.screening":
                return self.person
            case "transfer.need":
                return self.need
            case "transfer.placement":
                return self.id("placement")
            case "transfer.trip":
                return self.id("trip")
            case casework_case.TOPIC:
                return self.case
            case casework_conference.TOPIC:
                return self.id("conference")
            case _:
                raise ValueError(f"say which stream {event.TYPE} belongs to")

    def traced(self, **bounds: Any) -> Traced:
        return trace(TABLES, self.person, settle(self.events, **bounds))

    def handoff(self, kind: str) -> Handoff:
        """Return the last hand-off of a kind."""
        found = [one for one in self.traced().handoffs if one.kind == kind]
        assert found, f"no {kind} among {[one.kind for one in self.traced().handoffs]}"
        return found[-1]

    def kinds(self, *states: str) -> list[str]:
        """Return the kinds of the hand-offs in these states, in the order of their opening."""
        return [one.kind for one in self.traced().handoffs if one.state in states]

    # what most lives have

    def register(self, when: str = "10:00", *, heard: str | None = None, **fields: Any) -> UUID:
        event = PersonRegistered(
            **{"household": self.household, "place": AT_SHELTER, "needs": ("care-3-plus",), **fields}
        )
        return self.say(event, when, heard=heard)

    def decide(self, when: str, destination: str = "core-welfare", **fields: Any) -> UUID:
        event = ScreeningDecided(
            nurse="nurse-1", destination=destination, suggestion=Suggestion(guide="kobe-2022@1"), **fields
        )
        return self.say(event, when)

    def ask(self, when: str, facility: UUID = CORE, placement: UUID | None = None) -> UUID:
        event = PlacementRequested(need=self.need, person=self.person, facility=facility, until=at("23:00"))
        return self.say(event, when, stream=placement)

    def accept(self, when: str, facility: UUID = CORE, placement: UUID | None = None) -> UUID:
        return self.say(PlacementAccepted(facility=facility, need=self.need), when, stream=placement)

    def plan_trip(self, when: str, by: str = "partner", planned: str = "15:00", trip: UUID | None = None) -> UUID:
        event = TripPlanned(
            placement=self.id("placement"),
            person=self.person,
            by=by,
            vehicle="ordinary",
            planned_at=at(planned),
            to_facility=CORE,
        )
        return self.say(event, when, stream=trip)
