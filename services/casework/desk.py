"""Casework's own events → its desk: cases, referrals, conferences, members, tasks.

In the transaction that appends them, each case and conference folded anew from its stream.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

import asyncpg
import msgspec

from services.casework.domain.desk import CaseNow, ConferenceNow, case_now, conference_now
from services.casework.tables_desk import DESK
from shared.contracts.casework_case import TOPIC as CASES
from shared.contracts.casework_conference import TOPIC as CONFERENCES
from shared.contracts.casework_conference import Member
from shared.contracts.envelope import Recorded
from shared.kernel.errors import Conflict
from shared.platform import store
from shared.platform.postgres import Session

Rows = dict[str, list[dict[str, Any]]]
_COLUMNS = {table.name: tuple(column.name for column in table.columns) for table in DESK}
_TABLES_OF = {CASES: ("cases", "referrals"), CONFERENCES: ("conferences", "members", "tasks")}
_STREAM = {CASES: "case", CONFERENCES: "conference"}


async def project(session: Session, recorded: Sequence[Recorded]) -> None:
    """Take casework's own fresh events into the desk. What people say about hand-offs comes back by the log.

    Raises `Conflict("id.elsewhere")`.
    """
    streams = {one.envelope.subject: one.envelope.topic for one in recorded if one.envelope.topic in _TABLES_OF}
    for stream in sorted(streams):
        events = await store.load(session, stream)
        await _replace(session, streams[stream], stream, desk_rows(streams[stream], events))


def desk_rows(topic: str, events: Iterable[Recorded]) -> Rows:
    """Return the rows of one case or conference."""
    if topic == CASES:
        case = case_now(events)
        return _case_rows(case) if case is not None else {}
    conference = conference_now(events)
    return _conference_rows(conference) if conference is not None else {}


async def _replace(session: Session, topic: str, stream: UUID, rows: Rows) -> None:
    for table in _TABLES_OF[topic]:
        name, key = f'"{table}"', f'"{_STREAM[topic]}"'
        await session.execute(f"DELETE FROM {name} WHERE {key} = $1", stream)  # noqa: S608 - our own names
        if rows.get(table):
            try:
                await session.execute(
                    f"INSERT INTO {name} SELECT * FROM json_populate_recordset(NULL::{name}, $1::json)",  # noqa: S608 - our own names
                    msgspec.json.encode(rows[table]).decode(),
                )
            except asyncpg.UniqueViolationError:
                # The client chose an id, of a referral or a task, that another case has already.
                raise Conflict("id.elsewhere", of=table) from None


def _case_rows(case: CaseNow) -> Rows:
    return {
        "cases": [{name: getattr(case, "class_" if name == "class" else name) for name in _COLUMNS["cases"]}],
        "referrals": [{"case": case.case, "person": case.person, **_fields(one)} for one in case.referrals.values()],
    }


def _conference_rows(conference: ConferenceNow) -> Rows:
    present = None if conference.present is None else {(one.actor, one.role) for one in conference.present}
    ids = {"conference": conference.conference, "person": conference.person}
    return {
        "conferences": [{name: getattr(conference, name) for name in _COLUMNS["conferences"]}],
        "members": [
            {
                **ids,
                "seat": seat,
                "actor": one.actor,
                "role": one.role,
                "confidential": one.confidential,
                "present": None if present is None else (one.actor, one.role) in present,
            }
            for seat, one in enumerate(_circle(conference))
        ],
        "tasks": [{**ids, "case": conference.case, **_fields(one)} for one in conference.tasks.values()],
    }


def _circle(conference: ConferenceNow) -> list[Member]:
    """Return the members, confidentiality as it was at the meeting included."""
    sworn = {(one.actor, one.role) for one in conference.present or () if one.confidential}
    return [
        msgspec.structs.replace(one, confidential=one.confidential or (one.actor, one.role) in sworn)
        for one in conference.members
    ]


def _fields(struct: msgspec.Struct) -> Mapping[str, Any]:
    return {name: getattr(struct, name) for name in struct.__struct_fields__}
