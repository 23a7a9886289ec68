"""Which test proves which requirement is read from the tests' text; a mark that names no line is an error."""

import ast
from pathlib import Path
from textwrap import dedent

import pytest

from tsunagi.docs.__main__ import PROJECT
from tsunagi.docs.marks import Mark, marks
from tsunagi.docs.requirements import Wrong, lines, proofs, requirements_page

HEADING = "id\tweight\tseed says it\tgroup\tseed, where\trequirement\n"

MODULES = [
    (
        "on a test",
        """
        @pytest.mark.req("K4-001", "K4-002")
        def test_one(): ...
        """,
        [Mark("K4-001", "test_one", 2), Mark("K4-002", "test_one", 2)],
    ),
    (
        "on an asynchronous test",
        """
        @pytest.mark.req("K4-001")
        async def test_one(): ...
        """,
        [Mark("K4-001", "test_one", 2)],
    ),
    (
        "on a class and inside it",
        """
        @pytest.mark.req("K4-001")
        class TestThing:
            @pytest.mark.req("K4-002")
            def test_one(self): ...
        """,
        [Mark("K4-001", "TestThing", 2), Mark("K4-002", "TestThing.test_one", 4)],
    ),
    (
        "in a list of cases",
        """
        @pytest.mark.parametrize("a", [pytest.param(1, marks=pytest.mark.req("K4-001")), 2])
        def test_one(a): ...
        """,
        [Mark("K4-001", "test_one", 2)],
    ),
    (
        "in a table of cases that two tests walk",
        """
        ROWS: list[object] = [pytest.param(1, marks=pytest.mark.req("K4-001"))]
        @pytest.mark.parametrize("a", ROWS)
        def test_one(a): ...
        @pytest.mark.parametrize("a", ROWS)
        def test_two(a): ...
        """,
        [Mark("K4-001", "test_one", 2), Mark("K4-001", "test_two", 2)],
    ),
    (
        "in a helper that takes ids from a mapping of literals",
        """
        PROVES = {"a": "K4-001", "b": "K4-002"}
        def marked(kind):
            return pytest.param(kind, marks=[pytest.mark.req(PROVES[kind])])
        @pytest.mark.parametrize("kind", [marked("a")])
        def test_one(kind): ...
        """,
        [Mark("K4-001", "test_one", 4), Mark("K4-002", "test_one", 4)],
    ),
    (
        "on the whole module",
        """
        pytestmark = [pytest.mark.stack, pytest.mark.req("K4-001")]
        def test_one(): ...
        """,
        [Mark("K4-001", None, 2)],
    ),
    (
        "by no literal",
        """
        @pytest.mark.req(the_id())
        def test_one(): ...
        """,
        [Mark("", "test_one", 2)],
    ),
    (
        "from a mapping that is none of literals",
        """
        PROVES = dict(a=1)
        @pytest.mark.req(PROVES["a"])
        def test_one(): ...
        """,
        [Mark("", "test_one", 3)],
    ),
    (
        "other marks and other calls",
        """
        @pytest.mark.stack
        @pytest.mark.parametrize("req", ["K4-001"])
        def test_one(req): req("K4-002")
        """,
        [],
    ),
]


@pytest.mark.parametrize(("text", "found"), [row[1:] for row in MODULES], ids=[row[0] for row in MODULES])
def test_a_mark_is_found_with_the_test_that_it_is_on(text: str, found: list[Mark]) -> None:
    assert sorted(marks(ast.parse(dedent(text))), key=str) == sorted(found, key=str)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "requirements.tsv").write_text(
        HEADING + "K4-001\t3\tsaid\tIntake\t004 ①\tA |sheet|.\nK4-002\t1\timplied\tIntake\t004\tOther.\n", "utf-8"
    )
    (tmp_path / "tests" / "unit").mkdir(parents=True)
    return tmp_path


def write_test(project: Path, mark: str) -> None:
    text = f"@pytest.mark.req({mark})\ndef test_it(): ...\n"
    (project / "tests" / "unit" / "test_made.py").write_text(text, "utf-8")


def test_a_line_shows_the_tests_that_prove_it_or_not_yet(project: Path) -> None:
    write_test(project, '"K4-001"')
    text = requirements_page(project)
    assert "| K4-001 | 004 ① | A \\|sheet\\|. | 3 | [test_it](../tests/unit/test_made.py) |" in text
    assert "| K4-002 | 004 † | Other. | 1 | not yet |" in text
    assert "| **all** | 1 of 2 | 1 of 1 | – | 0 of 1 |" in text


@pytest.mark.parametrize(
    ("mark", "said"), [('"K4-999"', "K4-999"), ("name", "no literal"), ('f"K4-{1}"', "no literal")]
)
def test_a_mark_that_names_no_line_is_an_error_with_its_place(project: Path, mark: str, said: str) -> None:
    write_test(project, mark)
    with pytest.raises(Wrong, match=said) as wrong:
        proofs(project, {"K4-001"})
    assert wrong.value.args[0].startswith("tests/unit/test_made.py:1:")


def test_an_id_that_stands_twice_is_an_error(project: Path) -> None:
    file = project / "docs" / "requirements.tsv"
    file.write_text(file.read_text("utf-8") + "K4-001\t3\tsaid\tIntake\t004\tAgain.\n", "utf-8")
    with pytest.raises(ValueError, match="twice"):
        lines(file)


def test_the_projects_own_lines_are_all_there_and_its_marks_are_right() -> None:
    every = lines(PROJECT / "docs" / "requirements.tsv")
    assert len(every) == 300
    assert {line.weight for line in every} == {1, 2, 3}
    assert proofs(PROJECT, (line.id for line in every))
