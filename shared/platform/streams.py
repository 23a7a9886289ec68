"""From a command to its events: load the stream, decide, append, project, in one transaction."""

import asyncio
import random
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, NamedTuple, TypeVar
from uuid import UUID

import asyncpg

from shared.contracts.envelope import Recorded
from shared.contracts.event import Event
from shared.kernel.decider import Decider
from shared.kernel.errors import Conflict
from shared.platform import failpoints, metrics, store
from shared.platform.postgres import Database, Session
from shared.platform.sealing import Cipher, Keyring
from shared.platform.store import Entry, Origin, VersionConflict

S = TypeVar("S")
T = TypeVar("T")

Project = Callable[[Session, Sequence[Recorded]], Awaitable[None]]
"""Events → a service's own tables, in the transaction that appends them."""


class Outcome(NamedTuple):
    """What a command came to: the stream, its version now, and the events that this command made (ever)."""

    stream: UUID
    version: int
    events: tuple[Recorded, ...]
    repeated: bool
    """The same command had been here before, or there was nothing left to do."""


class Streams:
    """The streams of one service."""

    def __init__(self, source: str, keyring: Keyring, project: Project) -> None:
        """`source` is `/<city code>/<service>`, as the envelope says it."""
        self.source = source
        self.keyring = keyring
        self._project = project

    async def state(self, session: Session, decider: Decider[Any, S, Any], stream: UUID) -> tuple[S, int]:
        """Return a stream's state and version (0: it has not begun)."""
        events = await store.load(session, stream)
        return _fold(decider, events), events[-1].envelope.version if events else 0

    async def perform(
        self,
        session: Session,
        decider: Decider[Any, S, Any],
        command: object,
        *,
        stream: UUID,
        key: UUID,
        origin: Origin,
        ward: str | None = None,
        new_keys: bool = False,
    ) -> Outcome:
        """Carry out one command on one stream, inside the session's transaction.

        A command whose `origin.causation` made events in this stream before yields those, and nothing new. Words
        are sealed under `key`; with `new_keys` a key that is missing is made (intake: persons and households,
        transfer: facilities), else it must have come. `origin.disaster` and the ward are inherited from the
        stream where the command says none.
        Raises what `decide` raises, `VersionConflict` (roll back, try again), `Refused("person.forgotten")`,
        `Unavailable("key.not-here")`.
        """
        before = await store.load(session, stream)
        version = before[-1].envelope.version if before else 0
        done = tuple(one for one in before if one.envelope.causation == origin.causation)
        if done:
            return Outcome(stream, version, done, repeated=True)
        happened: list[Event] = decider.decide(command, _fold(decider, before))
        if not happened:
            return Outcome(stream, version, (), repeated=True)
        if before:
            last = before[-1].envelope
            ward = ward or origin.ward or last.ward
            origin = origin._replace(disaster=origin.disaster or last.disaster)
        cipher: Cipher | None = None
        if any(getattr(one, "words", None) is not None for one in happened):
            if new_keys:
                cipher = await store.new_key(session, self.keyring, key)
            else:
                cipher = await self.keyring.need(session, key)
        recorded = [
            store.record(Entry(one, stream, version + n, key, ward), origin, self.source, cipher)
            for n, one in enumerate(happened, start=1)
        ]
        await store.append(session, recorded)
        await self._project(session, recorded)
        return Outcome(stream, version + len(recorded), tuple(recorded), repeated=False)


def _fold(decider: Decider[Any, S, Any], events: Sequence[Recorded]) -> S:
    state = decider.INITIAL
    for one in events:
        state = decider.evolve(state, one.event)
    return state


async def transact(database: Database, work: Callable[[Session], Awaitable[T]], *, attempts: int = 5) -> T:
    """Run `work` in a transaction, and again where somebody else was faster.

    Raises `Conflict("command.raced")` after the last attempt.
    """
    for attempt in range(attempts):
        try:
            async with database.transaction() as session:
                done = await work(session)
        except (VersionConflict, asyncpg.DeadlockDetectedError):
            metrics.COMMANDS_RACED.inc()
            await asyncio.sleep(random.uniform(0, 0.01 * 2**attempt))  # noqa: S311 - a pause, no secret
        else:
            failpoints.reach(failpoints.API_AFTER_COMMIT)
            return done
    raise Conflict("command.raced")
