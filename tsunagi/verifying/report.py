"""What a verification found."""

from typing import Any

import msgspec


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """One promise that was not kept: which, how often, and some examples (ids and places, never words)."""

    promise: str
    count: int
    examples: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"{self.promise}: {self.count}, such as {'; '.join(self.examples)}"


class Report(msgspec.Struct, kw_only=True):
    """How it stands."""

    problems: list[Finding] = []
    counts: dict[str, Any] = {}
    lost: int = 0
    duplicated: int = 0

    @property
    def clean(self) -> bool:
        return not self.problems and not self.lost and not self.duplicated

    def json(self) -> bytes:
        """Return it as one JSON object."""
        return msgspec.json.encode({"clean": self.clean, **msgspec.to_builtins(self)})
