"""The hot way: a household's sheet, from the bytes of the request to durable, in one statement.

This route is bare Starlette and msgspec, with one statement prepared on asyncpg (design, decision 12). Everything
that follows from a sheet stands in that statement: events, outbox, keys, intake's own tables. Either all of it is
there or nothing is.
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import asyncpg
import msgspec

from services.intake.domain.difference import differing
from services.intake.domain.reading import read_sheet
from services.intake.domain.registration import Registered, register
from services.intake.rows import household_row, household_words_row, person_row, person_words_row, stay_row
from shared.contracts.envelope import Recorded
from shared.contracts.intake_household import HouseholdRegistered, Mark
from shared.contracts.intake_person import PersonRegistered
from shared.kernel.errors import Conflict, Forbidden
from shared.platform import failpoints, store
from shared.platform.parts import Parts
from shared.platform.permissions import Within
from shared.platform.postgres import Session
from shared.platform.sealing import Keyring
from shared.platform.store import Entry, Origin

STATEMENT = (  # constants only
    "WITH stored AS ("  # noqa: S608
    + store.EVENT_COLUMNS
    + "), told AS ("
    + store.OUTBOX_COLUMNS
    + """), kept AS (
    INSERT INTO keys (owner, wrapped) SELECT * FROM unnest($11::uuid[], $12::bytea[])
), told_keys AS (
    INSERT INTO outbox (topic, key, headers, value)
    SELECT 'keys', owner, '{}', wrapped FROM unnest($11::uuid[], $12::bytea[]) AS k(owner, wrapped)
), household AS (
    INSERT INTO households (household, ward, disaster, shelter, sheet_no, members, representative,
        inquiry_consent, sharing_confirmed, marks, written_at, recorded_at)
    VALUES ($13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24)
), household_words AS (
    INSERT INTO personal.household (household, words, car) VALUES ($13, $25::text::jsonb, $26)
), persons AS (
    INSERT INTO persons (person, household, ward, disaster, presence, shelter, place_kind, lodging, age_band,
        needs, care, since)
    SELECT person, $13, $14, $15, 'present', shelter, place_kind, lodging, age_band,
        ARRAY(SELECT jsonb_array_elements_text(needs::jsonb)), care, happened
    FROM unnest($27::uuid[], $28::uuid[], $29::text[], $30::text[], $31::text[], $32::text[], $33::bool[],
        $34::timestamptz[]) AS p(person, shelter, place_kind, lodging, age_band, needs, care, happened)
), stays AS (
    INSERT INTO stays (event, person, presence, shelter, place_kind, lodging, happened, recorded_at)
    SELECT event, person, 'present', shelter, place_kind, lodging, happened, $24
    FROM unnest($35::uuid[], $27::uuid[], $28::uuid[], $29::text[], $30::text[], $34::timestamptz[])
        AS s(event, person, shelter, place_kind, lodging, happened)
)
INSERT INTO personal.person (person, version, words, name, kana)
SELECT person, 1, words::jsonb, name, kana
FROM unnest($27::uuid[], $36::text[], $37::text[], $38::text[]) AS w(person, words, name, kana)
"""
)


class Receipt(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a client gets for a sheet; the same for the same sheet, however often it comes."""

    household: UUID
    stream: UUID
    version: int
    persons: tuple[UUID, ...]
    events: tuple[UUID, ...]
    marks: tuple[Mark, ...]
    recorded_at: datetime


async def receive(parts: Parts, raw: bytes, origin: Origin, within: Within) -> tuple[Receipt, bool]:
    """Register a sheet under the id that the client chose, for a caller who reaches `within`.

    The ward responsible is the sheet's own, or the caller's where they have one only, or the whole city's. Raises
    `Forbidden("access.denied")` for another's ward, `Invalid("body.unreadable" | "id.malformed" | "id.repeated")`
    and, where the id came before with other content, `Conflict("household.differs", fields=…)` or
    `Conflict("person.elsewhere")`. The second member says whether the sheet had been here before.
    """
    sheet = read_sheet(raw)
    registered = register(sheet, origin.now)
    household = sheet.id
    origin = origin._replace(happened=origin.happened or registered.happened, ward=_ward(sheet.ward, within))
    recorded, keys = record_all(parts.keyring, parts.streams.source, registered, household, origin)
    values = arguments(recorded, keys)
    try:
        async with parts.database.acquire() as connection:
            await connection.execute(STATEMENT, *values)
    except asyncpg.UniqueViolationError:
        async with parts.database.session() as session:
            return await _known(parts, session, household, registered), True
    failpoints.reach(failpoints.API_AFTER_COMMIT)
    parts.database.relay.wake()
    return _receipt(recorded, registered.household.marks, registered.persons), False


def _ward(said: str | None, within: Within) -> str | None:
    if said is None and not within.everything and len(within.wards) == 1:
        return next(iter(within.wards))
    if not within.holds(ward=said):
        raise Forbidden("access.denied", action="household.register")
    return said


def record_all(
    keyring: Keyring, source: str, registered: Registered, household: UUID, origin: Origin
) -> tuple[list[Recorded], list[tuple[UUID, bytes]]]:
    """Seal and wrap: return the recorded events, household first, and the new keys."""
    keys: list[tuple[UUID, bytes]] = []
    recorded: list[Recorded] = []
    for subject, event in ((household, registered.household), *registered.persons):
        cipher, wrapped = keyring.create(subject)
        keys.append((subject, wrapped))
        recorded.append(store.record(Entry(event, subject, 1, subject), origin, source, cipher))
    return recorded, keys


def arguments(recorded: Sequence[Recorded], keys: Sequence[tuple[UUID, bytes]]) -> list[object]:
    """Lay the rows out as the statement's 38 parameters."""
    first, *others = recorded
    assert isinstance(first.event, HouseholdRegistered)  # noqa: S101 - made so above
    pairs = [(one, one.event) for one in others if isinstance(one.event, PersonRegistered)]
    people = [person_row(one, event) for one, event in pairs]
    stays = [stay_row(one, "present", event.place) for one, event in pairs]
    words = [person_words_row(one) for one, _ in pairs]
    household = household_row(first, first.event)
    _, household_words, car = household_words_row(first)
    return [
        *store.event_columns(recorded),
        [owner for owner, _ in keys],
        [wrapped for _, wrapped in keys],
        *household,
        household_words,
        car,
        [row[0] for row in people],
        [row[5] for row in people],
        [row[6] for row in people],
        [row[7] for row in people],
        [row[8] for row in people],
        [row[9] for row in people],
        [row[10] for row in people],
        [row[11] for row in people],
        [row[0] for row in stays],
        [row[2] for row in words],
        [row[3] for row in words],
        [row[4] for row in words],
    ]


def _receipt(
    recorded: Sequence[Recorded],
    marks: tuple[Mark, ...],
    persons: Sequence[tuple[UUID, PersonRegistered]],
) -> Receipt:
    first = recorded[0].envelope
    return Receipt(
        household=first.subject,
        stream=first.subject,
        version=1,
        persons=tuple(person for person, _ in persons),
        events=tuple(one.envelope.id for one in recorded),
        marks=marks
        + tuple(Mark(f"members.{n}.{m.field}", m.code) for n, (_, p) in enumerate(persons) for m in p.marks),
        recorded_at=first.recorded_at,
    )


async def _known(parts: Parts, session: Session, household: UUID, came: Registered) -> Receipt:
    """Answer a sheet whose id was here before: the same receipt, or the conflict with the fields that differ."""
    rows = await session.fetch(
        "SELECT topic, key, headers, value FROM events WHERE stream = ANY($1) AND version = 1",
        [household, *(person for person, _ in came.persons)],
    )
    stored = {
        one.envelope.subject: one
        for one in await store.open_words(session, parts.keyring, [store.read_row(row) for row in rows])
    }
    before = stored.pop(household, None)
    if before is None or not isinstance(before.event, HouseholdRegistered):
        raise Conflict("person.elsewhere", persons=sorted(map(str, stored)))
    fields = list(differing(before.event, came.household, before.words, sealed=before.words is None))
    for person, event in came.persons:
        one = stored.get(person)
        if one is None or not isinstance(one.event, PersonRegistered):
            continue  # differs in `members` already
        if one.event.household != household:
            raise Conflict("person.elsewhere", persons=[str(person)])
        names = differing(one.event, event, one.words, sealed=one.words is None)
        fields.extend(f"members.{person}.{name}" for name in names)
    if fields:
        raise Conflict("household.differs", fields=fields, stored=f"/households/{household}")
    persons = [(p, e.event) for p in before.event.members if isinstance((e := stored[p]).event, PersonRegistered)]
    ordered = [before, *(stored[person] for person in before.event.members)]
    return _receipt(ordered, before.event.marks, persons)
