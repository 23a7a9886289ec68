"""HTTP in: where a person is, what was wrong about them, and whether two registrations are one person."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends

from services.intake import handlers, queries
from services.intake.domain import person
from services.intake.domain.registration import age_of
from services.intake.models import CheckIn, Departure, Forgetting, Hospital, Merge, PersonCorrection, PlaceBody, known
from shared.contracts import codes
from shared.contracts.intake_person import DepartureWords, HospitalWords
from shared.platform.access import Answer, Call, action, allow, answer
from shared.platform.instants import GivenInstant
from shared.platform.paging import Listed, Paged, listed
from shared.platform.store import Origin

router = APIRouter(tags=["persons"])


async def _reach(call: Call, person_id: UUID) -> None:
    async with call.parts.database.session() as session:
        row = await queries.person(session, person_id)
    call.reach(ward=row["ward"])


async def _change(call: Call, person_id: UUID, command: person.Command, origin: Origin | None = None) -> Answer:
    await _reach(call, person_id)
    outcome = await handlers.change_person(call.parts, person_id, command, origin or call.origin())
    return answer(outcome)


@router.get("/persons/{person_id}", **action("person.read"))
async def read_person(person_id: UUID, call: Annotated[Call, Depends(allow("person.read"))]) -> dict[str, Any]:
    """Where the person is, and everything that was said about them here, oldest first."""
    async with call.parts.database.session() as session:
        row = await queries.person(session, person_id)
        call.reach(ward=row["ward"])
        entries = await queries.history(session, call.parts.keyring, person_id)
    return {**row, "history": entries}


@router.post("/persons/{person_id}/corrections", **action("person.correct"))
async def correct_person(
    person_id: UUID,
    body: PersonCorrection,
    call: Annotated[Call, Depends(allow("person.correct"))],
) -> Answer:
    """Correct fields of a person. What was there stays in the history."""
    birth_date, band = age_of(body.birth, body.age, call.now)
    return await _change(call, person_id, person.Correct(body.event(birth_date, band)))


@router.post("/persons/{person_id}/check-in", **action("person.move"))
async def check_in(person_id: UUID, body: CheckIn, call: Annotated[Call, Depends(allow("person.move"))]) -> Answer:
    """The person entered a shelter, or is known to be at another place (入所)."""
    origin = call.origin(corrects=body.corrects)
    command = person.CheckIn(body.place(), corrects_death=body.corrects is not None)
    return await _change(call, person_id, command, origin)


@router.post("/persons/{person_id}/out", **action("person.move"))
async def go_out(person_id: UUID, call: Annotated[Call, Depends(allow("person.move"))]) -> Answer:
    """一時外出: out, and meant to come back."""
    return await _change(call, person_id, person.GoOut())


@router.post("/persons/{person_id}/back", **action("person.move"))
async def come_back(person_id: UUID, call: Annotated[Call, Depends(allow("person.move"))]) -> Answer:
    """Back from going out."""
    return await _change(call, person_id, person.ComeBack())


@router.post("/persons/{person_id}/departure", **action("person.move"))
async def depart(person_id: UUID, body: Departure, call: Annotated[Call, Depends(allow("person.move"))]) -> Answer:
    """退所, with 退所先. The other members of the household stay."""
    known("destination", body.destination, codes.DESTINATION_AFTER)
    words = None
    if body.destination_text or body.contact:
        words = DepartureWords(destination=body.destination_text, contact=body.contact)
    return await _change(call, person_id, person.Depart(body.destination, words))


@router.post("/persons/{person_id}/death", **action("person.death"))
async def report_death(person_id: UUID, call: Annotated[Call, Depends(allow("person.death"))]) -> Answer:
    """The person died. Everything under way for the person ends with it."""
    return await _change(call, person_id, person.ReportDeath())


@router.post("/persons/{person_id}/ambulance", **action("person.ambulance"))
async def call_ambulance(person_id: UUID, call: Annotated[Call, Depends(allow("person.ambulance"))]) -> Answer:
    """救急搬送 was asked for: one touch; the nurse, HQ and any transfer under way hear of it (K4-040)."""
    return await _change(call, person_id, person.CallAmbulance())


@router.post("/persons/{person_id}/hospital", **action("person.ambulance"))
async def confirm_hospital(
    person_id: UUID, body: Hospital, call: Annotated[Call, Depends(allow("person.ambulance"))]
) -> Answer:
    """It is known that a hospital has the person."""
    words = HospitalWords(hospital=body.hospital) if body.hospital else None
    return await _change(call, person_id, person.ConfirmHospital(words))


@router.post("/persons/{person_id}/return", **action("person.ambulance"))
async def return_from_hospital(
    person_id: UUID, body: PlaceBody, call: Annotated[Call, Depends(allow("person.ambulance"))]
) -> Answer:
    """Back from hospital, at this place."""
    return await _change(call, person_id, person.ReturnFromHospital(body.place()))


@router.post("/persons/{person_id}/forget", **action("person.forget"))
async def forget(person_id: UUID, body: Forgetting, call: Annotated[Call, Depends(allow("person.forget"))]) -> Answer:
    """Make the person's words unreadable everywhere. It cannot be undone; what happened, and counts, stay."""
    reason = known("reason", body.reason, codes.FORGET_REASON) or ""
    await _reach(call, person_id)
    return answer(await handlers.forget(call.parts, person_id, reason, call.origin()))


async def _merge(call: Call, kept: UUID, body: Merge, *, undo: bool) -> Answer:
    await _reach(call, kept)
    await _reach(call, body.other)
    outcome, _ = await handlers.merge(call.parts, body.merge, kept, body.other, call.origin(), undo=undo)
    return answer(outcome)


@router.post("/persons/{person_id}/merge", **action("person.merge"))
async def merge(person_id: UUID, body: Merge, call: Annotated[Call, Depends(allow("person.merge"))]) -> Answer:
    """This person and `other` are one; this id is shown from now on. Nothing moves, and it can be taken back."""
    return await _merge(call, person_id, body, undo=False)


@router.post("/persons/{person_id}/unmerge", **action("person.merge"))
async def unmerge(person_id: UUID, body: Merge, call: Annotated[Call, Depends(allow("person.merge"))]) -> Answer:
    """They are two persons after all."""
    return await _merge(call, person_id, body, undo=True)


@router.get("/shelters/{shelter}/roster", tags=["shelters"], **action("shelter.roster"))
async def roster(
    shelter: UUID,
    call: Annotated[Call, Depends(allow("shelter.roster"))],
    page: Paged,
    happened_by: GivenInstant | None = None,
    known_by: GivenInstant | None = None,
) -> Listed[dict[str, Any]]:
    """避難所避難者名簿: who is in the shelter, or was at an instant, as far as it was known by another."""
    async with call.parts.database.session() as session:
        call.reach(ward=await queries.ward_of_shelter(session, shelter))
        (after,) = page.after(tuple[UUID]) or (None,)
        rows = await queries.roster(
            session, shelter, happened_by or call.now, known_by or call.now, after, page.limit + 1
        )
    return listed(rows, page, mark=lambda row: (row["person"],), show=dict)


@router.get("/shelters/{shelter}/headcount", tags=["shelters"], **action("shelter.headcount"))
async def headcount(shelter: UUID, call: Annotated[Call, Depends(allow("shelter.headcount"))]) -> dict[str, Any]:
    """How many people are there now, by where they lodge (⑩), with how many need care."""
    async with call.parts.database.session() as session:
        call.reach(ward=await queries.ward_of_shelter(session, shelter))
        rows = await queries.headcount(session, shelter)
    return {"shelter": shelter, "as_of": call.now, "by_lodging": rows}
