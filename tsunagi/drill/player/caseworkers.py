"""Caseworkers: whoever arrived somewhere, or left without a place, gets somebody who takes care of them (000).

They open a case, visit, assess on two axes, call a case conference and hold it, refer, and close what needs no more.
"""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any, NamedTuple
from uuid import UUID

from tsunagi.client import Who
from tsunagi.drill.player.bell import attend
from tsunagi.drill.player.callers import caseworker, headquarters
from tsunagi.drill.player.marks import Marks
from tsunagi.drill.player.stage import Stage
from tsunagi.drill.stories import Story

AGENDA = ("information", "issues", "measures", "goals", "roles", "look-ahead")
CLOSED_AFTER_CONFERENCE = 0.2
TAKEN_FIRST = 0.4
"""The share of hand-offs that somebody takes on before the case is opened."""
LEFT_ALONE = 0.5
"""The share of those who left without a place for whom nobody has opened a case when the drill is over."""

_REASONS = {"arrival-to-casework": "arrival", "departure-to-casework": "departure"}
"""Where somebody is found, and why their case is opened."""
_BROKEN_OFF = "casework-to-conference"
"""Where somebody is found whose case was opened before a play was broken off."""
_OVER = frozenset({"case.open-already", "case.closed", "handoff.finished", "handoff.taken", "conference.held-already"})


class Support(NamedTuple):
    """What a conference came to for one person: the tasks, as kind, provider and words."""

    decision: str
    tasks: tuple[tuple[str, str | None, str], ...]


def support_for(story: Story) -> Support:
    """Return what is decided for somebody with this story: who helps with the home, who with daily life."""
    tasks: list[tuple[str, str | None, str]] = []
    if story.housing in ("some", "much"):
        tasks.append(("housing", "city-housing", "公営住宅の申込みに同行する"))
        tasks.append(("certificate", None, "罹災証明の申請を手伝う"))
    if story.living in ("some", "much"):
        provider = "care-manager" if "elderly" in story.groups or "dementia" in story.groups else "counsellor"
        tasks.append(("care", provider, "サービスの再開を調整する"))
    if not tasks:
        tasks.append(("visit", None, "月に一度、様子を見に行く"))
    return Support("refer" if any(provider for _, provider, _ in tasks) else "support-continues", tuple(tasks))


class Caseworkers:
    """The caseworkers of one ward."""

    def __init__(self, stage: Stage, ward: str) -> None:
        self._stage = stage
        self._ward = ward
        self._who: Who = caseworker(ward)
        self._known = Marks()

    async def run(self) -> None:
        """Look after the hand-offs of the ward, for ever."""
        await self.look([_BROKEN_OFF])
        await attend(self._stage.bells["casework", self._ward], self.look, soon=1.0, seldom=6.0)

    async def look(self, kinds: Sequence[str] = tuple(_REASONS)) -> int:
        """Begin what is new; return how much that was."""
        found = 0
        for kind in kinds:
            pages = self._stage.client.pages(
                self._who, "casework", "/handoffs", kind=kind, state="unfinished", ward=self._ward
            )
            async for rows in pages:
                for row in rows:
                    person = UUID(row["person"])
                    if person in self._stage.roster and self._known.add(self._stage.roster.seat(person)):
                        found += 1
                        self._stage.begin(self._take_care(person, kind, UUID(row["handoff"])))
        return found

    async def _take_care(self, person: UUID, kind: str, handoff: UUID) -> None:
        stage = self._stage
        dice = stage.dice("casework", person)
        if kind == "departure-to-casework" and dice.chance(LEFT_ALONE):
            return
        if dice.chance(TAKEN_FIRST):
            await stage.minutes(dice.between(3, 15))
            await self._send(f"/handoffs/{handoff}/take", {}, "take", handoff)
        await stage.minutes(dice.between(10, 40))
        body = {"person": str(person), "reason": _REASONS.get(kind, "arrival"), "worker": self._who.id}
        opened = await self._send("/cases", body, "case", person)
        if opened is None:
            return
        case = UUID(opened["stream"])
        stage.done("cases", person)
        await stage.minutes(dice.between(10, 45))
        await self._assess(person, case)

    async def _assess(self, person: UUID, case: UUID) -> None:
        stage = self._stage
        story = stage.roster.story(person)
        visit = {"kind": "outreach", "outcome": "met", "findings": ["housing"], "found": "本人・家族と話した（訓練）"}
        await self._send(f"/cases/{case}/visits", visit, "visit", person)
        assessment = {
            "housing": story.housing,
            "living": story.living,
            "wishes": "元の家の近くで暮らしたい（訓練）",
        }
        await self._send(f"/cases/{case}/assessments", assessment, "assessment", person)
        if (story.housing, story.living) == ("none", "none"):
            await self._send(f"/cases/{case}/close", {"reason": "self-reliant"}, "close", person)
        else:
            await self._meet(person, case, story)

    async def _meet(self, person: UUID, case: UUID, story: Story) -> None:
        """Call the conference, have confidentiality recorded, hold it, and carry out what it came to."""
        stage = self._stage
        dice = stage.dice("conference", person)
        conference = stage.id("conference", person)
        minutes = dice.between(20, 60)
        members = self._members()
        called = {
            "conference": str(conference),
            "case": str(case),
            "at": (stage.now() + timedelta(minutes=minutes)).isoformat(),
            "members": members,
            "agenda": list(AGENDA),
            "place": "区役所 会議室（訓練）",
            "names": ["本人", "家族"],
        }
        if await self._send("/conferences", called, "conference", person) is None:
            return
        for member in members:
            if member["role"] not in ("person", "family"):
                sworn = {"member": member.get("actor") or member["role"]}
                path = f"/conferences/{conference}/confidentiality"
                await self._send(path, sworn, "confidentiality", person, sworn["member"])
        await stage.minutes(minutes)
        support = support_for(story)
        ids = [stage.id("task", person, number) for number in range(len(support.tasks))]
        held = self._held(members, support, ids)
        who = headquarters(self._ward)
        if await self._send(f"/conferences/{conference}/hold", held, "hold", person, who=who) is None:
            return
        stage.done("conferences", person)
        for task, (_, provider, words) in zip(ids, support.tasks, strict=True):
            await self._carry_out(case, conference, task, provider, words)
        if dice.chance(CLOSED_AFTER_CONFERENCE):
            await self._send(f"/cases/{case}/close", {"reason": "handed-over"}, "close", person)

    def _members(self) -> list[dict[str, Any]]:
        return [
            {"actor": f"drill-welfare-{self._ward}", "role": "city-welfare"},
            {"actor": self._who.id, "role": "caseworker"},
            {"actor": f"drill-council-{self._ward}", "role": "social-welfare-council"},
            {"role": "person"},
            {"role": "family"},
        ]

    def _held(self, members: list[dict[str, Any]], support: Support, ids: list[UUID]) -> dict[str, Any]:
        today = self._stage.now().date()
        return {
            "present": members,
            "city_present": True,
            "decision": support.decision,
            "shared": "避難先での様子と自宅の被害（訓練）",
            "issues": [words for _, _, words in support.tasks],
            "measures": [words for _, _, words in support.tasks],
            "goals": [
                {"term": "short", "by": (today + timedelta(days=30)).isoformat(), "words": "通院と介護の再開"},
                {"term": "long", "by": (today + timedelta(days=365)).isoformat(), "words": "住まいの再建"},
            ],
            "tasks": [
                {
                    "task": str(task),
                    "owner": self._who.id,
                    "kind": kind,
                    "provider": provider,
                    "due": (today + timedelta(days=7)).isoformat(),
                    "words": words,
                }
                for task, (kind, provider, words) in zip(ids, support.tasks, strict=True)
            ],
            "look_again_on": (today + timedelta(days=30)).isoformat(),
        }

    async def _carry_out(self, case: UUID, conference: UUID, task: UUID, provider: str | None, words: str) -> None:
        """Refer to the provider, who answers, or not yet; what needs no provider is done by and by."""
        stage = self._stage
        dice = stage.dice("task", task)
        if provider is None:
            if dice.chance(0.5):
                path = f"/conferences/{conference}/tasks/{task}/finish"
                await self._send(path, {"outcome": "done"}, "finish", task)
            return
        referral = stage.id("referral", task)
        referred = {
            "referral": str(referral),
            "provider": provider,
            "consent": "given",
            "conference": str(conference),
            "task": str(task),
            "provider_name": "（訓練）支援先",
            "request": words,
        }
        if await self._send(f"/cases/{case}/referrals", referred, "referral", task) is None:
            return
        if dice.chance(0.7):
            await stage.minutes(dice.between(10, 40))
            answer = dice.weighted(((6, "accepted"), (1, "rejected"), (2, "done")))
            await self._send(f"/cases/{case}/referrals/{referral}/answer", {"answer": answer}, "referred", task)

    async def _send(self, path: str, body: object, *step: object, who: Who | None = None) -> Any:
        command = self._stage.command(*step)
        return await self._stage.send(who or self._who, "casework", path, body, command, expects=_OVER)
