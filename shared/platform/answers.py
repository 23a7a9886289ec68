"""What a command is answered with: the stream, its version now, and the ids of the events that it made."""

from typing import Any, TypeVar
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from shared.platform.exchange import note_header
from shared.platform.metrics import COMMANDS_REPEATED
from shared.platform.streams import Outcome

REPEATED = "Tsunagi-Repeated"


class Answer(BaseModel):
    """A command was carried out, and what it did is durable.

    Who writes these down as lines of `{"service", "stream", "version", "events"}` can have them checked later
    (`tsunagi verify --acknowledged`).
    """

    model_config = ConfigDict(
        extra="allow",
        json_schema_extra={
            "examples": [
                {
                    "stream": "019ab5a0-3c00-7000-8000-000000000001",
                    "version": 3,
                    "events": ["019ab5a0-3c01-7000-8000-00000000000a"],
                }
            ]
        },
    )

    stream: UUID
    version: int = Field(description="How many events the stream has now.")
    events: list[UUID] = Field(description="The events that this command made, now or when it first came.")


A = TypeVar("A", bound=Answer)


def answer(outcome: Outcome, *, into: type[A] = Answer, **more: Any) -> A:  # type: ignore[assignment]
    """Return the answer to a command; `into` may be a subclass with members of its own, given in `more`.

    A repeated command has the same answer, with the header `Tsunagi-Repeated: true`.
    """
    if outcome.repeated:
        COMMANDS_REPEATED.inc()
        note_header(REPEATED, "true")
    return into(
        stream=outcome.stream,
        version=outcome.version,
        events=[one.envelope.id for one in outcome.events],
        **more,
    )
