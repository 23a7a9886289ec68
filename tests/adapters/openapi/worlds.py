"""People, facilities and drives in every state, so that an API that is asked at random also meets what is there."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from uuid import UUID

import msgspec

from services.casework import handlers as casework
from services.casework import queries_cases
from services.casework.domain import case
from services.casework.domain.case import case_of
from services.casework.domain.conference import Call, Hold
from services.casework.wiring import SERVICE as CASEWORK
from services.intake.registering import receive
from services.transfer.handlers_trip import PARTNER, Planned, offer, partner_changed, plan
from shared.contracts.casework_conference import Member, Task
from shared.contracts.transfer_facility import FacilityListed
from shared.platform.parts import Parts
from shared.platform.permissions import Within
from shared.platform.settling import Settling
from tests.adapters.casework.made import Keys, fresh_id
from tests.adapters.intake.made import SHELTER, sheet
from tests.adapters.platform.made import message
from tests.adapters.screening.made import FACILITY, World
from tests.adapters.transfer import made
from tests.unit.casework.told import Life, at

Known = Mapping[str, Sequence[str]]
"""By the name of a parameter, or of a member of a body: what is there under that name."""
WARD = "28101"
MANY = 12
"""So many of each kind: commands that are carried out use them up."""
ACTOR = "worker-1"


async def intake(api: Parts, worker: Parts) -> Known:
    """Households at a shelter, and one disaster that is known by its id alone."""
    async with worker.database.session() as session:
        await session.execute("INSERT INTO shelters VALUES ($1, '訓練小学校', 'shelter', $2)", SHELTER, WARD)
    households: list[str] = []
    persons: list[str] = []
    for _ in range(MANY):
        one = sheet()
        await receive(api, msgspec.json.encode(one), made.by(api, actor=ACTOR), Within(everything=True))
        households.append(one["id"])
        persons += [member["id"] for member in one["members"]]
    return {
        "household_id": households,
        "person_id": persons,
        "person": persons,
        "other": persons,
        "disaster_id": [str(fresh_id())],
        "shelter": [str(SHELTER)],
    }


async def screening(api: Parts, worker: Parts) -> Known:
    """Persons who wait for a nurse, and facilities to send them to."""
    world = World(worker)
    for facility, kind in ((FACILITY, "core-welfare"), (made.fresh_id(), "shelter")):
        await world.tell(FacilityListed(name="（訓練）施設", kind=kind, ward=WARD), facility)
    persons = [str(await world.register(ward=WARD)) for _ in range(3 * MANY)]
    return {"person_id": persons, "person": persons, "facility": [str(FACILITY)], "nurse": [ACTOR, "nurse-2"]}


async def transfer(api: Parts, worker: Parts) -> Known:
    """Needs, requests, promises and drives."""
    facilities = [await made.a_facility(api, 50, ward=WARD) for _ in range(3)]
    facilities.append(await made.a_facility(api, None, ward=WARD, opens=False))
    partner = dict.fromkeys(PARTNER) | {
        "name": "x",
        "kind": "taxi",
        "vehicles": ["ordinary"],
        "wards": [],
        "active": True,
    }
    await partner_changed(api, "taxi-1", partner)
    persons = [await made.a_person(api, ward=WARD) for _ in range(MANY)]
    needs = [await made.a_need(api, ward=WARD) for _ in range(4 * MANY)]
    placements, accepted, trips = [], [], []
    for n, need in enumerate(needs[MANY:]):
        placement = (await made.asks(api, need, facilities[n % 3])).stream
        placements.append(placement)
        if n >= MANY:
            await made.accepts(api, placement)
            accepted.append(placement)
    for placement in accepted[MANY:]:
        trip = fresh_id()
        await plan(api, placement, trip, Planned("partner", api.clock.now()), made.by(api))
        await offer(api, trip, "taxi-1", None, None, made.by(api))
        trips.append(trip)
    return {
        "facility_id": _texts(facilities),
        "facility": _texts(facilities),
        "from_place": _texts(facilities),
        "need_id": _texts(needs),
        "person": _texts(persons),
        "placement_id": _texts([*placements, *accepted]),
        "trip_id": _texts(trips),
        "partner": ["taxi-1"],
    }


async def casework_(api: Parts, worker: Parts) -> Known:
    """Persons on their way, with hand-offs, cases, conferences and tasks."""
    settling = Settling(worker, CASEWORK)
    keys = Keys(worker, settling)
    lives: list[Life] = []
    for n in range(3 * MANY):
        life = Life(str(fresh_id()))
        life.register("10:00")
        if n % 3:
            life.decide("10:20")
            life.ask("10:25")
        if n % 3 > 1:
            life.accept("10:30")
            life.plan_trip("10:40")
        await keys.tell(life.person)
        for one in life.events:
            await settling.store([settling.read(message(one))])
        lives.append(life)
    cases: list[UUID] = []
    referrals: list[UUID] = []
    conferences: list[UUID] = []
    tasks: list[UUID] = []
    for life in lives[MANY:]:
        await casework.open_case(api, case.Open(life.person, "outreach", worker=ACTOR), made.by(api))
        cases.append(case_of(life.person))
    for life in lives[2 * MANY :]:
        referral, conference, task = fresh_id(), fresh_id(), fresh_id()
        async with api.database.session() as session:
            row = await queries_cases.case(session, case_of(life.person))
        await casework.work_on_case(api, row, case.Refer(referral, "law", "given"), made.by(api))
        member = Member(actor=ACTOR, role="lawyer", confidential=True)
        call = Call(case_of(life.person), life.person, at("12:00"), case_open=True, members=(member,))
        await casework.call_conference(api, conference, call, made.by(api))
        if len(conferences) % 2:
            async with api.database.session() as session:
                row = await queries_cases.conference(session, conference)
            hold = Hold(
                (member,),
                city_present=True,
                decision="refer",
                tasks=(Task(id=task, owner=ACTOR, kind="legal", provider="law"),),
            )
            await casework.change_conference(api, row, hold, made.by(api))
            tasks.append(task)
        referrals.append(referral)
        conferences.append(conference)
    async with api.database.session() as session:
        handoffs = [row["handoff"] for row in await session.fetch("SELECT handoff FROM handoffs ORDER BY handoff")]
    return {
        "person": _texts([life.person for life in lives]),
        "handoff_id": _texts(handoffs),
        "handoffs": _texts(handoffs),
        "case_id": _texts(cases),
        "case": _texts(cases),
        "referral": _texts(referrals),
        "conference_id": _texts(conferences),
        "task": _texts(tasks),
        "worker": [ACTOR, "worker-2"],
        "member": [ACTOR, "worker-2"],
    }


def _texts(ids: Sequence[UUID]) -> list[str]:
    return [str(one) for one in ids]


WORLDS: Mapping[str, Callable[[Parts, Parts], Awaitable[Known]]] = {
    "intake": intake,
    "screening": screening,
    "transfer": transfer,
    "casework": casework_,
}
"""Service → what makes its world, given the parts of its api and its worker."""
