"""What a projection is made of: for each type of event, what becomes of it."""

from collections.abc import Awaitable, Callable, Mapping

from shared.contracts.envelope import Recorded
from shared.contracts.event import Event
from shared.platform.postgres import Session

Take = Callable[[Session, Recorded], Awaitable[None]]
"""Takes one event into the tables, in the transaction that appends it."""

Takes = Mapping[type[Event], Take]
