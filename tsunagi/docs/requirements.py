"""docs/requirements.md: each of the 300 lines read off the official documents, and the tests that prove it.

The lines are facts of docs/requirements.tsv; which test proves which line says its mark, `@pytest.mark.req("K4-001")`.
"""

import ast
import csv
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from tsunagi.docs.markdown import page, table
from tsunagi.docs.marks import marks

WEIGHTS = {3: "core", 2: "important", 1: "nice"}


class Wrong(ValueError):
    """A mark that names no line, or not by a literal; `args[0]` says where and what."""


class Line(NamedTuple):
    """A requirement: its id, its weight (3 core, 2 important, 1 nice), its group, where it was read, its text."""

    id: str
    weight: int
    implied: bool
    group: str
    seed: str
    text: str


class Proof(NamedTuple):
    """A test, or a module of tests, by its file (relative to the project) and name."""

    file: str
    test: str | None

    def __str__(self) -> str:
        name = self.test or Path(self.file).name
        return f"[{name}](../{self.file})"


def lines(file: Path) -> list[Line]:
    """Read docs/requirements.tsv. Raises ValueError where an id stands twice."""
    with file.open(encoding="utf-8", newline="") as rows:
        reader = csv.reader(rows, "excel-tab", quoting=csv.QUOTE_NONE)
        found = [
            Line(id_, int(weight), implied == "implied", group, seed, text)
            for id_, weight, implied, group, seed, text in list(reader)[1:]
        ]
    if len({line.id for line in found}) < len(found):
        raise ValueError(f"{file.name}: an id stands twice")
    return found


def proofs(project: Path, known: Iterable[str]) -> dict[str, list[Proof]]:
    """Return the tests that prove each line, from the marks in `tests/`. Raises `Wrong`."""
    ids = frozenset(known)
    found: dict[str, list[Proof]] = defaultdict(list)
    for file in sorted((project / "tests").rglob("*.py")):
        name = file.relative_to(project).as_posix()
        for mark in marks(ast.parse(file.read_text("utf-8"))):
            if mark.id not in ids:
                raise Wrong(f"{name}:{mark.line}: {mark.id or 'a mark that is no literal'} is no requirement's id")
            proof = Proof(name, mark.test)
            if proof not in found[mark.id]:
                found[mark.id].append(proof)
    return found


def requirements_page(project: Path) -> str:
    """Return docs/requirements.md. Raises `Wrong`."""
    every = lines(project / "docs" / "requirements.tsv")
    proven = proofs(project, (line.id for line in every))
    groups = list(dict.fromkeys(line.group for line in every))
    about = [
        f"{len(every)} lines that five official documents (000 to 004) ask of the software; a † marks what is",
        "implied and not said in these words. A line is proven by the tests that name it. Weights: 3 core,",
        "2 important, 1 nice.",
        "",
    ]
    return page(
        "Requirements", about, _counts(every, groups, proven), *(_group(group, every, proven) for group in groups)
    )


def _counts(every: Sequence[Line], groups: Sequence[str], proven: Mapping[str, object]) -> Iterator[str]:
    def row(name: str, members: Sequence[Line]) -> tuple[str, ...]:
        counts = [name, f"{sum(line.id in proven for line in members)} of {len(members)}"]
        for weight in WEIGHTS:
            weighty = [line for line in members if line.weight == weight]
            counts.append(f"{sum(line.id in proven for line in weighty)} of {len(weighty)}" if weighty else "–")
        return tuple(counts)

    rows = [row(group, [line for line in every if line.group == group]) for group in groups]
    headings = ("group", "proven", *(f"{weight} {name}" for weight, name in WEIGHTS.items()))
    yield from table(headings, [*rows, row("**all**", every)])


def _group(group: str, every: Sequence[Line], proven: Mapping[str, Sequence[Proof]]) -> Iterator[str]:
    yield from (f"## {group}", "")
    yield from table(
        ("id", "seed, where", "requirement", "w", "proven by"),
        [
            (
                line.id,
                f"{line.seed} †" if line.implied else line.seed,
                line.text,
                line.weight,
                ", ".join(map(str, proven[line.id])) if line.id in proven else "not yet",
            )
            for line in every
            if line.group == group
        ],
    )
