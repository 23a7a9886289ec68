"""Who may see and do what: every route, every role, own and foreign wards, own and others' conferences."""

from typing import Any
from uuid import UUID

import pytest

from services.casework import handlers, queries, queries_cases
from services.casework.domain import case
from services.casework.domain.case import Command, case_of
from services.casework.domain.conference import Call, Hold
from services.casework.domain.handoff import Take
from shared.contracts.casework_conference import Member, Task
from shared.contracts.places import Place
from shared.platform.parts import Parts
from shared.platform.store import Origin
from shared.platform.web import Api
from tests.adapters.casework.conftest import Tell
from tests.adapters.casework.made import fresh_id, fresh_life
from tests.matrix import OWN, Ask, Factory, Ground, Token, failures
from tests.unit.casework.told import AT_SHELTER, Life, at

pytestmark = pytest.mark.stack


class World:
    """Persons, cases and conferences on the ground that a cell asks for."""

    def __init__(self, parts: Parts, tell: Tell) -> None:
        self.parts = parts
        self.tell = tell

    def origin(self) -> Origin:
        return Origin(OWN.owner, "api", self.parts.clock.now(), fresh_id(), fresh_id())

    async def person(
        self,
        ground: Ground,
        *,
        when: str = "10:00",
        place: Place = AT_SHELTER,
        needs: tuple[str, ...] = ("physical",),
    ) -> Life:
        life = fresh_life()
        life.ward = ground.ward
        life.register(when, needs=needs, place=place)
        await self.tell(life.events)
        return life

    async def handoff(self, ground: Ground) -> UUID:
        return (await self.person(ground)).handoff("registration-to-screening").handoff

    async def case(self, ground: Ground, *, handed_to: str | None = None, closed: bool = False) -> UUID:
        life = await self.person(ground)
        await handlers.open_case(self.parts, case.Open(life.person, "outreach", worker="one"), self.origin())
        if handed_to:
            await self.work(case_of(life.person), case.Assign(handed_to))
        if closed:
            await self.work(case_of(life.person), case.Close("self-reliant"))
        return case_of(life.person)

    async def work(self, case_id: UUID, command: Command) -> None:
        async with self.parts.database.session() as session:
            row = await queries_cases.case(session, case_id)
        await handlers.work_on_case(self.parts, row, command, self.origin())

    async def conference(self, ground: Ground, *, held: bool = False) -> tuple[UUID, UUID, UUID]:
        """Return a conference, its case and a task of it; the ground's owner is a member, sworn."""
        case_id, id_, task = await self.case(ground), fresh_id(), fresh_id()
        member = Member(actor=ground.owner, role="lawyer", confidential=True)
        async with self.parts.database.session() as session:
            person: UUID = (await queries_cases.case(session, case_id))["person"]
        call = Call(case_id, person, at("12:00"), case_open=True, members=(member,))
        await handlers.call_conference(self.parts, id_, call, self.origin())
        if held:
            async with self.parts.database.session() as session:
                row = await queries_cases.conference(session, id_)
            tasks = (Task(id=task, owner=ground.owner, kind="legal", provider="law"),)
            hold = Hold((member,), city_present=True, decision="refer", tasks=tasks)
            await handlers.change_conference(self.parts, row, hold, self.origin())
        return id_, case_id, task

    async def shared(self, ground: Ground) -> UUID:
        """Return a person whose case the ground's owner shares as a member."""
        conference_id, _, _ = await self.conference(ground)
        async with self.parts.database.session() as session:
            row = await queries_cases.conference(session, conference_id)
        person: UUID = row["person"]
        return person


@pytest.fixture
def world(parts: Parts, tell: Tell) -> World:
    return World(parts, tell)


@pytest.mark.req("K4-159", "K0-022", "K4-166")
async def test_a_ward_sees_its_own_and_a_member_their_case(app: Api, token: Token, world: World, worker: Parts) -> None:
    def of_person(path: str) -> Factory:
        async def ask(ground: Ground) -> Ask:
            return Ask(f"/persons/{await world.shared(ground)}{path}")

        return ask

    def of_handoff(path: str, body: dict[str, Any] | None = None) -> Factory:
        async def ask(ground: Ground) -> Ask:
            return Ask(f"/handoffs/{await world.handoff(ground)}{path}", json=body)

        return ask

    def of_case(path: str, body: dict[str, Any], **how: Any) -> Factory:
        async def ask(ground: Ground) -> Ask:
            return Ask(f"/cases/{await world.case(ground, **how)}/{path}", json=body)

        return ask

    def of_conference(path: str, body: dict[str, Any]) -> Factory:
        async def ask(ground: Ground) -> Ask:
            return Ask(f"/conferences/{(await world.conference(ground))[0]}/{path}", json=body)

        return ask

    async def listed_handoffs(ground: Ground) -> Ask:
        return Ask("/handoffs", params={"limit": "200"}, shows=str(await world.handoff(ground)))

    async def figures(ground: Ground) -> Ask:
        wanted = {OWN.ward: "registration-to-screening"}.get(ground.ward, "place-unknown-to-found")
        unknown = Place(kind="unknown")
        await (world.person(ground) if ground == OWN else world.person(ground, place=unknown, needs=()))
        return Ask("/handoffs/figures", shows=wanted)

    async def returned(ground: Ground) -> Ask:
        handoff = await world.handoff(ground)
        async with world.parts.database.session() as session:
            row = await queries.handoff(session, handoff)
        assert row is not None
        await handlers.answer_handoff(world.parts, row, Take, world.origin(), owner="somebody")
        return Ask(f"/handoffs/{handoff}/return", json={})

    async def taken(ground: Ground) -> Ask:
        body = {"handoffs": [str(await world.handoff(ground))]}
        return Ask("/handoffs/take", json=body, shows='"problem":null')

    async def opened(ground: Ground) -> Ask:
        life = await world.person(ground)
        return Ask("/cases", json={"person": str(life.person), "reason": "outreach"})

    async def listed_cases(ground: Ground) -> Ask:
        return Ask("/cases", params={"limit": "200"}, shows=str(await world.case(ground)))

    async def read_case(ground: Ground) -> Ask:
        return Ask(f"/cases/{(await world.conference(ground))[1]}")

    async def referred(ground: Ground) -> Ask:
        case_id, referral = await world.case(ground), fresh_id()
        await world.work(case_id, case.Refer(referral, "law", "given"))
        return Ask(f"/cases/{case_id}/referrals/{referral}/answer", json={"answer": "accepted"})

    async def called(ground: Ground) -> Ask:
        return Ask("/conferences", json={"case": str(await world.case(ground)), "at": "2024-11-28T10:00:00+09:00"})

    async def listed_conferences(ground: Ground) -> Ask:
        return Ask("/conferences", params={"limit": "200"}, shows=str((await world.conference(ground))[0]))

    async def read_conference(ground: Ground) -> Ask:
        return Ask(f"/conferences/{(await world.conference(ground))[0]}")

    async def sworn(ground: Ground) -> Ask:
        conference_id, _, _ = await world.conference(ground)
        return Ask(f"/conferences/{conference_id}/confidentiality", json={"member": ground.owner})

    async def finished(ground: Ground) -> Ask:
        conference_id, _, task = await world.conference(ground, held=True)
        return Ask(f"/conferences/{conference_id}/tasks/{task}/finish", json={})

    async def listed_tasks(ground: Ground) -> Ask:
        return Ask("/tasks", params={"limit": "200"}, shows=str((await world.conference(ground, held=True))[2]))

    async def board(ground: Ground) -> Ask:
        life = await world.person(ground)
        life.ask("10:10")
        life.accept("10:20")
        life.plan_trip("10:30")
        await world.tell(life.events[1:])
        return Ask("/board", shows=str(life.id("trip")))

    def board_page(path: str = "") -> Factory:
        return lambda ground: Ask(f"/pages/board{path}", params={"ward": str(ground.ward)})

    async def occupancy(ground: Ground) -> Ask:
        shelter = fresh_id()  # of nobody else: a shelter that the master has not told of is its people's ward's
        await world.person(ground, place=Place(kind="shelter", shelter=shelter))
        return Ask("/shelters/occupancy", shows=str(shelter))

    async def outside(ground: Ground) -> Ask:
        life = await world.person(ground, place=Place(kind="home"), needs=())
        return Ask("/outreach", params={"limit": "200"}, shows=str(life.person))

    async def silent(ground: Ground) -> Ask:
        life = await world.person(ground, when="06:00")  # longer than all others here
        return Ask("/silent", params={"limit": "200"}, shows=str(life.person))

    async def lost(ground: Ground) -> Ask:
        life = await world.person(ground, needs=())
        async with world.parts.database.session() as session:
            await session.execute("UPDATE people SET standing = 'lost' WHERE person = $1", life.person)
        return Ask("/lost", params={"limit": "200"}, shows=str(life.person))

    def page_of_person(path: str = "") -> Factory:
        async def ask(ground: Ground) -> Ask:
            return Ask(f"/pages/persons/{await world.shared(ground)}{path}")

        return ask

    async def found(ground: Ground) -> Ask:
        life, name = await world.person(ground), f"訓練{fresh_id()}"
        async with worker.database.session() as session:
            await session.execute(
                "INSERT INTO personal.person (person, version, words, name) VALUES ($1, 1, '{}', $2)", life.person, name
            )
        return Ask("/pages/persons", params={"q": name}, shows=str(life.person))

    async def page_of_handoffs(ground: Ground) -> Ask:
        life = await world.person(ground, when="06:00")  # due before all others here
        handoff = life.handoff("registration-to-screening").handoff
        return Ask("/pages/handoffs", params={"which": "open", "limit": "200"}, shows=str(handoff))

    async def taken_by_form(ground: Ground) -> Ask:
        form = {"command": str(fresh_id())}
        return Ask(f"/pages/handoffs/{await world.handoff(ground)}/take", form=form)

    async def returned_by_form(ground: Ground) -> Ask:
        ask = await returned(ground)
        return Ask(f"/pages{ask.path}", form={"command": str(fresh_id())})

    app.state.live.end_streams()  # a stream says that it is there, and ends
    factories: dict[str, Factory] = {
        "GET /pages": lambda _: Ask("/pages"),
        "GET /pages/persons": found,
        "GET /pages/persons/{person}": page_of_person(),
        "GET /pages/persons/{person}/live": page_of_person("/live"),
        "GET /pages/handoffs": page_of_handoffs,
        "POST /pages/handoffs/{handoff_id}/take": taken_by_form,
        "POST /pages/handoffs/{handoff_id}/return": returned_by_form,
        "GET /persons/{person}/timeline": of_person("/timeline"),
        "GET /persons/{person}": of_person(""),
        "GET /persons/{person}/handoffs": of_person("/handoffs"),
        "GET /persons/{person}/views": of_person("/views"),
        "GET /handoffs": listed_handoffs,
        "GET /handoffs/figures": figures,
        "GET /handoffs/kinds": lambda _: Ask("/handoffs/kinds"),
        "GET /handoffs/{handoff_id}": of_handoff(""),
        "POST /handoffs/take": taken,
        "POST /handoffs/{handoff_id}/take": of_handoff("/take", {}),
        "POST /handoffs/{handoff_id}/return": returned,
        "POST /handoffs/{handoff_id}/end": of_handoff("/end", {"reason": "not-needed"}),
        "POST /cases": opened,
        "GET /cases": listed_cases,
        "GET /cases/scheme": lambda _: Ask("/cases/scheme"),
        "GET /cases/{case_id}": read_case,
        "POST /cases/{case_id}/assign": of_case("assign", {"worker": "two"}),
        "POST /cases/{case_id}/take-over": of_case("take-over", {"worker": "two"}, handed_to="two"),
        "POST /cases/{case_id}/visits": of_case("visits", {"kind": "outreach", "outcome": "met"}),
        "POST /cases/{case_id}/assessments": of_case("assessments", {"housing": "none", "living": "some"}),
        "POST /cases/{case_id}/referrals": of_case("referrals", {"provider": "law", "consent": "given"}),
        "POST /cases/{case_id}/referrals/{referral}/answer": referred,
        "POST /cases/{case_id}/close": of_case("close", {"reason": "self-reliant"}),
        "POST /cases/{case_id}/reopen": of_case("reopen", {"reason": "new-need"}, closed=True),
        "POST /conferences": called,
        "GET /conferences": listed_conferences,
        "GET /conferences/{conference_id}": read_conference,
        "POST /conferences/{conference_id}/members": of_conference("members", {"members": []}),
        "POST /conferences/{conference_id}/confidentiality": sworn,
        "POST /conferences/{conference_id}/hold": of_conference(
            "hold", {"present": [], "city_present": True, "decision": "again"}
        ),
        "POST /conferences/{conference_id}/cancel": of_conference("cancel", {"reason": "withdrawn"}),
        "POST /conferences/{conference_id}/tasks/{task}/finish": finished,
        "GET /tasks": listed_tasks,
        "GET /board": board,
        "GET /pages/board": board_page(),
        "GET /pages/board/live": board_page("/live"),
        "GET /pages/board/shelters": board_page("/shelters"),
        "GET /pages/board/welfare": board_page("/welfare"),
        "GET /shelters/occupancy": occupancy,
        "GET /lost": lost,
        "GET /outreach": outside,
        "GET /silent": silent,
    }
    wrong = await failures(app, token, factories)
    assert not wrong, "\n".join(wrong)


def test_a_partner_and_a_facility_are_in_no_row(app: Api) -> None:
    """A transport partner and a welfare shelter see nothing of a person here (K4-165, K4-166)."""
    for permission in app.state.permissions.values():
        assert not {"partner", "facility", "operator", "site-manager"} & set(permission.roles), permission.action
