"""Pieces of Markdown."""

from collections.abc import Iterable, Sequence

GENERATED = "Made by `python -m tsunagi.docs` (`make docs`) from the code; changes belong there."


def table(heading: Sequence[str], rows: Iterable[Sequence[object]]) -> list[str]:
    """Return the lines of a table. A line break in a cell becomes a space, a bar is escaped."""
    lines = [_row(heading), _row(["---"] * len(heading))]
    lines += [_row(row) for row in rows]
    return [*lines, ""]


def _row(cells: Sequence[object]) -> str:
    return "| " + " | ".join(" ".join(str(cell).splitlines()).replace("|", "\\|") for cell in cells) + " |"


def page(title: str, *parts: Iterable[str]) -> str:
    """Return a whole page."""
    lines = [f"# {title}", "", GENERATED, ""]
    for part in parts:
        lines += part
    return "\n".join(lines).rstrip("\n") + "\n"
