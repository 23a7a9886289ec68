"""Which lines of the requirements a module of tests proves, read from its marks without importing it.

A mark is `pytest.mark.req("K4-001", …)` on a test or a class, in a table of cases, in `pytestmark`, or in a helper
that makes cases; its ids are literal texts, or values of a mapping of literals at the module's top.
"""

import ast
from collections.abc import Iterator, Mapping
from typing import NamedTuple


class Mark(NamedTuple):
    """An id that a mark names ("" where it is no literal), the test (None: all of the module), the mark's line."""

    id: str
    test: str | None
    line: int


_Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


def marks(module: ast.Module) -> Iterator[Mark]:
    """Yield the marks of a module. One that no test leads to (`pytestmark`) is of the module."""
    tops = _tops(module)
    tables = {name: _literals(node.value) for name, node in tops.items() if isinstance(node, ast.Assign)}
    led_to: set[str] = set()
    for name, test in _tests(module.body, ""):
        for id_, line in _ids(test, tables):
            yield Mark(id_, name, line)
        for top in _reached(test, tops) - {test.name}:
            led_to.add(top)
            for id_, line in _ids(tops[top], tables):
                yield Mark(id_, name, line)
    for name, node in tops.items():
        if name not in led_to and not _is_test(name):
            for id_, line in _ids(node, tables):
                yield Mark(id_, None, line)


def _is_test(name: str) -> bool:
    return name.startswith(("test", "Test"))


def _tops(module: ast.Module) -> dict[str, ast.stmt]:
    """Return what stands at the module's top, by name."""
    found: dict[str, ast.stmt] = {}
    for node in module.body:
        match node:
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
                found[name] = node
            case ast.Assign(targets=[ast.Name(id=name)]) | ast.AnnAssign(target=ast.Name(id=name)):
                found[name] = node
    return found


def _tests(body: list[ast.stmt], before: str) -> Iterator[tuple[str, _Definition]]:
    """Yield tests and classes of tests; what stands in a class bears its name in front."""
    for node in body:
        if isinstance(node, _Definition) and _is_test(node.name):
            yield before + node.name, node
            if isinstance(node, ast.ClassDef):
                yield from _tests(node.body, f"{before}{node.name}.")


def _reached(test: _Definition, tops: Mapping[str, ast.stmt]) -> set[str]:
    """Return the tables and helpers that a test's decorators lead to, through one another."""
    reached: set[str] = set()
    open_: list[ast.AST] = list(test.decorator_list)
    while open_:
        for node in ast.walk(open_.pop()):
            if isinstance(node, ast.Name) and node.id in tops and node.id not in reached and not _is_test(node.id):
                reached.add(node.id)
                open_.append(tops[node.id])
    return reached


def _literals(value: ast.expr) -> list[str] | None:
    """Return the texts of a mapping of literals; None for anything else."""
    if not isinstance(value, ast.Dict):
        return None
    texts = [_text(one) for one in value.values]
    return [text for text in texts if text] if all(texts) else None


def _text(node: ast.expr) -> str:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


def _ids(node: ast.AST, tables: Mapping[str, list[str] | None]) -> Iterator[tuple[str, int]]:
    """Yield the ids that the marks within a statement name; of a class, those on itself only."""
    within = node.decorator_list if isinstance(node, ast.ClassDef) else [node]
    for part in within:
        for call in ast.walk(part):
            match call:
                case ast.Call(func=ast.Attribute(value=ast.Attribute(attr="mark"), attr="req"), args=args):
                    for argument in args:
                        yield from ((id_, call.lineno) for id_ in _named(argument, tables))


def _named(argument: ast.expr, tables: Mapping[str, list[str] | None]) -> list[str]:
    match argument:
        case ast.Subscript(value=ast.Name(id=table)):
            return tables.get(table) or [""]
        case _:
            return [_text(argument)]
