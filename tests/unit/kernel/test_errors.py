"""One family of errors; every code of the catalogue says in two languages what happened and what to do."""

import re

import pytest

from shared.kernel.errors import (
    GENERAL,
    Conflict,
    Forbidden,
    Invalid,
    NotFound,
    Problem,
    Refused,
    Sentences,
    Unauthenticated,
    Unavailable,
    catalogue,
)

STATUSES = [
    (Invalid, 422),
    (Unauthenticated, 401),
    (Forbidden, 403),
    (NotFound, 404),
    (Conflict, 409),
    (Refused, 409),
    (Unavailable, 503),
    (Problem, 500),
]


@pytest.mark.parametrize(("cls", "status"), STATUSES)
def test_an_error_has_a_status_a_code_and_its_details(cls: type[Problem], status: int) -> None:
    problem = cls("thing.wrong", field="a")
    assert (problem.status, problem.code, problem.details) == (status, "thing.wrong", {"field": "a"})
    assert str(problem) == "thing.wrong"
    assert isinstance(problem, Problem)


@pytest.mark.parametrize("row", GENERAL, ids=lambda row: row.code)
def test_a_row_says_what_happened_and_what_to_do_in_both_languages(row: Sentences) -> None:
    assert re.fullmatch(r"[a-z]+(-[a-z]+)*\.[a-z]+(-[a-z]+)*", row.code)
    assert row.ja.endswith("。")
    assert row.todo_ja.endswith("。")
    assert row.en.endswith(".")
    assert row.todo_en.endswith(".")
    assert row.en.isascii()
    assert row.todo_en.isascii()


def test_the_tables_of_several_rooms_join() -> None:
    own = Sentences("person.unknown", "いません。", "None.", "確認してください。", "Check.")
    joined = catalogue(GENERAL, [own])
    assert joined["person.unknown"] is own
    assert len(joined) == len(GENERAL) + 1


def test_the_same_row_in_two_rooms_is_one_row() -> None:
    assert len(catalogue(GENERAL, GENERAL)) == len(GENERAL)


def test_two_rows_of_one_code_are_an_error() -> None:
    other = GENERAL[0]._replace(en="Something else.")
    with pytest.raises(ValueError, match=GENERAL[0].code.replace(".", r"\.")):
        catalogue(GENERAL, [other])
