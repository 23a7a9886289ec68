"""Intake's configuration: what the platform needs, and nothing of its own yet but the size of a sheet."""

from typing import Annotated

from pydantic import Field

from shared.platform.settings import PlatformSettings


class IntakeSettings(PlatformSettings):
    """`TSUNAGI_SHEET_BYTES`: the largest sheet that is read (a household of fifty with long notes is 100 kB)."""

    sheet_bytes: Annotated[int, Field(ge=10_000, le=10_000_000)] = 512_000
