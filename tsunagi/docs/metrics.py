"""docs/metrics.md: every metric that a process shows, from the modules that define them."""

import ast
from collections.abc import Iterator
from pathlib import Path

from tsunagi.docs.markdown import page, table

MODULES = ("shared/platform/metrics.py", "services/*/metrics.py")
KINDS = ("Counter", "Gauge", "Histogram", "Summary", "Info", "Enum")
ABOUT = [
    "Each process serves its metrics on its own port (`TSUNAGI_METRICS_PORT`). Labels hold codes and route templates",
    "only, never an id or a name.",
    "",
]


def metrics_page(project: Path) -> str:
    """Return docs/metrics.md."""
    rows = [
        row
        for pattern in MODULES
        for file in sorted(project.glob(pattern))
        for row in metrics(ast.parse(file.read_text("utf-8")))
    ]
    return page("Metrics", ABOUT, table(("metric", "kind", "labels", "what"), rows))


def metrics(module: ast.Module) -> Iterator[tuple[str, str, str, str]]:
    """Yield name, kind, labels and meaning of each metric that a module makes at its top."""
    for node in module.body:
        match node:
            case ast.Assign(value=ast.Call(func=ast.Name(id=kind), args=[name, about, *labels])) if kind in KINDS:
                said = [ast.literal_eval(one) for one in (name, about, *labels[:1])]
                yield f"`{said[0]}`", kind.lower(), ", ".join(f"`{label}`" for label in said[2:] and said[2]), said[1]
