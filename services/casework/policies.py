"""The policies of this deployment, read once a process: the table of hand-offs and the assessment scheme."""

from functools import cache
from pathlib import Path

from services.casework.domain.assessment import Scheme, packaged_scheme, read_scheme
from services.casework.domain.handoff_kinds import packaged_table, read_table
from services.casework.domain.handoff_rules import Tables
from services.casework.settings import CaseworkSettings
from shared.platform.parts import Parts


def tables_of(parts: Parts) -> Tables:
    """Return every version of the table of hand-offs. Raises `Invalid("handoff-kinds.unreadable")`."""
    return tables_in(parts.policy(CaseworkSettings).handoff_kinds)


def scheme_of(parts: Parts) -> Scheme:
    """Return the assessment scheme in force. Raises `Invalid("scheme.unreadable")`."""
    return _scheme(parts.policy(CaseworkSettings).assessment_scheme)


@cache
def tables_in(files: tuple[Path, ...]) -> Tables:
    """Return the packaged table and those of these files. Raises `Invalid("handoff-kinds.unreadable")`."""
    return Tables([packaged_table(), *(read_table(file.read_bytes()) for file in files)])


@cache
def _scheme(file: Path | None) -> Scheme:
    return packaged_scheme() if file is None else read_scheme(file.read_bytes())
