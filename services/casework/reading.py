"""Reading one person: the timeline with its words opened, the way and the hand-offs, as of any instant (domain §4).

Registrations that are one person are read as one; two live placements of theirs are a conflict in sight. That
somebody looked is kept (K4-169).
"""

import contextlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Literal, NamedTuple
from uuid import UUID

import msgspec

from services.casework import queries
from services.casework.domain.handoff_rules import Tables
from services.casework.domain.handoffs import Handoff, Traced, trace
from services.casework.domain.journey import LIVE_PLACEMENTS, Journey
from services.casework.domain.timeline import settle
from services.casework.queries import Look, Mark, Reach
from shared.contracts.envelope import Recorded, Sealed
from shared.kernel.errors import NotFound
from shared.platform.parts import Parts
from shared.platform.postgres import Row, Session
from shared.platform.sealing import Cipher

_members = msgspec.json.Decoder(dict[str, msgspec.Raw])
_sealed = msgspec.json.Decoder(Sealed)
_encoder = msgspec.json.Encoder()
_SHOWN = len(queries.SHOWN)
_SEALED = b',"sealed":{'


class _OnlySealed(msgspec.Struct, forbid_unknown_fields=True):
    """The last member of a value, by itself: that it is the sealed part and nothing else."""

    sealed: Sealed


_only_sealed = msgspec.json.Decoder(_OnlySealed)

WordsAre = Literal["none", "open", "closed", "late", "forgotten", "damaged"]
"""none: nothing was sealed. closed: this reader may not. late: the key has not come yet. forgotten: on request, for
ever. damaged: under this key it cannot be read."""


class AsOf(NamedTuple):
    """As of when: what had happened by the one, as it was known by the other."""

    happened_by: datetime
    known_by: datetime


class Entry(msgspec.Struct, frozen=True):
    """One line of a timeline: what, when it happened and when it was heard, by whom, what caused it, in what words.

    Up to `facts` its fields are those of `queries.SHOWN`, in that order.
    """

    event: UUID
    type: str
    service: str
    subject: UUID
    version: int
    person: UUID | None
    household: UUID | None
    happened: datetime
    precision: str
    settles: datetime
    recorded_at: datetime
    actor: str
    channel: str
    said_by: str | None
    correlation: UUID
    causation: UUID
    corrects: UUID | None
    corrected_by: UUID | None
    disaster: UUID | None
    ward: str | None
    device_offset: int | None
    facts: msgspec.Raw
    words: msgspec.Raw | None
    words_are: WordsAre


class Reader(NamedTuple):
    """Opens words, or says why it does not."""

    ciphers: Mapping[UUID, Cipher]
    forgotten: frozenset[UUID]
    may_open: bool

    def open(self, event: UUID, type_: str, sealed: Sealed) -> tuple[msgspec.Raw | None, WordsAre]:
        if not self.may_open:
            return None, "closed"
        cipher = self.ciphers.get(sealed.k)
        if cipher is None:
            return None, "forgotten" if sealed.k in self.forgotten else "late"
        raw = cipher.open(event, type_, sealed)
        return (msgspec.Raw(raw), "open") if raw is not None else (None, "damaged")


async def entries(parts: Parts, session: Session, rows: Sequence[Row], *, may_open: bool) -> list[Entry]:
    """Return the lines of a timeline, words opened for a reader who may."""
    parted = [_parted(row["value"]) for row in rows]
    reader = await _reader(parts, session, {sealed.k for _, sealed in parted if sealed}, may_open=may_open)
    return [_entry(row, facts, sealed, reader) for row, (facts, sealed) in zip(rows, parted, strict=True)]


async def words_of(
    parts: Parts, session: Session, events: Sequence[Recorded], *, may_open: bool
) -> list[tuple[msgspec.Raw | None, WordsAre]]:
    """Return the words of each of these events, opened for a reader who may, and what they are where they are not."""
    sealed = [_parted(one.value)[1] for one in events]
    reader = await _reader(parts, session, {one.k for one in sealed if one}, may_open=may_open)
    return [
        reader.open(one.envelope.id, one.envelope.type, words) if words is not None else (None, "none")
        for one, words in zip(events, sealed, strict=True)
    ]


def _parted(value: bytes) -> tuple[msgspec.Raw, Sealed | None]:
    """Part a value into what is open in it and what is sealed."""
    if b'"sealed":' not in value:
        return msgspec.Raw(value), None
    # As we write it (`envelope.with_sealed`), the sealed part is the last member; anybody else's is looked for.
    at = value.rfind(_SEALED)
    if at > 0:
        with contextlib.suppress(msgspec.DecodeError):
            return msgspec.Raw(value[:at] + b"}"), _only_sealed.decode(b"{" + value[at + 1 :]).sealed
    members = _members.decode(value)
    sealed = members.pop("sealed", None)
    return msgspec.Raw(_encoder.encode(members)), _sealed.decode(sealed) if sealed is not None else None


async def _reader(parts: Parts, session: Session, owners: Iterable[UUID], *, may_open: bool) -> Reader:
    ciphers: dict[UUID, Cipher] = {}
    missing: list[UUID] = []
    for owner in sorted(owners) if may_open else ():
        cipher = await parts.keyring.find(session, owner)
        if cipher is None:
            missing.append(owner)
        else:
            ciphers[owner] = cipher
    gone = await queries.forgotten(session, missing) if missing else set()
    return Reader(ciphers, frozenset(gone), may_open)


def _entry(row: Row, facts: msgspec.Raw, sealed: Sealed | None, reader: Reader) -> Entry:
    words, words_are = reader.open(row["id"], row["type"], sealed) if sealed is not None else (None, "none")
    return _shown(*row[:_SHOWN], facts, words, words_are)


_shown: Callable[..., Entry] = Entry


class Timeline(msgspec.Struct, frozen=True, kw_only=True):
    """A page of a timeline. `person`: which registration is shown; `registrations`: all that are this person."""

    person: UUID
    registrations: list[UUID]
    items: list[Entry]
    next: str | None


async def page(
    parts: Parts,
    session: Session,
    reach: Reach,
    as_of: AsOf,
    *,
    after: Mark | None,
    limit: int,
    newest: bool,
    may_open: bool,
    look: Look | None = None,
) -> tuple[list[Entry], Mark | None]:
    """Return a page of a person's timeline, the household's own facts included, and where it ended if more follows.

    With `look`, it is kept by then that somebody looks.
    """
    rows = await queries.timeline(
        session,
        [*reach.persons, *reach.households],
        happened_by=as_of.happened_by,
        known_by=as_of.known_by,
        after=after,
        limit=limit + 1,
        newest=newest,
        look=look,
    )
    shown = rows[:limit]
    found = await entries(parts, session, shown, may_open=may_open)
    if len(rows) <= limit:
        return found, None
    last = shown[-1]
    return found, (last["at"], last["recorded_at"], last["service"], last["id"])


class Conflict(msgspec.Struct, frozen=True, kw_only=True):
    """Something about united registrations that a person must look at; `placements`: those that are live."""

    code: str
    placements: list[UUID]


class Known(NamedTuple):
    """A person as of an instant: each registration traced, the shown one first, and what does not fit together."""

    traced: list[Traced]
    conflicts: list[Conflict]
    events: list[list[Recorded]]
    """The events that each of them was traced from, in the order in which they count."""


async def known(session: Session, tables: Tables, person: UUID, as_of: AsOf) -> Known:
    """Fold a person from the timeline as of an instant, united with whoever they were merged with then.

    Raises `NotFound("person.unknown")` where nothing was known of them then.
    """
    reach = await queries.united(session, person, ever=True)
    found = await queries.events(session, reach.persons)
    counting = {
        one: settled
        for one, events in found.items()
        if (settled := settle(events, happened_by=as_of.happened_by, known_by=as_of.known_by)).events
    }
    ways = {one: trace(tables, one, settled) for one, settled in counting.items()}
    if person not in ways:
        raise NotFound("person.unknown")
    ahead, met = [person], {person}
    while ahead:
        for other in ways[ahead.pop()].journey.same_as:
            if other in ways and other not in met:
                met.add(other)
                ahead.append(other)
    kept = {ways[one].journey.kept for one in met}
    ordered = sorted(met, key=lambda one: (one not in kept, one != person, one))
    return Known(
        [ways[one] for one in ordered],
        conflicts([ways[one].journey for one in ordered]),
        [counting[one].events for one in ordered],
    )


def conflicts(ways: Sequence[Journey]) -> list[Conflict]:
    """Return what does not fit together in the ways of united registrations (design, Merging persons)."""
    live = [one for way in ways for one in way.placements.values() if one.state in LIVE_PLACEMENTS]
    firm = [one for one in live if one.state in LIVE_PLACEMENTS[1:]]
    found: list[Conflict] = []
    if len({one.facility for one in firm}) > 1 or (len(ways) > 1 and len(firm) > 1):
        found.append(Conflict(code="two-placements", placements=sorted(one.placement for one in firm)))
    elif len(ways) > 1 and len({way.person for way in ways for one in way.placements.values() if one in live}) > 1:
        found.append(Conflict(code="asked-twice", placements=sorted(one.placement for one in live)))
    return found


def own_entry(one: Recorded) -> dict[str, Any]:
    """Return an event of casework's own store as it is shown; its words only where somebody opened them."""
    envelope = one.envelope
    facts: dict[str, Any] = msgspec.to_builtins(one.event)
    facts.pop("words", None)
    return {
        "event": envelope.id,
        "type": envelope.type,
        "version": envelope.version,
        "happened": envelope.time,
        "precision": envelope.precision,
        "recorded_at": envelope.recorded_at,
        "actor": envelope.actor,
        "channel": envelope.channel,
        "said_by": envelope.said_by,
        "corrects": envelope.corrects,
        "facts": facts,
        "words": msgspec.to_builtins(one.words) if one.words is not None else None,
        "sealed": one.sealed is not None,
    }


def handoff_view(handoff: Handoff | Row, now: datetime) -> dict[str, Any]:
    """Return a hand-off as it is shown, with whether it is, or ever was, overdue at `now`."""
    if isinstance(handoff, Handoff):
        shown = {name: getattr(handoff, name) for name in handoff.__struct_fields__}
        shown["state"] = handoff.state
    else:
        shown = dict(handoff)
    is_open = shown["state"] == "open"
    shown["overdue"] = is_open and now > shown["due"]
    shown["ever_overdue"] = shown["late"] or shown["overdue"]
    shown["overdue_seconds"] = max(0, int((now - shown["due"]).total_seconds())) if is_open else 0
    return shown
