"""Unknown is never no: what is asked, in which order, and where the person is safest meanwhile (domain.md §2)."""

import itertools

import pytest

from services.screening.domain.guide import kobe_2022
from services.screening.domain.suggest import Ask, Decided, suggest
from shared.kernel.errors import Invalid

GUIDE = kobe_2022()

CALM = {"urgent": "no", "unstable": "no", "infection": "no"}
NO_CARE = CALM | {"medical-care": "no", "maternity-infancy": "none"}
ALONE = NO_CARE | {"carer": "none"}
INDEPENDENT = NO_CARE | {
    "adl": "independent",
    "wandering": "no",
    "wheelchair": "no",
    "care-level": "none",
    "support-level": "none",
}


def ask(answers: dict[str, str]) -> Ask:
    suggestion = suggest(GUIDE, answers)
    assert isinstance(suggestion, Ask), suggestion
    return suggestion


@pytest.mark.req("K4-092")
def test_without_any_answer_everything_the_rows_read_is_asked_top_down() -> None:
    asked = ask({})
    assert asked.questions == GUIDE.reading_order
    assert asked.questions[:4] == ("urgent", "unstable", "infection", "medical-care")
    assert set(asked.questions) == {question.code for question in GUIDE.questions if not question.for_record}
    assert asked.rows == tuple(row.id for row in GUIDE.rows)
    assert asked.safest_meanwhile == "welfare-space"


ASKED = [
    ({"unstable": "yes"}, ("urgent",), ("P0", "P1"), "hospital"),
    ({"urgent": "no", "infection": "yes", "medical-care": "yes"}, ("unstable",), ("P1", "P2"), "hospital"),
    (CALM | {"infection": "yes"}, ("medical-care", "immunity", "adl", "carer"), ("P2",), "infection-space"),
    (
        CALM | {"infection": "yes", "medical-care": "no", "immunity": "normal", "carer": "none"},
        ("adl",),
        ("P2",),
        "infection-space",
    ),
    (CALM | {"medical-care": "yes"}, ("doctor", "medical-carer"), ("P3",), "hospital"),
    (CALM | {"medical-care": "yes", "doctor": "allowed"}, ("medical-carer",), ("P3",), "hospital"),
    (
        CALM | {"medical-care": "no", "maternity-infancy": "infant", "only-age-or-pregnancy": "yes"},
        ("group-life", "carer", "trouble"),
        ("P4",),
        "welfare-space",
    ),
    (
        CALM
        | {
            "medical-care": "no",
            "maternity-infancy": "infant",
            "only-age-or-pregnancy": "yes",
            "group-life": "none",
        },
        ("trouble",),
        ("P4",),
        "welfare-space",
    ),
    (ALONE | {"adl": "full"}, ("admission-criteria",), ("P5",), "welfare-space"),
    (NO_CARE | {"adl": "full", "carer": "always"}, ("group-life",), ("P6", "P7"), "welfare-space"),
    (NO_CARE | {"adl": "partial", "carer": "sometimes"}, ("group-life",), ("P5",), "welfare-space"),
    (ALONE | {"wheelchair": "yes", "adl": "independent"}, None, ("P5", "P6", "P10"), "welfare-space"),
    (
        INDEPENDENT,
        ("carer", "group-life", "visual", "hearing", "immunity"),
        ("P6", "P10", "P11"),
        "welfare-space",
    ),
    (
        INDEPENDENT | {"group-life": "none"},
        ("visual", "hearing", "immunity"),
        ("P10", "P11"),
        "welfare-space",
    ),
    (INDEPENDENT | {"visual": "yes"}, ("carer", "group-life"), ("P6", "P10"), "welfare-space"),
]


@pytest.mark.req("K4-092")
@pytest.mark.parametrize(("answers", "questions", "rows", "meanwhile"), ASKED)
def test_what_can_matter_is_asked_and_nothing_else(
    answers: dict[str, str], questions: tuple[str, ...] | None, rows: tuple[str, ...], meanwhile: str
) -> None:
    asked = ask(answers)
    assert asked.rows == rows
    assert asked.safest_meanwhile == meanwhile
    assert questions is None or asked.questions == questions


DECIDED_EARLY = [
    ({"urgent": "yes"}, "P0"),
    ({"urgent": "in-doubt"}, "P0"),
    ({"urgent": "no", "unstable": "yes"}, "P1"),
    (CALM | {"infection": "yes", "medical-care": "yes"}, "P2"),
    (CALM | {"medical-care": "yes", "medical-carer": "none"}, "P3"),
    (CALM | {"medical-care": "yes", "doctor": "not-allowed"}, "P3"),
    (CALM | {"medical-care": "yes", "doctor": "not-answered"}, "P3"),
    (ALONE | {"adl": "full", "admission-criteria": "met"}, "P5"),
    (ALONE | {"care-level": "care-3-plus", "admission-criteria": "met"}, "P5"),
    (NO_CARE | {"adl": "full", "carer": "sometimes"}, "P5"),
    (NO_CARE | {"group-life": "moderate", "carer": "always"}, "P6"),
    (NO_CARE | {"adl": "full", "carer": "always", "group-life": "mild"}, "P7"),
    (INDEPENDENT | {"group-life": "mild"}, "P10"),
]


@pytest.mark.parametrize(("answers", "row"), DECIDED_EARLY)
def test_it_is_decided_as_soon_as_nothing_can_change_it(answers: dict[str, str], row: str) -> None:
    suggestion = suggest(GUIDE, answers)
    assert isinstance(suggestion, Decided), suggestion
    assert suggestion.row == row


@pytest.mark.req("K4-092")
def test_left_out_none_and_unknown_are_the_same_and_none_of_them_is_no() -> None:
    left_out = ask(INDEPENDENT)
    assert suggest(GUIDE, INDEPENDENT | {"visual": "unknown", "hearing": None}) == left_out
    assert suggest(GUIDE, INDEPENDENT | {"visual": "no", "hearing": "no"}) != left_out


@pytest.mark.req("K4-092")
def test_nobody_is_sent_to_the_general_shelter_while_a_question_is_open() -> None:
    well = INDEPENDENT | {"group-life": "none", "visual": "no", "hearing": "no", "immunity": "normal"}
    assert isinstance(suggest(GUIDE, well), Decided)
    for open_ in well:
        asked = suggest(GUIDE, {question: answer for question, answer in well.items() if question != open_})
        assert isinstance(asked, Ask), open_
        assert open_ in asked.questions
        assert asked.safest_meanwhile != "general"


def test_whoever_answers_what_is_asked_first_comes_to_a_decision() -> None:
    for turn in itertools.product(range(3), repeat=3):
        answers: dict[str, str] = {}
        choose = itertools.cycle(turn)
        while isinstance(suggestion := suggest(GUIDE, answers), Ask):
            possible = GUIDE.question(suggestion.questions[0]).answers
            answers[suggestion.questions[0]] = possible[next(choose) % len(possible)].code
        assert suggestion.candidates


def test_what_is_only_kept_for_the_record_changes_nothing() -> None:
    assert suggest(GUIDE, INDEPENDENT | {"service": "day-service"}) == ask(INDEPENDENT)


@pytest.mark.parametrize(
    ("answers", "code"),
    [
        ({"shoe-size": "27"}, "screening.question-unknown"),
        ({"urgent": "perhaps"}, "screening.answer-unknown"),
        ({"service": "perhaps"}, "screening.answer-unknown"),
    ],
)
def test_a_slip_of_the_pen_is_no_answer(answers: dict[str, str], code: str) -> None:
    with pytest.raises(Invalid) as problem:
        suggest(GUIDE, answers)
    assert problem.value.code == code
