"""Who may look at a person, as of which instants; and that they looked is kept (K4-159, K4-169).

What the API and the pages both ask before they show anything of a person.
"""

from datetime import UTC, datetime
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Query

from services.casework import queries
from services.casework.permissions import MAY_OPEN
from services.casework.queries import Look, Reach
from services.casework.reading import AsOf
from services.casework.settings import CaseworkSettings
from shared.kernel.ids import new_id
from shared.platform.access import Call
from shared.platform.instants import GivenInstant
from shared.platform.postgres import Session

FAR = datetime(9999, 1, 1, tzinfo=UTC)
"""As of this instant: everything."""


async def asked_instants(
    happened_by: Annotated[GivenInstant | None, Query(description="What had happened by then.")] = None,
    known_by: Annotated[GivenInstant | None, Query(description="As it was known by then.")] = None,
) -> AsOf:
    """Read `?happened_by=&known_by=`, each alone or both; without them: everything, as it is known now.

    (Asynchronous, though it awaits nothing: FastAPI runs what is not in another thread.)
    """
    return AsOf(happened_by or FAR, known_by or FAR)


Instants = Annotated[AsOf, Depends(asked_instants)]


async def reach_person(call: Call, session: Session, person_id: UUID, *, ever: bool = False) -> Reach:
    """Return what a person is for this caller. Raises `Forbidden` where neither ward nor conference reaches them."""
    reach = await queries.united(session, person_id, ever=ever)
    within = call.within()
    owner = None
    if within.own is not None and not within.holds(wards=reach.wards):
        days = call.parts.policy(CaseworkSettings).member_days
        if await queries.is_confidant(session, call.caller.id, reach.persons, call.now, days):
            owner = call.caller.id
    call.reach(wards=reach.wards, owner=owner)
    return reach


def looked(call: Call, person_id: UUID, what: str) -> Look:
    """Return what is to be kept of this caller's look, and whether words are open to them."""
    opened = bool(call.caller.roles & MAY_OPEN)
    return Look(person_id, call.now, new_id(call.now), call.caller.id, what, opened)


async def look(call: Call, session: Session, person_id: UUID, what: str) -> bool:
    """Keep that this caller looks; return whether words are open to them."""
    seen = looked(call, person_id, what)
    await queries.note_look(session, seen)
    return seen.opened
