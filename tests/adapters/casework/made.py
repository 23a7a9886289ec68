"""Persons as casework hears of them, with keys and words, and an API that is asked about them."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import msgspec

from shared.contracts.envelope import Recorded, with_sealed
from shared.contracts.event import Event, encode_words
from shared.kernel.ids import new_id
from shared.platform.parts import Parts
from shared.platform.settling import Settling
from tests.adapters.platform.made import key_message
from tests.unit.casework.told import Life

SECRET = "秘密山キヨ"
"""A name that must be found nowhere but sealed, or in the schema `personal`."""


def fresh_id() -> UUID:
    return new_id(datetime.now(UTC))


def fresh_life() -> Life:
    """A person whom no other test has heard of."""
    return Life(str(fresh_id()))


class Keys:
    """The keys of persons and households, as intake makes and tells them."""

    def __init__(self, parts: Parts, settling: Settling) -> None:
        self._parts = parts
        self._settling = settling
        self._wrapped: dict[UUID, bytes] = {}

    async def tell(self, owner: UUID) -> None:
        """Let the key come."""
        await self._settling.store([self._settling.read(key_message(owner, self._wrap(owner)))])

    async def forget(self, owner: UUID) -> None:
        """Let the tombstone come."""
        await self._settling.store([self._settling.read(key_message(owner, None))])
        self._parts.keyring.drop(owner)

    def seal(self, one: Recorded, owner: UUID) -> Recorded:
        """Return the event with its words sealed under the owner's key, as it comes by the log."""
        words: Any = getattr(one.event, "words", None)
        cipher = self._parts.keyring.unwrap(owner, self._wrap(owner))
        sealed = cipher.seal(one.envelope.id, one.envelope.type, encode_words(words))
        event: Event = msgspec.structs.replace(one.event, words=None)
        return msgspec.structs.replace(one, event=event, sealed=sealed, value=with_sealed(one.value, sealed))

    def _wrap(self, owner: UUID) -> bytes:
        if owner not in self._wrapped:
            self._wrapped[owner] = self._parts.keyring.create(owner)[1]
        return self._wrapped[owner]


def types(items: Sequence[dict[str, Any]]) -> list[str]:
    """Return the types of timeline entries, without what they all share."""
    return [one["type"].removeprefix("tsunagi.").removesuffix(".v1") for one in items]
