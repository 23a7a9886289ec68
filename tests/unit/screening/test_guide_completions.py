"""Properties of every suggestion, held against plain reading: trying out all completions, row by row, top-down."""

import itertools
import time
from collections.abc import Iterator, Mapping

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.screening.domain.diagram import HOLE, Diagram, Rule
from services.screening.domain.guide import kobe_2022
from services.screening.domain.suggest import Ask, Decided, suggest
from services.screening.domain.table import Outcome, When, holds

GUIDE = kobe_2022()
POSSIBLE = {q.code: [answer.code for answer in q.answers] for q in GUIDE.questions if not q.for_record}

full_answers = st.fixed_dictionaries({code: st.sampled_from(answers) for code, answers in POSSIBLE.items()})
some_answers = st.fixed_dictionaries(
    {}, optional={code: st.sampled_from(answers) for code, answers in POSSIBLE.items()}
)


def read_top_down(answers: Mapping[str, str]) -> Outcome:
    """What somebody with a ruler would read, every question being answered."""
    for row, case in GUIDE.cases:
        if holds(row.when, GUIDE.conditions, answers) and holds(case.when, GUIDE.conditions, answers):
            return row.outcome(case)
    raise AssertionError(f"no row for {answers}")


def completions(answers: Mapping[str, str], open_: list[str]) -> Iterator[dict[str, str]]:
    for choice in itertools.product(*(POSSIBLE[code] for code in open_)):
        yield {**answers, **dict(zip(open_, choice, strict=True))}


def what_it_says(suggestion: Decided) -> Outcome:
    return Outcome(
        suggestion.row,
        suggestion.destinations,
        suggestion.nurse_decides_between,
        suggestion.also_right,
        suggestion.now,
        suggestion.remark,
    )


@given(full_answers)
@settings(max_examples=500, deadline=None)
def test_with_all_questions_answered_the_first_matching_row_is_the_suggestion(answers: dict[str, str]) -> None:
    suggestion = suggest(GUIDE, answers)
    assert isinstance(suggestion, Decided)
    assert what_it_says(suggestion) == read_top_down(answers)


@pytest.mark.req("K4-092")
@given(full_answers, st.data())
@settings(max_examples=150, deadline=None)
def test_exactly_what_can_still_matter_is_asked(answers: dict[str, str], data: st.DataObject) -> None:
    open_ = data.draw(st.lists(st.sampled_from(sorted(POSSIBLE)), max_size=4, unique=True))
    partial = {code: answer for code, answer in answers.items() if code not in open_}
    outcomes = {tuple(full[code] for code in open_): read_top_down(full) for full in completions(partial, open_)}

    def matters(at: int) -> bool:
        others = ((choice[:at] + choice[at + 1 :], outcome) for choice, outcome in outcomes.items())
        seen: dict[tuple[str, ...], Outcome] = {}
        return any(seen.setdefault(rest, outcome) != outcome for rest, outcome in others)

    suggestion = suggest(GUIDE, partial)
    if isinstance(suggestion, Decided):
        assert set(outcomes.values()) == {what_it_says(suggestion)}
    else:
        assert set(suggestion.questions) == {code for at, code in enumerate(open_) if matters(at)}
        assert set(suggestion.rows) == {outcome.row for outcome in outcomes.values()}
        assert len(set(outcomes.values())) > 1


@given(some_answers, full_answers)
@settings(max_examples=500, deadline=None)
def test_answering_more_never_contradicts_what_was_decided(some: dict[str, str], rest: dict[str, str]) -> None:
    before = suggest(GUIDE, some)
    after = suggest(GUIDE, {**rest, **some})
    assert isinstance(after, Decided)
    if isinstance(before, Decided):
        assert what_it_says(after) == what_it_says(before)
    else:
        assert after.row in before.rows


@given(some_answers)
@settings(max_examples=500, deadline=None)
def test_each_question_asked_has_an_answer_that_narrows(some: dict[str, str]) -> None:
    suggestion = suggest(GUIDE, some)
    if isinstance(suggestion, Ask):
        assert not set(suggestion.questions) & set(some)
        for code in suggestion.questions:
            answered = [suggest(GUIDE, {**some, code: answer}) for answer in POSSIBLE[code]]
            assert any(each != suggestion for each in answered)


@pytest.mark.req("K4-092")
@given(some_answers, st.sampled_from(sorted(POSSIBLE)))
@settings(max_examples=300, deadline=None)
def test_unknown_is_left_out_and_never_no(some: dict[str, str], code: str) -> None:
    without = {question: answer for question, answer in some.items() if question != code}
    open_ = suggest(GUIDE, without)
    assert suggest(GUIDE, {**without, code: "unknown"}) == open_
    each = [suggest(GUIDE, {**without, code: answer}) for answer in POSSIBLE[code]]
    if isinstance(open_, Decided):
        assert all(isinstance(one, Decided) and what_it_says(one) == what_it_says(open_) for one in each)
    elif open_.questions == (code,):
        assert len({what_it_says(one) for one in each if isinstance(one, Decided)}) > 1


@given(some_answers, full_answers)
@settings(max_examples=300, deadline=None)
def test_who_can_only_come_to_hospital_is_safest_there_meanwhile(some: dict[str, str], rest: dict[str, str]) -> None:
    suggestion = suggest(GUIDE, some)
    if isinstance(suggestion, Ask):
        assert suggestion.safest_meanwhile in {"hospital", "infection-space", "welfare-space"}
        possible = [case for row, case in GUIDE.cases if row.id in suggestion.rows]
        if all(case.destinations == ("hospital",) for case in possible):
            assert suggestion.safest_meanwhile == "hospital"


def test_a_call_takes_far_less_than_five_milliseconds() -> None:
    calls: list[dict[str, str]] = [
        {},
        {"urgent": "no"},
        {"doctor": "not-answered", "admission-criteria": "undetermined"},
    ]
    for answers in calls:
        taken = []
        for _ in range(20):
            began = time.perf_counter()
            suggest(GUIDE, answers)
            taken.append(time.perf_counter() - began)
        assert min(taken) < 0.005


small_rules = st.lists(
    st.builds(
        Rule,
        st.dictionaries(st.sampled_from("abcd"), st.frozensets(st.sampled_from("xyz"), min_size=1), max_size=3),
        st.integers(0, 3),
    ),
    max_size=8,
)


@given(small_rules, st.dictionaries(st.sampled_from("abcd"), st.sampled_from("xyz")))
@settings(max_examples=500, deadline=None)
def test_a_diagram_says_what_trying_all_completions_says(rules: list[Rule], answers: dict[str, str]) -> None:
    def first(full: Mapping[str, str]) -> int | None:
        matching = (n for n, rule in enumerate(rules) if all(full[q] in wanted for q, wanted in rule.box.items()))
        return next(matching, None)

    def outcome(full: Mapping[str, str]) -> int:
        at = first(full)
        return HOLE if at is None else rules[at].outcome

    every = [dict(zip("abcd", choice, strict=True)) for choice in itertools.product("xyz", repeat=4)]
    fitting = [full for full in every if answers.items() <= full.items()]
    diagram = Diagram(dict.fromkeys("abcd", "xyz"), rules)
    open_ = diagram.open(answers)
    assert open_.outcomes == {outcome(full) for full in fitting}
    assert open_.questions == {
        question
        for question in "abcd"
        if question not in answers
        and any(outcome(full) != outcome({**full, question: other}) for full in fitting for other in "xyz")
    }
    assert diagram.reached == {at for at in map(first, every) if at is not None}
    assert (diagram.hole is None) == (None not in map(first, every))
    if diagram.hole is not None:
        assert all(first(full) is None for full in every if diagram.hole.items() <= full.items())


KLEENE = [
    ({}, None),
    ({"adl": "full"}, None),
    ({"adl": "independent"}, False),
    ({"adl": "full", "carer": "none"}, True),
    ({"adl": "full", "carer": "always"}, None),
    ({"adl": "full", "visual": "yes"}, True),
    ({"adl": "full", "visual": "no"}, None),
    ({"adl": "full", "visual": "no", "carer": "always"}, False),
]


@pytest.mark.parametrize(("answers", "expected"), KLEENE)
def test_a_condition_is_met_not_met_or_open(answers: dict[str, str], expected: bool | None) -> None:
    when = When(
        answers={"adl": ("partial", "full")},
        one_of=(When(answers={"carer": ("none",)}), When(terms=("sight",))),
    )
    assert holds(when, {"sight": When(answers={"visual": ("yes",)})}, answers) is expected
