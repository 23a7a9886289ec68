"""Sealing: words about somebody leave a process only under that somebody's key (design, decision 6).

Each owner (a person, a household, a facility) has a data key of 32 bytes. It is kept and sent wrapped by the
key-encryption key of the deployment. Words are sealed with AES-256-GCM; the associated data is the event's id and
type, so that no ciphertext can be moved to another event. Forgetting an owner deletes the key everywhere.
"""

import base64
import os
import time
from collections import OrderedDict
from pathlib import Path
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import bindparam, select

from shared.contracts.envelope import Sealed
from shared.kernel.errors import Refused, Unavailable
from shared.platform.postgres import Session, Statement
from shared.platform.tables import Ledger

_REMEMBERED = 20_000
_SECONDS = 60.0
"""An opened key is remembered this long (real time), so a forgotten one is gone from memory soon as well."""


class Cipher:
    """One owner's opened key."""

    __slots__ = ("_aes", "owner")

    def __init__(self, owner: UUID, key: bytes) -> None:
        self.owner = owner
        self._aes = AESGCM(key)

    def seal(self, event: UUID, type_: str, words: bytes) -> Sealed:
        """Seal words into an event. The nonce is random; one key seals far fewer than 2^32 events."""
        nonce = os.urandom(12)
        return Sealed(k=self.owner, c=nonce + self._aes.encrypt(nonce, words, event.bytes + type_.encode()))

    def open(self, event: UUID, type_: str, sealed: Sealed) -> bytes | None:
        """Return the words, or None where they are not this event's (moved, damaged, or under another key)."""
        try:
            return self._aes.decrypt(sealed.c[:12], sealed.c[12:], event.bytes + type_.encode())
        except (InvalidTag, ValueError):
            return None


def read_kek(path: Path) -> bytes:
    """Read the key-encryption key: 32 bytes in base64. Raises ValueError where the file holds something else."""
    key = base64.b64decode(path.read_bytes().strip())
    if len(key) != 32:
        raise ValueError(f"{path} does not hold 32 bytes in base64")
    return key


class Keyring:
    """The keys that a process knows: wraps new ones, opens stored ones, remembers some for a minute."""

    def __init__(self, kek: bytes, ledger: Ledger) -> None:
        self._kek = AESGCM(kek)
        self._open: OrderedDict[UUID, tuple[float, Cipher]] = OrderedDict()
        keys = ledger.keys
        self._find = Statement(select(keys.c.wrapped).where(keys.c.owner == bindparam("owner")))

    def create(self, owner: UUID) -> tuple[Cipher, bytes]:
        """Make a new data key: the cipher, and the wrapped key to be stored and sent."""
        drawn = os.urandom(44)  # at once: asking is what takes the time
        key, nonce = drawn[:32], drawn[32:]
        wrapped = nonce + self._kek.encrypt(nonce, key, owner.bytes)
        return Cipher(owner, key), wrapped

    def unwrap(self, owner: UUID, wrapped: bytes) -> Cipher:
        """Open a wrapped key. Raises `Unavailable("key.not-here")` where it was wrapped by another KEK."""
        try:
            return Cipher(owner, self._kek.decrypt(wrapped[:12], wrapped[12:], owner.bytes))
        except InvalidTag:
            raise Unavailable("key.not-here", owner=str(owner)) from None

    def remember(self, cipher: Cipher) -> None:
        self._open[cipher.owner] = (time.monotonic() + _SECONDS, cipher)
        if len(self._open) > _REMEMBERED:
            self._open.popitem(last=False)

    def drop(self, owner: UUID) -> None:
        self._open.pop(owner, None)

    async def find(self, session: Session, owner: UUID) -> Cipher | None:
        """Return the owner's cipher, or None where no key is here (not come yet, or forgotten)."""
        remembered = self._open.get(owner)
        if remembered is not None and remembered[0] > time.monotonic():
            return remembered[1]
        wrapped = await session.fetchval(self._find, owner=owner)
        if wrapped is None:
            self._open.pop(owner, None)
            return None
        cipher = self.unwrap(owner, wrapped)
        self.remember(cipher)
        return cipher

    async def need(self, session: Session, owner: UUID) -> Cipher:
        """Return the owner's cipher. Raises `Refused("person.forgotten")` or `Unavailable("key.not-here")`."""
        cipher = await self.find(session, owner)
        if cipher is None:
            if await session.fetchval("SELECT forgotten_at FROM keys WHERE owner = $1", owner):
                raise Refused("person.forgotten")
            raise Unavailable("key.not-here", owner=str(owner))
        return cipher
