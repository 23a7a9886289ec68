"""What the routes of case conferences take."""

from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, Field

from services.casework.domain.conference import Call, Cancel, ChangeMembers, Hold
from services.casework.models import CASE, TASK, Actor, Code, Text, example, known
from shared.contracts import codes
from shared.contracts.casework_conference import ConferenceWords, Goal, InvitationWords, Member, Task
from shared.platform.instants import GivenInstant


class MemberBody(BaseModel):
    """`actor`: the id by which they sign in; none for who never does (family, a neighbour)."""

    model_config = example(actor="lawyer-2", role="lawyer")
    actor: Actor | None = None
    role: Code
    confidential: bool = Field(False, description="守秘義務 is recorded for them.")

    def member(self) -> Member:
        return Member(actor=self.actor, role=self.role, confidential=self.confidential)


Members = Annotated[list[MemberBody], Field(max_length=100)]


def _circle(members: list[MemberBody]) -> tuple[Member, ...]:
    return tuple(member.member() for member in members)


class Invitation(BaseModel):
    model_config = example(
        case=CASE,
        at="2026-11-28T10:00:00+09:00",
        members=[{"actor": "city-welfare-1", "role": "city-welfare"}, {"role": "family"}],
        agenda=["information", "issues", "measures", "goals", "roles"],
    )
    conference: UUID | None = Field(None, description="Its id, chosen by the client.")
    case: UUID
    at: GivenInstant
    members: Members = []
    agenda: Annotated[list[Code], Field(max_length=30)] = []
    place: Text | None = None
    names: list[Text] = Field([], description="Names of members who never sign in.")
    note: Text | None = None

    def command(self, person: UUID, *, case_open: bool) -> Call:
        words = InvitationWords(place=self.place, members=tuple(self.names), note=self.note)
        return Call(
            case=self.case,
            person=person,
            at=self.at,
            case_open=case_open,
            members=_circle(self.members),
            agenda=tuple(known("agenda", point, codes.AGENDA) for point in self.agenda),
            words=words if words != InvitationWords() else None,
        )


class Circle(BaseModel):
    model_config = example(members=[{"actor": "lawyer-2", "role": "lawyer"}])
    members: Members
    names: list[Text] = []

    def command(self) -> ChangeMembers:
        words = InvitationWords(members=tuple(self.names)) if self.names else None
        return ChangeMembers(_circle(self.members), words)


class Confidentiality(BaseModel):
    model_config = example(member="lawyer-2")
    member: Actor = Field(description="An actor's id, or the role of who never signs in.")


class GoalBody(BaseModel):
    model_config = example(term="long", by="2027-03-31", words="災害公営住宅に移る")
    term: Code
    by: date | None = None
    words: Text = ""


class TaskBody(BaseModel):
    """`provider`: whom the person is to be connected with by this task; a hand-off of its own."""

    model_config = example(task=TASK, owner="worker-7", kind="refer", provider="city-housing", words="申込みに同行する")
    task: UUID
    owner: Actor
    kind: Code
    due: date | None = None
    provider: Code | None = None
    words: Text = ""


class Holding(BaseModel):
    """What a conference came to. `issues` and `measures` in their order of priority (000 議題の例)."""

    model_config = example(
        present=[{"actor": "city-welfare-1", "role": "city-welfare", "confidential": True}],
        city_present=True,
        decision="refer",
        shared="避難所での様子",
        issues=["住まい", "通院"],
        measures=["公営住宅の申込み"],
        goals=[{"term": "long", "by": "2027-03-31", "words": "災害公営住宅に移る"}],
        tasks=[{"task": TASK, "owner": "worker-7", "kind": "refer", "provider": "city-housing", "due": "2026-12-05"}],
    )
    present: Members
    city_present: bool
    decision: Code
    agenda: Annotated[list[Code], Field(max_length=30)] = []
    goals: Annotated[list[GoalBody], Field(max_length=50)] = []
    tasks: Annotated[list[TaskBody], Field(max_length=50)] = []
    look_again_on: date | None = None
    shared: Text | None = None
    issues: list[Text] = []
    measures: list[Text] = []
    risks: list[Text] = []
    names: list[Text] = []

    def command(self) -> Hold:
        words = ConferenceWords(
            shared=self.shared,
            issues=tuple(self.issues),
            measures=tuple(self.measures),
            goals=_words(self.goals),
            tasks=_words(self.tasks),
            risks=tuple(self.risks),
            members=tuple(self.names),
        )
        return Hold(
            present=_circle(self.present),
            city_present=self.city_present,
            decision=known("decision", self.decision, codes.DECISION),
            goals=tuple(Goal(term=known("term", one.term, codes.TERM), by=one.by) for one in self.goals),
            tasks=tuple(_task(one) for one in self.tasks),
            agenda=tuple(known("agenda", point, codes.AGENDA) for point in self.agenda),
            look_again_on=self.look_again_on,
            words=words if words != ConferenceWords() else None,
        )


def _words(items: list[GoalBody] | list[TaskBody]) -> tuple[str, ...]:
    return tuple(one.words for one in items) if any(one.words for one in items) else ()


def _task(body: TaskBody) -> Task:
    return Task(
        id=body.task,
        owner=body.owner,
        kind=known("kind", body.kind, codes.TASK),
        due=body.due,
        provider=None if body.provider is None else known("provider", body.provider, codes.PROVIDER),
    )


class Cancelling(BaseModel):
    model_config = example(reason="withdrawn")
    reason: Code

    def command(self) -> Cancel:
        return Cancel(known("reason", self.reason, codes.END))


class Finishing(BaseModel):
    model_config = example(outcome="done")
    outcome: Literal["done", "dropped"] = "done"
