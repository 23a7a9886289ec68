"""Why something failed, as it may be logged and kept: what and where, never a message, which may hold a name."""

import traceback
from pathlib import PurePath

import asyncpg

from shared.kernel.errors import Problem

_OURS = ("/shared/", "/services/", "/tsunagi/")


def cause(error: BaseException | None) -> str:
    """Name a failure: a problem by its code, PostgreSQL's by state and constraint, others by type and line."""
    if isinstance(error, Problem):
        return error.code
    name = type(error).__name__
    if isinstance(error, asyncpg.PostgresError):
        constraint = getattr(error, "constraint_name", None)
        return f"{name} {error.sqlstate}" + (f" {constraint}" if constraint else "")
    if error is None or isinstance(error, OSError | TimeoutError):
        return name
    for frame in reversed(traceback.extract_tb(error.__traceback__)):
        if any(part in frame.filename for part in _OURS):
            path = PurePath(frame.filename)
            return f"{name} at {path.parent.name}/{path.name}:{frame.lineno}"
    return name
