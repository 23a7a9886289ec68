"""Open words about persons, for services that search or show names; and forgetting (design, decision 6).

What is kept is folded field by field: each of the words is from the latest version that set it, so that events whose
key came late, or that were laid aside and replayed, settle in the same place.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import Any, NamedTuple
from uuid import UUID

import msgspec

from shared.contracts.envelope import Recorded, headers_text
from shared.contracts.event import decode_as, encode_words
from shared.contracts.intake_person import TOPIC as PERSONS
from shared.contracts.intake_person import PersonCorrected, PersonRegistered, PersonWords
from shared.contracts.topics import KEYS
from shared.kernel.errors import Unavailable
from shared.platform import store
from shared.platform.parts import Parts
from shared.platform.postgres import Session
from shared.platform.sealing import Cipher

_FIELDS = frozenset(PersonWords.__struct_fields__)

_KEEP_UNOPENED = """
    INSERT INTO personal.unopened (event, owner, version, headers, value) VALUES ($1, $2, $3, $4, $5)
    ON CONFLICT DO NOTHING
"""
_KEEP = """
    INSERT INTO personal.person (person, version, words, since, name, kana) VALUES ($1, $2, $3, $4, $5, $6)
    ON CONFLICT (person) DO UPDATE SET version = excluded.version, words = excluded.words, since = excluded.since,
        name = excluded.name, kana = excluded.kana
"""


class PersonName(NamedTuple):
    """How a person is called; `description` says how to recognise one whose name is not known."""

    name: str | None
    kana: str | None
    description: str | None


async def learn(parts: Parts, session: Session, recorded: Sequence[Recorded]) -> None:
    """Keep the words of registered and corrected persons, opened now or as soon as their key has come.

    Words of somebody who was forgotten are not kept. The caller holds the lock on the persons (the worker does).
    """
    known = [one for one in recorded if isinstance(one.event, PersonRegistered | PersonCorrected) and one.sealed]
    # The stored key and not the remembered one: whoever was forgotten a second ago must stay so.
    rows = await session.fetch(
        "SELECT owner, wrapped FROM keys WHERE owner = ANY($1)", [one.sealed.k for one in known if one.sealed]
    )
    keys: dict[UUID, bytes | None] = {row["owner"]: row["wrapped"] for row in rows}
    for one in known:
        if one.sealed is None:
            continue
        wrapped = keys.get(one.sealed.k)
        if wrapped is not None:
            await _open_and_keep(session, one, parts.keyring.unwrap(one.sealed.k, wrapped))
        elif one.sealed.k not in keys:
            await session.execute(
                _KEEP_UNOPENED,
                one.envelope.id,
                one.sealed.k,
                one.envelope.version,
                headers_text(one.envelope),
                one.value,
            )


async def _open_and_keep(session: Session, one: Recorded, cipher: Cipher) -> None:
    raw = cipher.open(one.envelope.id, one.envelope.type, one.sealed) if one.sealed else None
    if raw is not None:
        await keep_person_words(session, one, decode_as(PersonWords, raw))


async def keep_person_words(session: Session, recorded: Recorded, words: PersonWords) -> None:
    """Take a registered or corrected person's opened words into `personal.person`."""
    envelope, event = recorded.envelope, recorded.event
    fresh: dict[str, Any] = _without_nul(msgspec.json.decode(encode_words(words)))
    fields = (_FIELDS & set(event.fields)) if isinstance(event, PersonCorrected) else set(fresh)
    row = await session.fetchrow(
        "SELECT version, words, since FROM personal.person WHERE person = $1 FOR UPDATE", envelope.subject
    )
    kept: dict[str, Any] = dict(row["words"]) if row else {}
    since: dict[str, int] = dict(row["since"]) if row else {}
    for field in fields:
        # What stands there without a mark is from the registration.
        if envelope.version < since.get(field, 1 if field in kept else 0):
            continue
        since[field] = envelope.version
        kept.pop(field, None)
        if field in fresh:
            kept[field] = fresh[field]
    await session.execute(
        _KEEP,
        envelope.subject,
        max(envelope.version, row["version"] if row else 0),
        kept,
        {field: version for field, version in since.items() if version > 1},
        kept.get("name"),
        kept.get("kana"),
    )


def _without_nul(value: Any) -> Any:
    """Leave out U+0000, which PostgreSQL cannot hold; what the event says stays as it is."""
    if isinstance(value, str):
        return value.replace("\0", "")
    if isinstance(value, dict):
        return {_without_nul(name): _without_nul(one) for name, one in value.items()}
    return [_without_nul(one) for one in value] if isinstance(value, list) else value


async def names_of(session: Session, persons: Collection[UUID]) -> dict[UUID, PersonName]:
    """Return the names of those persons whose words are here."""
    rows = await session.fetch(
        "SELECT person, name, kana, words ->> 'description' AS description FROM personal.person WHERE person = ANY($1)",
        list(persons),
    )
    return {row["person"]: PersonName(row["name"], row["kana"], row["description"]) for row in rows}


async def keep_keys(parts: Parts, session: Session, wrapped: Mapping[UUID, bytes]) -> None:
    """Keep keys that came by the topic `keys`, and open what has waited for them.

    A key that is here already stays, and one whose owner was forgotten does not come back. The caller holds the
    locks on the owners. Raises `Unavailable("key.not-here")` on one under another key-encryption key.
    """
    kept = await session.fetch(
        "INSERT INTO keys (owner, wrapped) SELECT * FROM unnest($1::uuid[], $2::bytea[])"
        " ON CONFLICT DO NOTHING RETURNING owner",
        list(wrapped),
        list(wrapped.values()),
    )
    rows = await session.fetch(
        "DELETE FROM personal.unopened WHERE owner = ANY($1) RETURNING owner, version, headers, value",
        [row["owner"] for row in kept],
    )
    for row in sorted(rows, key=lambda row: (row["owner"], row["version"])):
        owner: UUID = row["owner"]
        stored = {"topic": PERSONS, "key": owner, "headers": row["headers"], "value": row["value"]}
        await _open_and_keep(session, store.read_row(stored), parts.keyring.unwrap(owner, wrapped[owner]))


async def lock_owner(session: Session, owner: UUID) -> None:
    """Hold the lock on a key's owner until the transaction ends, as the worker does for the events of a person."""
    await session.fetchval("SELECT pg_advisory_xact_lock($1)", store.lock_number(owner))


async def forget(session: Session, owner: UUID) -> None:
    """Delete the owner's key and open words here. That there was a key, and when it was forgotten, stays.

    The instant is the real one: the bound within which the log forgets as well is in real time.
    """
    await lock_owner(session, owner)
    await session.execute(
        """
        INSERT INTO keys (owner, wrapped, forgotten_at) VALUES ($1, NULL, now())
        ON CONFLICT (owner) DO UPDATE SET wrapped = NULL, forgotten_at = coalesce(keys.forgotten_at, now())
        """,
        owner,
    )
    await session.execute("DELETE FROM personal.person WHERE person = $1", owner)
    await session.execute("DELETE FROM personal.unopened WHERE owner = $1", owner)


async def forget_everywhere(parts: Parts, session: Session, owner: UUID) -> None:
    """Forget here, and queue the tombstone that makes every other service forget.

    Raises `Unavailable("key.not-here")` where this service never had the key: it is not the one to ask.
    """
    if not await session.fetchval("SELECT true FROM keys WHERE owner = $1", owner):
        raise Unavailable("key.not-here", owner=str(owner))
    await forget(session, owner)
    await session.execute("INSERT INTO outbox (topic, key, headers, value) VALUES ($1, $2, '{}', NULL)", KEYS, owner)
    parts.keyring.drop(owner)
