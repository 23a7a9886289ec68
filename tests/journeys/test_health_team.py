"""The health team: one nurse a person, calls and visits on record, and the guide a guide (004 マニュアル 参考①–③)."""

import asyncio

import pytest

from tests.journeys.health_team import CORE_WELFARE
from tests.journeys.telling import refused
from tests.journeys.ward import Ward
from tsunagi.client import Failed


@pytest.mark.req("K4-065")
async def test_two_nurses_reach_for_one_person_and_one_has_them(ward: Ward) -> None:
    person = await ward.staff.registers_one()
    await ward.nurse.finds(person)
    nurses = [ward.another_nurse(number) for number in range(5)]

    async def takes(nurse: object) -> str:
        try:
            await nurse.takes_on(person)  # type: ignore[attr-defined]  # a nurse
        except Failed as no:
            return no.code
        return "has them"

    answers = await asyncio.gather(*(takes(nurse) for nurse in nurses))

    assert sorted(answers) == ["has them"] + ["screening.taken"] * 4
    [has_them] = [nurse for nurse, answer in zip(nurses, answers, strict=True) if answer == "has them"]
    await ward.hq.handoff(person, "hq-to-health-team", "taken", owner=has_them.id)
    await has_them.rings_up(person, outcome="no-answer", called="person")
    await has_them.rings_up(person, with_whom="班長")
    line = (await has_them.sees(person))["screening"]
    assert (line["calls"], line["last_call_outcome"], line["nurse"]) == (2, "reached", has_them.id)
    # At the end of the shift the person goes back into the queue, and waits from when they began to.
    await has_them.puts_back(person)
    await ward.nurse.finds(person, nurse=None, waiting_since=line["waiting_since"])
    await ward.hq.handoff(person, "hq-to-health-team", "open")


@pytest.mark.req("K4-066", "K4-145", "K4-153")
async def test_a_visit_is_ordered_accepted_and_made(ward: Ward) -> None:
    nurse, person = ward.nurse, await ward.staff.registers_one()
    await nurse.finds(person)
    await nurse.takes_on(person)
    await nurse.tell("screening", f"/screenings/{person.id}/visits")
    await ward.hq.handoff(person, "visit-ordered-to-made", "open")
    await ward.hq.sees_figures(ward.code, visit_pending=1)
    [pending] = await nurse.list("screening", "/screenings/visits", shelter=ward.staff.shelter)
    assert (pending["person"], pending["state"]) == (str(person.id), "ordered")
    await nurse.tell("screening", f"/screenings/{person.id}/visits/accepted")
    await nurse.tell("screening", f"/screenings/{person.id}/visits/made", {"outcome": "absent"})
    await ward.hq.handoff(person, "visit-ordered-to-made", "open")  # nobody was there: it is still to be made
    await nurse.tell("screening", f"/screenings/{person.id}/visits/made", {"outcome": "met"})
    await ward.hq.handoff(person, "visit-ordered-to-made", "taken", done=True)
    await ward.hq.sees_figures(ward.code, visit_pending=0)


@pytest.mark.req("K4-068")
async def test_a_nurse_decides_otherwise_with_a_reason_and_both_stay(ward: Ward) -> None:
    nurse, person = ward.nurse, await ward.staff.registers_one()
    await nurse.finds(person)
    await nurse.takes_on(person)
    await nurse.records(person, CORE_WELFARE)
    with refused("screening.reason-missing"):
        await nurse.decides(person, "welfare-space")
    await nurse.decides(person, "welfare-space", reason="wish", reason_words="家族と離れたくない")
    [entry] = [one for one in await ward.hq.hears(person, "screening.screening.decided") if "decided" in one["type"]]
    facts = entry["facts"]
    assert (facts["suggestion"]["row"], facts["suggestion"]["destinations"]) == ("P6", ["core-welfare"])
    assert (facts["destination"], facts["reason"], facts["differs"]) == ("welfare-space", "wish", True)
    assert entry["words"]["reason"] == "家族と離れたくない"


@pytest.mark.req("K4-105", "K4-030")
async def test_the_queue_is_worked_off_by_risk_then_by_what_runs_out_first(ward: Ward) -> None:
    staff = ward.staff
    stable = await staff.registers_one(needs=["mental"])
    medicine = await staff.registers_one(needs=["internal"], medicine_days=2)
    ventilator = await staff.registers_one(power_needed=True, power_hours=6.0)
    longer = await staff.registers_one(power_needed=True, power_hours=20.0)
    for person in (stable, medicine, ventilator, longer):
        await ward.nurse.finds(person)
    assert await ward.nurse.queue() == [ventilator.id, longer.id, medicine.id, stable.id]
    urgent = await ward.hq.handoff(ventilator, "registration-to-screening", "open")
    assert urgent["urgent"]
