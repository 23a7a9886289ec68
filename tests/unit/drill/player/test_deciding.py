"""What the players decide by themselves, without a service: the nurse, headquarters, facilities, caseworkers."""

from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest

from services.screening.domain.guide import kobe_2022
from services.screening.domain.questions import UNKNOWN
from services.screening.domain.suggest import Ask, suggest
from shared.contracts import codes
from tsunagi.drill import scenario
from tsunagi.drill.answers import Reply
from tsunagi.drill.dice import Dice
from tsunagi.drill.facilities import openings
from tsunagi.drill.player.caseworkers import support_for
from tsunagi.drill.player.headquarters import whom_to_ask
from tsunagi.drill.player.nursing import MOVES, answers_now, choose, decision, nurses_needed
from tsunagi.drill.player.openings import told
from tsunagi.drill.player.welfare_shelters import reply_body
from tsunagi.drill.population import Population
from tsunagi.drill.pressing import pressed
from tsunagi.drill.stories import Story

KOBE = scenario.load("kobe")
STORIES = [p.story for h in Population(KOBE, people=1500) for p in h.persons if p.story is not None]
NOW = datetime(2026, 1, 17, 0, 0, tzinfo=UTC)


def story(**changes: Any) -> Story:
    usual = {"agrees": True, "decides_otherwise": None, "asked_again": ()}
    return msgspec.structs.replace(STORIES[0], **(usual | changes))


def suggested(*destinations: str, **more: Any) -> dict[str, Any]:
    return {
        "kind": "decided",
        "destinations": [{"code": code} for code in destinations],
        "candidates": list(destinations),
        "nurse_decides": False,
        "now": False,
        **more,
    }


def test_the_nurse_follows_the_guide() -> None:
    chosen = choose(story(), suggested("welfare-space"), Dice("any"))
    assert chosen == ("welfare-space", None)


def test_where_the_nurse_decides_she_takes_one_of_those_named() -> None:
    between = suggested("facility", "core-welfare", nurse_decides=True)
    chosen = {choose(story(), between, Dice("between", n)).destination for n in range(40)}
    assert chosen == {"facility", "core-welfare"}


def test_a_welfare_shelter_is_as_right_as_a_core_shelter_once_it_is_open() -> None:
    opened = suggested("core-welfare", candidates=["core-welfare", "welfare"])
    assert {choose(story(), opened, Dice("open", n)).destination for n in range(40)} == {"core-welfare", "welfare"}


@pytest.mark.parametrize("changes", [{"agrees": False}, {"decides_otherwise": "household"}])
def test_who_decides_otherwise_gives_a_reason(changes: dict[str, Any]) -> None:
    chosen = choose(story(**changes), suggested("core-welfare"), Dice("otherwise"))
    assert chosen.destination == "welfare-space"
    assert chosen.reason in codes.DIFFERS


def test_what_the_guide_allows_as_well_needs_no_reason() -> None:
    both = suggested("core-welfare", candidates=["core-welfare", "welfare-space"])
    assert choose(story(agrees=False), both, Dice("both")) == ("welfare-space", None)


def test_an_ambulance_is_not_argued_with() -> None:
    assert choose(story(agrees=False), suggested("hospital", now=True), Dice("now")) == ("hospital", None)


def test_while_the_guide_still_asks_the_person_goes_where_it_is_safest() -> None:
    asking = {"kind": "ask", "safest_meanwhile": "infection-space", "questions": []}
    assert choose(story(), asking, Dice("ask")) == ("infection-space", "condition")


def test_what_cannot_be_said_at_once_is_said_upon_calling_back() -> None:
    told_ = story(asked_again=("carer",))
    asked = ["urgent", "carer", "adl"]
    assert set(answers_now(told_, asked, called_back=False)) == {"urgent", "adl"}
    assert set(answers_now(told_, asked, called_back=True)) == set(asked)


def test_every_story_comes_to_a_decision_by_asking_on() -> None:
    guide = kobe_2022()
    for told_ in STORIES:
        known: dict[str, str | None] = {}
        for _ in range(8):
            said = suggest(guide, known)
            if not isinstance(said, Ask):
                break
            known |= answers_now(told_, said.questions, called_back=True)
        assert not isinstance(suggest(guide, known), Ask), told_
        assert UNKNOWN not in known.values()


def test_a_decision_says_how_somebody_is_admitted_where_it_must() -> None:
    for n in range(20):
        admitted = decision(story(), choose(story(), suggested("facility"), Dice(n)), Dice("kind", n))
        assert admitted["admission_kind"] in codes.ADMISSION
    space = decision(story(), choose(story(), suggested("welfare-space"), Dice(1)), Dice(1))
    assert "admission_kind" not in space
    assert {"core-welfare", "welfare", "facility"} == MOVES


def test_there_are_as_many_nurses_as_there_is_work() -> None:
    assert nurses_needed(0, 12) == 1
    assert nurses_needed(75, 12) > nurses_needed(20, 12)


def test_headquarters_ask_the_best_or_another_with_a_reason() -> None:
    candidates = [{"facility": name} for name in "abcde"]
    choices = [whom_to_ask(candidates, Dice("hq", n)) for n in range(300)]
    assert all(choice is not None for choice in choices)
    best = [choice for choice in choices if choice == ("a", None)]
    others = [choice for choice in choices if choice is not None and choice[0] != "a"]
    assert len(best) > 200
    assert others
    assert {reason for _, reason in others} <= set(codes.CHOICE_REASON)
    assert whom_to_ask([], Dice("hq")) is None
    assert whom_to_ask(candidates[:1], Dice("hq")) == ("a", None)


def test_a_facility_answers_by_the_route_of_its_answer() -> None:
    path, body = reply_body(Reply(answer="declines", minutes=5, reason="staff"), NOW)
    assert (path, body["reason"], body["lacks"]) == ("decline", "staff", ["care-staff"])
    path, body = reply_body(Reply(answer="accepts", minutes=5, conditions=("from-a-time",), from_minutes=30), NOW)
    assert (path, body["conditions"]) == ("accept", ["from-a-time"])
    assert datetime.fromisoformat(body["from_time"]) == NOW + timedelta(minutes=30)
    assert reply_body(Reply(answer="accepts", minutes=5), NOW) == ("accept", {"conditions": []})


def test_what_a_facility_tells_comes_in_order_of_time_and_the_ward_asks_first() -> None:
    for opening in openings(pressed(KOBE), KOBE.seed, 1000):
        said = told(opening, KOBE.quake_at)
        assert [one.at for one in said] == sorted(one.at for one in said)
        assert [one.turn for one in said] == list(range(len(said)))
        if opening.cause == "asked":
            assert said[0].path == "opening-request"
        assert {one.path for one in said} <= {"opening-request", "opening-steps", "capacity"}
        assert {one.facility for one in said} == {opening.facility}


@pytest.mark.parametrize("told_", STORIES[:60])
def test_every_conference_comes_to_tasks_and_refers_only_where_there_is_a_provider(told_: Story) -> None:
    support = support_for(told_)
    assert support.tasks
    assert support.decision in codes.DECISION
    providers = {provider for _, provider, _ in support.tasks if provider is not None}
    assert providers <= set(codes.PROVIDER)
    assert {kind for kind, _, _ in support.tasks} <= set(codes.TASK)
    assert (support.decision == "refer") == bool(providers)


def test_ids_of_persons_are_those_of_the_seed() -> None:
    one, other = Population(KOBE, people=5), Population(KOBE, people=5)
    assert [h.id for h in one] == [h.id for h in other]
    assert {h.id.version for h in one} == {7}
