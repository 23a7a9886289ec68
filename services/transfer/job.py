"""One command's work on streams: whose doing it is, in which transaction. Each step is one decider on one stream."""

from typing import Any, NamedTuple
from uuid import UUID

from services.transfer.domain import dispatch, facility, need, placement, trip
from services.transfer.domain.policy import Policy
from services.transfer.settings import TransferSettings
from shared.kernel.decider import Decider
from shared.kernel.ids import derived_id
from shared.platform.parts import Parts
from shared.platform.postgres import Row, Session
from shared.platform.store import Origin
from shared.platform.streams import Outcome


class Job(NamedTuple):
    """What every step needs. `owner` below is the need's row: its person is the key, its ward and disaster go on."""

    parts: Parts
    session: Session
    origin: Origin

    @property
    def settings(self) -> TransferSettings:
        return self.parts.policy(TransferSettings)

    @property
    def policy(self) -> Policy:
        return self.settings.rules

    async def on_need(self, owner: Row, command: need.Command) -> Outcome:
        return await self._perform(need, command, owner["need"], owner)

    async def on_placement(self, owner: Row, stream: UUID, command: placement.Command) -> Outcome:
        return await self._perform(placement, command, stream, owner)

    async def on_trip(self, owner: Row, stream: UUID, command: trip.Command) -> Outcome:
        return await self._perform(trip, command, stream, owner)

    async def on_dispatch(self, owner: Row, its_trip: UUID, command: dispatch.Command) -> Outcome:
        """Tell the partner by Kafka: keyed by the trip, so that nothing leads to the person."""
        return await self.parts.streams.perform(
            self.session,
            dispatch,
            command,
            stream=derived_id("dispatch", its_trip),
            key=its_trip,
            origin=self._origin(owner),
            ward=owner["ward"],
        )

    async def on_facility(self, stream: UUID, command: facility.Command, ward: str | None = None) -> Outcome:
        return await self.parts.streams.perform(
            self.session,
            facility,
            command,
            stream=stream,
            key=stream,
            origin=self.origin,
            ward=ward,
            new_keys=True,
        )

    async def open_need(self, stream: UUID, command: need.Open, ward: str | None) -> Outcome:
        return await self.parts.streams.perform(
            self.session, need, command, stream=stream, key=command.event.person, origin=self.origin, ward=ward
        )

    async def _perform(self, decider: Decider[Any, Any, Any], command: object, stream: UUID, owner: Row) -> Outcome:
        return await self.parts.streams.perform(
            self.session,
            decider,
            command,
            stream=stream,
            key=owner["person"],
            origin=self._origin(owner),
            ward=owner["ward"],
        )

    def _origin(self, owner: Row) -> Origin:
        return self.origin._replace(disaster=self.origin.disaster or owner["disaster"])
