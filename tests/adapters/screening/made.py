"""Events of other services as they reach screening's worker, and where they lead."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec

from services.screening.wiring import SERVICE
from shared.contracts.envelope import Recorded, to_headers
from shared.contracts.event import Event
from shared.contracts.intake_person import PersonRegistered, PersonWords
from shared.contracts.places import Place
from shared.kernel.ids import new_id
from shared.platform import store
from shared.platform.inbox import Message
from shared.platform.parts import Parts
from shared.platform.settling import Settling
from shared.platform.store import Entry, Origin

SHELTER = UUID("a0000000-0000-8000-8000-000000000001")
FACILITY = UUID("a0000000-0000-8000-8000-000000000002")
HERE = Place(kind="shelter", shelter=SHELTER, lodging="building")
SECRET = "秘密山キヨ"
"""A name that must be found nowhere but sealed, or in the schema `personal`."""


def an_id() -> UUID:
    return new_id(datetime.now(UTC))


@dataclass
class World:
    """Tells screening's worker what other services say, as Kafka would."""

    parts: Parts
    versions: dict[UUID, int] = field(default_factory=dict)
    offset: int = 0

    async def tell(
        self,
        event: Event,
        subject: UUID,
        *,
        key: UUID | None = None,
        ward: str | None = "28101",
        at: datetime | None = None,
        times: int = 1,
    ) -> Recorded:
        """Let an event come, `times` times; return it."""
        now = self.parts.clock.now()
        owner = key or subject
        origin = Origin("staff-1", "page", now, an_id(), an_id(), happened=at, ward=ward)
        self.versions[subject] = version = self.versions.get(subject, 0) + 1
        cipher = None
        if getattr(event, "words", None) is not None:
            async with self.parts.database.session() as session:
                cipher = await self.parts.keyring.need(session, owner)
        service = event.TOPIC.partition(".")[0]
        one = store.record(Entry(event, subject, version, owner), origin, f"/281000/{service}", cipher)
        await self.deliver([one] * times)
        return one

    async def deliver(self, events: Sequence[Recorded]) -> None:
        """Let the worker settle these, which are all of one topic."""
        settling = Settling(self.parts, SERVICE)
        came = []
        for one in events:
            self.offset += 1
            envelope = msgspec.structs.replace(one.envelope)
            key = str(envelope.key).encode()
            came.append(
                settling.read(Message(envelope.topic, 0, self.offset, key, tuple(to_headers(envelope)), one.value))
            )
        await settling.settle(came)

    async def key(self, owner: UUID) -> None:
        """Let the key of a person come by the topic `keys`."""
        settling = Settling(self.parts, SERVICE)
        _, wrapped = self.parts.keyring.create(owner)
        self.offset += 1
        await settling.settle([settling.read(Message("keys", 0, self.offset, str(owner).encode(), (), wrapped))])

    async def forget(self, owner: UUID) -> None:
        """Let the word come to forget a person."""
        settling = Settling(self.parts, SERVICE)
        self.offset += 1
        await settling.settle([settling.read(Message("keys", 0, self.offset, str(owner).encode(), (), None))])

    async def register(self, person: UUID | None = None, *, ward: str | None = "28101", **fields: Any) -> UUID:
        """Let the registration of a person come, with their key; by default somebody of 要介護3以上."""
        who = person or an_id()
        await self.key(who)
        given: dict[str, Any] = {"household": an_id(), "place": HERE, "needs": ("care-3-plus",), **fields}
        words = PersonWords(name=SECRET, kana="ヒミツヤマ", communication="左の耳に話す")
        await self.tell(PersonRegistered(words=words, **given), who, ward=ward)
        return who

    async def dead_letters(self) -> int:
        async with self.parts.database.session() as session:
            return int(await session.fetchval("SELECT count(*) FROM dead_letters"))

    async def events(self, person: UUID) -> list[Event]:
        """Return what screening says of a person, oldest first."""
        async with self.parts.database.session() as session:
            return [one.event for one in await store.load(session, person)]

    async def row(self, person: UUID) -> dict[str, Any] | None:
        async with self.parts.database.session() as session:
            row = await session.fetchrow("SELECT * FROM queue WHERE person = $1", person)
        return dict(row) if row else None

    def ago(self, **span: float) -> datetime:
        return self.parts.clock.now() - timedelta(**span)
