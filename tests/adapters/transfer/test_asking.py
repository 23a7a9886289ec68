"""Asking for a place: held, refused, silent, next, nobody left, and again (004 受入手順 ②③)."""

import pytest

from services.transfer import handlers_facility, handlers_placement
from services.transfer.domain import facility as facilities
from services.transfer.settings import TransferSettings
from shared.contracts.transfer_facility import Received
from shared.kernel.errors import Problem
from shared.kernel.ids import derived_id
from shared.platform.parts import Parts
from tests.adapters.transfer import made

pytestmark = pytest.mark.stack


async def refused(code: str, awaited: object) -> Problem:
    with pytest.raises(Problem) as problem:
        await awaited  # type: ignore[misc]
    assert problem.value.code == code
    return problem.value


@pytest.mark.req("K4-115")
async def test_a_request_holds_a_place_and_carries_the_condition_sealed(parts: Parts) -> None:
    home = await made.a_facility(parts)
    need = await made.a_need(parts)
    outcome = await made.asks(parts, need)
    assert await made.places_of(parts, home) == {"held": 1}
    assert await made.state_of(parts, need) == "asked"
    assert outcome.events[0].words.condition == made.SECRET  # type: ignore[union-attr]
    stored = await made.rows(parts, "SELECT headers, value FROM events")
    assert not any(made.SECRET.encode() in one["value"] + one["headers"] for one in stored)


async def test_the_same_request_twice_is_one(parts: Parts) -> None:
    await made.a_facility(parts, 2)
    need, placement = await made.a_need(parts), made.fresh_id()
    first = await made.asks(parts, need, placement=placement)
    again = await made.asks(parts, need, placement=placement)
    assert (first.repeated, again.repeated) == (False, True)
    assert len(await made.live(parts, need)) == 1
    other = await made.a_need(parts)
    await refused("placement.differs", made.asks(parts, other, placement=placement))


@pytest.mark.req("K4-116")
async def test_after_a_refusal_the_next_candidate_is_asked_by_itself(parts: Parts) -> None:
    near = await made.a_facility(parts)
    far = await made.a_facility(parts, ward="28101")
    need = await made.a_need(parts)
    first = await made.asks(parts, need)
    await made.declines(parts, first.stream)
    assert await made.places_of(parts, near) == {"free": 1}
    await made.fires(parts)
    [next_one] = await made.live(parts, need)
    assert (next_one["facility"], next_one["chosen"]) == (far, "next")
    assert next_one["placement"] == derived_id("placement", need, 2)


@pytest.mark.req("K4-116")
async def test_silence_frees_the_place_and_asks_the_next_one(parts: Parts) -> None:
    near = await made.a_facility(parts)
    await made.a_facility(parts, ward="28101")
    need = await made.a_need(parts)
    first = await made.asks(parts, need)
    await made.fires(parts)
    assert await made.types_of(parts, first.stream) == ["requested"], "not before its time"
    made.passes(parts, minutes=31)
    await made.fires(parts)
    assert await made.types_of(parts, first.stream) == ["requested", "expired"]
    assert await made.places_of(parts, near) == {"free": 1}
    [next_one] = await made.live(parts, need)
    assert next_one["facility"] != near


async def test_declined_by_all_is_the_waiting_list_and_new_places_end_the_waiting(parts: Parts) -> None:
    home = await made.a_facility(parts)
    need = await made.a_need(parts)
    placement = (await made.asks(parts, need)).stream
    await made.declines(parts, placement, "full")
    await made.fires(parts)
    assert await made.state_of(parts, need) == "waitlisted"
    assert (await made.types_of(parts, need))[-1] == "waitlisted"
    await made.reports(parts, home, 2)
    await made.fires(parts)
    [asked] = await made.live(parts, need)
    assert asked["facility"] == home
    assert await made.state_of(parts, need) == "asked"


async def test_who_refused_for_the_persons_sake_is_not_asked_again(parts: Parts) -> None:
    home = await made.a_facility(parts)
    need = await made.a_need(parts)
    await made.declines(parts, (await made.asks(parts, need)).stream, "medical-care")
    await made.fires(parts)
    await made.reports(parts, home, 5)
    await made.fires(parts)
    assert await made.live(parts, need) == []
    assert await made.state_of(parts, need) == "waitlisted"


async def test_a_free_place_goes_to_the_urgent_first_and_then_to_who_waits_longest(parts: Parts) -> None:
    home = await made.a_facility(parts, 0)
    waiting = [await made.a_need(parts) for _ in range(2)]
    urgent = await made.a_need(parts, high_risk=True)
    for need in (*waiting, urgent):
        outcome = await made.asks(parts, need)
        assert (outcome.stream, await made.state_of(parts, need)) == (need, "waitlisted")
    await made.reports(parts, home, 2)
    await made.fires(parts)
    states = [await made.state_of(parts, need) for need in (urgent, *waiting)]
    assert states == ["asked", "asked", "waitlisted"]
    first = (await made.live(parts, urgent))[0]["placement"]
    await made.declines(parts, first, "equipment")
    await made.fires(parts)
    assert await made.state_of(parts, waiting[1]) == "asked", "what one gives back, the next one has"


async def test_a_released_place_is_offered_to_who_waits_though_hq_does_nothing(parts: Parts) -> None:
    await made.a_facility(parts, 1)
    first, second = await made.a_need(parts), await made.a_need(parts)
    asked = (await made.asks(parts, first)).stream
    await made.asks(parts, second)
    assert await made.state_of(parts, second) == "waitlisted"
    await handlers_placement.withdraw(parts, asked, "withdrawn", made.by(parts))
    await made.fires(parts)
    assert await made.state_of(parts, second) == "asked"
    assert await made.state_of(parts, first) == "open", "HQ took it back, HQ asks again"


async def test_a_city_may_want_hq_to_ask_each_time(settings: TransferSettings, parts: Parts) -> None:
    by_hand = settings.model_copy(update={"auto_next": False})
    object.__setattr__(parts, "settings", by_hand)
    await made.a_facility(parts)
    await made.a_facility(parts)
    need = await made.a_need(parts)
    await made.declines(parts, (await made.asks(parts, need)).stream)
    await made.fires(parts)
    assert await made.live(parts, need) == []
    assert await made.state_of(parts, need) == "open"


async def test_asked_of_several_at_once_the_first_acceptance_wins(parts: Parts) -> None:
    one, other = await made.a_facility(parts), await made.a_facility(parts)
    need = await made.a_need(parts)
    first, second = [(await made.asks(parts, need, home)).stream for home in (one, other)]
    await made.accepts(parts, second)
    assert await made.places_of(parts, one) == {"free": 1}
    assert await made.places_of(parts, other) == {"promised": 1}
    assert await made.types_of(parts, first) == ["requested", "withdrawn"]
    await refused("placement.withdrawn", made.accepts(parts, first))
    await refused("need.accepted-already", made.asks(parts, need))
    await made.fires(parts)
    assert len(await made.live(parts, need)) == 1


async def test_not_of_more_at_once_than_the_city_wants(parts: Parts) -> None:
    homes = [await made.a_facility(parts) for _ in range(4)]
    need = await made.a_need(parts)
    for home in homes[:3]:
        await made.asks(parts, need, home)
    await refused("need.asked-enough", made.asks(parts, need, homes[3]))


async def test_hq_asks_another_than_the_best_with_a_reason(parts: Parts) -> None:
    await made.a_facility(parts)
    second = await made.a_facility(parts, ward="28101")
    others = await made.a_facility(parts, receives=Received(groups=("infants",)))
    school = await made.a_facility(parts, kind="community-welfare-centre")
    need = await made.a_need(parts)
    await refused("placement.reason-missing", made.asks(parts, need, second, reason=None))
    await refused("placement.reason-missing", made.asks(parts, need, others, reason=None))
    problem = await refused("facility.not-askable", made.asks(parts, need, school))
    assert problem.details["why"] == "excluded-kind"
    await refused("facility.unknown", made.asks(parts, need, made.fresh_id()))
    asked = await made.asks(parts, need, others)
    row = await made.row(parts, "SELECT chosen, choice_reason, rank FROM placements WHERE placement = $1", asked.stream)
    assert dict(row) == {"chosen": "other", "choice_reason": "wish", "rank": None}


async def test_a_late_answer_counts_while_nobody_else_is_asked_and_a_place_is_free(parts: Parts) -> None:
    home = await made.a_facility(parts)
    need = await made.a_need(parts)
    placement = (await made.asks(parts, need)).stream
    made.passes(parts, minutes=31)
    await made.fires(parts)
    assert await made.types_of(parts, placement) == ["requested", "expired"]
    assert await made.state_of(parts, need) == "waitlisted"
    await made.accepts(parts, placement)
    assert await made.places_of(parts, home) == {"promised": 1}
    assert await made.state_of(parts, need) == "accepted"


async def test_a_late_answer_is_refused_once_somebody_else_is_asked_or_the_place_is_gone(parts: Parts) -> None:
    await made.a_facility(parts)
    need = await made.a_need(parts)
    placement = (await made.asks(parts, need)).stream
    made.passes(parts, minutes=31)
    await made.fires(parts)
    rival = await made.a_need(parts)
    taken = (await made.asks(parts, rival)).stream
    await refused("placement.expired", made.accepts(parts, placement))
    await made.declines(parts, taken)
    other = await made.a_facility(parts, ward="28101")
    await made.asks(parts, need, other)
    await refused("placement.expired", made.accepts(parts, placement))


async def test_a_closing_facility_gives_back_what_it_promised_and_the_next_one_is_asked(parts: Parts) -> None:
    home, other = await made.a_facility(parts), await made.a_facility(parts, ward="28101")
    need = await made.a_need(parts)
    placement = (await made.asks(parts, need)).stream
    await made.accepts(parts, placement)
    await handlers_facility.close(parts, home, "damage", made.by(parts))
    assert await made.types_of(parts, placement) == ["requested", "accepted", "withdrawn"]
    await made.fires(parts)
    assert [one["facility"] for one in await made.live(parts, need)] == [other]
    again = made.by(parts)
    assert (await handlers_facility.close(parts, home, "damage", again)).repeated


async def test_a_promise_taken_back_asks_the_next_one(parts: Parts) -> None:
    home, other = await made.a_facility(parts), await made.a_facility(parts, ward="28101")
    need = await made.a_need(parts)
    placement = (await made.asks(parts, need)).stream
    await made.accepts(parts, placement)
    await made.declines(parts, placement, "damage")
    assert await made.places_of(parts, home) == {"free": 1}
    await made.fires(parts)
    assert [one["facility"] for one in await made.live(parts, need)] == [other]


@pytest.mark.req("K4-109")
async def test_a_core_shelter_that_has_not_reported_can_be_asked_and_a_welfare_shelter_cannot(parts: Parts) -> None:
    core = await made.a_facility(parts, None, opens=False)
    welfare = await made.a_facility(parts, 3, opens=False, kind="welfare")
    need = await made.a_need(parts)
    asked = await made.asks(parts, need)
    assert [one["facility"] for one in await made.live(parts, need)] == [core]
    assert not asked.events[0].event.held  # type: ignore[attr-defined]
    problem = await refused("facility.not-askable", made.asks(parts, need, welfare))
    assert problem.details["why"] == "not-open"
    await handlers_facility.change(parts, welfare, facilities.ReportStep("receiving"), made.by(parts))
    await made.asks(parts, need, welfare)
