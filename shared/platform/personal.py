"""Open words about persons, for services that search or show names; and forgetting (design, decision 6).

What is kept is folded field by field: each of the words is from the latest version that set it, so that events whose
key came late, or that were laid aside and replayed, settle in the same place.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import Any, NamedTuple
from uuid import UUID

import msgspec

from shared.contracts.envelope import Recorded, headers_text
from shared.contracts.event import decode_as
from shared.contracts.intake_person import TOPIC as PERSONS
from shared.contracts.intake_person import PersonCorrected, PersonRegistered, PersonWords
from shared.contracts.topics import KEYS
from shared.kernel.errors import Unavailable
from shared.platform import store
from shared.platform.parts import Parts
from shared.platform.postgres import Row, Session
from shared.platform.sealing import Cipher

_FIELDS = frozenset(PersonWords.__struct_fields__)
NO_KEYS: Mapping[UUID, bytes] = {}

_KEEP_UNOPENED = """
    INSERT INTO personal.unopened (event, owner, version, headers, value)
    SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::int[], $4::bytea[], $5::bytea[]) ON CONFLICT DO NOTHING
"""
_KEEP_KEYS = """
    WITH kept AS (
        INSERT INTO keys (owner, wrapped) SELECT * FROM unnest($1::uuid[], $2::bytea[])
        ON CONFLICT DO NOTHING RETURNING owner
    ), opened AS (
        DELETE FROM personal.unopened AS waiting USING kept WHERE waiting.owner = kept.owner
        RETURNING waiting.owner, waiting.version, waiting.headers, waiting.value
    )
    SELECT owner, version, headers, value FROM kept LEFT JOIN opened USING (owner)
"""
_WORDS = """
    SELECT person, version, words, since FROM personal.person WHERE person = ANY($1) ORDER BY person FOR UPDATE
"""
_KEYS_AND_WORDS = """
    SELECT owner, wrapped, person, version, words, since FROM keys LEFT JOIN personal.person ON person = owner
    WHERE owner = ANY($1)
"""
_KEEP = """
    INSERT INTO personal.person (person, version, words, since, name, kana)
    SELECT person, version, words::jsonb, since::jsonb, name, kana
    FROM unnest($1::uuid[], $2::int[], $3::text[], $4::text[], $5::text[], $6::text[])
        AS kept(person, version, words, since, name, kana)
    ON CONFLICT (person) DO UPDATE SET version = excluded.version, words = excluded.words, since = excluded.since,
        name = excluded.name, kana = excluded.kana
"""
_encoder = msgspec.json.Encoder()


class PersonName(NamedTuple):
    """How a person is called; `description` says how to recognise one whose name is not known."""

    name: str | None
    kana: str | None
    description: str | None


async def learn(
    parts: Parts, session: Session, recorded: Sequence[Recorded], keys: Mapping[UUID, bytes] = NO_KEYS
) -> None:
    """Keep the words of registered and corrected persons, opened now or as soon as their key has come.

    Words of somebody who was forgotten are not kept. The caller holds the lock on the persons (the worker does).
    `keys`: those that are new here with this transaction, of whom there are no words yet (`keep_keys`).
    """
    told = (one for one in recorded if isinstance(one.event, PersonRegistered | PersonCorrected))
    known = [(one, one.sealed.k) for one in told if one.sealed is not None]
    if not known:
        return
    # The stored key and not the remembered one: whoever was forgotten a second ago must stay so.
    asked = [owner for _, owner in known if owner not in keys]
    rows = await session.fetch(_KEYS_AND_WORDS, asked) if asked else []
    here: dict[UUID, bytes | None] = {**keys, **{row["owner"]: row["wrapped"] for row in rows}}
    unopened: list[tuple[Any, ...]] = []
    opened: list[tuple[Recorded, PersonWords]] = []
    for one, owner in known:
        wrapped = here.get(owner)
        if wrapped is not None:
            opened += _open(one, parts.keyring.unwrap(owner, wrapped))
        elif owner not in here:
            unopened.append((one.envelope.id, owner, one.envelope.version, headers_text(one.envelope), one.value))
    if unopened:
        await session.execute(_KEEP_UNOPENED, *map(list, zip(*unopened, strict=True)))
    await _keep(session, opened, [row for row in rows if row["version"] is not None])


def _open(one: Recorded, cipher: Cipher) -> list[tuple[Recorded, PersonWords]]:
    """Return the event with its words; nothing where they cannot be opened."""
    raw = cipher.open(one.envelope.id, one.envelope.type, one.sealed) if one.sealed else None
    return [(one, decode_as(PersonWords, raw))] if raw is not None else []


class _Kept:
    """The words of one person as they are kept, field by field, and from which version each is."""

    __slots__ = ("since", "version", "words")

    def __init__(self, version: int, words: Mapping[str, Any], since: Mapping[str, int]) -> None:
        self.version, self.words, self.since = version, dict(words), dict(since)

    def take(self, recorded: Recorded, words: PersonWords) -> None:
        """Let the words of one event count where they are the latest of their field."""
        version, event = recorded.envelope.version, recorded.event
        fresh: dict[str, Any] = _without_nul(msgspec.to_builtins(words))
        fields = (_FIELDS & set(event.fields)) if isinstance(event, PersonCorrected) else set(fresh)
        self.version = max(version, self.version)
        for field in fields:
            # What stands there without a mark is from the registration.
            if version < self.since.get(field, 1 if field in self.words else 0):
                continue
            self.since[field] = version
            self.words.pop(field, None)
            if field in fresh:
                self.words[field] = fresh[field]

    def row(self, person: UUID) -> tuple[Any, ...]:
        since = {field: version for field, version in self.since.items() if version > 1}
        texts = (_encoder.encode(self.words).decode(), _encoder.encode(since).decode())
        return person, self.version, *texts, self.words.get("name"), self.words.get("kana")


async def keep_person_words(session: Session, opened: Sequence[tuple[Recorded, PersonWords]]) -> None:
    """Take the opened words of registered or corrected persons into `personal.person`, in the order given."""
    if opened:
        persons = sorted({one.envelope.subject for one, _ in opened})
        await _keep(session, opened, await session.fetch(_WORDS, persons))


async def _keep(session: Session, opened: Sequence[tuple[Recorded, PersonWords]], rows: Sequence[Row]) -> None:
    """Take the opened words in, upon what is kept of these persons."""
    if not opened:
        return
    persons = sorted({one.envelope.subject for one, _ in opened})
    kept = {row["person"]: _Kept(row["version"], row["words"], row["since"]) for row in rows}
    for one, words in opened:
        kept.setdefault(one.envelope.subject, _Kept(0, {}, {})).take(one, words)
    columns = zip(*(kept[person].row(person) for person in persons), strict=True)
    await session.execute(_KEEP, *map(list, columns))


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


async def keep_keys(parts: Parts, session: Session, wrapped: Mapping[UUID, bytes]) -> dict[UUID, bytes]:
    """Keep keys that came by the topic `keys`, and open what has waited for them.

    Returns those that are new here and that nothing had waited for.

    A key that is here already stays, and one whose owner was forgotten does not come back. The caller holds the
    locks on the owners. Raises `Unavailable("key.not-here")` on one under another key-encryption key.
    """
    rows = await session.fetch(_KEEP_KEYS, list(wrapped), list(wrapped.values()))
    opened: list[tuple[Recorded, PersonWords]] = []
    waited = [row for row in rows if row["value"] is not None]
    for row in sorted(waited, key=lambda row: (row["owner"], row["version"])):
        owner: UUID = row["owner"]
        stored = {"topic": PERSONS, "key": owner, "headers": row["headers"], "value": row["value"]}
        opened += _open(store.read_row(stored), parts.keyring.unwrap(owner, wrapped[owner]))
    await keep_person_words(session, opened)
    return {row["owner"]: wrapped[row["owner"]] for row in rows if row["value"] is None}


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
