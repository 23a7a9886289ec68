"""One function a command: load, decide, append, answer."""

from uuid import UUID

from services.casework import queries, queries_cases
from services.casework.domain import case, conference, handoff
from services.casework.domain.handoff import Known
from shared.kernel.errors import NotFound
from shared.platform.parts import Parts
from shared.platform.postgres import Row, Session
from shared.platform.store import Origin
from shared.platform.streams import Outcome, transact


async def answer_handoff(
    parts: Parts, row: Row, command: type[handoff.Take | handoff.Return | handoff.End], origin: Origin, **said: object
) -> Outcome:
    """Carry out what somebody says about a hand-off; `row` is what the facts say of it.

    Raises `Refused("handoff.finished" | "handoff.taken" | "handoff.not-taken")`.
    """

    async def work(session: Session) -> Outcome:
        now = await queries.handoff(session, row["handoff"]) or row
        owner = now["owner"] if now["state"] == "taken" else None
        known = Known(now["kind"], finished=now["closed_by"] is not None, owner=owner)
        return await parts.streams.perform(
            session,
            handoff,
            command(known, **said),  # type: ignore[arg-type]  # the fields of that command
            stream=now["handoff"],
            key=now["person"],
            origin=origin._replace(disaster=origin.disaster or now["disaster"]),
            ward=now["ward"],
        )

    return await transact(parts.database, work)


async def open_case(parts: Parts, command: case.Open, origin: Origin) -> Outcome:
    """Open a person's case. Raises `NotFound("person.unknown")`, `Refused("case.open-already" | "case.closed")`."""

    async def work(session: Session) -> Outcome:
        row = await queries.person(session, command.person)
        return await parts.streams.perform(
            session,
            case,
            command,
            stream=case.case_of(command.person),
            key=command.person,
            origin=origin._replace(disaster=origin.disaster or row["disaster"]),
            ward=row["ward"],
        )

    return await transact(parts.database, work)


async def work_on_case(parts: Parts, row: Row, command: case.Command, origin: Origin) -> Outcome:
    """Carry out a command on a case (its row). Raises what the rules refuse."""

    async def work(session: Session) -> Outcome:
        return await parts.streams.perform(
            session, case, command, stream=row["case"], key=row["person"], origin=origin, ward=await _ward(session, row)
        )

    return await transact(parts.database, work)


async def call_conference(parts: Parts, conference_id: UUID, command: conference.Call, origin: Origin) -> Outcome:
    """Call a conference about a person's case. Raises `Refused("case.closed" | "conference.called-already")`."""

    async def work(session: Session) -> Outcome:
        row = await queries_cases.case(session, command.case)
        return await parts.streams.perform(
            session,
            conference,
            command,
            stream=conference_id,
            key=row["person"],
            origin=origin._replace(disaster=origin.disaster or row["disaster"]),
            ward=await _ward(session, row),
        )

    return await transact(parts.database, work)


async def change_conference(parts: Parts, row: Row, command: conference.Command, origin: Origin) -> Outcome:
    """Carry out a command on a conference (its row). Raises what the rules refuse."""

    async def work(session: Session) -> Outcome:
        return await parts.streams.perform(
            session, conference, command, stream=row["conference"], key=row["person"], origin=origin
        )

    return await transact(parts.database, work)


async def _ward(session: Session, row: Row) -> str | None:
    """Return the ward that is responsible for the person now (they may have moved since the case was opened)."""
    try:
        found: str | None = (await queries.person(session, row["person"]))["ward"]
    except NotFound:
        found = None
    return found or row["ward"]
