"""The sample's worker with one guard taken away: `VARIATION=… python -m tests.faults.variations worker`.

Without a variation it is the worker as it is.
"""

import os
import signal
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from typing import Any

import faust

from shared.contracts.envelope import Recorded
from shared.platform import worker
from shared.platform.parts import Parts
from shared.platform.postgres import Session
from shared.platform.process import main
from shared.platform.settling import Settling
from shared.platform.watchdog import Progress
from tests.adapters.platform import sample

KEPT = ""
ACK_FIRST = "ack before the commit"
LET_OUT = "let errors out of the agent"

DEADLY_ACTOR = "deadly"
"""In the effect of an event by this actor the process dies, once offsets have had the time to be committed."""
_COMMITS_WITHIN = 2.5


async def note_or_die(parts: Parts, session: Session, events: Sequence[Recorded]) -> None:
    """Do what the sample does; die where an event says so."""
    if any(one.envelope.actor == DEADLY_ACTOR for one in events):
        # A thread of Faust's own would commit meanwhile what has been acknowledged; so does its loop.
        until = time.monotonic() + _COMMITS_WITHIN
        while time.monotonic() < until:
            await session.execute("SELECT pg_sleep(0.1)")
        os.kill(os.getpid(), signal.SIGKILL)
    await sample.note(parts, session, events)


def counts(events: Sequence[Any]) -> None:
    """Let every acknowledgement count, whoever gives it: as if there were no `durable`."""
    for event in events:
        event.message.durable = True


def add_agent_that_acks_first(app: faust.App, topic: str, settling: Settling, progress: Progress) -> None:
    """Acknowledge, then settle: the other way round than `worker.add_agent`."""

    async def work(stream: Any) -> None:
        async for events in stream.noack_take(200, within=0.005):
            counts(events)
            for event in events:
                await stream.ack(event)
            await settling.settle([settling.read(one) for event in events for one in worker.messages_of(event)])

    _register(app, topic, settling, work)


def add_agent_that_lets_errors_out(app: faust.App, topic: str, settling: Settling, progress: Progress) -> None:
    """Store, and let Faust deal with what goes wrong."""

    async def work(stream: Any) -> None:
        async for events in stream.noack_take(200, within=0.005):
            counts(events)
            await settling.store([settling.read(one) for event in events for one in worker.messages_of(event)])
            for event in events:
                await stream.ack(event)

    _register(app, topic, settling, work)


def _register(app: faust.App, topic: str, settling: Settling, work: Callable[[Any], Awaitable[None]]) -> None:
    app.agent(
        app.topic(topic, key_type=bytes, value_type=bytes, key_serializer="raw", value_serializer="raw"),
        name=f"{settling.parts.service}.{topic}",
        concurrency=1,
    )(work)


ADD_AGENT = {KEPT: worker.add_agent, ACK_FIRST: add_agent_that_acks_first, LET_OUT: add_agent_that_lets_errors_out}

if __name__ == "__main__":
    worker.add_agent = ADD_AGENT[os.environ.get("VARIATION", KEPT)]
    name, topic = os.environ["SAMPLE_NAME"], os.environ["SAMPLE_TOPIC"]
    main(replace(sample.make_service(name, topic), effects={topic: note_or_die}))
