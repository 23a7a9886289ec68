"""Structured logs: one JSON object a line on stdout, with the correlation of the command that led to it."""

import contextvars
from uuid import UUID

correlation: contextvars.ContextVar[UUID | None] = contextvars.ContextVar("correlation", default=None)
"""The chain that what is being done belongs to."""


def request_line(method: str, route: str, status: int, seconds: float) -> None:
    """Write the line of one request."""
