"""What other services say → what it does to a person's screening, by the follow-up policy."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

import msgspec
from sqlalchemy import bindparam
from sqlalchemy.dialects.postgresql import insert

from services.screening import handlers, queries
from services.screening.domain.commands import End
from services.screening.domain.person import Known, learned, worse
from services.screening.queries import Here, Seen
from services.screening.settings import ScreeningSettings
from services.screening.tables import persons
from shared.contracts.envelope import Envelope, Recorded
from shared.contracts.event import Event
from shared.contracts.intake_person import (
    AmbulanceCalled,
    CheckedIn,
    Departed,
    Died,
    HospitalConfirmed,
    PersonCorrected,
    PersonForgotten,
    PersonRegistered,
    PersonsMerged,
    PersonsUnmerged,
    ReturnedFromHospital,
)
from shared.platform.inbox import reaction
from shared.platform.parts import Parts
from shared.platform.postgres import Session, Statement

FACTS: dict[type[Event], str] = {
    PersonRegistered: "registered",
    PersonCorrected: "corrected",
    CheckedIn: "checked-in",
    ReturnedFromHospital: "returned-from-hospital",
    AmbulanceCalled: "ambulance-called",
    HospitalConfirmed: "hospital-confirmed",
    Departed: "departed",
    Died: "died",
    PersonsMerged: "merged",
    PersonsUnmerged: "unmerged",
    PersonForgotten: "forgotten",
}
"""What the policy calls each event of intake; the others (out, back) do nothing to a screening."""

_insert = insert(persons).values({column.name: bindparam(column.name) for column in persons.columns})
_keep = Statement(
    _insert.on_conflict_do_update(
        index_elements=["person"],
        set_={column.name: _insert.excluded[column.name] for column in persons.columns if column.name != "person"},
    )
)


async def follow_person(parts: Parts, session: Session, one: Recorded, seen: Seen) -> None:
    """Take an event of intake into what is known of the person, and do what the policy says to their screening.

    `seen`: what is known of the persons of this batch; it is kept up.
    """
    envelope, event = one.envelope, one.event
    person = envelope.subject
    before = seen.known.get(person)
    after = learned(before, event, _at(envelope))
    if after != before:
        await keep(session, envelope, after)
        seen.known[person] = after
    if isinstance(event, PersonsMerged | PersonsUnmerged):
        await _alias(session, person, event)
    if isinstance(event, PersonsMerged):
        seen.never_asked.difference_update((person, event.kept))
        await _merged(parts, session, one, event, after)
        return
    fact = FACTS.get(type(event))
    if fact is None:
        return
    about = {"needing": _yes(after.needs_screening)}
    if isinstance(event, PersonCorrected) and before is not None:
        now = parts.clock.now()
        about["worse"] = _yes(worse(before, after, parts.policy(ScreeningSettings).risk, now))
    elif isinstance(event, Departed):
        about |= {"placed": _yes(event.placement is not None), "code": event.destination}
    elif isinstance(event, CheckedIn):
        about["place"] = str(event.place.shelter)
    never_asked = person in seen.never_asked
    seen.never_asked.discard(person)
    await react(parts, session, one, fact, about, known=after, never_asked=never_asked)


async def react(
    parts: Parts,
    session: Session,
    one: Recorded,
    fact: str,
    about: Mapping[str, str],
    *,
    known: Known | None = None,
    never_asked: bool = False,
) -> None:
    """Do what the policy says that a fact does to the screening of the person (the event's key), where it stands now.

    `about` gives the attributes of the fact that the policy's rows may ask for. `never_asked`: the queue need not be
    asked, they are not in it.
    """
    person = one.envelope.key
    policy = parts.policy(ScreeningSettings).follow_up
    stands = None if never_asked else await queries.here(session, person)
    standing = stands.standing if stands else "not-asked"
    row = policy.row(fact, standing, {**about, **_attributes(stands, about, one.envelope)})
    if row is None or row.do == "nothing":
        return
    origin = reaction(one, parts)
    if row.do == "request":
        await handlers.request(parts, session, person, row.reason, origin, policy=policy.key, known=known)
    else:
        await handlers.perform(parts, session, person, End(row.reason, policy=policy.key), origin)


def _attributes(stands: Here | None, about: Mapping[str, str], envelope: Envelope) -> dict[str, str]:
    """Return what the policy may ask beside the fact itself.

    A fact that happened, to the minute, before the decision was told late: somebody has seen the person since.
    """
    if stands is None:
        return {}
    decided_at = stands.decided_at if envelope.precision == "minute" else None
    return {
        "late": _yes(decided_at is not None and envelope.time < decided_at),
        "decided_for": stands.destination or "",
        "ended": stands.ended or "",
        "elsewhere": _yes("place" in about and about["place"] != str(stands.facility)),
    }


def _yes(said: bool) -> str:
    return "yes" if said else "no"


def _at(envelope: Envelope) -> datetime:
    """Return when it was said that power or medicine lasts so long (when it was heard, where the time is not known)."""
    return envelope.time if envelope.precision == "minute" else envelope.recorded_at


async def keep(session: Session, envelope: Envelope, known: Known) -> None:
    """Write what is known of a person."""
    values = {name: getattr(known, name) for name in Known.__struct_fields__ if name != "place"}
    lists = {name: list(value) for name, value in values.items() if isinstance(value, tuple)}
    await session.execute(
        _keep,
        person=envelope.subject,
        ward=envelope.ward,
        disaster=envelope.disaster,
        place_kind=known.place.kind,
        shelter=known.place.shelter,
        lodging=known.place.lodging,
        **{**values, **lists},
    )


async def _alias(session: Session, person: UUID, event: PersonsMerged | PersonsUnmerged) -> None:
    if isinstance(event, PersonsMerged):
        await session.execute(
            "INSERT INTO aliases (person, merge, other, kept) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING",
            person,
            event.merge,
            event.other,
            event.kept,
        )
    else:
        await session.execute("DELETE FROM aliases WHERE person = $1 AND merge = $2", person, event.merge)


async def _merged(parts: Parts, session: Session, one: Recorded, event: PersonsMerged, known: Known) -> None:
    """End the screening of the registration that is not shown any more, and let the other wait in its place.

    Both are done upon this registration's own event: its facts are certain to be here, and the other's may still be
    on their way in another partition. What is kept waits as urgently as this one did.
    """
    if event.kept == one.envelope.key:
        return
    waited = await queries.here(session, one.envelope.key)
    await react(parts, session, one, "merged", {"needing": _yes(known.needs_screening)})
    other = await queries.here(session, event.kept)
    was_waiting = waited is not None and waited.standing in ("waiting", "taken")
    if was_waiting or (other is None and waited is None and known.needs_screening):
        shown = await queries.known(session, event.kept) or known
        united = msgspec.structs.replace(known, household=shown.household, place=shown.place)
        policy = parts.policy(ScreeningSettings).follow_up.key
        await handlers.request(parts, session, event.kept, "sheet", reaction(one, parts), policy=policy, known=united)
