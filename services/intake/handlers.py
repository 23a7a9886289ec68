"""One function a command: load, decide, append, answer. (The whole sheet has a way of its own: `registering`.)"""

from uuid import UUID

from services.intake import queries
from services.intake.domain import disaster, household, person
from services.intake.domain.registration import member_registered
from services.intake.domain.sheet import Member
from services.intake.projection import forget as forget_household
from shared.contracts.transfer_placement import ArrivalReported
from shared.kernel.errors import Invalid
from shared.platform.parts import Parts
from shared.platform.personal import forget_everywhere
from shared.platform.postgres import Session
from shared.platform.store import Origin
from shared.platform.streams import Outcome, transact


async def change_household(parts: Parts, household_id: UUID, command: household.Command, origin: Origin) -> Outcome:
    """Carry out a command on a household. Raises `NotFound("household.unknown")` and what the rules refuse."""

    async def work(session: Session) -> Outcome:
        return await parts.streams.perform(
            session, household, command, stream=household_id, key=household_id, origin=origin, new_keys=True
        )

    return await transact(parts.database, work)


async def change_person(parts: Parts, person_id: UUID, command: person.Command, origin: Origin) -> Outcome:
    """Carry out a command on a person. Raises `NotFound("person.unknown")` and what the rules refuse."""

    async def work(session: Session) -> Outcome:
        return await parts.streams.perform(
            session, person, command, stream=person_id, key=person_id, origin=origin, new_keys=True
        )

    return await transact(parts.database, work)


async def add_member(parts: Parts, household_id: UUID, member: Member, origin: Origin) -> tuple[Outcome, Outcome]:
    """Add a member to a household: an event of the household, and the person's registration."""

    async def work(session: Session) -> tuple[Outcome, Outcome]:
        streams = parts.streams
        added = await streams.perform(
            session, household, household.AddMember(member.id), stream=household_id, key=household_id, origin=origin
        )
        ward, disaster_id = await queries.where_of_household(session, household_id)
        event = member_registered(household_id, member, origin.now)
        whence = origin._replace(ward=origin.ward or ward, disaster=origin.disaster or disaster_id)
        registered = await streams.perform(
            session,
            person,
            person.Register(event),
            stream=member.id,
            key=member.id,
            origin=whence,
            new_keys=True,
        )
        return added, registered

    return await transact(parts.database, work)


async def merge(
    parts: Parts, merge_id: UUID, kept: UUID, other: UUID, origin: Origin, *, undo: bool = False
) -> tuple[Outcome, Outcome]:
    """Merge two registrations of one person (or take a merge back): an alias event on both keys, in one transaction.

    Raises `Invalid("person.same")`, `NotFound("person.unknown")`.
    """
    if kept == other:
        raise Invalid("person.same")

    async def work(session: Session) -> tuple[Outcome, Outcome]:
        outcomes: dict[UUID, Outcome] = {}
        for one, its_other in sorted(((kept, other), (other, kept))):
            command = person.Unmerge(merge_id, its_other) if undo else person.Merge(merge_id, its_other, kept)
            outcomes[one] = await parts.streams.perform(session, person, command, stream=one, key=one, origin=origin)
        return outcomes[kept], outcomes[other]

    return await transact(parts.database, work)


async def forget(parts: Parts, person_id: UUID, reason: str, origin: Origin) -> Outcome:
    """Forget a person: an event that it was done, and the key deleted here and, by its tombstone, everywhere.

    The household's key goes with the last of its members: its words are theirs.
    """

    async def work(session: Session) -> Outcome:
        outcome = await parts.streams.perform(
            session, person, person.Forget(reason), stream=person_id, key=person_id, origin=origin
        )
        await forget_everywhere(parts, session, person_id)
        household_id = await session.fetchval("SELECT household FROM persons WHERE person = $1", person_id)
        left = await session.fetchval(
            "SELECT count(*) FROM persons JOIN keys ON owner = person WHERE household = $1 AND wrapped IS NOT NULL",
            household_id,
        )
        if household_id and not left:
            await forget_everywhere(parts, session, household_id)
            await forget_household(session, household_id)
        return outcome

    outcome = await transact(parts.database, work)
    parts.keyring.drop(person_id)
    return outcome


async def change_disaster(parts: Parts, disaster_id: UUID, command: disaster.Command, origin: Origin) -> Outcome:
    """Declare a disaster, or change its stage."""

    async def work(session: Session) -> Outcome:
        return await parts.streams.perform(
            session, disaster, command, stream=disaster_id, key=disaster_id, origin=origin
        )

    return await transact(parts.database, work)


async def follow_arrival(
    parts: Parts, session: Session, person_id: UUID, arrival: ArrivalReported, placement: UUID, origin: Origin
) -> None:
    """A welfare shelter has the person: sign them out of the shelter they were in."""
    kind = await session.fetchval("SELECT kind FROM shelters WHERE shelter = $1", arrival.facility)
    destination = "facility" if kind == "facility" else "welfare-shelter"
    known = await session.fetchval("SELECT 1 FROM persons WHERE person = $1", person_id)
    if known:
        await parts.streams.perform(
            session,
            person,
            person.MoveOn(placement, destination),
            stream=person_id,
            key=person_id,
            origin=origin,
        )
