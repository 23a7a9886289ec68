"""Saying that what pages show may have changed: a notification that commits with the change."""

from typing import Final

CHANGED: Final = "changed"
"""The channel; whoever shows something live listens on it."""
