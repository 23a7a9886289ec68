"""One name for one thing: what services write into events, and what their data names, are codes of the catalogue."""

import ast
import json
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

from services.screening.domain import guide as guides
from shared.contracts import codes
from shared.contracts.catalogue import MODULES
from shared.contracts.openness import OPEN

PROJECT = Path(__file__).parents[2]
STRUCTS = {name.partition(".")[0] for name in OPEN}
SOURCES = sorted(file for folder in ("services", "tsunagi") for file in (PROJECT / folder).rglob("*.py"))
assert MODULES


def literals(node: ast.expr) -> Iterator[str]:
    """Yield the texts that an expression surely gives: itself, in a tuple, or on both sides of a choice."""
    match node:
        case ast.Constant(value=str(text)):
            yield text
        case ast.Tuple(elts=several):
            for one in several:
                yield from literals(one)
        case ast.IfExp(body=body, orelse=other):
            yield from literals(body)
            yield from literals(other)


def written_codes(module: ast.Module) -> Iterator[tuple[str, str, int]]:
    """Yield each literal that a module puts into a coded field of an event: field, code, line."""
    for node in ast.walk(module):
        match node:
            case ast.Call(func=ast.Name(id="Mark"), args=[_, code]):
                yield from (("Mark.code", text, node.lineno) for text in literals(code))
            case ast.Call(func=ast.Name(id=struct), keywords=fields) if struct in STRUCTS:
                for field in fields:
                    name = f"{struct}.{field.arg}"
                    if name in OPEN and OPEN[name].codes is not None:
                        yield from ((name, text, node.lineno) for text in literals(field.value))


@pytest.mark.parametrize("file", SOURCES, ids=lambda file: str(file.relative_to(PROJECT)))
def test_what_a_service_writes_into_an_event_is_a_code_of_its_set(file: Path) -> None:
    for field, code, line in written_codes(ast.parse(file.read_text("utf-8"))):
        name = OPEN[field].codes
        assert name is not None
        assert code in codes.ALL[name], f"{file.name}:{line}: {field} = {code!r} is not in codes.{name}"


def test_a_wrong_code_would_be_seen() -> None:
    module = ast.parse('NeedEnded(reason="gone" if late else "left")\nMark("age", "funny")\nNeedEnded(reason=why)')
    assert list(written_codes(module)) == [
        ("NeedEnded.reason", "gone", 1),
        ("NeedEnded.reason", "left", 1),
        ("Mark.code", "funny", 2),
    ]


def data(package: str, name: str) -> Any:
    return json.loads(files(package).joinpath(name).read_bytes())


def found(thing: Any, key: str) -> Iterator[str]:
    """Yield the texts under a key, however deep it lies."""
    match thing:
        case dict():
            for name, value in thing.items():
                if name == key:
                    yield from (value if isinstance(value, list) else [value])
                yield from found(value, key)
        case list():
            for one in thing:
                yield from found(one, key)


SHELTERS = ("tsunagi.importing", "rules.json")
RISK = ("services.screening.domain.guides", "risk-1.json")
CONSIDERATIONS = ("services.screening.domain.guides", "considerations-kobe-2022.json")
HANDOFFS = ("services.casework.domain.kinds", "handoffs-1.json")
SCHEME = ("services.casework.domain.schemes", "two-axes-1.json")

NAMED = [
    (SHELTERS, "kind", codes.FACILITY),
    (SHELTERS, "group", codes.GROUP),
    (RISK, "risk", codes.RISK),
    (RISK, "needs", codes.NEED),
    (RISK, "observations", codes.OBSERVATION),
    (RISK, "aids", codes.AID),
    (RISK, "age_bands", codes.AGE_BAND),
    (HANDOFFS, "reason", codes.END),
    (HANDOFFS, "level", codes.LEVEL),
]


@pytest.mark.parametrize(("where", "key", "set_"), NAMED)
def test_what_a_services_data_names_is_a_code_of_its_set(where: tuple[str, str], key: str, set_: codes.Codes) -> None:
    named = set(found(data(*where), key))
    assert named
    assert not named - set(set_)


def test_the_hazards_of_a_published_list_are_codes() -> None:
    columns = data(*SHELTERS)["columns"].values()
    assert {name.removeprefix("hazard:") for name in columns if name.startswith("hazard:")} == set(codes.HAZARD)


def test_the_table_of_hand_offs_has_exactly_the_kinds_of_the_catalogue() -> None:
    assert {kind["code"] for kind in data(*HANDOFFS)["kinds"]} == set(codes.HANDOFF)


def test_the_classes_of_the_assessment_scheme_are_codes_with_the_same_labels() -> None:
    scheme = data(*SCHEME)
    assert scheme["version"] in codes.SCHEME
    assert {one["code"]: codes.Label(one["ja"], one["en"]) for one in scheme["classes"]} == dict(codes.CLASS)


def test_the_attention_groups_are_codes_with_the_same_titles() -> None:
    groups = data(*CONSIDERATIONS)["groups"]
    assert {one["code"]: one["title"] for one in groups} == {code: label.ja for code, label in codes.ATTENTION.items()}


def test_the_guides_destinations_are_codes() -> None:
    assert set(guides.DESTINATIONS) == set(codes.DESTINATION)
    for destination in guides.kobe_2022().destinations:
        assert set(destination.excludes_kinds) <= set(codes.FACILITY)
        assert set(destination.kinds) <= set(codes.ADMISSION)
