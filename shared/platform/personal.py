"""Open words about persons, for services that search or show names; and forgetting (design, decision 6)."""

from collections.abc import Collection, Sequence
from typing import NamedTuple
from uuid import UUID

from shared.contracts.envelope import Recorded
from shared.platform.parts import Parts
from shared.platform.postgres import Session


class PersonName(NamedTuple):
    """How a person is called; `description` says how to recognise one whose name is not known."""

    name: str | None
    kana: str | None
    description: str | None


async def learn(parts: Parts, session: Session, recorded: Sequence[Recorded]) -> None:
    """Keep the words of registered and corrected persons, opened now or as soon as their key has come."""
    raise NotImplementedError


async def names_of(session: Session, persons: Collection[UUID]) -> dict[UUID, PersonName]:
    """Return the names of those persons whose words are here."""
    raise NotImplementedError


async def forget(session: Session, owner: UUID) -> None:
    """Delete the owner's key and open words here. That there was a key, and when it was forgotten, stays."""
    raise NotImplementedError


async def forget_everywhere(session: Session, owner: UUID) -> None:
    """Forget here, and queue the tombstone that makes every other service forget."""
    raise NotImplementedError
