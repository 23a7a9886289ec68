"""Casework's configuration: what the platform needs, and its own policy, which a city may replace by files."""

from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, Field

from shared.platform.settings import PlatformSettings


def _readable(path: Path) -> Path:
    try:
        with path.open("rb"):
            return path
    except OSError as error:
        raise ValueError(f"expected a file that can be read: {error.strerror}") from None


PolicyFile = Annotated[Path, AfterValidator(_readable)]


class CaseworkSettings(PlatformSettings):
    """Each is a variable `TSUNAGI_…` of that name."""

    handoff_kinds: tuple[PolicyFile, ...] = ()
    """Later versions of the table of hand-offs, each with `since`, as a JSON list of paths."""
    assessment_scheme: PolicyFile | None = None
    """The city's own assessment scheme, in place of the example of the seed."""
    silent_days: Annotated[int, Field(ge=1, le=3650)] = 14
    """After how many days without contact a person is listed (K0-006)."""
    member_days: Annotated[int, Field(ge=0, le=3650)] = 30
    """For how many days after a conference was held its members may still read the case."""
    figure_old_minutes: Annotated[int, Field(ge=1, le=10_000)] = 120
    """After how many minutes without any news from a shelter the board calls its figure old."""
    rebuild_rest: Annotated[int, Field(ge=1, le=1_000_000)] = 5_000
    """How many messages a rebuild may have left to read before it holds the worker to swap."""
