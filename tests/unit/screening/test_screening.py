"""One person's screening: every command in every state (004 マニュアル 参考①–③)."""

from datetime import timedelta

import pytest

from services.screening.domain import screening as rules
from services.screening.domain.commands import (
    AcceptVisit,
    Answer,
    Command,
    Consult,
    Decide,
    End,
    MakeVisit,
    OrderVisit,
    RecordCall,
    Release,
    Request,
    Take,
)
from services.screening.domain.decision import Details
from services.screening.domain.risk import Risk
from services.screening.domain.suggest import Context
from shared.contracts.event import Event
from shared.contracts.screening_screening import (
    CallAttempted,
    CallWords,
    HealthConsulted,
    ScreeningAnswered,
    ScreeningEnded,
    ScreeningReleased,
    ScreeningTaken,
    VisitAccepted,
    VisitMade,
    VisitOrdered,
)
from shared.kernel.errors import Problem
from tests.given import Given, given
from tests.unit.screening.screenings import (
    CRITICAL,
    GUIDE,
    KATO,
    NOON,
    NORMAL,
    RAISED,
    SATO,
    answered,
    decided,
    requested,
)

WAITING: list[Event] = [requested()]
TAKEN: list[Event] = [*WAITING, ScreeningTaken(nurse=SATO)]
HISTORIES: dict[str, list[Event]] = {
    "not-asked": [],
    "waiting": WAITING,
    "taken": TAKEN,
    "taken by another": [*WAITING, ScreeningTaken(nurse=KATO)],
    "decided": [*TAKEN, decided()],
    "ended": [*WAITING, ScreeningEnded(reason="home")],
}
NOT_TAKEN, OTHERS, NOT_WAITING = "screening.not-taken", "screening.taken", "screening.not-waiting"
CALL = CallAttempted(outcome="reached", called="shelter")
ADVICE = CallAttempted(outcome="advised", called="advice")
SAID = Answer(SATO, {"adl": "partial"}, GUIDE)
DECIDE = Decide(SATO, "general", GUIDE, Context(), Details(reason="urgent"))
NOBODYS: dict[str, list[Event] | str] = dict.fromkeys(HISTORIES, NOT_TAKEN)
MINE: dict[str, list[Event] | str] = {**NOBODYS, "taken by another": OTHERS}

TABLE: list[tuple[Command, dict[str, list[Event] | str]]] = [
    (Request("sheet", RAISED), {
        **dict.fromkeys(HISTORIES, []), "not-asked": [requested()],
        "decided": [requested(round=2)], "ended": [requested(round=2)]}),
    (Request("fever", CRITICAL, observations=("fever",)), {
        **dict.fromkeys(HISTORIES, [requested("fever", CRITICAL, raised=True, observations=("fever",))]),
        "not-asked": [requested("fever", CRITICAL, observations=("fever",))],
        "decided": [requested("fever", CRITICAL, round=2, observations=("fever",))],
        "ended": [requested("fever", CRITICAL, round=2, observations=("fever",))]}),
    (Take(SATO), {
        **dict.fromkeys(HISTORIES, NOT_WAITING), "waiting": [ScreeningTaken(nurse=SATO)], "taken": [],
        "taken by another": OTHERS}),
    (Take(SATO, over=True), {
        **dict.fromkeys(HISTORIES, NOT_WAITING), "waiting": [ScreeningTaken(nurse=SATO)], "taken": [],
        "taken by another": [ScreeningReleased(nurse=KATO, reason="taken-over"), ScreeningTaken(nurse=SATO)]}),
    (Release(SATO, "shift-ends"), {
        **MINE, "waiting": [], "taken": [ScreeningReleased(nurse=SATO, reason="shift-ends")]}),
    (RecordCall(SATO, "reached", "shelter"), {
        **dict.fromkeys(HISTORIES, [CALL]), "waiting": NOT_TAKEN, "taken by another": OTHERS}),
    (RecordCall("staff-1", "advised", "advice"), dict.fromkeys(HISTORIES, [ADVICE])),
    (OrderVisit(SATO), {**MINE, "taken": [VisitOrdered()], "decided": [VisitOrdered()]}),
    (OrderVisit(SATO, KATO), {**MINE, "taken": [VisitOrdered(nurse=KATO)], "decided": [VisitOrdered(nurse=KATO)]}),
    (AcceptVisit(SATO), dict.fromkeys(HISTORIES, "screening.no-visit")),
    (MakeVisit(SATO, "met"), {**MINE, "taken": [VisitMade(outcome="met")], "decided": [VisitMade(outcome="met")]}),
    (SAID, {**MINE, "taken": [answered({"adl": "partial"})]}),
    (DECIDE, {**MINE, "taken": "anything"}),
    (End("not-needed", SATO), {
        **dict.fromkeys(HISTORIES, [ScreeningEnded(reason="not-needed")]), "not-asked": [], "ended": [],
        "taken by another": OTHERS}),
    (End("died", policy="follow-up@1"), {
        **dict.fromkeys(HISTORIES, [ScreeningEnded(reason="died", policy="follow-up@1")]), "not-asked": [],
        "ended": []}),
    (Consult(("unwell",)), dict.fromkeys(HISTORIES, [HealthConsulted(observations=("unwell",))])),
]  # fmt: skip
ROWS = [(command, state, expected) for command, row in TABLE for state, expected in row.items()]


@pytest.mark.req("K4-064", "K4-065", "K4-066", "K4-067")
@pytest.mark.parametrize(
    ("command", "state", "expected"), ROWS, ids=[f"{n}-{type(c).__name__}-{s}" for n, (c, s, _) in enumerate(ROWS)]
)
def test_every_command_in_every_state(command: Command, state: str, expected: list[Event] | str) -> None:
    told = given(rules, *HISTORIES[state]).when(command)
    if expected == "anything":
        assert told._happened, "what a decision holds is told in test_decision"
    elif isinstance(expected, str):
        told.refused(expected)
    else:
        told.then(*expected)


def test_the_table_has_every_state() -> None:
    assert all(row.keys() == HISTORIES.keys() for _, row in TABLE)


@pytest.mark.req("K4-065")
def test_who_asks_for_a_taken_person_hears_who_has_them() -> None:
    told = given(rules, *HISTORIES["taken by another"]).when(Take(SATO))
    told.refused("screening.taken")
    assert isinstance(told._problem, Problem)
    assert told._problem.details == {"nurse": KATO}


RISKS = [
    ("the same", RAISED, RAISED, False),
    ("less", RAISED, NORMAL, False),
    ("a higher class", NORMAL, RAISED, True),
    ("urgent now", Risk(risk="critical", because="a", rank=1, urgent=False, rules="r@1"), CRITICAL, True),
    ("a higher place of the same class", Risk(risk="critical", because="runs-out", rank=3, urgent=True, rules="risk@1"), CRITICAL, True),
    ("the same, and now it is known when it runs out", CRITICAL, Risk(risk="critical", because="danger-signs", rank=1, urgent=True, rules="risk@1", runs_out_at=NOON), True),
    ("sooner", Risk(risk="critical", because="runs-out", rank=3, urgent=True, rules="risk@1", runs_out_at=NOON), Risk(risk="critical", because="runs-out", rank=3, urgent=True, rules="risk@1", runs_out_at=NOON - timedelta(hours=1)), True),
    ("later", Risk(risk="critical", because="runs-out", rank=3, urgent=True, rules="risk@1", runs_out_at=NOON), Risk(risk="critical", because="runs-out", rank=3, urgent=True, rules="risk@1", runs_out_at=NOON + timedelta(hours=1)), False),
]  # fmt: skip


@pytest.mark.req("K4-105")
@pytest.mark.parametrize(("what", "before", "after", "told"), RISKS, ids=[row[0] for row in RISKS])
def test_a_running_round_hears_only_what_makes_it_graver(what: str, before: Risk, after: Risk, told: bool) -> None:
    happened = given(rules, requested(risk=before)).when(Request("observed", after))
    happened.then(*([requested("observed", after, raised=True)] if told else []))


def test_what_has_risen_is_the_measure_from_then_on() -> None:
    given(rules, *WAITING, requested("fever", CRITICAL, raised=True)).when(Request("fever", CRITICAL)).then()


def test_who_holds_a_person_keeps_them_when_the_risk_rises() -> None:
    given(rules, *TAKEN, requested("fever", CRITICAL, raised=True)).when(Take(SATO)).then()
    given(rules, *TAKEN, requested("fever", CRITICAL, raised=True)).when(Take(KATO)).refused("screening.taken")


@pytest.mark.req("K4-104", "K4-092")
def test_a_new_round_asks_anew_what_may_have_changed() -> None:
    before = [*TAKEN, answered({"infection": "no", "adl": "partial"}), decided()]
    again = Request("fever", CRITICAL, anew=("urgent", "infection"))
    given(rules, *before).when(again).then(requested("fever", CRITICAL, round=2, anew=("infection",)))
    after = [*before, requested("fever", CRITICAL, round=2, anew=("infection",)), ScreeningTaken(nurse=KATO)]
    kept = Answer(KATO, {"infection": "no", "adl": "partial"}, GUIDE)
    given(rules, *after).when(kept).then(answered({"infection": "no"}))


def test_a_later_answer_replaces_the_earlier_and_unknown_takes_it_back() -> None:
    before = [*TAKEN, answered({"adl": "partial", "carer": "always"})]
    given(rules, *before).when(Answer(SATO, {"adl": "full"}, GUIDE)).then(answered({"adl": "full"}))
    given(rules, *before).when(Answer(SATO, {"carer": None}, GUIDE)).then(answered({"carer": "unknown"}))
    taken_back = [*before, answered({"carer": "unknown"})]
    given(rules, *taken_back).when(Answer(SATO, {"carer": "unknown"}, GUIDE)).then()
    given(rules, *taken_back).when(Answer(SATO, {"carer": "none"}, GUIDE)).then(answered({"carer": "none"}))


@pytest.mark.req("K4-078")
def test_whose_word_an_answer_is_stays_with_it_also_where_the_answer_is_the_same() -> None:
    words = CallWords(with_whom="主治医", note="在宅酸素は続けられる")
    before = [*TAKEN, answered({"doctor": "allowed"})]
    given(rules, *before).when(Answer(SATO, {"doctor": "allowed"}, GUIDE, words)).then(
        ScreeningAnswered(answers={}, guide=GUIDE.key, words=words)
    )


@pytest.mark.parametrize(
    ("answers", "code"),
    [({"shoe-size": "26"}, "screening.question-unknown"), ({"adl": "a-bit"}, "screening.answer-unknown")],
)
def test_an_answer_is_not_lost_by_a_slip_of_the_pen(answers: dict[str, str | None], code: str) -> None:
    given(rules, *TAKEN).when(Answer(SATO, answers, GUIDE)).refused(code)


def ordered(*more: Event) -> Given[rules.State, Event]:
    return given(rules, *TAKEN, VisitOrdered(), *more)


@pytest.mark.req("K4-066")
def test_a_visit_is_ordered_once_accepted_by_one_and_made() -> None:
    ordered().when(OrderVisit(SATO)).then()
    ordered().when(OrderVisit(SATO, KATO)).then(VisitOrdered(nurse=KATO))
    ordered().when(AcceptVisit(KATO)).then(VisitAccepted(nurse=KATO))
    ordered(VisitAccepted(nurse=KATO)).when(AcceptVisit(KATO)).then()
    ordered(VisitAccepted(nurse=KATO)).when(AcceptVisit(SATO)).refused("screening.visit-accepted")
    ordered(VisitAccepted(nurse=KATO)).when(MakeVisit(KATO, "met")).then(VisitMade(outcome="met"))
    ordered(VisitMade(outcome="met")).when(AcceptVisit(KATO)).refused("screening.no-visit")


@pytest.mark.req("K4-066")
def test_a_visit_where_nobody_was_there_is_still_due() -> None:
    ordered(VisitAccepted(nurse=KATO), VisitMade(outcome="absent")).when(AcceptVisit(SATO)).refused(
        "screening.visit-accepted"
    )


def test_who_keys_a_visit_in_says_who_was_there() -> None:
    ordered().when(MakeVisit(SATO, "met", nurse=KATO)).then(VisitMade(outcome="met", nurse=KATO))
    ordered().when(MakeVisit(SATO, "met", nurse=SATO)).then(VisitMade(outcome="met"))


def test_a_visit_outlives_a_released_nurse_and_ends_with_the_decision() -> None:
    ordered(ScreeningReleased(nurse=SATO)).when(AcceptVisit(KATO)).then(VisitAccepted(nurse=KATO))
    ordered(decided()).when(AcceptVisit(KATO)).refused("screening.no-visit")


def test_the_dead_are_not_screened_unless_the_death_was_none() -> None:
    dead = [*WAITING, ScreeningEnded(reason="died")]
    given(rules, *dead).when(Request("observed", RAISED)).refused("screening.died")
    given(rules, *dead).when(Request("sheet-corrected", RAISED, policy="follow-up@1")).then()
    given(rules, *dead).when(Request("back", RAISED, policy="follow-up@1")).then(
        requested("back", round=2, policy="follow-up@1")
    )


def test_rounds_are_counted_on() -> None:
    twice = [*TAKEN, decided(), requested("due", round=2), ScreeningTaken(nurse=SATO), decided(round=2)]
    given(rules, *twice).when(Request("due", RAISED)).then(requested("due", round=3))
