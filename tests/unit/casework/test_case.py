"""A case from opening to closing: assigned, visited, assessed on two axes, referred with consent."""

from datetime import date

import pytest

from services.casework.domain import case
from services.casework.domain.assessment import packaged_scheme, read_scheme
from services.casework.domain.case import (
    AnswerReferral,
    Assess,
    Assign,
    Close,
    Open,
    Refer,
    Reopen,
    TakeOver,
    Visit,
    case_of,
)
from services.casework.domain.schemes import packaged
from shared.contracts import codes
from shared.contracts.casework_case import (
    CaseAssessed,
    CaseAssigned,
    CaseClosed,
    CaseOpened,
    CaseReferred,
    CaseReopened,
    CaseTakenOver,
    CaseVisited,
    ReferralAnswered,
)
from shared.contracts.event import Event
from shared.kernel.errors import Invalid
from tests.given import given
from tests.unit.casework.told import named

PERSON = named("person")
SCHEME = packaged_scheme()
OPENED = CaseOpened(person=PERSON, reason="arrival", worker="one")
CLOSED = CaseClosed(reason="self-reliant")
REFERRAL = named("referral")
REFERRED = CaseReferred(referral=REFERRAL, provider="law", consent="given")
BOTH = CaseAssessed(
    scheme="two-axes-1", housing="some", living="much", result="both", continues=True, visit_every_days=14
)
DAY = date(2026, 12, 1)


def visit(outcome: str = "met", **fields: object) -> Visit:
    return Visit(kind="watching-over", outcome=outcome, on=DAY, scheme=SCHEME, **fields)  # type: ignore[arg-type]


def test_one_case_a_person() -> None:
    assert case_of(PERSON) == case_of(PERSON) != case_of(named("other"))


def test_a_caseworker_opens_a_case_once() -> None:
    given(case).when(Open(PERSON, "arrival", worker="one")).then(OPENED)
    given(case, OPENED).when(Open(PERSON, "outreach", worker="two")).refused("case.open-already")
    given(case, OPENED, CLOSED).when(Open(PERSON, "outreach")).refused("case.closed")


@pytest.mark.parametrize(
    "command", [Assign("two"), visit(), Assess(SCHEME, "none", "none"), Close("died"), Reopen("new-need")]
)
def test_nothing_is_done_in_a_case_that_nobody_opened(command: case.Command) -> None:
    given(case).when(command).refused("case.unknown")


@pytest.mark.req("K0-030")
def test_a_change_of_caseworker_is_open_until_the_new_one_has_taken_over() -> None:
    assigned = CaseAssigned(worker="two", before="one")
    given(case, OPENED).when(Assign("two")).then(assigned)
    given(case, OPENED, assigned).when(Assign("two")).then()
    given(case, OPENED, assigned).when(TakeOver("three")).refused("case.not-yours")
    given(case, OPENED, assigned).when(TakeOver("two")).then(CaseTakenOver(worker="two"))
    given(case, OPENED, assigned, CaseTakenOver(worker="two")).when(TakeOver("two")).then()


def test_the_first_caseworker_takes_over_from_nobody() -> None:
    opened = CaseOpened(person=PERSON, reason="arrival")
    given(case, opened).when(Assign("one")).then(CaseAssigned(worker="one"))


@pytest.mark.parametrize(
    ("housing", "living", "result", "continues", "days"),
    [
        ("none", "none", "self-reliant", False, None),
        ("none", "some", "living", True, 30),
        ("none", "much", "living", True, 30),
        ("some", "none", "housing", True, 60),
        ("much", "none", "housing", True, 60),
        ("some", "much", "both", True, 14),
        ("unknown", "none", "housing", True, 60),
        ("unknown", "unknown", "both", True, 14),
    ],
)
@pytest.mark.req("K0-014", "K0-015", "K0-016")
def test_two_axes_give_the_class_and_the_rhythm_of_visits(
    housing: str, living: str, result: str, continues: bool, days: int | None
) -> None:
    given(case, OPENED).when(Assess(SCHEME, housing, living)).then(
        CaseAssessed(
            scheme="two-axes-1",
            housing=housing,
            living=living,
            result=result,
            continues=continues,
            visit_every_days=days,
        )
    )


def test_the_scheme_s_classes_are_codes_of_the_catalogue() -> None:
    assert {one.code for one in SCHEME.classes} == set(codes.CLASS)
    assert SCHEME.version in codes.SCHEME


def test_an_answer_that_the_scheme_does_not_know_is_refused() -> None:
    given(case, OPENED).when(Assess(SCHEME, "rather", "none")).refused("assessment.no-class")


@pytest.mark.req("K0-015")
def test_a_city_may_define_its_own_scheme() -> None:
    raw = (
        packaged("two-axes-1")
        .decode()
        .replace("two-axes-1", "city-9")
        .replace('"visit_every_days": 14', '"visit_every_days": 3')
    )
    own = read_scheme(raw.encode())
    (assessed,) = case.decide(Assess(own, "much", "much"), case.evolve(case.INITIAL, OPENED))
    assert isinstance(assessed, CaseAssessed)
    assert (assessed.scheme, assessed.visit_every_days) == ("city-9", 3)
    for wrong in ("{}", raw.replace('"housing":', '"hosing":')):
        with pytest.raises(Invalid):
            read_scheme(wrong.encode())


@pytest.mark.parametrize(
    ("before", "command", "next_on"),
    [
        ((), visit(), None),
        ((BOTH,), visit(), date(2026, 12, 15)),
        ((BOTH,), visit(findings=("isolation",)), date(2026, 12, 8)),
        ((), visit(findings=("isolation",)), date(2026, 12, 8)),
        ((BOTH,), visit("absent"), None),
        ((BOTH,), visit("absent", next_on=date(2026, 12, 2)), date(2026, 12, 2)),
        ((BOTH,), visit(next_on=date(2026, 12, 3)), date(2026, 12, 3)),
    ],
)
@pytest.mark.req("K0-016", "K0-029")
def test_a_visit_says_when_the_next_is_due(before: tuple[Event, ...], command: Visit, next_on: date | None) -> None:
    given(case, OPENED, *before).when(command).then(
        CaseVisited(kind="watching-over", outcome=command.outcome, findings=command.findings, next_on=next_on)
    )


@pytest.mark.req("K0-029")
def test_who_was_found_isolated_is_visited_more_often_after_the_next_assessment_too() -> None:
    isolated = CaseVisited(kind="watching-over", outcome="met", findings=("isolation",))
    (assessed,) = case.decide(Assess(SCHEME, "some", "none"), case.evolve(case.evolve(case.INITIAL, OPENED), isolated))
    assert isinstance(assessed, CaseAssessed)
    assert assessed.visit_every_days == 7


@pytest.mark.req("K0-026")
def test_a_referral_needs_consent_or_a_reason() -> None:
    given(case, OPENED).when(Refer(REFERRAL, "law", "given")).then(REFERRED)
    given(case, OPENED, REFERRED).when(Refer(REFERRAL, "law", "given")).then()
    given(case, OPENED).when(Refer(REFERRAL, "law", "overridden")).refused("referral.reason-missing")
    given(case, OPENED).when(Refer(REFERRAL, "law", "overridden", "life")).then(
        CaseReferred(referral=REFERRAL, provider="law", consent="overridden", reason="life")
    )


@pytest.mark.parametrize(
    ("answers", "refused"),
    [
        (("accepted", "done"), None),
        (("rejected", "withdrawn"), None),
        (("accepted", "rejected"), "referral.finished"),
        (("done", "withdrawn"), "referral.finished"),
        (("rejected", "accepted"), "referral.finished"),
    ],
)
@pytest.mark.req("K0-026")
def test_accepted_rejected_done_are_known(answers: tuple[str, str], refused: str | None) -> None:
    first = ReferralAnswered(referral=REFERRAL, answer=answers[0])
    given(case, OPENED, REFERRED).when(AnswerReferral(REFERRAL, answers[0])).then(first)
    given(case, OPENED, REFERRED, first).when(AnswerReferral(REFERRAL, answers[0])).then()
    second = given(case, OPENED, REFERRED, first).when(AnswerReferral(REFERRAL, answers[1]))
    if refused:
        second.refused(refused)
    else:
        second.then(ReferralAnswered(referral=REFERRAL, answer=answers[1]))


def test_only_what_was_referred_is_answered() -> None:
    given(case, OPENED).when(AnswerReferral(REFERRAL, "accepted")).refused("referral.unknown")


def test_a_case_is_closed_and_reopened_with_reasons() -> None:
    given(case, OPENED).when(Close("self-reliant")).then(CLOSED)
    given(case, OPENED, CLOSED).when(Close("self-reliant")).then()
    given(case, OPENED, CLOSED).when(visit()).refused("case.closed")
    given(case, OPENED, CLOSED).when(Reopen("new-need")).then(CaseReopened(reason="new-need"))
    given(case, OPENED).when(Reopen("new-need")).then()
