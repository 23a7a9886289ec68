"""The documents that are made from code: complete, with references that lead somewhere, and checked for age."""

import ast
import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as some

from shared.contracts import codes
from shared.contracts.event import event_types
from shared.contracts.topics import TOPICS
from tsunagi.docs import __main__ as docs
from tsunagi.docs.asyncapi import asyncapi_text
from tsunagi.docs.code_sets import codes_page
from tsunagi.docs.events import events_page
from tsunagi.docs.markdown import table
from tsunagi.docs.metrics import metrics, metrics_page
from tsunagi.docs.requirements import Wrong
from tsunagi.docs.yaml import yaml_text

DOCS = docs.PROJECT / "docs"


def anchors(text: str) -> set[str]:
    return {heading.lower().replace(" ", "-") for heading in re.findall(r"^#+ (.+)$", text, re.MULTILINE)}


def test_every_event_type_and_topic_has_its_place() -> None:
    text = events_page()
    for name, cls in event_types().items():
        assert f"### {cls.__name__}\n\n`{name}`\n" in text
    for topic in TOPICS:
        assert f"## {topic.name}\n" in text


def test_every_link_from_the_events_leads_somewhere() -> None:
    text, sets = events_page(), codes_page()
    for file, anchor in re.findall(r"\]\(([^)#]*)#([^)]+)\)", text):
        assert anchor in anchors(sets if file == "codes.md" else text)
    for file in re.findall(r"\]\(([^)#]+)\)", text):
        assert (DOCS / file).exists() or file == "asyncapi.yaml"


def test_every_code_stands_in_the_codes_with_both_labels() -> None:
    text = codes_page()
    for one in codes.ALL.values():
        assert f"## {one.name}\n" in text
        for code, label in one.items():
            assert f"| `{code}` | {label.ja} | {label.en} |" in text


def references(node: Any) -> list[str]:
    match node:
        case dict():
            own = [node["$ref"]] if isinstance(node.get("$ref"), str) else []
            return own + [one for value in node.values() for one in references(value)]
        case list():
            return [one for value in node for one in references(value)]
        case _:
            return []


def test_asyncapi_has_every_topic_and_message_and_its_references_resolve() -> None:
    document = yaml.safe_load(asyncapi_text())
    assert document["asyncapi"] == "3.0.0"
    assert document["channels"].keys() == {topic.name for topic in TOPICS}
    assert document["components"]["messages"].keys() == {*event_types(), "keys"}
    for reference in references(document):
        if not reference.startswith("#/"):
            assert (DOCS / reference).exists(), reference
            continue
        node = document
        for part in reference.removeprefix("#/").split("/"):
            node = node[part]


values = some.recursive(
    some.none() | some.booleans() | some.integers() | some.text() | some.floats(allow_nan=False, allow_infinity=False),
    lambda inner: some.lists(inner) | some.dictionaries(some.text(), inner),
    max_leaves=20,
)


@settings(max_examples=60, deadline=None)
@given(some.dictionaries(some.text(), values, min_size=1))
def test_yaml_is_read_as_it_was_meant(value: dict[str, Any]) -> None:
    assert yaml.safe_load(yaml_text(value)) == value


@pytest.mark.parametrize(
    "text", ["yes", "No", "null", "1.0", "0x1F", "2026-01-17", "~", "a: b", "- a", "#", "", " a", "例"]
)
def test_a_text_that_yaml_would_take_for_something_else_stays_a_text(text: str) -> None:
    assert yaml.safe_load(yaml_text({"a": text, text: [text]})) == {"a": text, text: [text]}


def test_what_yaml_cannot_say_is_an_error() -> None:
    with pytest.raises(TypeError):
        yaml_text({"a": object()})


def test_a_cell_holds_no_line_breaks_and_no_bars() -> None:
    assert table(("a",), [("x\ny | z",)])[2] == "| x y \\| z |"


def test_a_metric_is_read_with_its_labels() -> None:
    module = ast.parse('A = Counter("a_total", "As." " All.", ["kind"])\nB = Gauge("b", "Bs.")\nC = other("c", "no")\n')
    assert list(metrics(module)) == [("`a_total`", "counter", "`kind`", "As. All."), ("`b`", "gauge", "", "Bs.")]


def test_every_metric_of_the_platform_is_listed() -> None:
    text = (docs.PROJECT / "shared" / "platform" / "metrics.py").read_text("utf-8")
    names = set(re.findall(r'"(tsunagi_[a-z_]+)"', text))
    assert names
    assert names == set(re.findall(r"`(tsunagi_[a-z_]+)`", metrics_page(docs.PROJECT)))


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "docs").mkdir()
    monkeypatch.setattr(docs, "DOCUMENTS", {"made.md": lambda _: "today\n"})
    return tmp_path


def test_a_document_out_of_date_fails_the_check_until_it_is_written(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (project / "docs" / "made.md").write_text("yesterday\n", "utf-8")
    assert docs.main(["--check"], project) == 1
    assert "docs/made.md is out of date: run `make docs`" in capsys.readouterr().err
    assert docs.main([], project) == 0
    assert docs.main(["--check"], project) == 0
    assert docs.main(["--wrong"], project) == 2


def test_a_wrong_mark_fails_the_writing_as_well(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def wrong(_: Path) -> str:
        raise Wrong("tests/test_x.py:1: K9-999 is no requirement's id")

    monkeypatch.setattr(docs, "DOCUMENTS", {"made.md": wrong})
    assert docs.main([], project) == 1
