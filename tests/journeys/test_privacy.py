"""No name outside sealed places, and forgetting (design, decision 6; Promises).

A whole way is gone with a word of its own in every field that may hold one; then everything that the system has
written anywhere is searched for these words; then the people are forgotten, and searched for again.
"""

import asyncio
import json
from collections.abc import Collection, Mapping
from typing import Any
from uuid import UUID

import asyncpg
import msgspec
from sqlalchemy import MetaData

from shared.contracts import catalogue
from shared.contracts.event import Words as Sealed
from shared.contracts.event import decode_as, event_types
from shared.contracts.topics import EVENT_TOPICS, KEYS
from shared.platform.logread import read_log, read_messages
from shared.platform.sealing import Keyring, read_kek
from shared.platform.tables import Ledger
from tests.journeys.commands import tsunagi
from tests.journeys.planted import BIRTH, BIRTH_DATE, Planted, tag_now, whole_way
from tests.journeys.reading import short
from tests.journeys.telling import Answer, soon
from tests.journeys.traces import Trace, found_in, in_databases, in_files, in_metrics, on_topics
from tests.journeys.ward import Ward
from tests.running import Running
from tsunagi.client import OPERATOR
from tsunagi.stack.layout import SERVICES
from tsunagi.stack.stack import Stack
from tsunagi.verifying.settling import settle

NOT_BY_API = {"TripWords.name"}
"""Fields of words that no route fills: a driver learns the name from the person's own words."""


async def exported(stack: Stack, *words: str) -> Trace:
    """Run `tsunagi` with these words, and return all that it prints."""
    ran = await tsunagi(stack, *words)
    return Trace(f"tsunagi {' '.join(words)}", ran.printed + ran.said)


async def sealed_words(stack: Stack, owners: Collection[UUID]) -> dict[str, list[Sealed]]:
    """Return the words of every event that is sealed under these owners' keys, opened, by the event's type."""
    assert catalogue.MODULES
    connection = await asyncpg.connect(stack.dsn("casework"))
    try:
        rows = await connection.fetch("SELECT owner, wrapped FROM keys WHERE owner = ANY($1)", list(owners))
    finally:
        await connection.close()
    keyring = Keyring(read_kek(stack.layout.kek), Ledger(MetaData()))
    ciphers = {row["owner"]: keyring.unwrap(row["owner"], row["wrapped"]) for row in rows}
    found: dict[str, list[Sealed]] = {}
    async for page in read_log(stack.bootstrap, EVENT_TOPICS):
        for one in page.events:
            event, sealed, envelope = one.recorded.event, one.recorded.sealed, one.recorded.envelope
            if sealed is not None and sealed.k in ciphers and event.SEALED is not None:
                raw = ciphers[sealed.k].open(envelope.id, envelope.type, sealed)
                assert raw is not None, envelope
                found.setdefault(envelope.type, []).append(decode_as(event.SEALED, raw))
    return found


def fields_of(words: Sealed) -> set[str]:
    """Return which of its fields are filled in, as `PersonWords.name`."""
    return {f"{type(words).__name__}.{name}" for name in words.__struct_fields__ if getattr(words, name)}


async def test_words_are_sealed_and_stand_nowhere_else(ward: Ward, running: Running) -> None:
    stack = running.stack
    planted = await whole_way(ward, tag_now())
    everything = {**planted.words.planted, **{f"facility's {k}": v for k, v in planted.of_facility.planted.items()}}
    # Looked for by name, by car, by part of a telephone number: what is searched for is not kept either.
    await ward.staff.list("intake", "/households", name=planted.words.planted["corrected.name"])
    await ward.staff.list("intake", "/households", car=planted.words.planted["corrected.car"])
    await settle(stack, 30)

    # Every kind of words was said, in every field that it has, and all of it is there, sealed.
    opened = await sealed_words(stack, [*planted.owners, planted.facility.facility])
    assert set(opened) == {name for name, cls in event_types().items() if cls.SEALED is not None}
    kinds = [cls.SEALED for cls in event_types().values() if cls.SEALED is not None]
    assert {f"{kind.__name__}.{name}" for kind in kinds for name in kind.__struct_fields__} - {
        field for words in opened.values() for one in words for field in fields_of(one)
    } == NOT_BY_API
    said = json.dumps(msgspec.to_builtins(opened), ensure_ascii=False)
    assert {field for field, word in everything.items() if word not in said} == set()

    # And it is nowhere else: not on a topic, in a table, a file, a metric, an export.
    words = {*everything.values(), BIRTH, BIRTH_DATE}
    traces = [
        *await on_topics(stack),
        *[trace async for trace in in_databases(stack)],
        *in_files(stack),
        *await in_metrics(stack),
        *await asyncio.gather(
            exported(stack, "replay"), exported(stack, "status", "--json"), exported(stack, "dead-letters", "list")
        ),
    ]
    places = {trace.where.partition(" ")[0] for trace in traces}
    assert places == {"topic", "public", "personal", "file", "metrics", "tsunagi"}
    assert {where for where, _ in found_in(traces, words) if not where.startswith("personal ")} == set()
    # The search itself can find: what is held open is held open there.
    held = {where for where, _ in found_in(traces, words)}
    assert {f"personal {service}.person" for service in SERVICES} <= held


MISTAKES: Mapping[str, tuple[str, str, str, Any]] = {
    "a body that ends in the middle": ("intake", "POST", "/households", '{{"id": "{id}", "members": [{{"name": "{w}'),
    "an id that is a name": ("intake", "POST", "/households", '{{"id": "{w}", "members": []}}'),
    "the same sheet with another name": (
        "intake", "POST", "/households", '{{"id": "{household}", "members": [{{"id": "{kiyo}", "name": "{w}"}}]}}'
    ),
    "a person of another household": (
        "intake", "POST", "/households", '{{"id": "{id}", "members": [{{"id": "{kiyo}", "name": "{w}"}}]}}'
    ),
    "a name where an id belongs": ("intake", "GET", "/persons/{w}", None),
    "a name in a query": ("intake", "GET", "/households?shelter={w}&limit={w}", None),
    "a field that nobody knows": ("intake", "POST", "/persons/{kiyo}/corrections", '{{"{w}": "{w}"}}'),
    "a name for a number": ("intake", "POST", "/persons/{kiyo}/corrections", '{{"age": "{w}"}}'),
    "a name for a code at intake": ("intake", "POST", "/persons/{kiyo}/corrections", '{{"needs": ["{w}"]}}'),
    "a name for a place": ("intake", "POST", "/persons/{kiyo}/check-in", '{{"kind": "{w}"}}'),
    "a name for a destination": ("intake", "POST", "/persons/{kiyo}/departure", '{{"destination": "{w}"}}'),
    "a note that is too long": ("intake", "POST", "/households/{household}/notes", '{{"text": "{long}"}}'),
    "a member who cannot be read": ("intake", "POST", "/households/{household}/members", '{{"id": "{w}"}}'),
    "a question that nobody asks": ("screening", "POST", "/screenings/{waits}/answers", '{{"answers": {{"{w}": "yes"}}}}'),
    "an answer in words": ("screening", "POST", "/screenings/{waits}/answers", '{{"answers": {{"adl": "{w}"}}}}'),
    "a destination in words": ("screening", "POST", "/screenings/{waits}/decision", '{{"destination": "{w}"}}'),
    "a reason in words": ("screening", "POST", "/screenings/{waits}/request", '{{"reason": "{w}"}}'),
    "an observation in words": (
        "screening", "POST", "/screenings/{waits}/request", '{{"reason": "fever", "observations": ["{w}"]}}'
    ),
    "a version in words": ("screening", "GET", "/guide?version={w}", None),
    "a nurse by name": ("screening", "POST", "/screenings/{waits}/visits", '{{"nurse": "{w}"}}'),
    "a need in words": ("transfer", "GET", "/needs/{w}", None),
    "a list by ward in words": ("transfer", "GET", "/needs?ward={w}&state={w}", None),
    "a condition in words": ("transfer", "POST", "/placements/{placement}/accept", '{{"conditions": ["{w}"]}}'),
    "no reason but words": ("transfer", "POST", "/placements/{placement}/decline", '{{"reason": "{w}", "{w}": 1}}'),
    "a partner by name": ("transfer", "POST", "/trips/{trip}/offer", '{{"partner": "{w}"}}'),
    "an unknown partner": ("transfer", "POST", "/trips/{trip}/offer", '{{"partner": "no-such-partner"}}'),
    "an arrival twice, in words": ("transfer", "POST", "/placements/{placement}/end", '{{"reason": "{w}"}}'),
    "a case in words": ("casework", "GET", "/cases/{w}", None),
    "a case for a name": ("casework", "POST", "/cases", '{{"person": "{w}", "reason": "arrival"}}'),
    "a second case": ("casework", "POST", "/cases", '{{"person": "{kiyo}", "reason": "arrival", "worker": "{w}"}}'),
    "an axis in words": ("casework", "POST", "/cases/{case}/assessments", '{{"housing": "{w}", "living": "{w}"}}'),
    "findings in words": (
        "casework", "POST", "/cases/{case}/visits", '{{"kind": "outreach", "outcome": "met", "findings": ["{w}"]}}'
    ),
    "a member by name": (
        "casework", "POST", "/conferences/{conference}/confidentiality", '{{"member": "{w}"}}'
    ),
    "a conference that was held": (
        "casework", "POST", "/conferences/{conference}/hold",
        '{{"present": [], "city_present": true, "decision": "refer", "shared": "{w}", "tasks": []}}',
    ),
    "hand-offs by name": ("casework", "GET", "/handoffs?owner={w}&person={w}&kind={w}", None),
}  # fmt: skip
HEADERS = ("Idempotency-Key", "Tsunagi-Happened-At", "Tsunagi-Said-By", "Tsunagi-Channel", "X-Correlation-Id")


async def test_no_answer_to_a_mistake_repeats_a_word(ward: Ward, running: Running) -> None:
    planted = await whole_way(ward, tag_now())
    word = "秘密沢9999"
    waits = await ward.staff.registers_one()
    await ward.nurse.finds(waits)
    await ward.nurse.takes_on(waits)
    names = {
        "id": ward.city.fresh(), "household": planted.household.id, "kiyo": planted.kiyo.id, "waits": waits.id,
        "placement": planted.placement, "trip": planted.trip, "case": planted.case, "conference": planted.conference,
        "w": word, "long": word * 2000,
    }  # fmt: skip
    who = {"intake": ward.staff, "screening": ward.nurse, "transfer": ward.hq, "casework": ward.caseworker}
    answers: list[Trace] = []
    for what, (service, method, path, body) in MISTAKES.items():
        status, said = await mistaken(
            ward, who[service].who, service, method, path.format(**names), body and body.format(**names)
        )
        assert 400 <= status < 500, (what, status, said.content[:300])
        answers.append(Trace(what, said.content))
    for header in HEADERS:
        _, said = await mistaken(
            ward, ward.staff.who, "intake", "POST", f"/persons/{planted.kiyo.id}/out", "{}", {header: word}
        )
        answers.append(Trace(header, said.content))
    assert found_in(answers, [word, *planted.words.planted.values()]) == set()
    await everything_shown(ward, planted)  # whoever answers this has written of what came before
    assert found_in([*in_files(running.stack), *await in_metrics(running.stack)], [word]) == set()


async def mistaken(
    ward: Ward, who: Any, service: str, method: str, path: str, body: str | None, headers: Mapping[str, str] = {}
) -> tuple[int, Trace]:
    """Send something that is wrong, as it is; return the status and everything that came back."""
    sent = {"Authorization": f"Bearer {ward.client.token(who)}", "Content-Type": "application/json"}
    raw = [(name.encode(), text.encode()) for name, text in {**sent, **headers}.items()]
    answer = await ward.client._http.request(
        method, ward.client.urls[service] + path, content=None if body is None else body.encode(), headers=raw
    )
    back = b"".join(name + value for name, value in answer.headers.raw)
    return answer.status_code, Trace(path, answer.content + back)


async def everything_shown(ward: Ward, planted: Planted) -> Trace:
    """Return all that those who care for these people are shown of them."""
    hq, city, kiyo = ward.hq, ward.city, planted.kiyo.id
    shown: list[Answer] = []
    for service, path in (
        ("intake", f"/persons/{kiyo}"),
        ("intake", f"/households/{planted.household.id}"),
        ("intake", "/households"),
        ("intake", f"/shelters/{ward.staff.shelter}/roster"),
        ("screening", f"/screenings/{kiyo}"),
        ("screening", "/screenings?state=decided"),
        ("screening", "/screenings?state=ended"),
        ("screening", "/screenings/following"),
        ("screening", "/screenings/visits?state=made"),
        ("transfer", "/needs"),
        ("transfer", "/placements"),
        ("transfer", f"/placements/{planted.placement}"),
        ("transfer", f"/trips/{planted.trip}"),
        ("transfer", "/trips"),
        ("casework", f"/persons/{kiyo}"),
        ("casework", f"/persons/{kiyo}/timeline?limit=200"),
        ("casework", f"/persons/{kiyo}/handoffs"),
        ("casework", f"/cases/{planted.case}"),
        ("casework", f"/conferences/{planted.conference}"),
        ("casework", "/handoffs?state=any"),
        ("casework", f"/board?ward={ward.code}"),
    ):
        shown.append(await hq.ask(service, path))
    shown.append(await city.ask("casework", f"/persons/{planted.household.representative.id}/timeline"))
    return Trace("what is shown", json.dumps(shown, ensure_ascii=False).encode())


async def keys_left(stack: Stack, owners: Collection[UUID]) -> set[tuple[str, UUID]]:
    """Return where the keys of these owners still are."""
    left: set[tuple[str, UUID]] = set()
    for service in SERVICES:
        connection = await asyncpg.connect(stack.dsn(service))
        try:
            rows = await connection.fetch(
                "SELECT owner FROM keys WHERE owner = ANY($1) AND wrapped IS NOT NULL", list(owners)
            )
        finally:
            await connection.close()
        left |= {(service, row["owner"]) for row in rows}
    return left


async def test_forgotten_people_are_unreadable_everywhere_and_their_history_stays(ward: Ward, running: Running) -> None:
    stack = running.stack
    planted = await whole_way(ward, tag_now())
    await settle(stack, 30)
    words = planted.words.planted.values()
    assert found_in([await everything_shown(ward, planted)], words)
    before = await ward.hq.timeline(planted.kiyo)
    figures = await ward.hq.figures(ward.code)

    forgot = await tsunagi(stack, "forget", str(planted.kiyo.id), "--yes", "--json")
    assert forgot.json["bound"]["log"]
    for person in (planted.household.representative, planted.hana):  # with the last of its members goes the household's
        forgetting = {"reason": "asked"}
        await ward.city.client.send(OPERATOR, "intake", f"/persons/{person.id}/forget", forgetting, ward.city.command())

    # The keys are gone from every service, and on the topic stands the tombstone of each.
    async def gone() -> bool:
        assert await keys_left(stack, planted.owners) == set()
        return True

    await soon(gone)
    await settle(stack, 30)
    assert await tombstones(stack) >= set(planted.owners)
    # So are the words that were held open, in every schema of every database.
    assert found_in([trace async for trace in in_databases(stack)], words) == set()
    # What a process remembers it forgets within a minute; here its memory ends with it.
    await asyncio.gather(*(asyncio.to_thread(restarted, stack, service) for service in SERVICES))
    assert found_in([await everything_shown(ward, planted)], words) == set()

    # The history stays: every event, in its place, and says that it can no longer be read.
    after = await ward.hq.timeline(planted.kiyo)
    assert [one["event"] for one in before if one not in after and one["words"] is None] == []
    assert {one["event"] for one in before} <= {one["event"] for one in after}
    assert "intake.person.forgotten" in {short(one["type"]) for one in after}
    assert {one["words_are"] for one in after} == {"none", "forgotten"}
    assert all(one["words"] is None for one in after)
    assert await ward.hq.figures(ward.code) == figures
    # What is said of nobody stays readable.
    contact = await planted.facility.ask("transfer", f"/facilities/{planted.facility.facility}/contact")
    assert contact["person"] == planted.of_facility.planted["contact.person"]


def restarted(stack: Stack, service: str) -> None:
    process = stack.process(service, "api")
    process.stop()
    process.start()


async def tombstones(stack: Stack) -> set[UUID]:
    """Return whose last word on the topic of keys is that they are forgotten."""
    last: dict[bytes, bool] = {}
    async for page in read_messages(stack.bootstrap, [KEYS]):
        for message in page:
            last[message.key or b""] = message.value is None
    return {UUID(key.decode()) for key, forgotten in last.items() if forgotten}
