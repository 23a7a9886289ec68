"""How `make test` runs three groups of tests side by side (`pytest -n 3`): what shares a real system stays together."""

from pathlib import PurePosixPath
from typing import Any

import pytest
from xdist.scheduler import LoadScopeScheduling

RUNNING, PARTS = "the running system", "PostgreSQL and Kafka"
_ALONE = (
    "test_deployment.py",
    "test_drill.py",
    "test_rebuild_command.py",
    "test_stack_running.py",
    "test_stack_services.py",
    "test_stack_supervisor.py",
)
"""Files that start systems of their own."""
_FIRST = (RUNNING, "test_drill.py", PARTS, "test_stack_running.py")
"""What takes longest begins first."""


def group(path: str) -> str:
    """Return the group of a test by its file: the tests of one group run one after the other, in one process."""
    file = PurePosixPath(path)
    if file.name in _ALONE:
        return file.name
    if {"journeys", "browser"} & set(file.parts) or file.name == "test_faults.py":
        return RUNNING
    if "adapters" in file.parts or "faults" in file.parts:
        return PARTS
    return path


_LAST = ("test_faults.py", "test_verified.py")
"""The load of the faults leaves a long log behind; and what nobody can read stays in it, for `verify` to find."""


def sort(items: list[pytest.Item]) -> None:
    """Put the longest groups first, and in each of them last what leaves something behind."""

    def key(item: pytest.Item) -> tuple[int, int]:
        shares = group(item.path.as_posix())
        return (
            _FIRST.index(shares) if shares in _FIRST else len(_FIRST),
            _LAST.index(item.path.name) + 1 if item.path.name in _LAST else 0,
        )

    items.sort(key=key)


class ByGroup(LoadScopeScheduling):  # type: ignore[misc]  # xdist is untyped
    """Gives each process a whole group."""

    def __init__(self, config: pytest.Config, log: Any) -> None:
        super().__init__(config, log)
        config.option.loadscopereorder = False

    def _split_scope(self, nodeid: str) -> str:
        return group(nodeid.partition("::")[0])
