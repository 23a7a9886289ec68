"""Side ways: what ends a move in its middle, a change that is screened again, a household that parts."""

from typing import NamedTuple

import pytest

from tests.journeys.health_team import FEVER
from tests.journeys.reading import short
from tests.journeys.receiving import Facility
from tests.journeys.telling import refused
from tests.journeys.ward import Ward
from tests.journeys.ways import Way, accepted, arrived, asked, decided


class Happening(NamedTuple):
    """What happens to a person in the middle of a move, and with which reasons it ends what is under way."""

    what: str
    body: dict[str, str]
    need: str
    """Why the need ends."""
    handoff: str
    """Why the hand-off of the step ends."""
    presence: str
    opens: str | None = None
    """The hand-off that follows from it."""


HAPPENINGS = (
    Happening("departure", {"destination": "relatives"}, "left", "left", "left", "departure-to-casework"),
    Happening("departure", {"destination": "home"}, "home", "left", "left", "departure-to-casework"),
    Happening("ambulance", {}, "hospital", "hospital", "ambulance", "ambulance-to-hospital"),
    Happening("hospital", {}, "hospital", "hospital", "hospital", "hospital-to-back"),
    Happening("death", {}, "died", "died", "dead"),
)
STEPS = {"asked": "screening-to-acceptance", "accepted": "acceptance-to-transport"}
"""In the middle of which step, and the hand-off that is open then."""


def named(value: object) -> str | None:
    return f"{value.what}-{value.need}" if isinstance(value, Happening) else None


@pytest.mark.req("K4-040")
@pytest.mark.parametrize("happening", HAPPENINGS, ids=named)
@pytest.mark.parametrize("step", STEPS)
async def test_what_happens_to_a_person_ends_the_request_with_its_reason(
    ward: Ward, step: str, happening: Happening
) -> None:
    facility = await ward.facility(places=1)
    way, trip = await asked(ward, facility), None
    if step == "accepted":
        await facility.accepts(way.placement)
        trip = await ward.hq.plans_trip(way.placement)
    handoff = await ward.hq.handoff(way.person, STEPS[step], "open")

    await ward.staff.tell("intake", f"/persons/{way.person.id}/{happening.what}", happening.body)

    # The hold is released, the drive cancelled, the need over.
    await ward.hq.need(way.person, "ended", reason=happening.need)
    await ward.hq.placement(way.need, "withdrawn", reason=happening.need)
    assert await ward.hq.places(facility.facility) == {"free": 1}
    if trip is not None:
        assert (await ward.hq.trip(trip, "cancelled"))["reason"] == happening.need
    await told_no_more(facility, way)
    # The hand-off ends without having been taken, with its reason; what follows is a hand-off of its own.
    # (Heard of before the rest, a cancelled drive looks like one to be found again for a moment.)
    await ward.hq.handoff(way.person, STEPS[step], "ended", reason=happening.handoff, handoff=handoff["handoff"])
    shown = await ward.hq.stands(way.person, presence=happening.presence)
    if happening.opens is not None:
        await ward.hq.handoff(way.person, happening.opens, "open")
        assert shown["standing"] == "hand-off"
    if happening.what == "ambulance":  # the nurse hears of it as well
        await ward.nurse.finds(way.person, reason="ambulance", urgent=True)
    if happening.what == "death":
        assert not [one for one in await ward.hq.handoffs(way.person) if one["state"] == "open"]


async def told_no_more(facility: Facility, way: Way) -> None:
    """The facility sees nothing of the person any more, and cannot answer."""
    assert (await facility.sees(way.placement))["about"] is None
    with refused("placement.withdrawn"):
        await facility.accepts(way.placement)


@pytest.mark.req("K4-152")
@pytest.mark.parametrize("seen", ["there", "by casework"])
async def test_who_left_is_followed_until_seen_again_or_taken_over(ward: Ward, seen: str) -> None:
    person = await ward.staff.registers_one()
    await ward.nurse.finds(person)
    await ward.staff.signs_out(person, "relatives")
    await ward.hq.handoff(person, "departure-to-casework", "open")
    if seen == "there":
        await ward.staff.tell("intake", f"/persons/{person.id}/check-in", {"kind": "relatives"})
    else:
        await ward.caseworker.opens_case(person, "departure")
    await ward.hq.handoff(person, "departure-to-casework", "taken", done=True)


@pytest.mark.req("K4-151")
async def test_who_was_in_hospital_comes_back_and_is_screened_anew(ward: Ward) -> None:
    person, _ = await decided(ward)
    await ward.staff.calls_ambulance(person)
    await ward.hq.handoff(person, "ambulance-to-hospital", "open")
    await ward.staff.learns_hospital(person, "（訓練）市民病院")
    await ward.hq.handoff(person, "ambulance-to-hospital", "taken", done=True)
    await ward.hq.handoff(person, "hospital-to-back", "open")
    await ward.hq.sees_figures(ward.code, in_hospital=1)

    place = {"kind": "shelter", "shelter": ward.staff.shelter}
    await ward.staff.tell("intake", f"/persons/{person.id}/return", place)

    await ward.hq.handoff(person, "hospital-to-back", "taken", done=True)
    await ward.nurse.finds(person, reason="returned")
    assert person.id in await ward.staff.roster()


@pytest.mark.req("K4-085", "K4-104")
async def test_a_fever_after_the_decision_is_screened_again_and_both_results_stay(ward: Ward) -> None:
    facility = await ward.facility()
    way = await asked(ward, facility)

    await ward.staff.tell(
        "screening", f"/screenings/{way.person.id}/request", {"reason": "fever", "observations": ["fever"]}
    )
    waits = await ward.nurse.finds(way.person, reason="fever", round=2)
    assert "fever" in waits["observations"]
    await ward.nurse.takes_on(way.person)
    await ward.nurse.records(way.person, FEVER)
    await ward.nurse.decides(way.person, "infection-space")

    # The request is off: she stays in the shelter's infection space.
    await ward.hq.need(way.person, "ended", reason="replaced")
    await ward.hq.placement(way.need, "withdrawn")
    assert await ward.hq.places(facility.facility) == {"free": 1}
    await ward.hq.handoff(way.person, "screening-to-acceptance", "ended", reason="replaced")
    entries = await ward.hq.hears(way.person, "transfer.need.ended")
    results = [
        (entry["facts"].get("round", 1), entry["facts"]["destination"])
        for entry in entries
        if short(entry["type"]) == "screening.screening.decided"
    ]
    assert results == [(1, "core-welfare"), (2, "infection-space")]
    history = (await ward.nurse.sees(way.person))["history"]
    rows = [one["facts"]["suggestion"]["row"] for one in history if one["type"].endswith("screening.decided.v1")]
    assert rows == ["P6", "P2"]


@pytest.mark.req("K4-014", "K0-003")
async def test_of_a_household_only_one_member_moves(ward: Ward) -> None:
    facility = await ward.facility()
    household = await ward.staff.registers(
        ward.staff.line("訓練 一郎", age=52),
        ward.staff.line("訓練 マツ", age=88, needs=["care-3-plus"], relation="parent"),
        ward.staff.line("訓練 桃", age=9, relation="child"),
    )
    ichiro, matsu, momo = household

    await arrived(ward, facility, matsu)

    await ward.hq.stands(matsu, presence="moved", facility=str(facility.facility))
    assert set(await ward.staff.roster()) == {ichiro.id, momo.id}
    for other in (ichiro, momo):
        assert (await ward.hq.stands(other, presence="present", need="none"))["household"] == str(household.id)
        assert "transfer.need.opened" not in await ward.hq.told(other)
    assert (await ward.staff.record(matsu))["presence"] == "moved"
    # Later the others go home, one by one, each with a destination of their own.
    await ward.staff.signs_out(ichiro, "home")
    await ward.staff.signs_out(momo, "relatives")
    assert set(await ward.staff.roster()) == set()
    assert (await ward.hq.stands(momo, presence="left"))["left_for"] == "relatives"
    await ward.hq.stands(matsu, standing="hand-off")


async def test_a_decision_for_the_shelter_itself_moves_nobody(ward: Ward) -> None:
    await ward.facility()
    person = await ward.staff.registers_one()
    await ward.nurse.screens(person, "infection-space", FEVER)
    await ward.hq.stands(person, screening="decided", destination="infection-space", need="none")
    assert await ward.hq.list("transfer", "/needs", person=person.id) == []


async def test_who_was_accepted_and_goes_elsewhere_gives_the_place_back(ward: Ward) -> None:
    facility = await ward.facility(places=1)
    way = await accepted(ward, facility)
    await ward.hq.withdraws(way.placement, "person-declined")
    assert await ward.hq.places(facility.facility) == {"free": 1}
    await ward.hq.handoff(way.person, "acceptance-to-transport", "ended", reason="person-declined")
