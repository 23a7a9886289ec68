"""Who sees what: a facility from being asked, the name once it has accepted; a ward its own; a member one case."""

from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

import httpx
import pytest

from shared.platform.permissions import ROLES, Role
from tests.journeys.casework import CITY_WELFARE
from tests.journeys.reading import Reader
from tests.journeys.telling import Answer, Somebody, refused
from tests.journeys.ward import Ward
from tests.journeys.ways import accepted, arrived, decided
from tsunagi.client import Client, Who

NAME = "訓練 名香"
CONDITION = "夜間の吸引が必要"
MakeWard = Callable[[], Awaitable[Ward]]


@pytest.mark.req("K4-115", "K4-165")
async def test_a_welfare_shelter_sees_a_person_from_being_asked_by_name_once_it_has_accepted(ward: Ward) -> None:
    first, second, never = [await ward.facility(places=number) for number in (3, 2, 1)]
    person = await ward.staff.registers_one(name=NAME)
    _, need = await decided(ward, person, condition=CONDITION)
    assert await first.requests() == {}

    # Asked: what the decision needs, and no name.
    placement = await ward.hq.asks(need, asked_by="fax")
    assert (await first.sees(placement))["asked_by"] == "fax"
    about: Answer = (await first.sees(placement))["about"]
    assert (about["condition"], about["groups"], about["name"]) == (CONDITION, ["elderly"], None)
    assert (await first.requests())[placement]["about"]["name"] is None
    for other in (second, never):
        assert await other.requests() == {}
        with refused("access.denied"):
            await other.sees(placement)
        with refused("access.denied"):
            await other.accepts(placement)

    # Refused: nothing any more.
    await first.declines(placement)
    assert (await first.sees(placement))["about"] is None
    assert (await first.requests())[placement]["about"] is None

    # The next one, asked in its turn, accepts and learns the name.
    following = UUID((await ward.hq.placement(need, "asked", facility=str(second.facility)))["placement"])
    assert (await second.sees(following))["about"]["name"] is None
    await second.accepts(following)
    known = (await second.sees(following))["about"]
    assert (known["name"]["name"], known["person"]) == (NAME, str(person.id))
    assert await never.requests() == {}

    # What is no facility's business stays closed to it: sheet, screening, timeline.
    for service, path in (
        ("intake", f"/persons/{person.id}"),
        ("intake", f"/households/{person.household}"),
        ("screening", f"/screenings/{person.id}"),
        ("casework", f"/persons/{person.id}/timeline"),
        ("transfer", f"/needs/{need['need']}"),
    ):
        with refused("access.denied"):
            await second.ask(service, path)


@pytest.mark.req("K4-159")
async def test_another_ward_sees_nothing_and_the_city_sees_all(ward: Ward, another_ward: MakeWard) -> None:
    facility = await ward.facility()
    way = await accepted(ward, facility)
    trip = await ward.hq.plans_trip(way.placement)
    await ward.hq.hears(way.person, "transfer.trip.planned")
    other = await another_ward()
    person, household = way.person.id, way.person.household
    own = {
        "intake": (f"/persons/{person}", f"/households/{household}"),
        "screening": (f"/screenings/{person}",),
        "transfer": (f"/needs/{way.need['need']}", f"/placements/{way.placement}", f"/trips/{trip}"),
        "casework": (f"/persons/{person}", f"/persons/{person}/timeline", f"/persons/{person}/handoffs"),
    }
    lists = {
        "intake": "/households",
        "screening": "/screenings?state=decided",
        "transfer": "/needs",
        "casework": "/handoffs",
    }
    for service, paths in own.items():
        for path in paths:
            assert await ward.hq.ask(service, path)
            assert await ward.city.ask(service, path)
            with refused("access.denied"):
                await other.hq.ask(service, path)
        path, _, query = lists[service].partition("?")
        asked_with = dict([query.split("=")]) if query else {}
        assert str(person) in str(await ward.hq.list(service, path, **asked_with))
        assert str(person) not in str(await other.hq.list(service, path, **asked_with))
    for colleague in (other.staff, other.nurse, other.caseworker):
        with refused("access.denied"):
            await colleague.ask("intake", f"/persons/{person}")
    with refused("access.denied"):
        await other.nurse.takes_on(way.person)
    with refused("access.denied"):
        await other.staff.corrects(way.person, needs=[])
    with refused("access.denied"):
        await other.caseworker.opens_case(way.person)
    assert (await other.hq.figures(ward.code))["persons"] == 0
    assert (await other.hq.figures(other.code))["persons"] == 0


@pytest.mark.req("K4-159")
async def test_who_moved_to_another_ward_stays_visible_to_both(ward: Ward, another_ward: MakeWard) -> None:
    other = await another_ward()
    way = await arrived(ward, await other.facility())
    await ward.hq.stands(way.person, facility=str(way.facility.facility))
    await other.hq.stands(way.person, facility=str(way.facility.facility))
    case = await other.caseworker.opens_case(way.person)
    assert (await ward.caseworker.case(case))["status"] == "open"


def member(ward: Ward, name: str, client: Client) -> Reader:
    """Somebody who sits in a conference, and signs in for nothing else."""
    return Reader(Who(f"{name}-{ward.code}", "conference-member"), client)


@pytest.mark.req("K0-022", "K0-024")
async def test_a_member_of_a_conference_sees_that_case_only_while_a_member_and_once_sworn(
    ward: Ward, client: Client
) -> None:
    caseworker = ward.caseworker
    discussed, other = await ward.staff.registers_one(), await ward.staff.registers_one()
    await ward.hq.hears(other, "screening.screening.requested")
    await ward.hq.hears(discussed, "screening.screening.requested")
    case, other_case = await caseworker.opens_case(discussed), await caseworker.opens_case(other)
    lawyer = member(ward, "lawyer", client)
    with refused("access.denied"):
        await lawyer.timeline(discussed)

    # Invited, but confidentiality is not recorded: nothing yet.
    seat = {"actor": lawyer.id, "role": "lawyer"}
    conference = await caseworker.calls_conference(case, CITY_WELFARE, seat, place="区役所3階")
    with refused("access.denied"):
        await lawyer.timeline(discussed)
    await caseworker.records_confidentiality(conference, lawyer.id)

    # Sworn: this case, with its words, and no other.
    told = await lawyer.timeline(discussed)
    assert told[1]["words"]["name"]
    assert (await lawyer.ask("casework", f"/cases/{case}"))["status"] == "open"
    assert (await lawyer.ask("casework", f"/conferences/{conference}"))["members"]
    assert [row["conference"] for row in await lawyer.list("casework", "/conferences")] == [str(conference)]
    for service, path in (
        ("casework", f"/persons/{other.id}/timeline"),
        ("casework", f"/cases/{other_case}"),
        ("intake", f"/persons/{discussed.id}"),
        ("screening", f"/screenings/{discussed.id}"),
        ("transfer", "/needs"),
    ):
        with refused("access.denied"):
            await lawyer.ask(service, path)
    with refused("access.denied"):
        await lawyer.tell("casework", f"/cases/{case}/close", {"reason": "self-reliant"})

    # No longer a member: nothing any more.
    await caseworker.changes_members(conference, CITY_WELFARE)
    with refused("access.denied"):
        await lawyer.timeline(discussed)
    assert await lawyer.list("casework", "/conferences") == []


@pytest.mark.req("K4-020")
@pytest.mark.parametrize(
    "role", [role for role in ROLES if role not in ("shelter-staff", "ward-hq", "city-hq", "nurse")]
)
async def test_a_role_that_stands_in_no_row_is_refused(ward: Ward, client: Client, role: Role) -> None:
    person = await ward.staff.registers_one()
    somebody = Somebody(Who("somebody", role, "*", (ward.staff.shelter,), ("somebody",)), client)
    with refused("access.denied"):
        await somebody.ask("intake", f"/persons/{person.id}")
    with refused("access.denied"):
        await somebody.tell("screening", f"/screenings/{person.id}/decision", {"destination": "general"})


@pytest.mark.req("K4-067")
async def test_nobody_but_a_nurse_decides(ward: Ward) -> None:
    person = await ward.staff.registers_one()
    await ward.nurse.finds(person)
    for somebody in (ward.hq, ward.city, ward.staff, ward.caseworker):
        with refused("access.denied"):
            await somebody.tell("screening", f"/screenings/{person.id}/decision", {"destination": "general"})


@pytest.mark.parametrize("bearer", [None, "Bearer x.y.z", "Basic c2F0bzpzYXRv"])
async def test_without_a_good_token_nothing_is_answered(ward: Ward, bearer: str | None) -> None:
    headers = {"Authorization": bearer} if bearer else {}
    async with httpx.AsyncClient(trust_env=False) as browser:
        for service, path in (("intake", "/households"), ("screening", "/screenings"), ("casework", "/board")):
            answer = await browser.get(ward.client.urls[service] + path, headers=headers)
            assert answer.status_code == 401


@pytest.mark.req("K4-169")
async def test_who_looked_at_a_person_is_kept_and_listed(ward: Ward) -> None:
    person = await ward.staff.registers_one()
    await ward.hq.hears(person, "intake.person.registered")
    await ward.caseworker.timeline(person)
    views: list[dict[str, Any]] = await ward.city.list("casework", f"/persons/{person.id}/views")
    assert (views[0]["actor"], views[0]["what"], views[0]["opened"]) == (ward.caseworker.id, "timeline", True)
