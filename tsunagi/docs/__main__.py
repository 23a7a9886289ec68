"""Write every document that is made from code: `python -m tsunagi.docs`; with `--check`, say which are out of date."""

import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from shared.platform.event_page.page import page
from tsunagi.docs.asyncapi import asyncapi_text
from tsunagi.docs.code_sets import codes_page
from tsunagi.docs.events import events_page
from tsunagi.docs.kafka_access import access_page, topics_manifest, users_manifest
from tsunagi.docs.metrics import metrics_page
from tsunagi.docs.permissions import permissions_page
from tsunagi.docs.requirements import Wrong, requirements_page

PROJECT = Path(__file__).parents[2]

DOCUMENTS: Mapping[str, Callable[[Path], str]] = {
    "events.md": lambda _: events_page(),
    "events.html": lambda _: page(whole=True),
    "asyncapi.yaml": lambda _: asyncapi_text(),
    "codes.md": lambda _: codes_page(),
    "permissions.md": lambda _: permissions_page(),
    "metrics.md": metrics_page,
    "requirements.md": requirements_page,
    "kafka-access.md": lambda _: access_page(),
    "../deploy/kubernetes/infrastructure/kafka-topics.yaml": lambda _: topics_manifest(),
    "../deploy/kubernetes/infrastructure/kafka-users.yaml": lambda _: users_manifest(),
}
"""File in docs/ → what makes its text, given the project's folder."""


def stale(project: Path) -> dict[str, str]:
    """Return the documents that differ from what the code makes today, with that text. Raises `Wrong`."""
    texts = {name: make(project) for name, make in DOCUMENTS.items()}
    files = {name: project / "docs" / name for name in texts}
    return {n: t for n, t in texts.items() if not files[n].exists() or files[n].read_text("utf-8") != t}


def _shown(name: str) -> str:
    return name.removeprefix("../") if name.startswith("../") else f"docs/{name}"


def main(arguments: list[str], project: Path = PROJECT) -> int:
    """Run the command: 1 where a document is out of date or a mark is wrong, 2 for a wrong option."""
    if set(arguments) - {"--check"}:
        sys.stderr.write("python -m tsunagi.docs [--check]\n")
        return 2
    try:
        outdated = stale(project)
    except Wrong as wrong:
        sys.stderr.write(f"docs: {wrong}\n")
        return 1
    for name, text in outdated.items():
        if "--check" in arguments:
            sys.stderr.write(f"{_shown(name)} is out of date: run `make docs`\n")
        else:
            (project / "docs" / name).write_text(text, "utf-8")
            sys.stdout.write(f"{_shown(name)} written\n")
    return 1 if outdated and "--check" in arguments else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
