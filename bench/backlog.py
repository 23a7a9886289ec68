"""Real ways as they stand on the log: sheets of households, and for some persons what all four services write of them.

Made by the real code (sheets read, events recorded, words sealed, keys wrapped), and sent as the relay sends them.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import chain, count, cycle, islice
from typing import Any, NamedTuple
from uuid import UUID

import msgspec
from aiokafka import AIOKafkaProducer

from bench.sheets import WARD, bodies
from services.intake.domain.reading import read_sheet
from services.intake.domain.registration import register
from services.intake.registering import record_all
from services.intake.tables import ledger
from shared.contracts.casework_case import CaseOpened, CaseVisited
from shared.contracts.casework_handoff import HandoffTaken
from shared.contracts.envelope import Recorded, headers_text
from shared.contracts.event import Event
from shared.contracts.examples import example
from shared.contracts.intake_person import CameBack, CheckedIn, Departed, WentOut
from shared.contracts.screening_screening import (
    CallAttempted,
    ScreeningAnswered,
    ScreeningDecided,
    ScreeningRequested,
    ScreeningTaken,
)
from shared.contracts.topics import KEYS, PARTITIONS
from shared.contracts.transfer_need import NeedMet, NeedOpened
from shared.contracts.transfer_placement import ArrivalReported, PlacementAccepted, PlacementRequested
from shared.contracts.transfer_trip import DroppedOff, PickedUp, TripAccepted, TripPlanned
from shared.kernel.ids import new_id, seeded_id
from shared.platform.relay import pack, send
from shared.platform.sealing import Cipher, Keyring, read_kek
from shared.platform.store import Entry, Origin, record
from tsunagi.stack.stack import Stack

_ONE_IN = 5
"""Of so many households one has a member whom the nurse sees, who moves to a welfare shelter, who becomes a case."""

_PACE = 20
"""Households that register between one step of a way and the next."""

_WAY: tuple[tuple[type[Event], str], ...] = (
    (ScreeningRequested, "person"),
    (ScreeningTaken, "person"),
    (CallAttempted, "person"),
    (ScreeningAnswered, "person"),
    (ScreeningDecided, "person"),
    (NeedOpened, "need"),
    (PlacementRequested, "placement"),
    (PlacementAccepted, "placement"),
    (HandoffTaken, "handoff"),
    (TripPlanned, "trip"),
    (TripAccepted, "trip"),
    (PickedUp, "trip"),
    (DroppedOff, "trip"),
    (ArrivalReported, "placement"),
    (NeedMet, "need"),
    (Departed, "person"),
    (CheckedIn, "person"),
    (CaseOpened, "case"),
    (CaseVisited, "case"),
)
"""What is written of somebody who goes the whole way, and in which stream."""


class Message(NamedTuple):
    """A message as a row of an outbox."""

    id: int
    topic: str
    key: UUID
    headers: bytes
    value: bytes | None


class Life(NamedTuple):
    """One person's events and their household's, and the keys of both."""

    person: UUID
    household: UUID
    events: list[Recorded]
    keys: list[tuple[UUID, bytes]]


class Ways:
    """Makes ways; every id is fresh."""

    def __init__(self, stack: Stack, run: int) -> None:
        self._keyring = Keyring(read_kek(stack.layout.kek), ledger)
        self._city = stack.layout.kind.city
        self._bodies = bodies(run)
        self._numbers = count(1)
        self._began = datetime.now(UTC)

    def messages(self, most: int) -> list[Message]:
        """Return so many messages, in the order in which they were written: ways go on while others begin."""
        made: list[Message] = []
        going: list[Iterator[Recorded]] = []
        for number in count():
            made.extend(self._registered(number, going))
            if number % _PACE == 0:
                made.extend(self._message(one) for way in going if (one := next(way, None)) is not None)
            if len(made) >= most:
                return made[:most]
        raise AssertionError("it counts without end")

    def life(self, events: int) -> Life:
        """Return a person with so many events, in the order in which they were written."""
        recorded, keys, now = self._sheet(goes=True)
        household, person = recorded[0].envelope.key, recorded[-1].envelope.key
        cipher = self._keyring.unwrap(*keys[-1])
        way = chain(_WAY, cycle(((WentOut, "person"), (CameBack, "person"))))
        said = [recorded[0], recorded[-1], *islice(self._way(way, person, household, cipher, now), events - 2)]
        return Life(person, household, said, [keys[0], keys[-1]])

    def _registered(self, number: int, going: list[Iterator[Recorded]]) -> Iterator[Message]:
        """Yield a sheet's events and keys, in the outbox's order; of some, the last member sets out on a way."""
        goes = number % _ONE_IN == 0
        recorded, keys, now = self._sheet(goes=goes)
        yield from map(self._message, recorded)
        for owner, wrapped in keys:
            yield Message(next(self._numbers), KEYS, owner, b"{}", wrapped)
        if goes:
            household, person = recorded[0].envelope.key, recorded[-1].envelope.key
            going.append(self._way(_WAY, person, household, self._keyring.unwrap(*keys[-1]), now))

    def _sheet(self, *, goes: bool) -> tuple[list[Recorded], list[tuple[UUID, bytes]], datetime]:
        """Read and record a sheet; unless its last member is to go the way, nobody on it needs care."""
        self._began += timedelta(milliseconds=1)
        now = self._began
        sheet = read_sheet(next(self._bodies))
        if not goes:
            calm = (msgspec.structs.replace(one, needs=(), aids=(), medicine_days=None) for one in sheet.members)
            sheet = msgspec.structs.replace(sheet, members=type(sheet.members)(calm))
        command = new_id(now)
        origin = Origin("bench", "api", now, command, command, happened=sheet.written_at, ward=WARD)
        source = f"/{self._city}/intake"
        recorded, keys = record_all(self._keyring, source, register(sheet, now), sheet.id, origin)
        return recorded, keys, now

    def _way(
        self, steps: Iterable[tuple[type[Event], str]], person: UUID, household: UUID, cipher: Cipher, now: datetime
    ) -> Iterator[Recorded]:
        ids: dict[str, UUID] = {one: seeded_id(now, person, one) for _, one in _WAY}
        ids |= {"person": person, "household": household, "facility": seeded_id(self._began, "facility")}
        ids |= {"to_facility": ids["facility"]}
        versions = {"person": 1}
        for step, (cls, stream) in enumerate(steps, start=1):
            at = now + timedelta(minutes=10 * step)
            event = example(cls)
            named: dict[str, Any] = {name: ids[name] for name in cls.__struct_fields__ if name in ids}
            # A person's streams at intake and at screening bear one id.
            counted = "screening" if cls.TOPIC.startswith("screening") else stream
            versions[counted] = versions.get(counted, 0) + 1
            id_ = new_id(at)
            yield record(
                Entry(msgspec.structs.replace(event, **named), ids[stream], versions[counted], person),
                Origin("bench", "api", at, id_, id_, ward=WARD),
                f"/{self._city}/{cls.TOPIC.partition('.')[0]}",
                cipher,
            )

    def _message(self, one: Recorded) -> Message:
        return Message(next(self._numbers), one.envelope.topic, one.envelope.key, headers_text(one.envelope), one.value)


async def put_on_log(bootstrap: str, messages: Sequence[Message], at_once: int = 2000) -> None:
    """Send messages in their order, batch by batch, each awaited."""
    producer = AIOKafkaProducer(
        bootstrap_servers=bootstrap, acks="all", enable_idempotence=True, max_batch_size=950_000
    )
    await producer.start()
    try:
        partitions = {one.topic: PARTITIONS for one in messages}
        for start in range(0, len(messages), at_once):
            await send(producer, pack(messages[start : start + at_once], producer, partitions))  # type: ignore[arg-type]  # a row is five values, too
    finally:
        await producer.stop()
